import {
	failed,
	outOfSight,
	TRIALS,
	untold,
	type Finding,
	type Trial,
} from '#domain/recording/device-check.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Lab } from '#ports/device/lab.ts';
import { Deadline } from '#engine/playback/deadline.ts';

export interface TryingWish {
	readonly signal: AbortSignal;
	/** What is being tried; then what came out, one by one. */
	readonly onTrial: (trial: Trial) => void;
	readonly onFinding: (finding: Finding) => void;
}

/** One trial after the other, each under its deadline: docs/spec/device-check.md, DC3 and DC5. */
export class Trying {
	readonly #clock: Clock;
	readonly #wish: TryingWish;
	readonly #sight: ReturnType<Lab['sight']>;
	readonly #found = new Map<Trial, Finding>();
	readonly #endings: Promise<unknown>[] = [];

	constructor(clock: Clock, sight: ReturnType<Lab['sight']>, wish: TryingWish) {
		this.#clock = clock;
		this.#sight = sight;
		this.#wish = wish;
	}

	get findings(): Finding[] {
		return [...this.#found.values()];
	}

	/** The first word on a trial counts, and none after the check was called off. */
	tell(finding: Finding): void {
		if (this.#wish.signal.aborted || this.#found.has(finding.trial)) return;
		const said = this.#sight.lost ? outOfSight(finding) : finding;
		this.#found.set(finding.trial, said);
		this.#wish.onFinding(said);
	}

	/** `null`: it failed, and that was told. Throws `aborted` when the whole check was called off. */
	async get<T>(
		trial: Trial,
		ms: number,
		work: (signal: AbortSignal) => Promise<T>,
	): Promise<T | null> {
		const { signal, onTrial } = this.#wish;
		if (signal.aborted) throw calledOff();
		onTrial(trial);
		const deadline = new Deadline();
		const cancel = (): void => {
			deadline.cancel();
		};
		signal.addEventListener('abort', cancel);
		try {
			const results: T[] = [];
			await deadline.within(this.#clock, ms, async (stop) => {
				const over = new Promise<never>((_, fail) => {
					stop.addEventListener('abort', () => {
						fail(new Fault('aborted', 'a trial was called off'));
					});
				});
				results.push(await Promise.race([work(stop), over]));
			});
			return results[0] ?? null;
		} catch (error) {
			if (this.#wish.signal.aborted) throw calledOff();
			this.tell(failed(trial, faultOf(error).kind));
			return null;
		} finally {
			signal.removeEventListener('abort', cancel);
		}
	}

	/** What must be over before anything is removed: called off, it goes on until it notices. */
	ends<T>(work: Promise<T>): Promise<T> {
		this.#endings.push(work.catch(() => undefined));
		return work;
	}

	async ended(): Promise<void> {
		await Promise.all(this.#endings);
	}

	/** Whatever nobody spoke of needed something that failed. */
	finish(): void {
		for (const trial of TRIALS) this.tell(untold(trial, 'before'));
	}

	stop(): void {
		this.#sight.stop();
	}
}

function calledOff(): Fault {
	return new Fault('aborted', 'the check was called off');
}
