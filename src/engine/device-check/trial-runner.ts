import {
	failedFinding,
	whileHidden,
	TRIALS,
	unknownFinding,
	type DeviceFinding,
	type DeviceTrial,
} from '#domain/recording/device-check.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { DeviceProbe } from '#ports/device/device-probe.ts';
import { Deadline } from '#engine/playback/deadline.ts';

export interface TrialRunnerOptions {
	readonly signal: AbortSignal;
	/** What is being tried; then what came out, one by one. */
	readonly onTrial: (trial: DeviceTrial) => void;
	readonly onFinding: (finding: DeviceFinding) => void;
}

/** One trial after the other, each under its deadline: docs/spec/device-check.md, DC3 and DC5. */
export class TrialRunner {
	readonly #clock: Clock;
	readonly #options: TrialRunnerOptions;
	readonly #sight: ReturnType<DeviceProbe['watchVisibility']>;
	readonly #found = new Map<DeviceTrial, DeviceFinding>();
	readonly #deferred: Promise<unknown>[] = [];

	constructor(
		clock: Clock,
		sight: ReturnType<DeviceProbe['watchVisibility']>,
		options: TrialRunnerOptions,
	) {
		this.#clock = clock;
		this.#sight = sight;
		this.#options = options;
	}

	get findings(): DeviceFinding[] {
		return [...this.#found.values()];
	}

	/** The first word on a trial counts, and none after the check was called off. */
	report(finding: DeviceFinding): void {
		if (this.#options.signal.aborted || this.#found.has(finding.trial)) return;
		const said = this.#sight.lost ? whileHidden(finding) : finding;
		this.#found.set(finding.trial, said);
		this.#options.onFinding(said);
	}

	/** `null`: it failed, and that was told. Throws `aborted` when the whole check was called off. */
	async run<T>(
		trial: DeviceTrial,
		ms: number,
		work: (signal: AbortSignal) => Promise<T>,
	): Promise<T | null> {
		const { signal, onTrial } = this.#options;
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
			if (this.#options.signal.aborted) throw calledOff();
			this.report(failedFinding(trial, faultOf(error).kind));
			return null;
		} finally {
			signal.removeEventListener('abort', cancel);
		}
	}

	/** What must be over before anything is removed: called off, it goes on until it notices. */
	defer<T>(work: Promise<T>): Promise<T> {
		this.#deferred.push(work.catch(() => undefined));
		return work;
	}

	async settled(): Promise<void> {
		await Promise.all(this.#deferred);
	}

	/** Whatever nobody spoke of needed something that failed. */
	finish(): void {
		for (const trial of TRIALS) this.report(unknownFinding(trial, 'before'));
	}

	stop(): void {
		this.#sight.stop();
	}
}

function calledOff(): Fault {
	return new Fault('aborted', 'the check was called off');
}
