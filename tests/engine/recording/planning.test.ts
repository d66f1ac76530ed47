import { beforeEach, describe, expect, test } from 'vitest';
import type { EventKind } from '#domain/recording/event.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Plan } from '#domain/recording/schedule.ts';
import { Planning } from '#engine/recording/planning.ts';
import type { RecorderState } from '#engine/recording/recording.ts';
import { DOOR } from '../../contracts/segment-store.ts';
import { utc } from '../../fakes/calendar.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryPreferenceStore } from '../../fakes/preference-store.ts';

const HOUR = 3_600_000;
/** Monday, 5 January 2026, noon. */
const NOON = Date.UTC(2026, 0, 5, 12);
const evenings: Plan = {
	...{ when: 'times', away: false },
	times: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 18 * 60, until: 22 * 60 }],
};

function world(plan?: Plan, armed = false) {
	const clock = new ManualClock(NOON);
	const preferences = new MemoryPreferenceStore({ ...(plan && { plan }), armed });
	const said: EventKind[] = [];
	const recorder = {
		camera: DOOR,
		state: { kind: 'off', fault: null } as RecorderState,
		be(kind: 'off' | 'starting') {
			recorder.state = { kind, fault: null } as unknown as RecorderState;
			return preferences.write({ armed: kind === 'starting' });
		},
		start: () => recorder.be('starting').then(() => undefined),
		stop: () => recorder.be('off').then(() => undefined),
		close: () => Promise.resolve(),
		resume: async () => {
			if ((await preferences.read()).armed) await recorder.be('starting');
			return recorder.state.kind === 'starting';
		},
	};
	const happenings = { note: (_: unknown, kind: EventKind) => void said.push(kind) };
	const planning = new Planning({ clock, calendar: utc, preferences, recorder, happenings });
	const records = () => recorder.state.kind === 'starting';
	return { clock, preferences, planning, recorder, records, said };
}
let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world(evenings);
});

describe('the plan of a camera', () => {
	test('SC1 by hand: goes on where it was on, and nothing else', async () => {
		const off = world();
		await off.planning.begin();
		expect(off.records()).toBe(false);
		expect(off.planning.now).toMatchObject({ records: null, untilMs: null });
		const on = world(undefined, true);
		await on.planning.begin();
		expect(on.records()).toBe(true);
		await on.planning.stop();
		expect(on.records()).toBe(false);
		expect((await on.preferences.read()).override).toBeNull();
	});

	test('GO2 GO6 what cannot be kept is done all the same, and what cannot be read goes on once it can', async () => {
		const { planning, preferences, recorder, records, clock } = world(undefined, true);
		const newer = () => Promise.reject(new Fault('newer', 'of a newer app'));
		const [read, write] = [preferences.read.bind(preferences), preferences.write.bind(preferences)];
		Object.assign(preferences, { read: newer, write: newer });
		await planning.begin();
		expect(records()).toBe(false);
		recorder.be = (kind) => {
			recorder.state = { kind, fault: null } as unknown as RecorderState;
			return read();
		};
		await planning.start();
		expect(records()).toBe(true);
		await planning.stop();
		expect(records()).toBe(false);
		Object.assign(preferences, { read, write });
		clock.advance(30_000);
		await planning.set(() => ({}));
		expect(records()).toBe(true);
	});

	test('SC1 SC6 SC7 at times: starts and stops by itself, says until when, and writes it down', async () => {
		const { planning, records, clock, said } = here;
		await planning.begin();
		expect(records()).toBe(false);
		expect(planning.now).toMatchObject({ records: false, untilMs: NOON + 6 * HOUR });
		clock.advance(6 * HOUR);
		await planning.set(() => ({}));
		expect(records()).toBe(true);
		expect(planning.now).toMatchObject({ records: true, untilMs: NOON + 10 * HOUR });
		clock.advance(4 * HOUR);
		await planning.set(() => ({}));
		expect(records()).toBe(false);
		expect(said).toEqual(['planned-start', 'planned-stop']);
	});

	test('SC6 the thirty seconds alone are enough', async () => {
		const { planning, records, clock } = here;
		await planning.begin();
		await clock.pass(6 * HOUR + 31_000, 30_000);
		await expect.poll(records).toBe(true);
	});

	test('SC4 Start outside a span holds until the span ends; Stop inside until the next begins', async () => {
		const { planning, records, clock, preferences } = here;
		await planning.begin();
		await planning.start();
		expect(records()).toBe(true);
		expect((await preferences.read()).override).toEqual({
			...{ records: true, untilMs: NOON + 6 * HOUR },
		});
		const look = async (ms: number) => {
			await clock.pass(ms, ms / 2);
			await expect.poll(() => planning.now?.untilMs !== undefined).toBe(true);
		};
		await look(6 * HOUR + 60_000);
		await expect.poll(async () => (await preferences.read()).override).toBeNull();
		expect(records()).toBe(true);
		await planning.stop();
		expect(records()).toBe(false);
		await look(60_000);
		expect(records()).toBe(false);
		await look(4 * HOUR);
		await expect.poll(async () => (await preferences.read()).override).toBeNull();
		expect(records()).toBe(false);
		await look(20 * HOUR);
		await expect.poll(records).toBe(true);
	});

	test('SC5 the switch holds at once, and ends what was pressed before', async () => {
		const { planning, records } = here;
		await planning.begin();
		await planning.set(() => ({ when: 'away' }));
		expect(records()).toBe(false);
		await planning.set(() => ({ away: true }));
		expect(records()).toBe(true);
		await planning.stop();
		expect(records()).toBe(false);
		await planning.set(() => ({ away: true }));
		expect(records()).toBe(true);
	});

	test('SC5 two changes at once both hold', async () => {
		const { planning, preferences } = here;
		await planning.begin();
		const hours = (change: object) =>
			planning.set(({ times }) => ({ times: times.map((one) => ({ ...one, ...change })) }));
		await Promise.all([hours({ from: 60 }), hours({ until: 120 })]);
		expect((await preferences.read()).plan.times).toMatchObject([{ from: 60, until: 120 }]);
	});

	test('SC6 a camera that another tab has, or that is none yet, is left alone', async () => {
		const { planning, recorder, said } = here;
		recorder.state = { kind: 'elsewhere' };
		await planning.begin();
		await planning.set(() => ({ when: 'always' }));
		expect(recorder.state.kind).toBe('elsewhere');
		expect(said).toEqual([]);
	});

	test('SC6 preferences that cannot be read are read again', async () => {
		const { planning, preferences, records } = here;
		const read = preferences.read.bind(preferences);
		preferences.read = () => Promise.reject(new Error('no answer'));
		await planning.begin();
		expect(planning.now).toBeNull();
		preferences.read = read;
		await planning.set(() => ({ when: 'always' }));
		expect(records()).toBe(true);
	});
});
