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
	/** Called when a trial starts. `onFinding`: called with each result. */
	readonly onTrial: (trial: DeviceTrial) => void;
	readonly onFinding: (finding: DeviceFinding) => void;
}

/** Runs trials one by one, each with a deadline. Rules: docs/spec/device-check.md, DC3 and DC5. */
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

	/** The first finding per trial counts. Ignored after the check was cancelled. */
	report(finding: DeviceFinding): void {
		if (this.#options.signal.aborted || this.#found.has(finding.trial)) return;
		const adjusted = this.#sight.lost ? whileHidden(finding) : finding;
		this.#found.set(finding.trial, adjusted);
		this.#options.onFinding(adjusted);
	}

	/**
	 * `null`: the trial failed, and that was reported. Throws `aborted` if the check was cancelled.
	 */
	async run<T>(
		trial: DeviceTrial,
		ms: number,
		work: (signal: AbortSignal) => Promise<T>,
	): Promise<T | null> {
		const { signal, onTrial } = this.#options;
		if (signal.aborted) throw cancelled();
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
						fail(new Fault('aborted', 'the trial was cancelled or timed out'));
					});
				});
				results.push(await Promise.race([work(stop), over]));
			});
			return results[0] ?? null;
		} catch (error) {
			if (this.#options.signal.aborted) throw cancelled();
			this.report(failedFinding(trial, faultOf(error).kind));
			return null;
		} finally {
			signal.removeEventListener('abort', cancel);
		}
	}

	/** Registers work that `settled` waits for: cancelled work goes on until it notices. */
	defer<T>(work: Promise<T>): Promise<T> {
		this.#deferred.push(work.catch(() => undefined));
		return work;
	}

	async settled(): Promise<void> {
		await Promise.all(this.#deferred);
	}

	/** Trials without a finding depended on something that failed. */
	finish(): void {
		for (const trial of TRIALS) this.report(unknownFinding(trial, 'before'));
	}

	stop(): void {
		this.#sight.stop();
	}
}

function cancelled(): Fault {
	return new Fault('aborted', 'the device check was cancelled');
}
