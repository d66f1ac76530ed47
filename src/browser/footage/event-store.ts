import { Listeners } from '#domain/base/listeners.ts';
import Dexie, { type Table } from 'dexie';
import type { CameraId } from '#domain/base/ids.ts';
import type { EventStore, StoredEvent } from '#ports/footage/event-store.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { asBytes, asFields } from '#domain/footage/rows.ts';

/** EV4. */
const MAX_EVENTS = 5000;

interface EventRow {
	readonly id?: number;
	readonly camera: CameraId;
	readonly wallUs: number;
	readonly bytes: ArrayBuffer;
}

class EventDatabase extends Dexie {
	readonly events: Table<unknown, number, EventRow>;

	constructor(name: string) {
		super(name, { cache: 'disabled' });
		this.version(1).stores({ events: '++id,[camera+wallUs]' });
		this.events = this.table('events');
	}
}

/**
 * Events in IndexedDB, apart from the footage: no event is worth a segment. Rules:
 * docs/spec/events.md.
 */
export class DexieEventStore implements EventStore {
	readonly #connection: DatabaseConnection<EventDatabase>;
	readonly #channel: BroadcastChannel;
	readonly #watchers = new Listeners();
	readonly #max: number;

	constructor(name = 'spycam-events', max = MAX_EVENTS) {
		this.#connection = new DatabaseConnection(() => new EventDatabase(name), 'settings');
		this.#max = max;
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = () => this.#watchers.notify();
	}

	async add(camera: CameraId, { wallUs, bytes }: Omit<StoredEvent, 'id'>): Promise<number> {
		const row = { camera, wallUs, bytes: bytes.slice().buffer };
		const id = await this.#connection.write(['events'], async ({ events }) => {
			const surplus = (await events.count()) + 1 - this.#max;
			if (surplus > 0) await events.bulkDelete(await events.limit(surplus).primaryKeys());
			return events.add(row);
		});
		this.#changed();
		return id;
	}

	async replace({ id, wallUs, bytes }: StoredEvent): Promise<void> {
		await this.#connection.write(['events'], async ({ events }) => {
			const row = asFields(await readable(events.get(id)));
			if (row === null) return;
			await events.put({ ...(row as unknown as EventRow), wallUs, bytes: bytes.slice().buffer });
		});
		this.#changed();
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<StoredEvent[]> {
		const rows = await this.#connection.read(['events'], ({ events }) =>
			events.where('[camera+wallUs]').between([camera, fromUs], [camera, toUs]).toArray(),
		);
		return rows.flatMap((row) => {
			const fields = asFields(row);
			const bytes = asBytes(fields?.['bytes']);
			const [id, wallUs] = [Number(fields?.['id']), Number(fields?.['wallUs'])];
			return bytes !== null && Number.isSafeInteger(id) ? [{ id, wallUs, bytes }] : [];
		});
	}

	async probe(): Promise<void> {
		await this.#connection.read(['events'], ({ events }) => events.limit(1).primaryKeys());
	}

	watch(changed: () => void): () => void {
		return this.#watchers.add(changed);
	}

	dispose(): void {
		this.#watchers.clear();
		this.#channel.close();
		this.#connection.dispose();
	}

	#changed(): void {
		this.#channel.postMessage(null);
		this.#watchers.notify();
	}
}
