import { afterEach, describe } from 'vitest';
import { DexieEvents } from '#browser/footage/events.ts';
import { eventsContract } from '../../contracts/events.ts';

let name = '';
let made: DexieEvents | null = null;

afterEach(() => {
	made?.dispose();
	indexedDB.deleteDatabase(name);
});

describe('DexieEvents', () => {
	eventsContract((most) => {
		name = `events-${crypto.randomUUID()}`;
		made = new DexieEvents(name, most);
		return made;
	});
});
