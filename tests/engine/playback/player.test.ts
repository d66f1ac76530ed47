import { beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import { Player } from '#engine/playback/player.ts';
import type { SegmentOpener } from '#engine/playback/day-playlist.ts';
import { DOOR, record, SECOND, T0, YARD } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeScreen } from '../../fakes/screen.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const DAY_MS = 86_400_000;
const T0_MS = T0 / 1000;
const AFTER_MS = T0_MS + 20 * DAY_MS;
const dayOf = (ms: number) => {
	const startMs = Math.floor(ms / DAY_MS) * DAY_MS;
	return { startMs, endMs: startMs + DAY_MS };
};

describe('Player', () => {
	let segments: MemorySegmentStore;
	let screen: FakeScreen;
	let clock: ManualClock;
	let player: Player;
	/** Faults thrown on opening, by `runNo:seq` (seq 0: the init section). */
	let faults: Map<string, Fault>;

	beforeEach(() => {
		segments = new MemorySegmentStore();
		screen = new FakeScreen();
		clock = new ManualClock(AFTER_MS);
		faults = new Map();
		const open = (key: string, body: Uint8Array<ArrayBuffer>) => {
			const fault = faults.get(key);
			return fault === undefined ? Promise.resolve({ body }) : Promise.reject(fault);
		};
		const opener: SegmentOpener = {
			openInit: ({ runNo }, { bytes }) => open(`${runNo}:0`, bytes),
			open: ({ runNo }, { seq }, { bytes }) => open(`${runNo}:${seq}`, bytes),
		};
		player = new Player({ footage: segments, opener, clock, screen, dayOf });
	});

	const corrupt = () => new Fault('corrupt', 'a segment did not open');
	/** The current frame, in seconds after T0. */
	const second = () => Math.round(((player.state.wallMs ?? Number.NaN) - T0_MS) / 10) / 100;

	async function film(runNo: number, seconds: number, fromS: number): Promise<void> {
		await record(segments, DOOR, runNo, seconds, T0 + fromS * SECOND);
		await segments.close(DOOR, runNo, 'stopped');
	}

	async function playFor(seconds: number): Promise<void> {
		for (let at = 0; at < seconds; at += 0.5) {
			await screen.advance(0.5);
			for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
		}
	}

	it('reports that there is no footage, and shows new footage', async () => {
		await player.open(DOOR);
		expect(player.state).toMatchObject({ kind: 'empty', wallMs: null, footage: [] });
		await film(1, 3, 0);
		await clock.pass(4000);
		expect(player.state.kind).toBe('paused');
	});

	it('PB1 opens paused at a frame of the newest footage', async () => {
		await film(1, 10, 0);
		await film(2, 10, 3600);
		await player.open(DOOR);
		expect(player.state).toMatchObject({ kind: 'paused', gap: null, fault: null });
		expect(second()).toBeCloseTo(3610, 0);
		expect(screen.moving).toBe(false);
	});

	it('PB4 in a gap shows the next footage and the reason; after everything, the last frame', async () => {
		await film(1, 10, 0);
		await film(2, 10, 100);
		await player.open(DOOR, T0_MS + 2000);
		const kinds: string[] = [];
		player.on(() => kinds.push(player.state.kind));
		await player.seek(T0_MS + 50_000);
		expect(second()).toBe(100);
		expect(player.state.gap).toEqual({
			startUs: T0 + 10 * SECOND,
			endUs: T0 + 100 * SECOND,
			why: 'stopped',
		});
		expect(kinds[0]).toBe('gap');
		expect(player.state.kind).toBe('paused');
		await player.seek(T0_MS + 500_000);
		expect(second()).toBeCloseTo(110, 0);
		expect(player.state).toMatchObject({ kind: 'gap', gap: { why: 'stopped' } });
		await player.seek(T0_MS + 3000);
		expect(player.state).toMatchObject({ kind: 'paused', gap: null });
	});

	it('PB4 gives the reason even if the next footage is already shown', async () => {
		await film(1, 10, 0);
		await film(2, 10, 100);
		await player.open(DOOR, T0_MS + 100_000);
		expect(player.state.gap).toBe(null);
		await player.seek(T0_MS + 50_000);
		expect(second()).toBe(100);
		expect(player.state.gap).toMatchObject({ why: 'stopped' });
		await player.play();
		expect(player.state).toMatchObject({ kind: 'playing', gap: { why: 'stopped' } });
	});

	it('PB2 a frame that browsers round to just before its run still belongs to its run', async () => {
		await film(1, 10, 0);
		await film(2, 10, 100);
		screen.earlyS = 0.000_02;
		await player.open(DOOR, T0_MS + 50_000);
		expect(second()).toBe(100);
	});

	it('PB4 PB17 also crosses midnight, into the next day that has footage', async () => {
		await film(1, 10, 0);
		await film(2, 10, 3 * 86_400);
		await player.open(DOOR, T0_MS);
		await player.seek(T0_MS + 86_400_000);
		expect(second()).toBe(3 * 86_400);
		expect(player.state.day?.startUs).toBe(dayOf(T0_MS + 3 * DAY_MS).startMs * 1000);
	});

	it('PB5 PB17 plays over a gap and into another day, then pauses at the end', async () => {
		await film(1, 4, 0);
		await film(2, 4, 60);
		await film(3, 4, 2 * 86_400);
		await player.open(DOOR, T0_MS + 2000);
		await player.play();
		expect(player.state.kind).toBe('playing');
		await playFor(2.5);
		expect(second()).toBe(60.5);
		expect(player.state.gap).toMatchObject({ why: 'stopped', startUs: T0 + 4 * SECOND });
		await playFor(4);
		expect(second()).toBeGreaterThanOrEqual(2 * 86_400);
		expect(player.state.kind).toBe('playing');
		await playFor(6);
		expect(second()).toBeCloseTo(2 * 86_400 + 3.5, 0);
		expect(player.state.kind).toBe('paused');
	});

	it('PB17 continues with what was recorded meanwhile', async () => {
		await record(segments, DOOR, 1, 3);
		await player.open(DOOR, T0_MS);
		await player.play();
		await film(2, 3, 3);
		await playFor(4.5);
		expect(second()).toBeGreaterThanOrEqual(3.5);
		expect(player.state.kind).toBe('playing');
	});

	it('PB6 a skip counts footage, crosses days, and stops at the ends', async () => {
		await film(1, 8, 0);
		await film(2, 8, 100);
		await film(3, 8, 86_400);
		await player.open(DOOR, T0_MS + 3000);
		await player.skip(10_000);
		expect(second()).toBe(105);
		await player.skip(10_000);
		expect(second()).toBe(86_407);
		await player.skip(-20_000);
		expect(second()).toBeCloseTo(3, 0);
		await player.skip(-10_000);
		expect(second()).toBe(0);
		await player.skip(60_000);
		expect(second()).toBeCloseTo(86_408, 0);
	});

	it('PB10 leaves out what does not open, marks it bad and counts it', async () => {
		await film(1, 20, 0);
		faults.set('1:8', corrupt());
		await player.open(DOOR, T0_MS + 6500);
		expect(second()).toBe(6.5);
		expect(player.state).toMatchObject({ kind: 'paused', skipped: 1, fault: null });
		const [bad] = (await segments.between(DOOR, T0, T0 + 60 * SECOND)).filter(({ bad }) => bad);
		expect(bad?.seq).toBe(8);
		await player.seek(T0_MS + 7300);
		expect(second()).toBe(8);
		expect(player.state.gap).toMatchObject({ why: 'damaged' });
	});

	it('PB10 plays up to the damage and continues after it', async () => {
		await film(1, 20, 0);
		for (const seq of [6, 7, 8, 9, 10]) faults.set(`1:${seq}`, corrupt());
		await player.open(DOOR, T0_MS + 3000);
		await player.play();
		await playFor(6);
		expect(second()).toBeGreaterThanOrEqual(10);
		expect(player.state).toMatchObject({ kind: 'playing', skipped: 5 });
	});

	it('PB10 fails when nothing opens any more, and continues on play', async () => {
		await film(1, 150, 0);
		for (let seq = 1; seq <= 110; seq += 1) faults.set(`1:${seq}`, corrupt());
		await player.open(DOOR, T0_MS);
		expect(player.state).toMatchObject({ kind: 'error', fault: { kind: 'corrupt' } });
		expect(screen.shows.length).toBe(21);
		await player.play();
		expect(player.state).toMatchObject({ kind: 'playing', skipped: 110 });
		expect(second()).toBe(110);
	});

	it('PB11 leaves out a run whose init section does not open', async () => {
		await film(1, 10, 0);
		await film(2, 10, 100);
		await film(3, 10, 200);
		faults.set('2:0', corrupt());
		await player.open(DOOR, T0_MS + 105_000);
		expect(second()).toBe(200);
		expect(player.state).toMatchObject({ kind: 'paused', skipped: 10 });
	});

	it('PB12 a missing key marks nothing as bad; play tries again', async () => {
		await film(1, 10, 0);
		faults.set('1:0', new Fault('not-found', 'no key'));
		await player.open(DOOR, T0_MS + 4000);
		expect(player.state).toMatchObject({ kind: 'error', skipped: 0, fault: { kind: 'not-found' } });
		expect((await segments.between(DOOR, T0, T0 + 60 * SECOND)).some(({ bad }) => bad)).toBe(false);
		faults.clear();
		await player.play();
		expect(player.state).toMatchObject({ kind: 'playing', fault: null });
		expect(second()).toBe(4);
	});

	it('PB13 leaves out what does not decode, three times at most', async () => {
		await film(1, 40, 0);
		screen.undecodable.add('group-1');
		await player.open(DOOR, T0_MS + 6000);
		// What was group 2 is group 1 now, and so on: nothing decodes any more.
		expect(player.state).toMatchObject({ kind: 'error', fault: { kind: 'corrupt' } });
		expect(screen.shows.length).toBe(4);
		screen.undecodable.clear();
		await player.play();
		expect(player.state.kind).toBe('playing');
	});

	it('PB14 a frame that does not arrive is a timeout, and play tries again', async () => {
		await film(1, 10, 0);
		screen.stuck = true;
		const opened = player.open(DOOR, T0_MS + 4000);
		await clock.pass(9000);
		expect(player.state.kind).toBe('loading');
		await clock.pass(2000);
		await opened;
		expect(player.state).toMatchObject({ kind: 'error', fault: { kind: 'timeout' } });
		screen.stuck = false;
		await player.play();
		expect(player.state.kind).toBe('playing');
		expect(second()).toBe(4);
	});

	it('PB14 a frozen picture is a timeout', async () => {
		await film(1, 10, 0);
		await player.open(DOOR, T0_MS + 4000);
		await player.play();
		await clock.pass(9000);
		expect(player.state.kind).toBe('playing');
		await clock.pass(4000);
		expect(player.state).toMatchObject({ kind: 'error', fault: { kind: 'timeout' } });
	});

	it('PB15 footage evicted meanwhile is no damage', async () => {
		await film(1, 180, 0);
		await player.open(DOOR, T0_MS + 150_000);
		await segments.evict(1, 1);
		await player.seek(T0_MS + 2000);
		expect(second()).toBeGreaterThanOrEqual(60);
		expect(player.state).toMatchObject({ kind: 'paused', skipped: 0 });
	});

	it('PB16 of concurrent requests the newest counts, and skips add up', async () => {
		await film(1, 60, 0);
		await player.open(DOOR, T0_MS);
		const seen: number[] = [];
		player.on(() => player.state.wallMs !== null && seen.push(second()));
		await Promise.all([10, 20, 30, 40].map((at) => player.seek(T0_MS + at * 1000)));
		expect(new Set(seen)).toEqual(new Set([0, 10, 40]));
		await Promise.all([player.skip(-5000), player.skip(-5000), player.skip(-5000)]);
		expect(second()).toBe(25);
	});

	it('PB18 opening another camera cancels what is running', async () => {
		await film(1, 10, 0);
		await record(segments, YARD, 1, 10, T0 + 7200 * SECOND);
		screen.stuck = true;
		const first = player.open(DOOR, T0_MS);
		for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
		screen.stuck = false;
		await Promise.all([first, player.open(YARD)]);
		expect(second()).toBeCloseTo(7210, 0);
		player.close();
		expect(player.state).toMatchObject({ kind: 'loading', wallMs: null });
		expect(clock.waiting).toBe(0);
	});

	it('PB20 a step is one frame, either way, and pauses', async () => {
		await film(1, 10, 0);
		await player.open(DOOR, T0_MS + 4000);
		await player.play();
		await player.step(1);
		expect(player.state.kind).toBe('paused');
		const after = player.state.wallMs ?? 0;
		expect(after).toBeGreaterThan(T0_MS + 4000);
		await player.step(-1);
		expect(player.state.wallMs).toBeLessThan(after);
	});

	it('PB21 a rate stays, whatever is opened', async () => {
		await film(1, 10, 0);
		await player.open(DOOR);
		player.rate(4);
		expect(screen.playsAt).toBe(4);
		await player.open(DOOR, T0_MS);
		expect(player.state.rate).toBe(4);
	});

	it('PB22 after a reload, deleted footage is not shown any more', async () => {
		await film(1, 10, 0);
		await film(2, 10, 100);
		await player.open(DOOR, T0_MS + 5000);
		await segments.evict(1, 1);
		await player.reload();
		expect(second()).toBeCloseTo(100, 0);
		expect(player.state.footage).toHaveLength(1);
	});

	it('PB9 the rest of today is no gap', async () => {
		await film(1, 10, 0);
		clock = new ManualClock(T0_MS + 60_000);
		const opener: SegmentOpener = {
			openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
			open: (_, __, { bytes }) => Promise.resolve({ body: bytes }),
		};
		player = new Player({ footage: segments, opener, clock, screen, dayOf });
		await player.open(DOOR);
		expect(player.state.footage).toEqual([{ startUs: T0, endUs: T0 + 10 * SECOND }]);
		expect(player.state.gaps.at(-1)).toMatchObject({ endUs: T0 + 60 * SECOND, why: 'stopped' });
	});
});
