import { describe, expect, test } from 'vitest';
import type { EventKind } from '#domain/recording/event.ts';
import { Repairs } from '#engine/recording/repairs.ts';
import { DOOR } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';

function world(remembers = true) {
	const clock = new ManualClock();
	const logged: EventKind[] = [];
	const reloads: number[] = [];
	const wait = { forever: false };
	const others = { record: false };
	const repairs = new Repairs({
		clock,
		eventLog: {
			add: (_, kind) => void logged.push(kind),
			settled: () => (wait.forever ? new Promise(() => undefined) : Promise.resolve()),
		},
		othersRecord: () => others.record,
		reloading: {
			get lastMs() {
				return reloads.at(-1) ?? null;
			},
			reload: (nowMs) => {
				if (remembers) reloads.push(nowMs);
				return remembers;
			},
		},
	});
	return { clock, logged, reloads, wait, others, repairs };
}

describe('repairs', () => {
	test('WD5 logs each kind of repair once per outage', async () => {
		const { repairs, logged } = world();
		for (const repair of ['recorder', 'lens', 'lens', 'lens'] as const) {
			expect(await repairs.prepare(DOOR, repair)).toBeNull();
		}
		expect(logged).toEqual(['new-recorder', 'new-lens']);
		repairs.recovered();
		await repairs.prepare(DOOR, 'lens');
		expect(logged).toEqual(['new-recorder', 'new-lens', 'new-lens']);
	});

	test('WD4 reloads the page at most once an hour, otherwise reopens the lens', async () => {
		const { repairs, logged, reloads, clock } = world();
		expect(await repairs.prepare(DOOR, 'page')).toBe('reloading');
		expect(reloads).toEqual([clock.wallMs()]);
		clock.advance(59 * 60_000);
		expect(await repairs.prepare(DOOR, 'page')).toBeNull();
		expect(logged).toEqual(['reloaded', 'new-lens']);
		clock.advance(60_000);
		expect(await repairs.prepare(DOOR, 'page')).toBe('reloading');
	});

	test('WD4 does not reload if the tab cannot remember it', async () => {
		expect(await world(false).repairs.prepare(DOOR, 'page')).toBeNull();
	});

	test('WD4 a store that never answers does not delay the reload', async () => {
		const { repairs, wait, clock } = world();
		wait.forever = true;
		const done = repairs.prepare(DOOR, 'page');
		clock.advance(2000);
		expect(await done).toBe('reloading');
	});
});

test('WD6 the page is not reloaded while another camera records', async () => {
	const { repairs, others, logged, reloads } = world();
	others.record = true;
	expect(await repairs.prepare(DOOR, 'page')).toBeNull();
	others.record = false;
	expect(await repairs.prepare(DOOR, 'page')).toBe('reloading');
	expect([logged, reloads.length]).toEqual([['new-lens', 'reloaded'], 1]);
});
