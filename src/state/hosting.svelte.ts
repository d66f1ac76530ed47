import { createSubscriber } from 'svelte/reactivity';
import type { LinkState } from '#engine/post.ts';
import type { Voice, Watcher } from '#engine/watching.ts';
import type { Engine } from './engine.ts';

/** Who watches this device as a camera, and whether anybody can. */
export class Hosting {
	readonly #engine: Pick<Engine, 'hosting' | 'post'>;
	readonly #subscribe: () => void;

	constructor(engine: Pick<Engine, 'hosting' | 'post'>) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => {
			const offs = [engine.hosting.on(update), engine.post.on(update)];
			return () => {
				for (const off of offs) off();
			};
		});
	}

	get watchers(): readonly Watcher[] {
		this.#subscribe();
		return this.#engine.hosting.watchers;
	}

	/** Who is heard here now. */
	get voices(): readonly Voice[] {
		this.#subscribe();
		return this.#engine.hosting.voices;
	}

	/** Came since somebody looked here. */
	get newcomers(): readonly Watcher[] {
		const { watchers } = this;
		const { newcomers } = this.#engine.hosting;
		return watchers.filter(({ device }) => newcomers.includes(device));
	}

	get link(): LinkState {
		this.#subscribe();
		return this.#engine.post.state;
	}

	seen(): void {
		this.#engine.hosting.seen();
	}
}
