import { afterEach, describe, expect, test } from 'vitest';
import { DexieEventStore } from '#browser/footage/event-store.ts';
import { eventStoreContract } from '../../contracts/event-store.ts';
import { kindOf } from '../../contracts/segment-store.ts';
import { rawOpen } from './raw-database.ts';

let name = '';
let made: DexieEventStore | null = null;

afterEach(() => {
	made?.dispose();
	indexedDB.deleteDatabase(name);
});

describe('DexieEventStore', () => {
	eventStoreContract((most) => {
		name = `events-${crypto.randomUUID()}`;
		made = new DexieEventStore(name, most);
		return made;
	});

	test('GO6 ST26 a probe finds that a newer version wrote it', async () => {
		name = `events-${crypto.randomUUID()}`;
		made = new DexieEventStore(name);
		await made.probe();
		made.dispose();
		(await rawOpen(name, 90)).close();
		made = new DexieEventStore(name);
		expect(await kindOf(made.probe())).toBe('newer');
	});
});
