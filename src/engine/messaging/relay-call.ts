import { faultOf, Fault } from '#domain/base/fault.ts';
import { WIRE_VERSION, type FromDevice, type FromRelay, type Refusal } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays, RelaySocket } from '#ports/network/relay.ts';

const ANSWER_TIMEOUT_MS = 5000;
const PING_MS = 10_000;
const SILENCE_TIMEOUT_MS = 25_000;

/** A refusal by the relay, or a fault on the way. */
export type RelayFailure =
	{ readonly t: 'refused'; readonly why: Refusal } | { readonly t: 'fault'; readonly fault: Fault };

type Frame<T extends FromRelay['t']> = Extract<FromRelay, { readonly t: T }>;

/**
 * One socket to a relay for requests and answers; after `listen` it only delivers frames. Nothing
 * here throws.
 */
export class RelayCall {
	readonly #clock: Clock;
	#socket: RelaySocket | null = null;
	#frames: FromRelay[] = [];
	#ended = false;
	#wake: () => void = () => undefined;
	#listener: ((frame: FromRelay) => void) | null = null;
	#onEnded: () => void = () => undefined;
	#stop: () => void = () => undefined;
	#heardMs = 0;
	#pings = 0;

	private constructor(clock: Clock) {
		this.#clock = clock;
	}

	static async open(
		relays: Relays,
		clock: Clock,
		origin: string,
	): Promise<RelayCall | RelayFailure> {
		const call = new RelayCall(clock);
		try {
			call.#socket = await relays.connect(origin, {
				frame: (frame) => call.#receive(frame),
				part: () => undefined,
				ended: () => call.#end(),
			});
		} catch (error) {
			return { t: 'fault', fault: faultOf(error) };
		}
		call.#heardMs = clock.monotonicMs();
		call.#stop = clock.every(PING_MS, () => call.#keepAlive());
		return call;
	}

	get origin(): string {
		return this.#socket?.origin ?? '';
	}

	send(frame: FromDevice): void {
		if (!this.#ended) this.#socket?.send(frame);
	}

	/** The next frame of a kind, or why there is none. Frames of other kinds wait for `listen`. */
	async next<T extends FromRelay['t']>(
		kind: T,
		ms = ANSWER_TIMEOUT_MS,
	): Promise<Frame<T> | RelayFailure> {
		const deadline = { passed: false };
		const stop = this.#clock.after(ms, () => {
			deadline.passed = true;
			this.#wake();
		});
		try {
			for (;;) {
				const at = this.#frames.findIndex(({ t }) => t === kind || t === 'refused');
				const [frame] = at < 0 ? [] : this.#frames.splice(at, 1);
				if (frame?.t === 'refused') return { t: 'refused', why: frame.why };
				if (frame !== undefined) return frame as Frame<T>;
				if (this.#ended) return failure('offline', 'the relay closed the connection');
				if (deadline.passed) return failure('timeout', `no ${kind} from the relay in ${ms} ms`);
				await new Promise<void>((resolve) => (this.#wake = resolve));
			}
		} finally {
			stop();
		}
	}

	/** Refused as `version` unless the relay speaks our wire version. */
	async challenge(): Promise<Frame<'challenge'> | RelayFailure> {
		const challenge = await this.next('challenge');
		if (challenge.t !== 'challenge' || challenge.versions.includes(WIRE_VERSION)) return challenge;
		return { t: 'refused', why: 'version' };
	}

	/** Its answer means that everything sent before has been read. */
	async ping(): Promise<Frame<'pong'> | RelayFailure> {
		this.#pings += 1;
		this.send({ t: 'ping', n: this.#pings });
		return this.next('pong');
	}

	/**
	 * Delivers queued and future frames; `ended` once, if the relay or the network closed the socket.
	 */
	listen(frame: (frame: FromRelay) => void, ended: () => void): void {
		this.#listener = frame;
		this.#onEnded = ended;
		const before = this.#frames;
		this.#frames = [];
		for (const one of before) frame(one);
		if (this.#ended) ended();
	}

	close(): void {
		this.#onEnded = () => undefined;
		this.#listener = () => undefined;
		this.#socket?.close();
		this.#end();
	}

	#receive(frame: FromRelay): void {
		this.#heardMs = this.#clock.monotonicMs();
		if (this.#listener !== null) this.#listener(frame);
		else {
			this.#frames.push(frame);
			this.#wake();
		}
	}

	#keepAlive(): void {
		if (this.#clock.monotonicMs() - this.#heardMs > SILENCE_TIMEOUT_MS) {
			this.#socket?.close();
			this.#end();
			return;
		}
		this.#pings += 1;
		this.send({ t: 'ping', n: this.#pings });
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#stop();
		this.#wake();
		this.#onEnded();
	}
}

function failure(kind: 'offline' | 'timeout', message: string): RelayFailure {
	return { t: 'fault', fault: new Fault(kind, message) };
}
