import type { CameraId } from '#domain/base/ids.ts';
import {
	afterRound,
	batteryLow,
	lostBetween,
	ROUND_MS,
	stepEvent,
	stepsBelow,
	UNSPARED,
	type Pressure,
	type Tally,
	type Why,
} from '#domain/recording/sparing.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Power } from '#ports/device/power.ts';
import type { Strain } from '#ports/device/strain.ts';
import type { Happenings } from './happenings.ts';
import type { RecorderControls } from './recording.ts';

/** What screens may ask. */
export interface Thrift {
	/** Why less is recorded than was chosen; `null`: it is not. */
	readonly why: Why | null;
	on(listener: () => void): () => void;
}

type Followed = Pick<RecorderControls, 'state' | 'camera' | 'chosen' | 'effort' | 'on' | 'spare'>;

export interface SparingTools {
	readonly clock: Pick<Clock, 'monotonicMs' | 'every'>;
	readonly happenings: Pick<Happenings, 'note'>;
	readonly strain: Strain;
	readonly power: Power;
}

/**
 * Makes the recorder do less where the device cannot keep up, and more again. Rules:
 * docs/spec/sparing.md.
 */
export class Sparing implements Thrift {
	readonly #tools: SparingTools;
	readonly #listeners = new Set<() => void>();
	#ladder = UNSPARED;
	#tally: Tally | null = null;
	#pressure: Pressure | null = null;
	/** Ends the rounds; `null`: there are none. */
	#pause: (() => void) | null = null;

	constructor(tools: SparingTools) {
		this.#tools = tools;
	}

	get why(): Why | null {
		return this.#ladder.why;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	follow(recorder: Followed): void {
		recorder.on(() => {
			const { state, camera } = recorder;
			if (state.kind === 'recording' && camera !== null) this.#begin(recorder, camera);
			else this.#rest();
			const over = state.kind === 'off' || state.kind === 'preview' || state.kind === 'elsewhere';
			if (over) this.#forget(recorder);
		});
	}

	#begin(recorder: Followed, camera: CameraId): void {
		if (this.#pause !== null) return;
		const { clock, strain } = this.#tools;
		const offs = [
			strain.watch((pressure) => (this.#pressure = pressure)),
			clock.every(ROUND_MS, () => {
				this.#round(recorder, camera);
			}),
		];
		this.#pause = () => {
			for (const off of offs) off();
		};
	}

	/** Nothing is saved: what was seen so far says nothing about what comes. */
	#rest(): void {
		this.#pause?.();
		this.#pause = null;
		this.#tally = null;
		this.#pressure = null;
	}

	/** SR9. */
	#forget(recorder: Followed): void {
		if (this.#ladder === UNSPARED) return;
		const { step } = this.#ladder;
		this.#ladder = UNSPARED;
		if (step === 0) return;
		void recorder.spare(0);
		this.#tell();
	}

	#round(recorder: Followed, camera: CameraId): void {
		const before = this.#ladder;
		const last = stepsBelow(recorder.chosen).length - 1;
		this.#ladder = afterRound(before, this.#signs(recorder), last);
		const { step, why } = this.#ladder;
		if (step !== before.step) {
			const kind = stepEvent(recorder.chosen, before.step, step);
			if (kind !== null) this.#tools.happenings.note(camera, kind);
			void recorder.spare(step);
		}
		if (why !== before.why) this.#tell();
	}

	#signs({ effort }: Followed) {
		const { clock, power } = this.#tools;
		const before = this.#tally;
		const now = effort === null ? null : { ...effort, atMs: clock.monotonicMs() };
		const lost = before && now ? lostBetween(before, now, now.frameRate) : null;
		// Too little to tell is counted on.
		if (lost !== null || before?.begunMs !== now?.begunMs) this.#tally = now;
		return {
			lost,
			lateMs: effort?.lateMs ?? null,
			pressure: this.#pressure,
			batteryLow: batteryLow(power.charge),
		};
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
