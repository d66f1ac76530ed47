import { Listeners } from '#domain/base/listeners.ts';
import type { CameraId } from '#domain/base/ids.ts';
import {
	detectJolt,
	nextTamperState,
	NO_TAMPER,
	NO_JOLT,
	type BrightnessGrid,
	type TamperSign,
} from '#domain/recording/tamper.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { MotionSensor } from '#ports/device/motion-sensor.ts';
import type { PowerSource } from '#ports/device/power-source.ts';
import type { EndEvent, EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

/** What the UI may read. */
export interface TamperStatus {
	/** What is wrong with the picture now; `null`: nothing. */
	readonly sign: TamperSign | null;
	on(listener: () => void): () => void;
}

/** Detects tampering with this device's camera and logs it. Rules: docs/spec/events.md. */
export class TamperDetector implements TamperStatus {
	readonly #eventLog: Pick<EventLog, 'add' | 'begin'>;
	readonly #clock: Pick<Clock, 'monotonicMs'>;
	readonly #motion: MotionSensor;
	readonly #power: PowerSource;
	readonly #listeners = new Listeners();
	#state = NO_TAMPER;
	#jolts = NO_JOLT;
	#end: EndEvent = () => undefined;
	/** Stops watching motion and power; `null`: not recording. */
	#unsubscribe: (() => void) | null = null;

	constructor(
		eventLog: Pick<EventLog, 'add' | 'begin'>,
		clock: Pick<Clock, 'monotonicMs'>,
		motion: MotionSensor,
		power: PowerSource,
	) {
		this.#eventLog = eventLog;
		this.#clock = clock;
		this.#motion = motion;
		this.#power = power;
	}

	get sign(): TamperSign | null {
		return this.#state.sign;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Watches the camera whenever it records. */
	watch(recorder: Pick<RecorderControls, 'state' | 'camera' | 'on'>): void {
		recorder.on(() => {
			const { state, camera } = recorder;
			if (camera === null || state.kind !== 'recording') this.#stop();
			else this.#start(camera);
		});
	}

	#start(camera: CameraId): void {
		if (this.#unsubscribe !== null) return;
		const offs = [this.#watchMotion(camera), this.#watchPower(camera)];
		this.#unsubscribe = () => {
			for (const off of offs) off();
		};
	}

	#watchMotion(camera: CameraId): () => void {
		return this.#motion.watch((strength) => {
			const { jolts, moved } = detectJolt(this.#jolts, strength, this.#clock.monotonicMs());
			this.#jolts = jolts;
			if (moved) this.#eventLog.add(camera, 'moved');
		});
	}

	/** EV10: the device stopped charging. */
	#watchPower(camera: CameraId): () => void {
		let charging = this.#power.charge?.charging ?? false;
		return this.#power.on(() => {
			const now = this.#power.charge?.charging ?? false;
			if (charging && !now) this.#eventLog.add(camera, 'unplugged');
			charging = now;
		});
	}

	#stop(): void {
		if (this.#unsubscribe === null) return;
		this.#unsubscribe();
		this.#unsubscribe = null;
		this.#set(NO_TAMPER);
	}

	/** Judges the next thumbnail of a camera; `wallUs` is its wall time in µs. */
	inspect(camera: CameraId, grid: BrightnessGrid, wallUs: number): void {
		if (this.#unsubscribe === null) return;
		const before = this.sign;
		const next = nextTamperState(this.#state, grid);
		this.#set(next);
		if (next.sign !== null && next.sign !== before) {
			this.#end = this.#eventLog.begin(camera, next.sign, wallUs);
		}
	}

	#set(next: typeof NO_TAMPER): void {
		const before = this.sign;
		this.#state = next;
		if (next.sign === before) return;
		this.#end();
		this.#end = () => undefined;
		this.#listeners.notify();
	}
}
