import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { MAX_ROSTER_ENTRIES } from '#domain/pairing/handshake-messages.ts';
import { loginBytes } from '#domain/home/login.ts';
import {
	CLOSE_CODES,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
	type Refusal,
} from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import type { Relays, RelaySocket } from '#ports/network/relay.ts';

/** Connecting (3 s, by `Relays`) and authenticating. */
const OPEN_TIMEOUT_MS = 8000;
const ANSWER_TIMEOUT_MS = 5000;
const PING_MS = 10_000;
const SILENCE_TIMEOUT_MS = 25_000;
/** Frames that wait for whoever asks or listens. */
const MAX_QUEUED = 1024;
/** The number of a ping that only keeps the connection alive: nobody awaits its answer. */
const KEEP_ALIVE = 0;

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

/** A refusal by the relay, or a fault on the way. */
export type RelayFailure =
	| { readonly t: 'refused'; readonly why: Refusal }
	/** `code` as in `SocketEnd`, if the socket was closed. */
	| { readonly t: 'fault'; readonly fault: Fault; readonly code?: number };

type Frame<T extends FromRelay['t']> = Extract<FromRelay, { readonly t: T }>;
export type Welcome = Frame<'welcome'>;

export interface RelayConnectionEvents {
	/** Every frame that no request took; `welcome` after each renewed proof. */
	frame(frame: FromRelay): void;
	part(bytes: Bytes): void;
	/** The relay or the network ended it; once, and no event after it. */
	ended(failure: RelayFailure): void;
}

/**
 * One socket to a relay, from connecting to its end: authenticated or not, kept alive, with a
 * deadline on every wait. First requests and answers; after `listen` it delivers what comes. Faults
 * are returned, not thrown. Rules: docs/spec/link.md.
 */
export class RelayConnection {
	readonly #tools: RelayConnectionTools;
	readonly #origin: string;
	#socket: RelaySocket | null = null;
	#challenge: string | null = null;
	/** Proves itself again when the relay asks. */
	#identity: LoginIdentity | null = null;
	#welcome: Welcome | null = null;
	#frames: FromRelay[] = [];
	#events: RelayConnectionEvents | null = null;
	#end: RelayFailure | null = null;
	#closed = false;
	/** Each request that waits: for a frame, the socket, the end or its deadline. */
	readonly #waiters = new Listeners();
	#stopPings: () => void = () => undefined;
	#heardMs = 0;
	#heardWallMs: number | null = null;
	#pings = KEEP_ALIVE;

	constructor(tools: RelayConnectionTools, origin: string) {
		this.#tools = tools;
		this.#origin = origin;
	}

	/** What the relay said when it took the first proof; `null`: not authenticated. */
	get welcome(): Welcome | null {
		return this.#welcome;
	}

	/**
	 * Wall ms when the relay was last heard from; `null`: never. Stored rather than derived from the
	 * monotonic clock, which may stop while the device sleeps.
	 */
	get heardMs(): number | null {
		return this.#heardWallMs;
	}

	/** Bytes not sent yet. */
	get waiting(): number {
		return this.#socket?.waiting ?? 0;
	}

