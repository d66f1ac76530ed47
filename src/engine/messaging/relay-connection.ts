import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
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
/**
 * Whoever was refused may be let in later: by an owner who was away, or by a person at the relay.
 */
const REFUSED_WAIT_MS = 60_000;
/** Whoever was let in just now may be quicker than the owner's word about it. */
const MAX_DENIALS = 3;
const DENIED_WAIT_MS = 1000;
/** A line that held so long begins again with a short wait. */
const STABLE_MS = 10_000;

export interface RelayConnectionTools {
	readonly relays: Relays;
	readonly crypto: Crypto;
	readonly clock: Clock;
}

/** Who wants to be let in. */
export interface LoginIdentity {
	readonly home: HomeId;
	readonly device: DeviceId;
	readonly sign: KeyPair<SignKey>;
}

export type Welcome = Extract<FromRelay, { t: 'welcome' }>;

export interface RelayConnectionEvents {
	/** Let in; said once a connection. */
	up(welcome: Welcome): void;
	/** The token is new, and what goes with it. */
	renewed(welcome: Welcome): void;
	frame(frame: FromRelay): void;
	part(bytes: Bytes): void;
	down(): void;
	changed(): void;
}

/**
 * One line to a relay, proved, kept alive and made anew for as long as it is wanted. Nothing here
 * throws.
 */
export class RelayConnection {
	readonly #tools: RelayConnectionTools;
	readonly #events: RelayConnectionEvents;
	#state: RelayConnectionState = { kind: 'none' };
	#origin: string | null = null;
	#identity: LoginIdentity | null = null;
	#socket: RelaySocket | null = null;
	/** Counts tries: what an older one still says is not heard. */
	#try = 0;
	#failures = 0;
	/** How often in a row it was told that it is no member. */
	#denials = 0;
	#heardMs = 0;
	/**
	 * The same moment by the wall clock: what it counted while the device slept is no sign of the
	 * relay.
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

	/** Wall ms when the relay was last heard; `null`: not yet. */
	get heardMs(): number | null {
		return this.#heardWallMs;
	}

	/** Where to, and as whom; `null` ends it. The same again changes nothing. */
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

	/** Something happened that makes another try worth while. */
	retryNow(): void {
		if (this.#state.kind === 'away' || this.#state.kind === 'refused') this.#connect();
	}

	/** False where it cannot go. */
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
		const now = this.#try;
		this.#set({ kind: 'connecting', origin });
		this.#later(LOGIN_TIMEOUT_MS + 3000, () => this.#fail());
		const heard = (hear: () => void): void => {
			if (now === this.#try) hear();
		};
		this.#tools.relays
			.connect(origin, {
				frame: (frame) => heard(() => this.#receive(frame)),
				part: (bytes) =>
					heard(() => {
						this.#noteHeard();
						this.#events.part(bytes);
					}),
				ended: ({ code }) => heard(() => this.#ended(code)),
			})
			.then(
				(socket) => {
					if (now === this.#try) this.#socket = socket;
					else socket.close();
				},
				() => heard(() => this.#fail()),
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

	/** For the origin that was connected to: a relay in between cannot use it elsewhere. */
	async #prove(challenge: string): Promise<void> {
		const { crypto } = this.#tools;
		const now = this.#try;
		const identity = this.#identity;
		const origin = this.#origin;
		if (identity === null || origin === null) return;
		const { home, device, sign } = identity;
		try {
			// The socket itself may not be known yet: the challenge can be quicker than the promise.
			const said = this.#socket?.origin ?? originOf(origin);
			const originHash = await crypto.sha256(new TextEncoder().encode(said));
			const covered = loginBytes({
				originHash,
				challenge: bytesOfBase64url(challenge),
				home,
				device,
			});
			const signature = base64urlOf(await crypto.sign(sign.key, covered));
			if (now !== this.#try) return;
			this.#socket?.send({ t: 'prove', version: WIRE_VERSION, home, device, signature });
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			if (now === this.#try) this.#fail();
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
		// Another version does not come by itself.
		if (why !== 'version') this.#later(REFUSED_WAIT_MS, () => this.#connect());
	}

	/** Away for a while: full jitter, so that a relay that comes back is not run over. */
	#fail(most = 1000 * 2 ** Math.min(this.#failures, 5), least = MIN_WAIT_MS): void {
		const origin = this.#origin;
		if (origin === null) return;
		const { clock } = this.#tools;
		const held = this.#state.kind === 'connected' && clock.monotonicMs() - this.#upMs > STABLE_MS;
		this.#failures = held ? 0 : this.#failures + 1;
		this.#drop();
		const span = Math.max(least, Math.min(most, MAX_WAIT_MS)) - least;
		const waitMs = Math.round(least + this.#chance() * span);
		this.#set({ kind: 'away', origin, againMs: clock.wallMs() + waitMs });
		this.#later(waitMs, () => this.#connect());
	}

	#chance(): number {
		const [a = 0, b = 0] = this.#tools.crypto.random(2);
		return (a * 256 + b) / 65_536;
	}

	#later(ms: number, work: () => void): void {
		const now = this.#try;
		this.#stops.push(
			this.#tools.clock.after(ms, () => {
				if (now === this.#try) work();
			}),
		);
	}

	#stop(): void {
		for (const stop of this.#stops) stop();
		this.#stops = [];
	}

	/** Ends what there is of a connection; its socket says nothing more. */
	#drop(): void {
		const connected = this.#state.kind === 'connected';
		this.#try += 1;
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
