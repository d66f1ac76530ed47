/** A relay without sockets or processes: sessions over connections that only record. */
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { loginBytes } from '#domain/home/login.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';
import { ClientSession } from '#relay-core/client-session.ts';
import { networkKeyOf } from '#relay/base/address.ts';
import { sha256 } from '#relay/base/crypto.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { Relay, type RelayChange, type TokenClaims, type VerifyCrypto } from '#relay-core/relay.ts';
import { makeToken } from '#relay/http/token.ts';
import { base64url, type Keys, type TestHome } from './test-device.ts';

const crypto = new WebCrypto();
const ORIGIN = 'https://cam.local:8443';

/** An invitation for one home. */
export const CODE = 'an-invitation';

export interface TestRelay {
	readonly relay: Relay;
	readonly changes: RelayChange[];
	readonly tokenKey: Uint8Array;
	nowMs: number;
	wallMs: number;
}

/** A relay with these homes, each as it was founded. Presence is sent when the test says so. */
export function newTestRelay(homes: readonly TestHome[], crypto = counted): TestRelay {
	const changes: RelayChange[] = [];
	const tokenKey = new Uint8Array(32).fill(7);
	const kept = homes.map(({ id, entries }) => ({ home: id, entries: entries.slice(0, 1) }));
	const host = {
		...{ crypto, wallMs: () => world.wallMs, nowMs: () => world.nowMs },
		...{ soon: () => undefined, ice: () => [], footage: true, count: () => undefined },
		save: (change: RelayChange) => void changes.push(change),
		tokenOf: (claims: TokenClaims) => makeToken(tokenKey, claims),
		failed: (error: unknown) => {
			throw error;
		},
	};
	const relay = new Relay(host, {
		...{ homes: new HomeRegistry(crypto, kept), messages: [], liveBytes: 1_000_000 },
		invitations: new Map([[hashOf(CODE), 90_000_000]]),
		...{ timeouts: true, farewell: null },
	});
	const world: TestRelay = { relay, changes, tokenKey, nowMs: 0, wallMs: 1_000_000 };
	return world;
}

export function hashOf(code: string): string {
	return Buffer.from(sha256(code)).toString('hex');
}

/** Number of hashes and signatures being computed in other threads. */
let underWay = 0;

const counted: VerifyCrypto = {
	random: (length) => crypto.random(length),
	sha256: (bytes) => whileCounted(crypto.sha256(bytes)),
	verifier: (key) => whileCounted(crypto.verifier(key)),
	verify: (...args) => whileCounted(crypto.verify(...args)),
};

async function whileCounted<T>(work: Promise<T>): Promise<T> {
	underWay += 1;
	return work.finally(() => (underWay -= 1));
}

/** Waits until nothing has been pending for a few turns. */
async function settled(): Promise<void> {
	for (let quiet = 0; quiet < 5; quiet += 1) {
		await new Promise((resolve) => setImmediate(resolve));
		if (underWay > 0) quiet = 0;
	}
}

/** One session and what it received. */
export class TestSession {
	readonly said: FromRelay[] = [];
	readonly parts: Uint8Array[] = [];
	closed: number | null = null;
	slow = false;
	offences = 0;
	proofs = 0;
	readonly session: ClientSession;

	constructor({ relay }: TestRelay, origin = ORIGIN, address = 'a') {
		const line = {
			slow: false,
			send: (frame: FromRelay) => void this.said.push(frame),
			sendBytes: (frame: Uint8Array) => void this.parts.push(frame),
			close: (code: number) => {
				if (this.closed !== null) return;
				this.closed = code;
				this.session.ended();
			},
		};
		Object.defineProperty(line, 'slow', { get: () => this.slow });
		this.session = new ClientSession(relay, line, {
			...{ origin, address, network: networkKeyOf(address), rendezvous: 'stranger' },
			offended: () => (this.offences += 1),
			proved: () => (this.proofs += 1),
		});
	}

	/** Sends a frame and waits until everything it triggered has finished. */
	async say(frame: FromDevice | Uint8Array): Promise<this> {
		if (frame instanceof Uint8Array) this.session.receivePart(frame);
		else this.session.receiveText(Buffer.from(JSON.stringify(frame)));
		await this.settled();
		return this;
	}

	/** Waits until everything that was sent has been handled. */
	settled(): Promise<void> {
		return settled();
	}

	get last(): FromRelay | undefined {
		return this.said.at(-1);
	}

	get refusal(): string | null {
		return this.last?.t === 'refused' ? this.last.why : null;
	}

	get challenge(): Bytes {
		const found = this.said.findLast((frame) => frame.t === 'challenge');
		return new Uint8Array(Buffer.from(found?.challenge ?? '', 'base64url'));
	}

	async prove(home: TestHome, keys: Keys = home.first, change: object = {}): Promise<this> {
		const login = {
			...{ originHash: sha256(ORIGIN), challenge: this.challenge },
			...{ home: home.id, device: keys.device, ...change },
		};
		const signature = base64url(await crypto.sign(keys.sign.key, loginBytes(login)));
		return this.say({ t: 'prove', version: 1, home: home.id, device: keys.device, signature });
	}
}