	/** Connects, and authenticates unless `identity` is `null`. Call it once. `null`: done. */
	async open(identity: LoginIdentity | null): Promise<RelayFailure | null> {
		const { relays, clock } = this.#tools;
		const untilMs = clock.monotonicMs() + OPEN_TIMEOUT_MS;
		this.#heardMs = clock.monotonicMs();
		this.#stopPings = clock.every(PING_MS, () => this.#keepAlive());
		relays
			.connect(this.#origin, {
				frame: (frame) => this.#receive(frame),
				part: (bytes) => {
					this.#noteHeard();
					this.#events?.part(bytes);
				},
				ended: ({ code }) => this.#fail('offline', 'the relay closed the connection', code),
			})
			.then(
				(socket) => {
					this.#socket = socket;
					if (this.#end !== null) socket.close();
					else this.#waiters.notify();
				},
				(error: unknown) => {
					expectFault(error);
					this.#finish({ t: 'fault', fault: error });
				},
			);
		const failure =
			(await this.#receiveChallenge(OPEN_TIMEOUT_MS)) ??
			(identity && (await this.prove(identity, untilMs - clock.monotonicMs())));
		if (failure !== null) this.close();
		return failure;
	}

	/** Authenticates; call it once, after `open(null)`. `null`: done. */
	async prove(identity: LoginIdentity, ms = ANSWER_TIMEOUT_MS): Promise<RelayFailure | null> {
		const failure = await this.#sendProof(identity);
		if (failure !== null) return failure;
		const welcome = await this.next('welcome', ms);
		if (welcome.t !== 'welcome') return welcome;
		this.#identity = identity;
		this.#welcome = welcome;
		return null;
	}

	/** No effect before `open` has succeeded and after the end. */
	send(frame: FromDevice): void {
		if (this.#end === null) this.#socket?.send(frame);
	}

	sendPart(bytes: Bytes): void {
		if (this.#end === null) this.#socket?.sendPart(bytes);
	}

	/** The next frame of a kind, or why there is none. Frames of other kinds wait for `listen`. */
	async next<T extends FromRelay['t']>(
		kind: T,
		ms = ANSWER_TIMEOUT_MS,
	): Promise<Frame<T> | RelayFailure> {
		const deadline = { passed: false };
		const stop = this.#tools.clock.after(ms, () => {
			deadline.passed = true;
			this.#waiters.notify();
		});
		try {
			for (;;) {
				const frame = this.#takeFrame(kind);
				if (frame?.t === 'refused') return { t: 'refused', why: frame.why };
				if (frame !== undefined) return frame as Frame<T>;
				if (this.#end !== null) return this.#end;
				if (deadline.passed) {
					return faulty('timeout', `no ${kind} from the relay in ${String(ms)} ms`);
				}
				await this.#change();
			}
		} finally {
			stop();
		}
	}

	/** `null`: answered, so everything sent before has been read. */
	async ping(): Promise<RelayFailure | null> {
		this.#pings += 1;
		this.send({ t: 'ping', n: this.#pings });
		const pong = await this.next('pong');
		return pong.t === 'pong' ? null : pong;
	}

	/** Delivers queued and future frames. */
	listen(events: RelayConnectionEvents): void {
		for (;;) {
			if (this.#closed) return;
			const frame = this.#frames.shift();
			if (frame === undefined) break;
			events.frame(frame);
		}
		if (this.#end === null) this.#events = events;
		else events.ended(this.#end);
	}

	/** Reports nothing any more. */
	close(): void {
		this.#closed = true;
		this.#events = null;
		this.#finish(faulty('aborted', 'the connection was closed'));
	}

	#change(): Promise<void> {
		return new Promise((resolve) => {
			const off = this.#waiters.add(() => {
				off();
				resolve();
			});
		});
	}

	/** The socket is awaited as well: a challenge may arrive before the promise of it resolves. */
	#takeFrame(kind: FromRelay['t']): FromRelay | undefined {
		if (this.#socket === null) return undefined;
		const at = this.#frames.findIndex(({ t }) => t === kind || t === 'refused');
		return at < 0 ? undefined : this.#frames.splice(at, 1)[0];
	}

	#receive(frame: FromRelay): void {
		if (this.#end !== null) return;
		this.#noteHeard();
		if (frame.t === 'pong' && frame.n === KEEP_ALIVE) return;
		if (frame.t === 'bye') {
			this.#fail('offline', 'the relay is shutting down', CLOSE_CODES.leaving);
		} else if (frame.t === 'challenge' && this.#identity !== null) {
			this.#challenge = frame.challenge;
			void this.#renewProof(this.#identity);
		} else if (this.#events !== null) this.#events.frame(frame);
		else if (this.#frames.length >= MAX_QUEUED) {
			this.#fail('malformed', 'the relay sent more frames than anybody asked for');
		} else {
			this.#frames.push(frame);
			this.#waiters.notify();
		}
	}

	async #receiveChallenge(ms: number): Promise<RelayFailure | null> {
		const frame = await this.next('challenge', ms);
		if (frame.t !== 'challenge') return frame;
		this.#challenge = frame.challenge;
		return frame.versions.includes(WIRE_VERSION) ? null : { t: 'refused', why: 'version' };
	}

	async #renewProof(identity: LoginIdentity): Promise<void> {
		const failure = await this.#sendProof(identity);
		if (failure !== null) this.#finish(failure);
	}

	/**
	 * Signs the origin connected to, so that a relay in the middle cannot use the proof elsewhere.
	 */
	async #sendProof({ home, device, sign }: LoginIdentity): Promise<RelayFailure | null> {
		const { crypto } = this.#tools;
		const origin = this.#socket?.origin ?? '';
		const challenge = this.#challenge ?? '';
		this.#challenge = null;
		try {
			const originHash = await crypto.sha256(ascii(origin));
			const nonce = bytesOfBase64url(challenge);
			const covered = loginBytes({ originHash, challenge: nonce, home, device });
			const signature = base64urlOf(await crypto.sign(sign.key, covered));
			this.send({ t: 'prove', version: WIRE_VERSION, home, device, signature });
			return null;
		} catch (error) {
			expectFault(error);
			return { t: 'fault', fault: error };
		}
	}

	#noteHeard(): void {
		this.#heardMs = this.#tools.clock.monotonicMs();
		this.#heardWallMs = this.#tools.clock.wallMs();
	}

	#keepAlive(): void {
		if (this.#tools.clock.monotonicMs() - this.#heardMs >= SILENCE_TIMEOUT_MS) {
			this.#fail('timeout', `the relay was silent for ${String(SILENCE_TIMEOUT_MS)} ms`);
		} else this.send({ t: 'ping', n: KEEP_ALIVE });
	}

