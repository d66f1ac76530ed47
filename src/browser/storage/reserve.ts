import Dexie, { type Table } from 'dexie';
import type { Reserve } from '#ports/storage/reserve.ts';
import { DatabaseConnection } from './database-connection.ts';

const PIECE_BYTES = 2 ** 20;
/** Limit of one `crypto.getRandomValues` call. */
const RANDOM_BYTES = 65_536;

class ReserveDatabase extends Dexie {
	readonly pieces: Table<{ bytes: ArrayBuffer }, number>;

	constructor(name: string) {
		super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' });
		this.version(1).stores({ pieces: '++id' });
		this.pieces = this.table('pieces');
	}
}

/**
 * Pieces of 1 MiB in their own database: deleting them needs no write that the browser could
 * refuse.
 */
export class DexieReserve implements Reserve {
	readonly #connection: DatabaseConnection<ReserveDatabase>;

	constructor(name = 'spycam-reserve') {
		this.#connection = new DatabaseConnection(() => new ReserveDatabase(name), 'settings');
	}

	async held(): Promise<number> {
		return PIECE_BYTES * (await this.#connection.read(['pieces'], ({ pieces }) => pieces.count()));
	}

	async hold(bytes: number): Promise<void> {
		const wanted = Math.floor(bytes / PIECE_BYTES);
		// One piece per transaction: what fits is kept, and footage writes wait for one piece at most.
		for (let turn = 0; turn <= wanted; turn += 1) {
			const done = await this.#connection.write(['pieces'], async ({ pieces }) => {
				const surplus = (await pieces.count()) - wanted;
				if (surplus < 0) await pieces.add({ bytes: noise() });
				if (surplus > 0) await pieces.bulkDelete(await pieces.limit(surplus).primaryKeys());
				return surplus >= -1;
			});
			if (done) return;
		}
	}

	async spend(): Promise<number> {
		const pieces = await this.#connection.write(['pieces'], ({ pieces }) =>
			pieces.where(':id').above(0).delete(),
		);
		return pieces * PIECE_BYTES;
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

/** Random, because zeros would be compressed. */
function noise(): ArrayBuffer {
	const bytes = new Uint8Array(PIECE_BYTES);
	for (let at = 0; at < PIECE_BYTES; at += RANDOM_BYTES) {
		globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES));
	}
	return bytes.buffer;
}
