import { Listeners } from '#domain/base/listeners.ts';
import type { CameraId } from '#domain/base/ids.ts';
import {
	afterRound,
	batteryLow,
	frameLoss,
	ROUND_MS,
	stepEvent,
	stepsBelow,
	FULL_QUALITY,
	type Pressure,
	type FrameTally,
	type DegradationReason,
} from '#domain/recording/quality-ladder.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PowerSource } from '#ports/device/power-source.ts';
import type { PressureMonitor } from '#ports/device/pressure-monitor.ts';
import type { EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

/** What the UI may read. */
export interface QualityStatus {
	/** Why quality is below what was chosen; `null`: it is not. */
	readonly why: DegradationReason | null;
	on(listener: () => void): () => void;
}

type AdaptedRecorder = Pick<
	RecorderControls,
	'state' | 'camera' | 'chosenProfile' | 'encodingStats' | 'on' | 'degrade'
>;

export interface AdaptiveQualityTools {
	readonly clock: Pick<Clock, 'monotonicMs' | 'every'>;
	readonly eventLog: Pick<EventLog, 'add'>;
	readonly pressure: PressureMonitor;
	readonly power: PowerSource;
}

/**
 * Lowers the recording quality when the device cannot keep up, and raises it again. Rules:
 * docs/spec/sparing.md.
 */
export class AdaptiveQuality implements QualityStatus {
	readonly #tools: AdaptiveQualityTools;
	readonly #listeners = new Listeners();
	#ladder = FULL_QUALITY;
	#tally: FrameTally | null = null;
	#pressure: Pressure | null = null;
	/** Stops the rounds; `null`: not running. */
	#unsubscribe: (() => void) | null = null;

	constructor(tools: AdaptiveQualityTools) {
		this.#tools = tools;
	}

	get why(): DegradationReason | null {
		return this.#ladder.why;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	adapt(recorder: AdaptedRecorder): void {
		recorder.on(() => {
			const { state, camera } = recorder;
			if (state.kind === 'recording' && camera !== null) this.#start(recorder, camera);
			else this.#stop();
			const over = state.kind === 'off' || state.kind === 'preview' || state.kind === 'elsewhere';
			if (over) this.#reset(recorder);
		});
	}

	#start(recorder: AdaptedRecorder, camera: CameraId): void {
		if (this.#unsubscribe !== null) return;
		const { clock, pressure } = this.#tools;
		const offs = [
			pressure.watch((now) => (this.#pressure = now)),
			clock.every(ROUND_MS, () => {
				this.#round(recorder, camera);
			}),
		];
		this.#unsubscribe = () => {
			for (const off of offs) off();
		};
	}

	/** Nothing is being saved: earlier measurements say nothing about what follows. */
	#stop(): void {
		this.#unsubscribe?.();
		this.#unsubscribe = null;
		this.#tally = null;
		this.#pressure = null;
	}

	/** SR9: a recording starts at the chosen quality. */
	#reset(recorder: AdaptedRecorder): void {
		if (this.#ladder === FULL_QUALITY) return;
		const { step } = this.#ladder;
		this.#ladder = FULL_QUALITY;
		if (step === 0) return;
		void recorder.degrade(0);
		this.#listeners.notify();
	}

	#round(recorder: AdaptedRecorder, camera: CameraId): void {
		const before = this.#ladder;
		const last = stepsBelow(recorder.chosenProfile).length - 1;
		this.#ladder = afterRound(before, this.#signs(recorder), last);
		const { step, why } = this.#ladder;
		if (step !== before.step) {
			const kind = stepEvent(recorder.chosenProfile, before.step, step);
			if (kind !== null) this.#tools.eventLog.add(camera, kind);
			void recorder.degrade(step);
		}
		if (why !== before.why) this.#listeners.notify();
	}

	#signs({ encodingStats: stats }: AdaptedRecorder) {
		const { clock, power } = this.#tools;
		const before = this.#tally;
		const now = stats === null ? null : { ...stats, atMs: clock.monotonicMs() };
		const lost = before && now ? frameLoss(before, now, now.frameRate) : null;
		// An interval too short to judge (`null`) goes on counting from the same tally.
		if (lost !== null || before?.begunMs !== now?.begunMs) this.#tally = now;
		return {
			lost,
			lateMs: stats?.lateMs ?? null,
			pressure: this.#pressure,
			batteryLow: batteryLow(power.charge),
		};
	}
}