	#fail(kind: 'offline' | 'timeout' | 'malformed', message: string, code?: number): void {
		this.#finish({ ...faulty(kind, message), ...(code !== undefined && { code }) });
	}

	#finish(failure: RelayFailure): void {
		if (this.#end !== null) return;
		this.#end = failure;
		this.#stopPings();
		this.#socket?.close();
		this.#waiters.notify();
		this.#events?.ended(failure);
		this.#events = null;
	}
}

/** Opens a connection for one purpose, serves it, and closes. Throws what `work` throws. */
export async function callRelay<T>(
	tools: RelayConnectionTools,
	origin: string,
	identity: LoginIdentity | null,
	work: (connection: RelayConnection) => Promise<T>,
): Promise<T | RelayFailure> {
	const connection = new RelayConnection(tools, origin);
	try {
		return (await connection.open(identity)) ?? (await work(connection));
	} finally {
		connection.close();
	}
}

/** `null`: the relay has stored them; otherwise why not. */
export async function appendEntries(
	connection: RelayConnection,
	entries: readonly string[],
): Promise<RelayFailure | null> {
	connection.send({ t: 'append', entries: [...entries] });
	const appended = await connection.next('appended');
	return appended.t === 'appended' ? null : appended;
}

/** The complete roster as the relay has it, unverified. Throws `corrupt`, `malformed`. */
export async function fetchRoster(
	connection: RelayConnection,
): Promise<readonly Bytes[] | RelayFailure> {
	const seq = connection.welcome?.rosterSeq ?? 0;
	if (seq > MAX_ROSTER_ENTRIES) throw new Fault('corrupt', 'the relay has too many entries');
	connection.send({ t: 'roster-since', seq: 0 });
	const entries: Bytes[] = [];
	for (let frames = 0; entries.length < seq; frames += 1) {
		const roster = await connection.next('roster');
		if (roster.t !== 'roster') return roster;
		const isNext = roster.from === entries.length + 1;
		// Entries that are new are pushed in between, but not more often than there are any.
		if (frames > MAX_ROSTER_ENTRIES || (isNext && roster.entries.length === 0))
			throw new Fault('corrupt', 'the relay sent a roster with gaps');
		if (isNext) entries.push(...roster.entries.map(bytesOfBase64url));
	}
	return entries;
}

function faulty(kind: Fault['kind'], message: string): RelayFailure {
	return { t: 'fault', fault: new Fault(kind, message) };
}
