import { expectFault } from '#domain/base/fault.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { remember } from '#domain/base/remember.ts';
import type { Origin, OriginState } from '#domain/footage/origin.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';

/** How long an answer may hold up what is here (PB31). */
const WAIT_MS = 1_500;
/** From then on an origin that does not answer is away. */
const AWAY_MS = 4_000;
/** How soon one that is away or refuses is asked again. */
const RETRY_MS = 5_000;
const MAX_ANSWERS = 64;
/** A day of segments takes some MB. */
const MAX_LONG_ANSWERS = 4;

interface Answer {
	value: unknown;
	/** Of which round it is; -1: there is none yet. */
	round: number;
	pending: Promise<void> | null;
	/** Somebody went on without it. */
	awaited: boolean;
}

export interface Ask<T> {
	readonly name: string;
	readonly work: (footage: Footage) => Promise<T>;
	/** Whether to wait for an answer that is not known yet. */
	readonly wait: boolean;
	/** The answer takes a lot of memory. */
	readonly long?: boolean;
}

/**
 * One origin beyond this device: what it answers is remembered until it says that something
 * changed, and it never holds up anybody for longer than `WAIT_MS`.
 */
export class OriginReader {
	readonly origin: Origin;
	readonly footage: Footage;
	readonly #clock: Pick<Clock, 'after' | 'every' | 'monotonicMs'>;
	readonly #answers = new Map<string, Answer>();
	readonly #longAnswers = new Map<string, Answer>();
	readonly #changes = new Listeners<['state' | 'footage']>();
	#state: OriginState = 'reading';
	#round = 0;
	#slow = false;
	#failedMs = -Infinity;
	#watchers = 0;
	#unwatch: () => void = () => undefined;

	constructor(
		{ origin, footage }: { readonly origin: Origin; readonly footage: Footage },
		clock: Pick<Clock, 'after' | 'every' | 'monotonicMs'>,
	) {
		this.origin = origin;
		this.footage = footage;
		this.#clock = clock;
	}

	get state(): OriginState {
		return this.#state;
	}

	/** `footage`: what was asked for before may have another answer now. */
	on(listener: (change: 'state' | 'footage') => void): () => void {
		return this.#changes.add(listener);
	}

	/** The newest answer that is known; `null`: none, or not yet. */
	async ask<T>({ name, work, wait, long = false }: Ask<T>): Promise<T | null> {
		const answer = this.#answerOf(name, long);
		// Only who watches hears that an answer is out of date.
		if (this.#watchers === 0 || answer.round !== this.#round || answer.pending !== null) {
			if (this.#mayAsk()) answer.pending ??= this.#fetch(answer, work);
			const holds = wait && !this.#slow && ['reading', 'ready'].includes(this.#state);
			if (answer.pending !== null && holds) await this.#within(answer.pending);
			if (this.#isPending(answer)) answer.awaited = true;
		}
		return answer.round < 0 ? null : (answer.value as T);
	}

	/** Keeps looking for changes until the returned function is called. */
	watch(): () => void {
		this.#watchers += 1;
		if (this.#watchers === 1) {
			this.#round += 1;
			const stop = this.footage.watch(() => this.#outdate());
			const stopTrying = this.#clock.every(RETRY_MS, () => void this.#tryAgain());
			this.#unwatch = () => {
				stop();
				stopTrying();
			};
		}
		let stopped = false;
		return () => {
			if (stopped) return;
			stopped = true;
			this.#watchers -= 1;
			if (this.#watchers === 0) this.#unwatch();
		};
	}

	async #tryAgain(): Promise<void> {
		if (this.#state !== 'away') return;
		await this.ask({ name: 'cameras', work: (footage) => footage.cameras(), wait: false });
	}

	#outdate(): void {
		this.#round += 1;
		this.#failedMs = -Infinity;
		this.#slow = false;
		if (this.#state === 'away' || this.#state === 'refused') this.#set('reading');
		this.#changes.notify('footage');
	}

	#mayAsk(): boolean {
		const failed = this.#state === 'away' || this.#state === 'refused';
		return !failed || this.#clock.monotonicMs() - this.#failedMs >= RETRY_MS;
	}

	#isPending({ pending }: Answer): boolean {
		return pending !== null;
	}

	async #within(pending: Promise<void>): Promise<void> {
		let stop: () => void = () => undefined;
		const late = new Promise<void>((resolve) => {
			stop = this.#clock.after(WAIT_MS, () => {
				this.#slow = true;
				resolve();
			});
		});
		await Promise.race([pending, late]).finally(() => stop());
	}

	#fetch<T>(answer: Answer, work: (footage: Footage) => Promise<T>): Promise<void> {
		const round = this.#round;
		const stop = this.#clock.after(AWAY_MS, () => {
			// Whatever becomes of it: it may be asked again.
			if (answer.pending === pending) answer.pending = null;
			this.#failed('away');
		});
		const pending = work(this.footage)
			.then(
				(value) => {
					if (round < answer.round) return;
					answer.value = value;
					answer.round = round;
					this.#slow = false;
					this.#set('ready');
					if (answer.awaited) this.#changes.notify('footage');
				},
				(error: unknown) => {
					expectFault(error);
					// `corrupt`: it answered, if nonsense.
					if (error.kind === 'denied') this.#failed('refused');
					else if (error.kind !== 'corrupt' && error.kind !== 'malformed') this.#failed('away');
				},
			)
			.finally(() => {
				stop();
				if (answer.pending !== pending) return;
				answer.pending = null;
				answer.awaited = false;
			});
		return pending;
	}

	#failed(state: 'away' | 'refused'): void {
		this.#failedMs = this.#clock.monotonicMs();
		this.#set(state);
	}

	#answerOf(name: string, long: boolean): Answer {
		const answers = long ? this.#longAnswers : this.#answers;
		const answer = answers.get(name) ?? { value: null, round: -1, pending: null, awaited: false };
		remember(answers, name, answer, long ? MAX_LONG_ANSWERS : MAX_ANSWERS);
		return answer;
	}

	#set(state: OriginState): void {
		if (state === this.#state) return;
		this.#state = state;
		this.#changes.notify('state');
	}
}
