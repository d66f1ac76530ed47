import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import { DOOR, sealed, SECOND } from '../../contracts/segment-store.ts';
import { until } from '../../support/until.ts';
import { eachUploader, MINUTE_MS, NOW_MS } from './uploader-fixture.ts';

const here = eachUploader();

describe('SY10 the uploader', () => {
	test('sends what is not there, newest first, and is current then', async () => {
		await here.at.recorded(1, [-5, -4]);
		await here.at.recorded(2, [-2, -1, 0], false);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 50);
		expect(here.at.order).toEqual([0, -1, -2, -4, -5]);
		expect(here.at.uploader.state).toMatchObject({
			kind: 'current',
			upToMs: NOW_MS + 10_000,
			refused: null,
		});
	});

	test('what is urgent goes before the rest, after the minute of now', async () => {
		await here.at.recorded(1, [-9, -8, -7, -6, -5, 0]);
		here.at.urgent = [NOW_MS / MINUTE_MS - 8];
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 60);
		expect(here.at.order).toEqual([0, -8, -5, -6, -7, -9]);
	});

	test('SY35 what stands beside segments has its turn first, and holds nothing up', async () => {
		await here.at.recorded(1, [-3, -2]);
		here.at.uploader.begin();
		here.at.besideFault = new Fault('unavailable', 'test');
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 20);
		expect(here.at.beside[0]).toEqual({ oldest: null, sent: 0 });
		const asked = here.at.beside.length;
		here.at.besideFault = null;
		await here.at.turns(() => here.at.beside.length > asked);
		expect(here.at.beside.at(-1)).toEqual({ oldest: NOW_MS / MINUTE_MS - 3, sent: 20 });
	});

	test('after a reload it asks what is there and sends nothing twice', async () => {
		await here.at.recorded(1, [-3, -2]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.archive.sent.length >= 10);
		here.at.uploader.end();
		here.at.uploader = here.at.made();
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length >= 20);
		expect(here.at.archive.sent).toHaveLength(20);
	});

	test('a wiped archive gets everything again', async () => {
		await here.at.recorded(1, [-3, -2]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 20);
		here.at.archive.wipe();
		await here.at.recorded(2, [-1]);
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length >= 50);
		expect(here.at.order).toEqual([-2, -3, -1]);
		// The upload that showed it counts in the new store, too.
		expect(here.at.archive.sent).toHaveLength(50);
	});

	test('while the archive is away or full it says so, and goes on by itself', async () => {
		await here.at.recorded(1, [0]);
		here.at.archive.away = true;
		here.at.uploader.begin();
		await here.at.turns(() => here.at.uploader.state.kind === 'failed');
		expect(here.at.uploader.state).toMatchObject({ why: 'offline' });
		here.at.archive.away = false;
		here.at.archive.full = true;
		await here.at.turns(
			() => here.at.uploader.state.kind === 'failed' && here.at.uploader.state.why === 'full',
		);
		expect(here.at.archive.sent).toEqual([]);
		here.at.archive.full = false;
		here.at.clock.advance(MINUTE_MS);
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
	});

	test('waits while held back or messages wait, and leaves out what nobody wants', async () => {
		await here.at.recorded(1, [-30, -2]);
		[here.at.held, here.at.pace] = ['person', 'wait'];
		here.at.wanted = (minute) => minute >= NOW_MS / MINUTE_MS - 10;
		here.at.uploader.begin();
		await here.at.turns(() => here.at.uploader.state.kind === 'paused');
		expect(here.at.uploader.state).toMatchObject({ why: 'person' });
		here.at.held = null;
		await here.at.turns(() => here.at.uploader.state.kind === 'uploading');
		expect(here.at.archive.sent).toEqual([]);
		here.at.pace = 'full';
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length > 0);
		expect(here.at.order).toEqual([-2]);
	});

	test('a minute that grows is sent as it grows', async () => {
		await here.at.recorded(1, [0], false);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		await here.at.segments.append(DOOR, 1, sealed(11, NOW_MS * 1000 + 10 * SECOND));
		await here.at.turns(() => here.at.archive.sent.length === 11);
	});
});

describe('SY21 gentle', () => {
	test('two requests at once, one while somebody watches live, with pauses between', async () => {
		await here.at.recorded(1, [-6, -5, -4, -3, -2]);
		let answer: () => void = () => undefined;
		here.at.archive.answers = () =>
			new Promise((resolve) => {
				const before = answer;
				answer = () => {
					before();
					resolve();
				};
			});
		here.at.pace = 'gentle';
		here.at.uploader.begin();
		await here.at.turns(() => here.at.archive.underWay === 1);
		here.at.clock.advance(2_000);
		await here.at.turns(() => here.at.archive.mostUnderWay === 1 && here.at.archive.underWay === 1);
		answer();
		await until(() => here.at.archive.underWay === 0 && here.at.archive.sent.length > 0);
		// It took two seconds or so: that many times three without a request.
		here.at.clock.advance(5_000);
		await here.at.clock.pass(500);
		expect(here.at.archive.underWay).toBe(0);
		await here.at.turns(() => here.at.archive.underWay === 1);
		here.at.pace = 'full';
		answer();
		await here.at.turns(() => here.at.archive.underWay === 2);
		expect(here.at.archive.mostUnderWay).toBe(2);
		here.at.archive.answers = () => Promise.resolve();
		answer();
		await here.at.turns(() => here.at.isCurrent);
	});

	test('a camera with much to send does not hold up another one', () => {
		const [one, two] = [{}, {}];
		const [first, second] = [here.at.slots.take(one), here.at.slots.take(one)];
		expect([here.at.slots.take(one), here.at.slots.take(two)]).toEqual([null, null]);
		first?.();
		second?.();
		expect(here.at.slots.take(two)).not.toBeNull();
		expect(here.at.slots.take(one)).not.toBeNull();
		expect(here.at.slots.take(one)).toBeNull();
		expect(here.at.slots.take(two)).toBeNull();
	});

	test('says how many minutes are left, and how long they take', async () => {
		await here.at.recorded(1, [-9, -8, -7, -6, -5, -4, -3, -2]);
		here.at.archive.answers = () => new Promise((resolve) => here.at.clock.after(2_000, resolve));
		here.at.uploader.begin();
		const lefts = new Set<number | null>();
		let about = Infinity;
		await here.at.turns(() => {
			const { state } = here.at.uploader;
			if (state.kind === 'uploading') lefts.add(state.minutesLeft);
			if (state.kind === 'uploading' && state.aboutMs !== null) about = state.aboutMs;
			return here.at.isCurrent;
		});
		expect([...lefts].slice(0, 2)).toEqual([8, 6]);
		expect(about).toBeLessThanOrEqual(8_000);
		expect(about).toBeGreaterThanOrEqual(1_000);
	});
});
