import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import { CLOSE_CODES, WIRE_VERSION, type FromDevice, type FromRelay } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import type { Relays, RelaySocket } from '#ports/network/relay.ts';
import type { RelayConnectionState } from './messenger.ts';

const LOGIN_TIMEOUT_MS = 5000;
const PING_MS = 10_000;
const SILENCE_TIMEOUT_MS = 25_000;
const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
/** A refused device may be let in later, by an owner who was offline or by the relay's operator. */
const REFUSED_WAIT_MS = 60_000;
/** A device that was just admitted may reach the relay before its roster entry does. */
const MAX_DENIALS = 3;
const DENIED_WAIT_MS = 1000;
/** A connection that held this long starts over with a short delay. */
const STABLE_MS = 10_000;

export interface RelayConnectionTools {
	readonly relays: Relays;
	readonly crypto: Crypto;
	readonly clock: Clock;
}

export interface LoginIdentity {
	readonly home: HomeId;
	readonly device: DeviceId;
	readonly sign: KeyPair<SignKey>;
}

export type Welcome = Extract<FromRelay, { t: 'welcome' }>;

export interface RelayConnectionEvents {
	/** Authenticated; once per connection. */
	up(welcome: Welcome): void;
	/** A new token, and what comes with it. */
	renewed(welcome: Welcome): void;
	frame(frame: FromRelay): void;
	part(bytes: Bytes): void;
	down(): void;
	changed(): void;
}

/**
 * One connection to a relay: authenticated, kept alive, and re-established while it is wanted.
 * Nothing here throws.
 */
export class RelayConnection {
	readonly #tools: RelayConnectionTools;
	readonly #events: RelayConnectionEvents;
	#state: RelayConnectionState = { kind: 'none' };
	#origin: string | null = null;
	#identity: LoginIdentity | null = null;
	#socket: RelaySocket | null = null;
	/** Counts attempts, so that events of an earlier one are ignored. */
	#attempt = 0;
	#failures = 0;
	/** Consecutive `not-a-member` answers. */
	#denials = 0;
	#heardMs = 0;
	/**
	 * The same moment on the wall clock. Stored rather than derived from the monotonic clock, which
	 * may stop while the device sleeps.
	 */
	#heardWallMs: number | null = null;
	#upMs = 0;
	#pings = 0;
	#stops: (() => void)[] = [];

	constructor(tools: RelayConnectionTools, events: RelayConnectionEvents) {
		this.#tools = tools;
		this.#events = events;
	}

	get state(): RelayConnectionState {
		return this.#state;
	}

	get waiting(): number {
		return this.#socket?.waiting ?? 0;
	}

	/** Wall ms when the relay was last heard from; `null`: never. */
	get heardMs(): number | null {
		return this.#heardWallMs;
	}

