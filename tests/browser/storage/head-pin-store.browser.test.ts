import Dexie from 'dexie';
import { describe } from 'vitest';
import { DexieHeadPinStore } from '#browser/storage/head-pin-store.ts';
import { headPinStoreContract } from '../../contracts/head-pin-store.ts';

let count = 0;

describe('DexieHeadPinStore', () => {
	headPinStoreContract(async (stored) => {
		const name = `heads-${(count += 1)}`;
		const database = new Dexie(name);
		database.version(1).stores({ heads: 'camera,wallMs' });
		await database
			.table('heads')
			.bulkPut(stored.map(([camera, row]) => ({ camera, ...(row as object) })));
		database.close();
		return new DexieHeadPinStore(name);
	});
});
