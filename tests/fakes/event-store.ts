/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import type { CameraId } from '#domain/base/ids.ts';
import { Fault } from '#domain/base/fault.ts';
import type { EventStore, StoredEvent } from '#ports/footage/event-store.ts';

export class MemoryEventStore implements EventStore {
	/** Writes throw while it is set. */
	broken = false;
	readonly #rows = new Map<number, StoredEvent & { readonly camera: CameraId }>();
	readonly #watchers = new Set<() => void>();
	readonly #most: number;
	#id = 0;

	constructor(most = 5000) {
		this.#most = most;
	}

	async add(camera: CameraId, event: Omit<StoredEvent, 'id'>): Promise<number> {
		if (this.broken) throw new Fault('quota', 'no room');
		const id = (this.#id += 1);
		this.#rows.set(id, { ...event, id, camera });
		const [oldest] = this.#rows.keys();
		if (this.#rows.size > this.#most && oldest !== undefined) this.#rows.delete(oldest);
		this.#tell();
		return id;
	}

	async replace(event: StoredEvent): Promise<void> {
		const row = this.#rows.get(event.id);
		if (row === undefined) return;
		this.#rows.set(event.id, { ...row, ...event });
		this.#tell();
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<StoredEvent[]> {
		return [...this.#rows.values()]
			.filter((row) => row.camera === camera && row.wallUs >= fromUs && row.wallUs < toUs)
			.sort((a, b) => a.wallUs - b.wallUs)
			.map(({ id, wallUs, bytes }) => ({ id, wallUs, bytes }));
	}

	async probe(): Promise<void> {}

	watch(changed: () => void): () => void {
		this.#watchers.add(changed);
		return () => this.#watchers.delete(changed);
	}

	#tell(): void {
		for (const watcher of this.#watchers) watcher();
	}
}
