import { createSubscriber } from 'svelte/reactivity';
import { idFrom, type CameraId } from '#domain/ids.ts';
import type { PlayerControls, PlayerState } from '#engine/playing.ts';
import type { Engine } from './engine.ts';

const BEFORE_END_US = 10_000_000;

/** One player on one element, for the page that shows it. */
export class Playback {
	#player = $state.raw<PlayerControls | null>(null);
	/** Days with footage around the one on show, ms of a moment in them. */
	dayBeforeMs = $state<number | null>(null);
	dayAfterMs = $state<number | null>(null);
	/** The address names no camera. */
	unknown = $state(false);
	readonly #engine: Engine;
	#subscribe: () => void = () => undefined;
	#camera: CameraId | null = null;
	#closed = false;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	get state(): PlayerState | null {
		this.#subscribe();
		return this.#player?.state ?? null;
	}

	/** `address`: the camera's id as the address names it. */
	async open(video: HTMLVideoElement, address: string): Promise<void> {
		const camera = idFrom<CameraId>(address);
		this.unknown = camera === null;
		if (camera === null) return;
		const player = await this.#engine.player(video);
		if (this.#closed) {
			player.close();
			return;
		}
		this.#camera = camera;
		this.#subscribe = createSubscriber((update) => player.on(update));
		let day = 0;
		this.#off = player.on(() => {
			const startUs = player.state.day?.startUs ?? 0;
			if (startUs === day) return;
			day = startUs;
			void this.#lookAround();
		});
		this.#player = player;
		await player.open(camera, await this.#lastMoment(camera));
	}

	close(): void {
		this.#closed = true;
		this.#off();
		this.#player?.close();
	}

	async play(): Promise<void> {
		await this.#player?.play();
	}

	pause(): void {
		this.#player?.pause();
	}

	async seek(wallMs: number): Promise<void> {
		await this.#player?.seek(wallMs);
	}

	async skip(ms: number): Promise<void> {
		await this.#player?.skip(ms);
	}

	async retry(): Promise<void> {
		if (this.#camera !== null) await this.#player?.open(this.#camera);
	}

	/** A little before the end, so that there is something to play. */
	async #lastMoment(camera: CameraId): Promise<number | undefined> {
		const last = (await this.#engine.segments.runs(camera)).findLast(({ lastSeq }) => lastSeq > 0);
		return last && Math.max(last.startUs, last.endUs - BEFORE_END_US) / 1000;
	}

	async #lookAround(): Promise<void> {
		const day = this.#player?.state.day;
		if (!day || this.#camera === null) return;
		const runs = await this.#engine.segments.runs(this.#camera);
		const before = runs.filter(({ startUs, lastSeq }) => lastSeq > 0 && startUs < day.startUs);
		const after = runs.filter(({ endUs, lastSeq }) => lastSeq > 0 && endUs > day.endUs);
		this.dayBeforeMs =
			before.length === 0
				? null
				: Math.max(...before.map(({ endUs }) => Math.min(endUs, day.startUs) / 1000 - 1000));
		this.dayAfterMs =
			after.length === 0
				? null
				: Math.min(...after.map(({ startUs }) => Math.max(startUs, day.endUs) / 1000));
	}
}
