import type { Bytes } from '#domain/base/bytes.ts';
import { CLOSE_CODES, type FromDevice, type FromRelay } from '#protocol/wire.ts';
import type { RelayConnectionState } from './messenger.ts';
import {
	RelayConnection,
	type LoginIdentity,
	type RelayConnectionTools,
	type RelayFailure,
	type Welcome,
} from './relay-connection.ts';
import { RetrySchedule } from './retry-schedule.ts';

const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
/** A refused device may be let in later, by an owner who was offline or by the relay's operator. */
const REFUSED_WAIT_MS = 60_000;
/** A device that was just admitted may reach the relay before its roster entry does. */
const MAX_DENIALS = 3;
const DENIED_WAIT_MS = 1000;
/** A connection that held this long starts over with a short delay. */
const STABLE_MS = 10_000;

export interface LastingConnectionEvents {
	/** Authenticated; once per connection. */
	up(welcome: Welcome): void;
	/** A new token, and what comes with it. */
	renewed(welcome: Welcome): void;
	frame(frame: FromRelay): void;
	part(bytes: Bytes): void;
	down(): void;
	changed(): void;
}

/** A relay connection that is re-established while it is wanted. Nothing here throws. */
export class LastingConnection {
	readonly #tools: RelayConnectionTools;
	readonly #events: LastingConnectionEvents;
	readonly #retry: RetrySchedule;
	#state: RelayConnectionState = { kind: 'none' };
	#origin: string | null = null;
	#identity: LoginIdentity | null = null;
	#connection: RelayConnection | null = null;
	/** Consecutive `not-a-member` answers. */
	#denials = 0;
	#heardMs: number | null = null;
	#upMs = 0;

	constructor(tools: RelayConnectionTools, events: LastingConnectionEvents) {
		this.#tools = tools;
		this.#events = events;
		this.#retry = new RetrySchedule(tools.clock, (failures) =>
			this.#jittered(MIN_WAIT_MS, Math.min(1000 * 2 ** failures, MAX_WAIT_MS)),
		);
	}

	get state(): RelayConnectionState {
		return this.#state;
	}

	get waiting(): number {
		return this.#connection?.waiting ?? 0;
	}

	/** Wall ms when the relay was last heard from; `null`: never. */
	get heardMs(): number | null {
		return this.#connection?.heardMs ?? this.#heardMs;
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
		this.#retry.reset();
		this.#denials = 0;
		this.#drop();
		if (this.#origin === null) this.#set({ kind: 'none' });
		else void this.#connect();
	}

	/** For events that make another attempt worthwhile. */
	retryNow(): void {
		if (this.#state.kind === 'away' || this.#state.kind === 'refused') void this.#connect();
	}

	/** `false` while disconnected. */
	send(frame: FromDevice): boolean {
		if (this.#state.kind !== 'connected') return false;
		this.#connection?.send(frame);
		return true;
	}

	sendPart(bytes: Bytes): void {
		if (this.#state.kind === 'connected') this.#connection?.sendPart(bytes);
	}

	async #connect(): Promise<void> {
		const [origin, identity] = [this.#origin, this.#identity];
		if (origin === null || identity === null) return;
		this.#drop();
		const connection = new RelayConnection(this.#tools, origin);
		this.#connection = connection;
		this.#set({ kind: 'connecting', origin });
		const failure = await connection.open(identity);
		if (connection !== this.#connection) return;
		if (failure !== null) this.#lost(failure);
		else this.#up(connection, origin);
	}

	#up(connection: RelayConnection, origin: string): void {
		const { welcome } = connection;
		if (welcome === null) return;
		this.#upMs = this.#tools.clock.monotonicMs();
		this.#denials = 0;
		this.#set({ kind: 'connected', origin });
		this.#events.up(welcome);
		connection.listen({
			frame: (frame) => {
				if (frame.t === 'welcome') this.#events.renewed(frame);
				else this.#events.frame(frame);
			},
			part: (bytes) => this.#events.part(bytes),
			ended: (failure) => this.#lost(failure),
		});
	}

	/** The connection was not made, or has ended. */
	#lost(failure: RelayFailure): void {
		if (failure.t === 'refused') {
			const { why } = failure;
			if (why === 'not-a-member') this.#deny();
			else if (why === 'unknown-home' || why === 'version') this.#refuse(why);
			else this.#retryLater();
		} else if (failure.code === CLOSE_CODES.revoked) this.#refuse('not-a-member');
		else if (failure.code === CLOSE_CODES.leaving)
			this.#retryLater(this.#jittered(MIN_WAIT_MS, MAX_WAIT_MS));
		else if (failure.code === CLOSE_CODES.tooMuch) this.#retryLater(MAX_WAIT_MS);
		else this.#retryLater();
	}

	/** LK4. */
	#deny(): void {
		this.#denials += 1;
		if (this.#denials >= MAX_DENIALS) this.#refuse('not-a-member');
		else this.#retryLater(this.#jittered(MIN_WAIT_MS, DENIED_WAIT_MS));
	}

	#refuse(why: Extract<RelayConnectionState, { kind: 'refused' }>['why']): void {
		const origin = this.#origin;
		if (origin === null) return;
		this.#drop();
		this.#set({ kind: 'refused', origin, why });
		// Only a reload of the page changes the version.
		if (why !== 'version') this.#retry.after(REFUSED_WAIT_MS, () => void this.#connect());
	}

	#retryLater(waitMs?: number): void {
		const origin = this.#origin;
		if (origin === null) return;
		const { clock } = this.#tools;
		const isUp = this.#state.kind === 'connected';
		if (isUp && clock.monotonicMs() - this.#upMs > STABLE_MS) this.#retry.reset();
		this.#drop();
		const againMs = this.#retry.failed(() => void this.#connect(), waitMs) ?? 0;
		this.#set({ kind: 'away', origin, againMs: clock.wallMs() + againMs });
	}

	/** Random, so that devices do not all reconnect at once. */
	#jittered(minMs: number, maxMs: number): number {
		const [a = 0, b = 0] = this.#tools.crypto.random(2);
		return Math.round(minMs + ((a * 256 + b) / 65_536) * (maxMs - minMs));
	}

	/** Ends the current connection, or the wait for the next; nothing more is heard of it. */
	#drop(): void {
		const connected = this.#state.kind === 'connected';
		this.#retry.stop();
		this.#heardMs = this.heardMs;
		this.#connection?.close();
		this.#connection = null;
		if (connected) this.#events.down();
	}

	#set(state: RelayConnectionState): void {
		this.#state = state;
		this.#events.changed();
	}
}
