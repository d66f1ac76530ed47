import { expect, test } from 'vitest';
import { EVENT_KINDS } from '#domain/recording/event.ts';
import { eventClass, isTechnical } from '#domain/recording/event-class.ts';

test('EV14 TL26 what is about the device is technical; what a lens saw or a person did is not', () => {
	const of = (name: string) => EVENT_KINDS.filter((kind) => eventClass(kind) === name);
	expect(of('tamper')).toEqual([
		...['covered', 'frozen', 'moved', 'other-lens', 'cleared', 'unplugged'],
		...['test-picture', 'copy-lost'],
	]);
	expect(of('access')).toEqual(['watched', 'sealed', 'looked', 'ordered']);
	expect(EVENT_KINDS.filter((kind) => isTechnical({ kind }))).toEqual(of('technical'));
});
