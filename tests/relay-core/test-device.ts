/** A device as the relay sees it: real keys, a real roster, a real socket. */
import { WebSocket } from 'ws';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import type { Role, RosterEntry } from '#domain/home/roster.ts';
import { WebCrypto } from '#web/crypto.ts';
import { cameraIdOf, deviceIdOf, homeIdOf } from '#engine/home/keys.ts';
import { signEntry } from '#engine/home/roster.ts';
import type { KemKey, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import {
	frameFrom,
	fromRelay,
	SOCKET_PATH,
	SUBPROTOCOL,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
} from '#protocol/wire.ts';

const crypto = new WebCrypto();
/** Long, because the machine may be busy. */
const WAIT_MS = 20_000;

export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export interface Keys {
	readonly sign: KeyPair<SignKey>;
	readonly kem: KeyPair<KemKey>;
	readonly device: DeviceId;
}

/** A home with its owner's keys, so it can add and revoke members. */
export class TestHome {
	readonly id: HomeId;
	readonly owner: KeyPair<SignKey>;
	/** The first device: camera, viewer and owner. */
	readonly first: Keys;
	readonly entries: Bytes[] = [];

	private constructor(id: HomeId, owner: KeyPair<SignKey>, first: Keys) {
		this.id = id;
		this.owner = owner;
		this.first = first;
	}

	static async found(): Promise<TestHome> {
		const owner = await crypto.makeSignKey(true);
		const home = new TestHome(await homeIdOf(crypto, owner.public), owner, await newKeys());
		await home.#sign('add', home.first, ['camera', 'viewer', 'owner'], owner.public, null);
		return home;
	}

	async add(roles: readonly Role[], notAfterMs: number | null = null): Promise<Keys> {
		const keys = await newKeys();
		await this.#sign('add', keys, roles, null, notAfterMs);
		return keys;
	}

	async revoke({ device }: Keys): Promise<void> {
		const none = new Uint8Array(65);
		await this.#append('revoke', [], { device, sign: none, kem: none, owner: null, dtls: null });
	}

	async rotate(keys: Keys, roles: readonly Role[]): Promise<void> {
		await this.#sign('rotate', keys, roles, null, null);
	}

	async #sign(
		op: 'add' | 'rotate',
		{ sign, kem, device }: Keys,
		roles: readonly Role[],
		owner: Bytes | null,
		notAfterMs: number | null,
	): Promise<void> {
		const subject = { device, sign: sign.public, kem: kem.public, owner, dtls: null };
		await this.#append(op, roles, subject, notAfterMs);
	}

	async #append(
		op: RosterEntry['op'],
		roles: readonly Role[],
		subject: RosterEntry['subject'],
		notAfterMs: number | null = null,
	): Promise<void> {
		const last = this.entries.at(-1);
		const entry: RosterEntry = {
			...{ op, roles, home: this.id, seq: this.entries.length + 1, subject, notAfterMs },
			prev: last ? await crypto.sha256(last) : new Uint8Array(32),
			...{ wallMs: Date.now(), author: this.owner.public, detail: new Uint8Array() },
		};
		this.entries.push(await signEntry(crypto, this.owner.key, entry));
	}
}

async function newKeys(): Promise<Keys> {
	const [sign, kem] = [await crypto.makeSignKey(true), await crypto.makeKemKey(true)];
	return { sign, kem, device: await deviceIdOf(crypto, sign.public, kem.public) };
}

export function cameraOf({ device }: Keys, number = 1): Promise<CameraId> {
	return cameraIdOf(crypto, device, number);
}

export interface TestDeviceOptions {
	/** Origin of the page; default: the relay's own. */
	readonly origin?: string | null;
	readonly headers?: Readonly<Record<string, string>>;
	/** The authority as PEM, for https. */
	readonly ca?: string;
	readonly protocols?: readonly string[];
}

/** One socket. Received frames are queued until taken. */
export class TestDevice {
	readonly address: string;
	readonly ws: WebSocket;
	readonly frames: FromRelay[] = [];
	readonly parts: Buffer[] = [];
	/** The close code; `null`: open. */
	closed: number | null = null;
	readonly #waiting = new Set<() => void>();

