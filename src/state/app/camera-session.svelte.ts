import { subscribed } from './subscribed.ts';
import type { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import { batteryLow, type DegradationReason } from '#domain/recording/quality-ladder.ts';
import type { TamperSign } from '#domain/recording/tamper.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { ScheduleStatus } from '#engine/recording/scheduler.ts';
import type { BatteryCharge } from '#ports/device/power-source.ts';
import type { Engine, LocalCamera } from './engine.ts';

/** A camera of this device, as all its screens share it. */
export class CameraSession {
	/** What it is made of. */
	readonly parts: LocalCamera;
	/** Recording was on before the reload, and could not even be attempted. */
	unresumed = $state(false);
	/**
	 * Resolves once it is known whether recording resumes by itself: the browser may prompt first.
	 */
	readonly resumed: Promise<unknown>;
	/** End of the footage that existed when the page opened. */
	#footageEndUs = $state(0);
	/** End of what was recorded since, in wall ms. */
	#savedMs = $state(0);
	readonly #engine: Engine;
	readonly #subscribe: () => void;

	constructor(engine: Engine, parts: LocalCamera) {
		this.#engine = engine;
		this.parts = parts;
		const { recorder, scheduler, tamperDetector, adaptiveQuality, preferences } = parts;
		this.#subscribe = subscribed(
			...[recorder, scheduler, tamperDetector, adaptiveQuality, preferences],
			...[engine.localDevice, engine.power],
		);
		recorder.on(() => {
			const { state } = recorder;
			if (state.kind !== 'recording') return;
			this.#savedMs = state.saved.untilMs;
			this.unresumed = false;
		});
		this.resumed = this.#resume();
	}

	get number(): number {
		return this.parts.number;
	}

	/** `null`: not known now. */
	get id(): CameraId | null {
		this.#subscribe();
		return this.#engine.cameras.idOf(this.number);
	}

	/** `null`: it has no name yet. */
	get name(): string | null {
		const { id } = this;
		const { state } = this.#engine.localDevice;
		if (state.kind !== 'ready') return null;
		return state.cameras.find((camera) => camera.id === id)?.name ?? null;
	}

	get recorder(): RecorderState {
		this.#subscribe();
		return this.parts.recorder.state;
	}

	/** Recording was asked for, whether or not something is being saved now. */
	get armed(): boolean {
		return ['starting', 'recording', 'blind'].includes(this.recorder.kind);
	}

	/**
	 * Why nothing is being saved although recording is on; `null`: it is saved, or recording is off.
	 */
	get blind(): RunEnd | null {
		const { recorder } = this;
		return recorder.kind === 'blind' ? recorder.why : null;
	}

	/** Wall time (ms) of the end of the saved footage; `null`: there is none. */
	get savedUntilMs(): number | null {
		const { recorder } = this;
		const nowMs = recorder.kind === 'recording' ? recorder.saved.untilMs : 0;
		return Math.max(this.#footageEndUs / 1000, nowMs, this.#savedMs) || null;
	}

	/** GO1: it should record, and needs the user. The fault says why. */
	get stuck(): Fault | null {
		const { recorder } = this;
		if (recorder.kind === 'blind' && recorder.view === null) return recorder.fault;
		return recorder.kind === 'off' && this.unresumed ? recorder.fault : null;
	}

	/** What the schedule does; `null`: not known yet. */
	get planned(): ScheduleStatus | null {
		this.#subscribe();
		return this.parts.scheduler.now;
	}

	/** What is wrong with the picture although it is saved. */
	get tamperSign(): TamperSign | null {
		this.#subscribe();
		return this.parts.tamperDetector.sign;
	}

	/** Why the quality is below the chosen one; `null`: it is not. */
	get degradation(): DegradationReason | null {
		this.#subscribe();
		return this.parts.adaptiveQuality.why;
	}

	/** The name of the chosen lens when it is missing and another is used; `null`: it is used. */
	get missingLens(): string | null {
		const { recorder } = this;
		return ('view' in recorder ? recorder.view?.instead : null) ?? null;
	}

	/** A low battery while recording, not charging; `null`: none. */
	get lowBattery(): BatteryCharge | null {
		const { charge } = this.#engine.power;
		return this.armed && batteryLow(charge) ? charge : null;
	}

	/** GO7: its settings whose stored value is not understood. */
	get ignored(): readonly string[] {
		this.#subscribe();
		return this.parts.preferences.ignored;
	}

	async #resume(): Promise<void> {
		const { recorder, begun } = this.parts;
		try {
			const runs = recorder.camera ? await this.#engine.segments.runs(recorder.camera) : [];
			this.#footageEndUs = runs.reduce((last, { endUs }) => Math.max(last, endUs), 0);
		} catch {
			// The player reports what is wrong with the store.
		}
		await begun;
		this.unresumed = recorder.state.kind === 'off' && recorder.state.fault !== null;
	}
}
