import { expect, test } from 'vitest';
import type { EventStore } from '#ports/footage/event-store.ts';
import { DOOR, SECOND, T0, YARD } from './segment-store.ts';

const event = (wallUs: number, byte: number) => ({ wallUs, bytes: new Uint8Array(300).fill(byte) });

/** `make`: an empty store that keeps at most `most` events. */
export function eventStoreContract(make: (most: number) => EventStore): void {
	test('returns events of one camera and span, oldest first', async () => {
		const events = make(10);
		const late = await events.add(DOOR, event(T0 + 5 * SECOND, 2));
		const early = await events.add(DOOR, event(T0, 1));
		await events.add(YARD, event(T0 + SECOND, 3));
		await events.add(DOOR, event(T0 + 9 * SECOND, 4));
		expect(await events.between(DOOR, T0, T0 + 9 * SECOND)).toEqual([
			{ id: early, ...event(T0, 1) },
			{ id: late, ...event(T0 + 5 * SECOND, 2) },
		]);
	});

	test('EV2 an event is replaced in place; a deleted one stays deleted', async () => {
		const events = make(10);
		const id = await events.add(DOOR, event(T0, 1));
		let told = 0;
		const stop = events.watch(() => (told += 1));
		await events.replace({ id, ...event(T0, 9) });
		expect(told).toBe(1);
		await events.replace({ id: id + 100, ...event(T0, 7) });
		stop();
		expect(await events.between(DOOR, T0, T0 + 1)).toEqual([{ id, ...event(T0, 9) }]);
	});

	test('EV4 the newest are kept', async () => {
		const events = make(3);
		for (const n of [0, 1, 2, 3, 4]) await events.add(DOOR, event(T0 + n * SECOND, n));
		const kept = await events.between(DOOR, T0, T0 + 10 * SECOND);
		expect(kept.map(({ bytes }) => bytes[0])).toEqual([2, 3, 4]);
	});
}
