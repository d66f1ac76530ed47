import { createSubscriber } from 'svelte/reactivity';
import type { CameraId } from '#domain/base/ids.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';
import { isDisconnected } from '#state/home/disconnected.ts';
import { Library, type LibraryCamera } from '#state/playback/library.svelte.ts';

/** A camera of this home, or footage of one that was. */
export interface Tile {
	readonly id: CameraId;
	readonly name: string | null;
	/** `null`: it is no camera of this home any more, only its footage is here. */
	readonly watched: WatchedCamera | null;
	/** What this device has of it. */
	readonly shelved: LibraryCamera | null;
}

/** All cameras of the home, and what of their footage lies here. */
export class Wall {
	/** The one that moves at its full rate; the others show a picture every few seconds. */
	full = $state<CameraId | null>(null);
	readonly #engine: Engine;
	readonly #library: Library;
	/** The line to the relay broke, and is not back. */
	relayLost = $state(false);
	/** This device's own lens is on. */
	#records = $state(false);
	readonly #subscribe: () => void;
	#offs: readonly (() => void)[] = [];

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#library = new Library(engine);
		this.#subscribe = createSubscriber((update) => {
			const offs = [engine.cameraDirectory.on(update), engine.messenger.on(update)];
			return () => {
				for (const off of offs) off();
			};
		});
	}

	/** Others belong to this home, and nothing leads to them. */
	get disconnected(): boolean {
		this.#subscribe();
		return isDisconnected(this.#engine);
	}

	watch(): void {
		const { messenger, recorder } = this.#engine;
		const look = (): void => {
			const { kind } = messenger.state;
			if (kind !== 'connecting') this.relayLost = kind === 'away';
			this.#records = recorder.state.kind !== 'off';
		};
		this.#offs = [messenger.on(look), recorder.on(look)];
		look();
		this.#library.watch();
	}

	close(): void {
		for (const off of this.#offs) off();
		this.#library.close();
	}

	/** When a camera's device was last known to live, wall ms; `null`: never. */
	seenMs({ device }: WatchedCamera): number | null {
		this.#subscribe();
		return this.#engine.lastSeen.seenMs(device);
	}

	/** Of the home, here and elsewhere. */
	get cameras(): readonly WatchedCamera[] {
		this.#subscribe();
		return this.#engine.cameraDirectory.cameras;
	}

	/** `null`: not known yet. A lens that never recorded makes none (LV30). */
	get tiles(): readonly Tile[] | null {
		const shelf = this.#library.cameras;
		if (shelf === null) return null;
		const { cameras } = this;
		const others = shelf.filter(({ id }) => !cameras.some((camera) => camera.id === id));
		const found = cameras.filter(
			({ id, own, blank }) =>
				!blank && (!own || this.#records || shelf.some((one) => one.id === id)),
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
