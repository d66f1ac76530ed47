import Dexie from 'dexie';
import { afterEach, describe } from 'vitest';
import { DexieSegments } from '#browser/segments.ts';
import { segmentsContract } from '../contracts/segments.ts';

const made: DexieSegments[] = [];
let count = 0;

afterEach(async () => {
	for (const store of made.splice(0)) store.dispose();
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});

describe('DexieSegments', () => {
	segmentsContract(async () => {
		const store = new DexieSegments(`contract-${(count += 1)}`);
		made.push(store);
		return Promise.resolve(store);
	});
});
