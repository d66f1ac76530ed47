import { subscribed } from '#state/app/subscribed.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';
import { isDisconnected } from '#state/home/disconnected.ts';
import { Library, type LibraryCamera } from '#state/playback/library.svelte.ts';

/** A camera of this home, or one that left it with its footage still here. */
export interface Tile {
	readonly id: CameraId;
	readonly name: string | null;
	/** `null`: no longer a camera of this home. */
	readonly watched: WatchedCamera | null;
	/** Its footage on this device. */
	readonly shelved: LibraryCamera | null;
}

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
	readonly #subscribe: () => void;
	#unsubscribers: readonly (() => void)[] = [];

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#library = new Library(engine);
		this.#subscribe = subscribed(engine.cameraDirectory, engine.messenger);
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

	/** `null`: not loaded yet. A lens that never recorded has no tile (LV30). */
	get tiles(): readonly Tile[] | null {
		const shelf = this.#library.cameras;
		if (shelf === null) return null;
		const { cameras } = this;
		const others = shelf.filter(({ id }) => !cameras.some((camera) => camera.id === id));
		const found = cameras.filter(
			({ id, own, blank }) =>
				!blank && (!own || this.#open.includes(id) || shelf.some((one) => one.id === id)),
		);
		return [
			...found.map((watched) => ({
				id: watched.id,
				name: watched.name,
				watched,
				shelved: shelf.find(({ id }) => id === watched.id) ?? null,
			})),
			...others.map((shelved) => ({ id: shelved.id, name: shelved.name, watched: null, shelved })),
		];
	}

	toggleFull(id: CameraId): void {
		this.full = this.full === id ? null : id;
	}
}
