import { beforeEach, describe, expect, test } from 'vitest';
import type { EventKind } from '#domain/recording/event.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Plan } from '#domain/recording/schedule.ts';
import { Scheduler } from '#engine/recording/scheduler.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import { DOOR } from '../../contracts/segment-store.ts';
import { utcCalendar } from '../../fakes/calendar.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryCameraPreferences } from '../../fakes/preference-store.ts';

const HOUR = 3_600_000;
/** Monday, 5 January 2026, noon. */
const NOON = Date.UTC(2026, 0, 5, 12);
const evenings: Plan = {
	...{ when: 'times', away: false },
	times: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 18 * 60, until: 22 * 60 }],
};

function world(plan?: Plan, armed = false) {
	const clock = new ManualClock(NOON);
	const preferences = new MemoryCameraPreferences({ ...(plan && { plan }), armed });
	const logged: EventKind[] = [];
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
	const eventLog = { add: (_: unknown, kind: EventKind) => void logged.push(kind) };
	const scheduler = new Scheduler({
		clock,
		calendar: utcCalendar,
		preferences,
		recorder,
		eventLog,
	});
	const records = () => recorder.state.kind === 'starting';
	return { clock, preferences, scheduler, recorder, records, logged };
}
let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world(evenings);
});

describe('Scheduler', () => {
	test('SC1 by hand only resumes what was on', async () => {
		const off = world();
		await off.scheduler.begin();
		expect(off.records()).toBe(false);
		expect(off.scheduler.now).toMatchObject({ records: null, untilMs: null });
		const on = world(undefined, true);
		await on.scheduler.begin();
		expect(on.records()).toBe(true);
		await on.scheduler.stop();
		expect(on.records()).toBe(false);
		expect((await on.preferences.read()).override).toBeNull();
	});

	test('GO2 GO6 start and stop work if preferences cannot be written; resumes once they can be read', async () => {
		const { scheduler, preferences, recorder, records, clock } = world(undefined, true);
		const newer = () => Promise.reject(new Fault('newer', 'of a newer app'));
		const [read, write] = [preferences.read.bind(preferences), preferences.write.bind(preferences)];
		Object.assign(preferences, { read: newer, write: newer });
		await scheduler.begin();
		expect(records()).toBe(false);
		recorder.be = (kind) => {
			recorder.state = { kind, fault: null } as unknown as RecorderState;
			return read();
		};
		await scheduler.start();
		expect(records()).toBe(true);
		await scheduler.stop();
		expect(records()).toBe(false);
		Object.assign(preferences, { read, write });
		clock.advance(30_000);
		await scheduler.set(() => ({}));
		expect(records()).toBe(true);
	});

	test('SC1 SC6 SC7 at times: starts and stops by itself, shows until when, and logs it', async () => {
		const { scheduler, records, clock, logged } = here;
		await scheduler.begin();
		expect(records()).toBe(false);
		expect(scheduler.now).toMatchObject({ records: false, untilMs: NOON + 6 * HOUR });
		clock.advance(6 * HOUR);
		await scheduler.set(() => ({}));
		expect(records()).toBe(true);
		expect(scheduler.now).toMatchObject({ records: true, untilMs: NOON + 10 * HOUR });
		clock.advance(4 * HOUR);
		await scheduler.set(() => ({}));
		expect(records()).toBe(false);
		expect(logged).toEqual(['planned-start', 'planned-stop']);
	});

	test('SC6 polling alone starts recording', async () => {
		const { scheduler, records, clock } = here;
		await scheduler.begin();
		await clock.pass(6 * HOUR + 31_000, 30_000);
		await expect.poll(records).toBe(true);
	});

	test('SC4 Start outside a window holds until the window ends; Stop inside until the next one starts', async () => {
		const { scheduler, records, clock, preferences } = here;
		await scheduler.begin();
		await scheduler.start();
		expect(records()).toBe(true);
		expect((await preferences.read()).override).toEqual({
			...{ records: true, untilMs: NOON + 6 * HOUR },
		});
		const pass = async (ms: number) => {
			await clock.pass(ms, ms / 2);
			await expect.poll(() => scheduler.now?.untilMs !== undefined).toBe(true);
		};
		await pass(6 * HOUR + 60_000);
		await expect.poll(async () => (await preferences.read()).override).toBeNull();
		expect(records()).toBe(true);
		await scheduler.stop();
		expect(records()).toBe(false);
		await pass(60_000);
		expect(records()).toBe(false);
		await pass(4 * HOUR);
		await expect.poll(async () => (await preferences.read()).override).toBeNull();
		expect(records()).toBe(false);
		await pass(20 * HOUR);
		await expect.poll(records).toBe(true);
	});

	test('SC5 the Away switch takes effect at once and ends an override', async () => {
		const { scheduler, records } = here;
		await scheduler.begin();
		await scheduler.set(() => ({ when: 'away' }));
		expect(records()).toBe(false);
		await scheduler.set(() => ({ away: true }));
		expect(records()).toBe(true);
		await scheduler.stop();
		expect(records()).toBe(false);
		await scheduler.set(() => ({ away: true }));
		expect(records()).toBe(true);
	});

	test('SC5 two concurrent changes both take effect', async () => {
		const { scheduler, preferences } = here;
		await scheduler.begin();
		const hours = (change: object) =>
			scheduler.set(({ times }) => ({ times: times.map((one) => ({ ...one, ...change })) }));
		await Promise.all([hours({ from: 60 }), hours({ until: 120 })]);
		expect((await preferences.read()).plan.times).toMatchObject([{ from: 60, until: 120 }]);
	});

	test('SC6 does nothing if another tab has the camera or there is none yet', async () => {
		const { scheduler, recorder, logged } = here;
		recorder.state = { kind: 'elsewhere' };
		await scheduler.begin();
		await scheduler.set(() => ({ when: 'always' }));
		expect(recorder.state.kind).toBe('elsewhere');
		expect(logged).toEqual([]);
	});

	test('SC6 retries reading preferences', async () => {
		const { scheduler, preferences, records } = here;
		const read = preferences.read.bind(preferences);
		preferences.read = () => Promise.reject(new Fault('timeout', 'no answer'));
		await scheduler.begin();
		expect(scheduler.now).toBeNull();
		preferences.read = read;
		await scheduler.set(() => ({ when: 'always' }));
		expect(records()).toBe(true);
	});
});
