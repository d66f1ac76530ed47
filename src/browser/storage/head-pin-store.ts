import Dexie, { type Table } from 'dexie';
import type { CameraId } from '#domain/base/ids.ts';
import { MAX_HEAD_PINS, raisedPin, type HeadPin } from '#domain/sync/head-pin.ts';
import type { HeadPinStore } from '#ports/storage/head-pin-store.ts';
import { headPinFrom } from '#protocol/head-pin.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';

class HeadPinDatabase extends Dexie {
	readonly heads: Table<unknown, CameraId>;

	constructor(name: string) {
		super(name, { cache: 'disabled' });
		this.version(1).stores({ heads: 'camera,wallMs' });
		this.heads = this.table('heads');
	}
}

/** In a database of their own, which older versions leave alone. */
export class DexieHeadPinStore implements HeadPinStore {
	readonly #connection: DatabaseConnection<HeadPinDatabase>;

	constructor(name = 'spycam-heads') {
		this.#connection = new DatabaseConnection(() => new HeadPinDatabase(name), 'settings');
	}

	read(camera: CameraId): Promise<HeadPin | null> {
		return this.#connection.read(['heads'], async ({ heads }) =>
			headPinFrom(await readable(heads.get(camera))),
		);
	}

	all(): Promise<HeadPin[]> {
		return this.#connection.read(['heads'], async ({ heads }) => {
			const rows = await readable(heads.toArray());
			return (Array.isArray(rows) ? rows : []).map(headPinFrom).filter((pin) => pin !== null);
		});
	}

	async raise(pin: HeadPin): Promise<void> {
		await this.#connection.write(['heads'], async ({ heads }) => {
			const before = headPinFrom(await readable(heads.get(pin.camera)));
			await heads.put(raisedPin(before, pin));
			const over = (await heads.count()) - MAX_HEAD_PINS;
			if (over > 0) await heads.orderBy('wallMs').limit(over).delete();
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}
}