	constructor(
		address: string,
		{ origin = address, headers, ca, protocols }: TestDeviceOptions = {},
	) {
		this.address = address;
		const url = address.replace(/^http/, 'ws') + SOCKET_PATH;
		this.ws = new WebSocket(url, [...(protocols ?? [SUBPROTOCOL])], {
			...{ perMessageDeflate: false, headers: { ...headers } },
			...(origin === null ? {} : { origin }),
			...(ca === undefined ? {} : { ca }),
		});
		this.ws.on('message', (data: Buffer, binary: boolean) => {
			if (binary) this.parts.push(data);
			else {
				const frame = frameFrom(fromRelay, data.toString());
				if (!frame) throw new Error(`invalid frame from the relay: ${data.toString()}`);
				this.frames.push(frame);
			}
			this.#look();
		});
		this.ws.on('error', () => undefined);
		this.ws.on('close', (code) => {
			this.closed = code;
			this.#look();
		});
	}

	/** Waits for a result; rejects after a deadline, listing what was received. */
	async until<T>(found: () => T | null | undefined | false): Promise<T> {
		return new Promise((resolve, reject) => {
			const deadline = setTimeout(() => {
				this.#waiting.delete(look);
				const heard = this.frames.map(({ t }) => t).join();
				reject(
					new Error(
						`not received before the deadline; received: ${heard}; closed: ${String(this.closed)}`,
					),
				);
			}, WAIT_MS);
			const look = (): void => {
				try {
					const it = found();
					if (it === null || it === undefined || it === false) return;
					resolve(it);
				} catch (error) {
					reject(error instanceof Error ? error : new Error(String(error)));
				}
				clearTimeout(deadline);
				this.#waiting.delete(look);
			};
			this.#waiting.add(look);
			look();
		});
	}

	/** Takes the first received frame of a kind. */
	next<T extends FromRelay['t']>(t: T): Promise<Extract<FromRelay, { t: T }>> {
		return this.until(() => {
			const at = this.frames.findIndex((frame) => frame.t === t);
			if (at < 0 && this.closed !== null)
				throw new Error(`no ${t} received: closed with ${this.closed}.`);
			if (at < 0) return null;
			return this.frames.splice(at, 1)[0] as Extract<FromRelay, { t: T }>;
		});
	}

	ended(): Promise<number> {
		return this.until(() => (this.closed === null ? null : this.closed)).then(Number);
	}

	say(frame: FromDevice): void {
		this.ws.send(JSON.stringify(frame));
	}

	sendPart(camera: CameraId, key: boolean, body: Uint8Array): void {
		this.ws.send(partOf(camera, key, body));
	}

	/** Answers a challenge; `changed` falsifies parts of the proof. */
	async prove(
		home: HomeId,
		keys: Keys,
		changed: { origin?: string; device?: DeviceId; home?: HomeId; challenge?: Bytes } = {},
	): Promise<void> {
		const { challenge } = await this.next('challenge');
		const bytes = changed.challenge ?? new Uint8Array(Buffer.from(challenge, 'base64url'));
		const origin = new TextEncoder().encode(changed.origin ?? this.address);
		const covered = loginBytes({
			originHash: await crypto.sha256(origin),
			challenge: bytes,
			...{ home: changed.home ?? home, device: changed.device ?? keys.device },
		});
		const signature = base64url(await crypto.sign(keys.sign.key, covered));
		this.say({ t: 'prove', version: WIRE_VERSION, home, device: keys.device, signature });
	}

	async open(home: TestHome, invitation: string): Promise<void> {
		await this.until(() => this.frames.some(({ t }) => t === 'challenge'));
		this.say({
			...{ t: 'open', version: WIRE_VERSION, invitation },
			roster: home.entries.map(base64url),
		});
		await this.next('opened');
	}

	close(): void {
		this.ws.terminate();
	}

	#look(): void {
		for (const look of [...this.#waiting]) look();
	}
}

/** Connects and authenticates a device. */
export async function arrive(
	address: string,
	home: TestHome,
	keys: Keys = home.first,
	wish: TestDeviceOptions = {},
): Promise<TestDevice> {
	const device = new TestDevice(address, wish);
	await device.prove(home.id, keys);
	await device.next('welcome');
	return device;
}

export function partOf(camera: CameraId, key: boolean, body: Uint8Array): Buffer {
	return Buffer.concat([Buffer.of(1), Buffer.from(camera, 'hex'), Buffer.of(key ? 1 : 0), body]);
}

export const randomHex = (): string => hexOf(crypto.random(16));
