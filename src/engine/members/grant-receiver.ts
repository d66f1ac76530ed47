import { Serial } from '#domain/base/serial.ts';
import { Listeners, only } from '#domain/base/listeners.ts';
import { bytesOfBase64url } from '#domain/base/base64url.ts';
import { expectFault, type FaultKind } from '#domain/base/fault.ts';
import { parseGrant } from '#domain/home/grant.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { Message } from '#protocol/message.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Vault } from '#ports/keys/vault.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { cameraIdsOf, openGrant } from '#engine/home/keys.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { Messenger, Sender } from '#engine/messaging/messenger.ts';

/** Faults of the grant itself; any other fault is the vault's. */
const FORGERY_FAULTS: readonly FaultKind[] = ['corrupt', 'malformed', 'unsupported'];

export interface GrantReceiverDependencies {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly messenger: Messenger;
}

/**
 * Viewer side: requests keys from cameras and stores what it is granted. Rules:
 * docs/spec/identity.md, ID39.
 */
export class GrantReceiver {
	readonly #tools: GrantReceiverDependencies;
	readonly #listeners = new Listeners<[CameraId]>();
	/** Camera devices asked since they came online; `true`: asked as an owner. */
	readonly #asked = new Map<DeviceId, boolean>();
	#refused = 0;
	readonly #serial = new Serial();

	constructor(tools: GrantReceiverDependencies) {
		this.#tools = tools;
	}

	/** Number of invalid grants and home keys received. */
	get refused(): number {
		return this.#refused;
	}

	begin(): void {
		const { messenger, homeRoster } = this.#tools;
		messenger.onMessage((message, from) => this.#enqueue(() => this.#onMessage(message, from)));
		messenger.on(only(['presence'], () => this.#enqueue(() => this.#requestAll())));
		homeRoster.on(() => this.#enqueue(() => this.#requestAll()));
	}

	/** Called when there are new keys of a camera. */
	on(listener: (camera: CameraId) => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Requests the keys of a device's cameras: the newest of each, or all but of the `known`. */
	async request(device: DeviceId, known: readonly CameraId[], earlier = false): Promise<void> {
		const cameras = [...known];
		await this.#tools.messenger.sendAction(device, { t: 'want-grants', earlier, known: cameras });
	}

	/** Asks each camera device that came online; an owner also for the earlier keys it lacks. */
	async #requestAll(): Promise<void> {
		const { localDevice, homeRoster, messenger, crypto, vault } = this.#tools;
		const identity = localDevice.unlocked?.identity;
		const mine = identity && homeRoster.member(identity.device)?.roles;
		for (const device of [...this.#asked.keys()])
			if (!messenger.online.has(device)) this.#asked.delete(device);
		if (!identity || !mine || !may(mine, 'footage')) return;
		for (const device of messenger.online) {
			const roles = homeRoster.member(device)?.roles;
			if (device === identity.device || !may(roles ?? [], 'record')) continue;
			const owner = may(mine, 'earlier');
			if (this.#asked.get(device) === true || this.#asked.get(device) === owner) continue;
			this.#asked.set(device, owner);
			const known: CameraId[] = [];
			for (const camera of await cameraIdsOf(crypto, device))
				if (owner && (await vault.epoch(camera, 1)) !== null) known.push(camera);
			await this.request(device, known, owner);
		}
	}

	async #onMessage(message: Message, from: Sender): Promise<void> {
		if (message.t === 'home-key') {
			if (!may(from.roles, 'manage')) return;
			await this.#counted(() =>
				this.#tools.homeRoster.acceptHomeKey(bytesOfBase64url(message.grant)),
			);
			return;
		}
		if (message.t !== 'grants') return;
		const camera = await this.#cameraOf(from.device, message.camera);
		const signer = this.#tools.homeRoster.member(from.device)?.subject?.sign;
		if (camera === null || !signer) {
			this.#refused += message.grants.length;
			return;
		}
		await this.#storeAll(camera, signer, message.grants.map(bytesOfBase64url));
	}

	/**
	 * Stores grants that lie beside footage elsewhere. Their camera may have left the home: what it
	 * signed before stays valid (ID35).
	 */
	take(camera: CameraId, grants: readonly Bytes[]): Promise<void> {
		return this.#serial.run(async () => {
			const signer = await this.#signerOf(camera);
			if (signer === null) this.#refused += grants.length;
			else await this.#storeAll(camera, signer, grants);
		});
	}

	async #storeAll(camera: CameraId, signer: Bytes, grants: readonly Bytes[]): Promise<void> {
		let kept = 0;
		for (const grant of grants)
			if (await this.#counted(() => this.#store(camera, signer, grant))) kept += 1;
		if (kept > 0) this.#listeners.notify(camera);
	}

	/** `null`: no past or present device of the home has that camera. */
	async #signerOf(camera: CameraId): Promise<Bytes | null> {
		const { crypto, homeRoster } = this.#tools;
		for (const [device, { sign }] of homeRoster.roster?.past.devices ?? [])
			if ((await cameraIdsOf(crypto, device)).includes(camera)) return sign;
		return null;
	}

	/** `null`: not a camera of that device. No device can grant for another. */
	async #cameraOf(device: DeviceId, said: string): Promise<CameraId | null> {
		const cameras = await cameraIdsOf(this.#tools.crypto, device);
		return cameras.find((camera) => camera === said) ?? null;
	}

	async #store(camera: CameraId, signer: Bytes, grant: Bytes): Promise<void> {
		const { crypto, vault, localDevice, homeRoster } = this.#tools;
		const identity = localDevice.unlocked?.identity;
		if (!identity) return;
		const { number, wallMs } = parseGrant(grant).grant;
		if ((await vault.epoch(camera, number)) !== null) return;
		const subject = { home: identity.home, camera, number, recipient: identity.device };
		const raw = await openGrant(crypto, grant, subject, identity.kem, [signer]);
		const facts = { number, madeMs: wallMs, rosterSeq: homeRoster.entries.length };
		await vault.addEpoch(camera, facts, { key: await crypto.secret(raw), raw, grant });
		raw.fill(0);
	}

	async #counted(work: () => Promise<void>): Promise<boolean> {
		try {
			await work();
			return true;
		} catch (error) {
			expectFault(error);
			if (FORGERY_FAULTS.includes(error.kind)) this.#refused += 1;
			return false;
		}
	}

	#enqueue(work: () => Promise<void>): void {
		this.#serial.run(work).catch(expectFault);
	}
}