	/** `null` disconnects. No effect if nothing changed. */
	connectTo(origin: string | null, identity: LoginIdentity | null): void {
		const same =
			origin === this.#origin &&
			identity?.home === this.#identity?.home &&
			identity?.device === this.#identity?.device;
		this.#identity = identity;
		if (same) return;
		this.#origin = identity === null ? null : origin;
		this.#failures = 0;
		this.#denials = 0;
		this.#drop();
		if (this.#origin === null) this.#set({ kind: 'none' });
		else this.#connect();
	}

	/** For events that make another attempt worthwhile. */
	retryNow(): void {
		if (this.#state.kind === 'away' || this.#state.kind === 'refused') this.#connect();
	}

	/** `false` while disconnected. */
	send(frame: FromDevice): boolean {
		if (this.#state.kind !== 'connected') return false;
		this.#socket?.send(frame);
		return true;
	}

	sendPart(bytes: Bytes): void {
		if (this.#state.kind === 'connected') this.#socket?.sendPart(bytes);
	}

	#connect(): void {
		const origin = this.#origin;
		if (origin === null) return;
		this.#drop();
		const attempt = this.#attempt;
		this.#set({ kind: 'connecting', origin });
		this.#after(LOGIN_TIMEOUT_MS + 3000, () => this.#fail());
		const ifCurrent = (handle: () => void): void => {
			if (attempt === this.#attempt) handle();
		};
		this.#tools.relays
			.connect(origin, {
				frame: (frame) => ifCurrent(() => this.#receive(frame)),
				part: (bytes) =>
					ifCurrent(() => {
						this.#noteHeard();
						this.#events.part(bytes);
					}),
				ended: ({ code }) => ifCurrent(() => this.#ended(code)),
			})
			.then(
				(socket) => {
					if (attempt === this.#attempt) this.#socket = socket;
					else socket.close();
				},
				() => ifCurrent(() => this.#fail()),
			);
	}

	#noteHeard(): void {
		this.#heardMs = this.#tools.clock.monotonicMs();
		this.#heardWallMs = this.#tools.clock.wallMs();
	}

	#receive(frame: FromRelay): void {
		this.#noteHeard();
		const connected = this.#state.kind === 'connected';
		switch (frame.t) {
			case 'challenge':
				if (frame.versions.includes(WIRE_VERSION)) void this.#prove(frame.challenge);
				else this.#refuse('version');
				return;
			case 'welcome':
				if (connected) this.#events.renewed(frame);
				else this.#up(frame);
				return;
			case 'refused':
				if (connected) this.#events.frame(frame);
				else if (frame.why === 'not-a-member') this.#deny();
				else if (REFUSALS.has(frame.why)) this.#refuse(frame.why as RefusalReason);
				else this.#fail();
				return;
			case 'bye':
				this.#fail(MAX_WAIT_MS);
				return;
			case 'pong':
				return;
			default:
				if (connected) this.#events.frame(frame);
		}
	}

	/**
	 * Signs the origin connected to, so that a relay in the middle cannot use the proof elsewhere.
	 */
	async #prove(challenge: string): Promise<void> {
		const { crypto } = this.#tools;
		const attempt = this.#attempt;
		const identity = this.#identity;
		const origin = this.#origin;
		if (identity === null || origin === null) return;
		const { home, device, sign } = identity;
		try {
			// The challenge may arrive before the promise of the socket resolves.
			const connectedOrigin = this.#socket?.origin ?? originOf(origin);
			const originHash = await crypto.sha256(new TextEncoder().encode(connectedOrigin));
			const covered = loginBytes({
				originHash,
				challenge: bytesOfBase64url(challenge),
				home,
				device,
			});
			const signature = base64urlOf(await crypto.sign(sign.key, covered));
			if (attempt !== this.#attempt) return;
			this.#socket?.send({ t: 'prove', version: WIRE_VERSION, home, device, signature });
		} catch (error) {
			expectFault(error);
			if (attempt === this.#attempt) this.#fail();
		}
	}

	#up(welcome: Welcome): void {
		const origin = this.#origin;
		if (origin === null) return;
		const { clock } = this.#tools;
		this.#stop();
		this.#upMs = clock.monotonicMs();
		this.#denials = 0;
		this.#stops = [clock.every(PING_MS, () => this.#ping())];
		this.#set({ kind: 'connected', origin });
		this.#events.up(welcome);
	}

	#ping(): void {
		if (this.#tools.clock.monotonicMs() - this.#heardMs >= SILENCE_TIMEOUT_MS) {
			this.#fail();
			return;
		}
		this.#pings += 1;
		this.#socket?.send({ t: 'ping', n: this.#pings });
	}

	#ended(code: number): void {
		if (code === CLOSE_CODES.revoked) this.#refuse('not-a-member');
		else if (code === CLOSE_CODES.leaving) this.#fail(MAX_WAIT_MS);
		else if (code === CLOSE_CODES.tooMuch) this.#fail(MAX_WAIT_MS, MAX_WAIT_MS);
		else this.#fail();
	}

	/** LK4. */
	#deny(): void {
		this.#denials += 1;
		if (this.#denials < MAX_DENIALS) this.#fail(DENIED_WAIT_MS);
		else this.#refuse('not-a-member');
	}

	#refuse(why: RefusalReason): void {
		const origin = this.#origin;
		if (origin === null) return;
		this.#drop();
		this.#set({ kind: 'refused', origin, why });
		// Only a reload of the page changes the version.
		if (why !== 'version') this.#after(REFUSED_WAIT_MS, () => this.#connect());
	}

	/** Retries with full jitter, so that devices do not all reconnect at once. */
	#fail(maxWaitMs = 1000 * 2 ** Math.min(this.#failures, 5), minWaitMs = MIN_WAIT_MS): void {
		const origin = this.#origin;
		if (origin === null) return;
		const { clock } = this.#tools;
		const held = this.#state.kind === 'connected' && clock.monotonicMs() - this.#upMs > STABLE_MS;
		this.#failures = held ? 0 : this.#failures + 1;
		this.#drop();
		const span = Math.max(minWaitMs, Math.min(maxWaitMs, MAX_WAIT_MS)) - minWaitMs;
		const waitMs = Math.round(minWaitMs + this.#random() * span);
		this.#set({ kind: 'away', origin, againMs: clock.wallMs() + waitMs });
		this.#after(waitMs, () => this.#connect());
	}

	#random(): number {
		const [a = 0, b = 0] = this.#tools.crypto.random(2);
		return (a * 256 + b) / 65_536;
	}

	#after(ms: number, work: () => void): void {
		const attempt = this.#attempt;
		this.#stops.push(
			this.#tools.clock.after(ms, () => {
				if (attempt === this.#attempt) work();
			}),
		);
	}

	#stop(): void {
		for (const stop of this.#stops) stop();
		this.#stops = [];
	}

	/** Ends the current connection; later events of its socket are ignored. */
	#drop(): void {
		const connected = this.#state.kind === 'connected';
		this.#attempt += 1;
		this.#stop();
		this.#socket?.close();
		this.#socket = null;
		if (connected) this.#events.down();
	}

	#set(state: RelayConnectionState): void {
		this.#state = state;
		this.#events.changed();
	}
}

type RefusalReason = Extract<RelayConnectionState, { kind: 'refused' }>['why'];
const REFUSALS: ReadonlySet<string> = new Set<RefusalReason>(['unknown-home', 'version']);

function originOf(address: string): string {
	return new URL(address).origin;
}
