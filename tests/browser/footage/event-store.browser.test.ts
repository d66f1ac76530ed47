import { afterEach, describe } from 'vitest';
import { DexieEventStore } from '#browser/footage/event-store.ts';
import { eventStoreContract } from '../../contracts/event-store.ts';

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
});
