import type { CameraId } from '#domain/base/ids.ts';
import {
	jolted,
	judged,
	UNJUDGED,
	UNMOVED,
	type Look,
	type Wrong,
} from '#domain/recording/tamper.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Motion } from '#ports/device/motion.ts';
import type { Power } from '#ports/device/power.ts';
import type { End, Happenings } from './happenings.ts';
import type { RecorderControls } from './recording.ts';

/** What screens may ask. */
export interface Watchfulness {
	/** What is wrong with the picture right now. */
	readonly wrong: Wrong | null;
	on(listener: () => void): () => void;
}

/** Looks after signs of tampering at the camera that this device is. Rules: docs/spec/events.md. */
export class Sentry implements Watchfulness {
	readonly #happenings: Pick<Happenings, 'note' | 'begin'>;
	readonly #clock: Pick<Clock, 'monotonicMs'>;
	readonly #motion: Motion;
	readonly #power: Power;
	readonly #listeners = new Set<() => void>();
	#judgement = UNJUDGED;
	#jolts = UNMOVED;
	#end: End = () => undefined;
	/** Ends the watch over motion and power; `null`: nothing records. */
	#still: (() => void) | null = null;

	constructor(
		happenings: Pick<Happenings, 'note' | 'begin'>,
		clock: Pick<Clock, 'monotonicMs'>,
		motion: Motion,
		power: Power,
	) {
		this.#happenings = happenings;
		this.#clock = clock;
		this.#motion = motion;
		this.#power = power;
	}

	get wrong(): Wrong | null {
		return this.#judgement.wrong;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Looks after the camera for as long as it records. */
	follow(recorder: Pick<RecorderControls, 'state' | 'camera' | 'on'>): void {
		recorder.on(() => {
			const { state, camera } = recorder;
			if (camera === null || state.kind !== 'recording') this.#rest();
			else this.#begin(camera);
		});
	}

	#begin(camera: CameraId): void {
		if (this.#still !== null) return;
		const offs = [this.#feel(camera), this.#guardPower(camera)];
		this.#still = () => {
			for (const off of offs) off();
		};
	}

	#feel(camera: CameraId): () => void {
		return this.#motion.watch((strength) => {
			const { jolts, moved } = jolted(this.#jolts, strength, this.#clock.monotonicMs());
			this.#jolts = jolts;
			if (moved) this.#happenings.note(camera, 'moved');
		});
	}

	/** EV10. */
	#guardPower(camera: CameraId): () => void {
		let charging = this.#power.charge?.charging ?? false;
		return this.#power.on(() => {
			const now = this.#power.charge?.charging ?? false;
			if (charging && !now) this.#happenings.note(camera, 'unplugged');
			charging = now;
		});
	}

	/** Nothing is known of the picture any more. */
	#rest(): void {
		if (this.#still === null) return;
		this.#still();
		this.#still = null;
		this.#judge(UNJUDGED);
	}

	/** The next picture of a camera, of wall time `wallUs`. */
	see(camera: CameraId, look: Look, wallUs: number): void {
		if (this.#still === null) return;
		const before = this.wrong;
		const next = judged(this.#judgement, look);
		this.#judge(next);
		if (next.wrong !== null && next.wrong !== before) {
			this.#end = this.#happenings.begin(camera, next.wrong, wallUs);
		}
	}

	#judge(next: typeof UNJUDGED): void {
		const before = this.wrong;
		this.#judgement = next;
		if (next.wrong === before) return;
		this.#end();
		this.#end = () => undefined;
		for (const listener of this.#listeners) listener();
	}
}
