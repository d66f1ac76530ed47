import { SvelteSet } from 'svelte/reactivity';
import { subscribed } from '#state/app/subscribed.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { CAMERA_NEEDS, type CameraNeed } from '#domain/recording/camera-need.ts';
import { batteryLow } from '#domain/recording/quality-ladder.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';
import { isDisconnected } from '#state/home/disconnected.ts';
import type { EarlierCamera } from '#state/playback/earlier-cameras.svelte.ts';
import { Library, type LibraryCamera } from '#state/playback/library.svelte.ts';

export type { WatchedCamera } from '#engine/live/controls.ts';

/** A camera of this home. */
export interface Tile {
	readonly id: CameraId;
	readonly name: string | null;
	readonly watched: WatchedCamera;
	/** Its footage on this device. */
	readonly shelved: LibraryCamera | null;
}

/**
 * LV47: what is wrong with a camera of another device. `sinceMs`: wall ms; `null`: not known.
 * `full`: it has no room to save.
 */
export type Problem = Pick<Tile, 'id' | 'name'> &
	(
		| { readonly kind: 'blind'; readonly sinceMs: number | null; readonly full: boolean }
		| { readonly kind: 'offline'; readonly sinceMs: number | null }
		| { readonly kind: CameraNeed }
		| { readonly kind: 'battery'; readonly level: number }
	);

/** A page that is reloaded is away for as long. */
const AWAY_MS = 20_000;
const POLL_MS = 5000;

/** All cameras of the home, and the footage stored here. */
export class Wall {
	/** The camera shown at full rate; the others show a frame every few seconds. */
	full = $state<CameraId | null>(null);
	readonly #engine: Engine;
	readonly #library: Library;
	/** The relay connection was lost and is not back. */
	relayLost = $state(false);
	/** Cameras of this device whose lens is open. */
	#open = $state.raw<readonly CameraId[]>([]);
	readonly #live = new SvelteSet<CameraId>();
	readonly #subscribe: () => void;
	#unsubscribers: readonly (() => void)[] = [];

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#library = new Library(engine);
		this.#subscribe = subscribed(engine.cameraDirectory, engine.messenger, (update) =>
			engine.clock.every(POLL_MS, update),
		);
	}

	/** The home has other members, but no connection leads to them. */
	get disconnected(): boolean {
		this.#subscribe();
		return isDisconnected(this.#engine);
	}

	watch(): void {
		const { messenger, cameras } = this.#engine;
		const refresh = (): void => {
			const { kind } = messenger.state;
			if (kind !== 'connecting') this.relayLost = kind === 'away';
			const open = cameras.all.filter(({ recorder }) => recorder.state.kind !== 'off');
			this.#open = open.flatMap(({ recorder }) => recorder.camera ?? []);
		};
		const lenses = cameras.all.map(({ recorder }) => recorder.on(refresh));
		this.#unsubscribers = [messenger.on(refresh), cameras.on(refresh), ...lenses];
		refresh();
		this.#library.watch();
	}

	close(): void {
		for (const off of this.#unsubscribers) off();
		this.#library.close();
	}

	/** Wall ms at which the camera's device was last seen; `null`: never. */
	seenMs({ device }: WatchedCamera): number | null {
		this.#subscribe();
		return this.#engine.lastSeen.seenMs(device);
	}

	/** Cameras of the home, this device's included. */
	get cameras(): readonly WatchedCamera[] {
		this.#subscribe();
		return this.#engine.cameraDirectory.cameras;
	}

	/** `null`: not loaded yet. No tile for a lens that never recorded (LV30). Own ones are last. */
	get tiles(): readonly Tile[] | null {
		const shelf = this.#library.cameras;
		if (shelf === null) return null;
		const found = this.cameras.filter(
			({ id, own, blank }) =>
				!blank && (!own || this.#open.includes(id) || shelf.some((one) => one.id === id)),
		);
		return found
			.toSorted((a, b) => Number(a.own) - Number(b.own))
			.map((watched) => ({
				...{ id: watched.id, name: watched.name, watched },
				shelved: shelf.find(({ id }) => id === watched.id) ?? null,
			}));
	}

	/** Cameras that are no longer of this home, whose footage is here. */
	get formerCameras(): readonly EarlierCamera[] {
		const { cameras } = this;
		return (this.#library.cameras ?? [])
			.filter(({ id }) => !cameras.some((camera) => camera.id === id))
			.map(({ id, name, sinceMs, untilMs, days }) => {
				const picture = days[0]?.picture ?? null;
				return { id, name, sinceMs, untilMs, picture, origins: ['here'] };
			});
	}

	/** Worst first. While the relay is gone nobody knows who is offline. */
	get problems(): readonly Problem[] {
		const { messenger, clock } = this.#engine;
		const connected = messenger.state.kind === 'connected';
		const found = this.cameras.flatMap((camera): Problem[] => {
			const { id, name, own, blank, online, state, fares } = camera;
			if (own || blank) return [];
			const needs = state?.needs ?? [];
			if (fares === 'blind') {
				const sinceMs = state?.kind === 'blind' ? state.sinceMs : null;
				return [{ id, name, kind: 'blind', sinceMs, full: needs.includes('storage') }];
			}
			const sinceMs = this.seenMs(camera);
			const away = connected && !online && fares === null && sinceMs !== null;
			if (away && clock.wallMs() - sinceMs > AWAY_MS)
				return [{ id, name, kind: 'offline', sinceMs }];
			if (fares !== 'recording') return [];
			// A later version may name more.
			const [need] = CAMERA_NEEDS.filter((one) => needs.includes(one));
			if (need !== undefined) return [{ id, name, kind: need }];
			if (!batteryLow(state?.battery ?? null)) return [];
			return [{ id, name, kind: 'battery', level: state?.battery?.level ?? 0 }];
		});
		const worst = ['blind', 'offline', ...CAMERA_NEEDS, 'battery'];
		return found.toSorted((a, b) => worst.indexOf(a.kind) - worst.indexOf(b.kind));
	}

	/** Wall ms. */
	nowMs(): number {
		return this.#engine.clock.wallMs();
	}

	/** A tile's picture became live, or is so no longer. */
	setLive(id: CameraId, live: boolean): void {
		if (live) this.#live.add(id);
		else this.#live.delete(id);
	}

	liveCount(tiles: readonly Pick<Tile, 'id'>[]): number {
		return tiles.filter(({ id }) => this.#live.has(id)).length;
	}

	toggleFull(id: CameraId): void {
		this.full = this.full === id ? null : id;
	}
}
