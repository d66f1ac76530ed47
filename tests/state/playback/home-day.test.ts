import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import { footageFrom } from '#domain/timeline/in-step.ts';
import { Fault } from '#domain/base/fault.ts';
import {
	INITIAL_STATE,
	type PlayerControls,
	type PlayerState,
} from '#engine/playback/player-state.ts';
import type { Engine } from '#state/app/engine.ts';
import { HomeDay } from '#state/playback/home-day.svelte.ts';
import type { ShelfCamera } from '#state/playback/shelf.svelte.ts';
import { utcCalendar } from '../../fakes/calendar.ts';
import { ManualClock } from '../../fakes/clock.ts';

const NOON = Date.parse('2026-11-29T12:00:00Z');
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const FRAME_MS = 50;
const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(32) as CameraId);
const [DOOR, YARD, HALL] = ids as [CameraId, CameraId, CameraId];
const span = (fromMs: number, toMs: number): Span => ({
	startUs: fromMs * 1000,
	endUs: toMs * 1000,
});

/** Plays like an element does: seeking takes time, and its clock is its own. */
class FakePlayer implements PlayerControls {
	state: PlayerState = INITIAL_STATE;
	camera: CameraId | null = null;
	closed = false;
	seeks: number[] = [];
	/** How fast its clock runs, and how long a seek takes. */
	speed = 1;
	seekMs = 120;
	stuck = false;
	fails = false;
	#wants = false;
	readonly #clock: ManualClock;
	readonly #footage: (id: CameraId) => readonly Span[];
	readonly #listeners = new Set<() => void>();
	#stop: () => void;

	constructor(clock: ManualClock, footage: (id: CameraId) => readonly Span[]) {
		this.#clock = clock;
		this.#footage = footage;
		this.#stop = clock.every(FRAME_MS, () => this.#frame());
	}

	on(listener: () => void) {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}
	open(camera: CameraId, atMs = 0) {
		this.camera = camera;
		return this.seek(atMs);
	}
	play() {
		this.#wants = true;
		if (this.state.kind !== 'seeking') this.#set({ kind: 'playing' });
		return Promise.resolve();
	}
	pause() {
		this.#wants = false;
		if (this.state.kind === 'playing') this.#set({ kind: 'paused' });
	}
	async seek(ms: number) {
		this.seeks.push(ms);
		this.#set({ kind: 'seeking', fault: null });
		await new Promise<void>((done) => this.#clock.after(this.seekMs, done));
		if (this.fails) {
			this.#set({ kind: 'error', fault: new Fault('timeout', 'no answer') });
			return;
		}
		const next = footageFrom(this.#footage(this.camera!), ms);
		const wallMs = next === null ? ms : Math.max(ms, next.startUs / 1000);
		this.#set({ kind: this.#wants ? 'playing' : 'paused', wallMs });
	}
	skip() {
		return Promise.resolve();
	}
	step(by: 1 | -1) {
		this.pause();
		this.#set({ wallMs: (this.state.wallMs ?? 0) + by * FRAME_MS });
		return Promise.resolve();
	}
	rate(rate: number) {
		this.#set({ rate });
	}
	reload() {
		return Promise.resolve();
	}
	close() {
		this.closed = true;
		this.#stop();
	}

	#frame() {
		const { kind, wallMs, rate } = this.state;
		if (kind !== 'playing' || wallMs === null || this.stuck) return;
		const ms = wallMs + FRAME_MS * rate * this.speed;
		const next = footageFrom(this.#footage(this.camera!), ms);
		// Over a gap at once, as players do.
		if (next === null) this.pause();
		else this.#set({ wallMs: Math.max(ms, next.startUs / 1000) });
	}
	#set(change: Partial<PlayerState>) {
		this.state = { ...this.state, ...change };
		for (const listener of this.#listeners) listener();
	}
}

let clock: ManualClock;
let cameras: ShelfCamera[];
let players: FakePlayer[];
let day: HomeDay;
let happened: Map<CameraId, number[]>;

const footageOf = (id: CameraId) => cameras.find((one) => one.id === id)?.footage ?? [];
const camera = (id: CameraId, ...footage: Span[]): ShelfCamera => ({
	...{ id, name: id.slice(0, 1), origins: ['here'], former: false },
	...{ footage, gaps: [], sound: false, pins: [] },
});
const openPlayer = (id: CameraId) => players.find((one) => one.camera === id && !one.closed);
const playerOf = (id: CameraId) => openPlayer(id)!;
const kinds = () => day.pictures.map(({ id }) => playerOf(id).state.kind);
/** How far each picture is from the hand, which has moved since the last frame. */
const drifts = () => day.pictures.map(({ id }) => (playerOf(id).state.wallMs ?? 0) - day.handMs);

/** Opens the day, and gives each picture an element, as the screen does. */
async function open(atMs: number | null, given: ShelfCamera[], first: CameraId[] = []) {
	cameras = given;
	day = new HomeDay(engine(), atMs, first);
	day.watch();
	day.update(cameras);
	await show();
}
async function show() {
	const opened = day.pictures.filter(({ id }) => openPlayer(id) === undefined);
	for (const picture of opened) void picture.open({} as HTMLVideoElement);
	await clock.pass(400, 20);
}
function engine(): Engine {
	return {
		...{ clock, calendar: utcCalendar },
		footage: { watch: () => () => undefined, runs: () => Promise.resolve([]) },
		origins: { cameras: () => new Promise(() => undefined) },
		eventLog: {
			watch: () => () => undefined,
			between: (id: CameraId, fromUs: number, toUs: number) =>
				Promise.resolve(
					(happened.get(id) ?? [])
						.filter((ms) => ms * 1000 >= fromUs && ms * 1000 < toUs)
						.map((ms) => ({ kind: 'moved', startUs: ms * 1000, endUs: ms * 1000 })),
				),
		},
		thumbnails: { near: () => Promise.resolve(null), first: () => Promise.resolve(null) },
		player: () => {
			const player = new FakePlayer(clock, footageOf);
			players.push(player);
			return Promise.resolve(player);
		},
	} as unknown as Engine;
}

beforeEach(() => {
	clock = new ManualClock(NOON + 2 * HOUR);
	players = [];
	happened = new Map();
});
afterEach(() => day.close());

describe('in step', () => {
	test('PB52 pictures whose clocks differ stay within 100 ms of the hand', async () => {
		await open(
			NOON,
			ids.slice(0, 4).map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		for (const [n, id] of ids.slice(0, 4).entries()) playerOf(id).speed = [1.04, 0.95, 1, 0.99][n]!;
		day.play();
		await clock.pass(3000, 20);
		let worst = 0;
		for (let n = 0; n < 200; n += 1) {
			await clock.pass(100, 20);
			worst = Math.max(worst, ...drifts().map(Math.abs));
		}
		expect(kinds()).toEqual(['playing', 'playing', 'playing', 'playing']);
		// The hand is up to a tick older than the frame.
		expect(worst).toBeLessThan(100 + 60);
		expect(Math.max(...day.pictures.map(({ driftMs }) => Math.abs(driftMs ?? 999)))).toBeLessThan(
			100,
		);
		expect(day.handMs - NOON).toBeGreaterThan(22_000);
	});

	test('PB53 one that stalls holds up no other, and joins where the hand is', async () => {
		await open(
			NOON,
			[DOOR, YARD].map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		day.play();
		await clock.pass(2000, 20);
		playerOf(YARD).stuck = true;
		const before = day.handMs;
		await clock.pass(5000, 20);
		expect(day.handMs - before).toBeGreaterThan(4900);
		expect(Math.abs(drifts()[0]!)).toBeLessThan(160);
		playerOf(YARD).stuck = false;
		await clock.pass(3000, 20);
		expect(Math.abs(drifts()[1]!)).toBeLessThan(160);
	});

	test('PB53 one that fails is tried again while the hand moves on', async () => {
		await open(
			NOON,
			[DOOR, YARD].map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		playerOf(YARD).fails = true;
		await day.rest(NOON + MINUTE);
		await clock.pass(500, 20);
		expect(kinds()).toEqual(['paused', 'error']);
		day.play();
		await clock.pass(4000, 20);
		expect(kinds()).toEqual(['playing', 'error']);
		playerOf(YARD).fails = false;
		await clock.pass(11_000, 20);
		expect(kinds()).toEqual(['playing', 'playing']);
		expect(Math.abs(drifts()[1]!)).toBeLessThan(160);
	});

	test('PB53 a gap of one camera stops its picture alone, which goes on at the right moment', async () => {
		await open(NOON, [
			camera(DOOR, span(NOON - HOUR, NOON + HOUR)),
			camera(YARD, span(NOON - HOUR, NOON + 5000), span(NOON + 12_000, NOON + HOUR)),
		]);
		day.play();
		await clock.pass(8000, 20);
		expect(day.rows.covers(YARD, day.handMs)).toBe(false);
		expect(kinds()).toEqual(['playing', 'paused']);
		// It had passed the gap by some frames before it was stopped.
		expect(playerOf(YARD).state.wallMs! - NOON).toBeGreaterThanOrEqual(12_000);
		expect(playerOf(YARD).state.wallMs! - NOON).toBeLessThan(12_250);
		await clock.pass(6500, 20);
		expect(kinds()).toEqual(['playing', 'playing']);
		for (const off of drifts()) expect(Math.abs(off)).toBeLessThan(160);
	});

	test('PB54 after a jump all begin together, and the slowest is waited for no longer than 1.5 s', async () => {
		await open(
			NOON,
			[DOOR, YARD].map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		playerOf(YARD).seekMs = 900;
		await day.rest(NOON + MINUTE);
		day.play();
		await clock.pass(700, 20);
		expect([day.handMs, day.waiting, kinds()]).toEqual([
			NOON + MINUTE,
			true,
			['paused', 'seeking'],
		]);
		await clock.pass(600, 20);
		expect([day.waiting, kinds()]).toEqual([false, ['playing', 'playing']]);
		playerOf(YARD).seekMs = 60_000;
		day.pause();
		await day.rest(NOON + 2 * MINUTE);
		day.play();
		await clock.pass(1000, 20);
		expect(day.handMs).toBe(NOON + 2 * MINUTE);
		await clock.pass(2000, 20);
		expect(day.handMs).toBeGreaterThan(NOON + 2 * MINUTE + 1000);
	});
});

describe('the hand', () => {
	test('PB55 goes on where no picture has footage, and says what it passed; at the end it stops', async () => {
		await open(NOON, [
			camera(DOOR, span(NOON, NOON + 3000), span(NOON + HOUR, NOON + HOUR + 3000)),
			camera(YARD, span(NOON, NOON + 2000)),
		]);
		day.play();
		await clock.pass(4500, 20);
		expect(day.handMs).toBeGreaterThanOrEqual(NOON + HOUR);
		expect(day.skipped).toMatchObject({ toMs: NOON + HOUR });
		expect(day.skipped!.fromMs - NOON).toBeGreaterThanOrEqual(3000);
		await clock.pass(6000, 20);
		expect(day.state.kind).toBe('paused');
		expect(day.handMs).toBe(NOON + HOUR + 3000 - 1);
		expect(day.rows.covers(DOOR, day.handMs)).toBe(true);
	});

	test('PB57 at rest all show one moment; a skip is time, a step one frame of the first', async () => {
		await open(
			NOON,
			[DOOR, YARD].map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		const shown = () => day.pictures.map(({ id }) => playerOf(id).state.wallMs);
		day.ribbon.hold(NOON + MINUTE);
		day.scrub(NOON + MINUTE);
		await day.rest(NOON + MINUTE);
		await clock.pass(400, 20);
		expect([day.handMs, ...shown()]).toEqual(Array(3).fill(NOON + MINUTE));
		await day.skip(10_000);
		await clock.pass(400, 20);
		expect([day.handMs, ...shown()]).toEqual(Array(3).fill(NOON + MINUTE + 10_000));
		day.step(1);
		await clock.pass(400, 20);
		expect([day.handMs, ...shown()]).toEqual(Array(3).fill(NOON + MINUTE + 10_000 + FRAME_MS));
		day.play();
		await clock.pass(2000, 20);
		day.pause();
		await clock.pass(400, 20);
		expect(shown()).toEqual([day.handMs, day.handMs]);
	});

	test('PB57 a skip into a gap of the whole home goes on to its end, or back to its start', async () => {
		const kept = [span(NOON, NOON + MINUTE), span(NOON + HOUR, NOON + HOUR + MINUTE)];
		await open(NOON + 55 * SECOND, [camera(DOOR, ...kept), camera(YARD, kept[0]!)]);
		await day.skip(10_000);
		expect(day.handMs).toBe(NOON + HOUR);
		await day.skip(-10_000);
		expect(day.handMs).toBe(NOON + MINUTE - SECOND);
	});

	test('PB57 the next event is the nearest of any camera, also of one that is no picture', async () => {
		await open(
			NOON,
			ids.map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		const [, , , , fifth] = ids as [CameraId, CameraId, CameraId, CameraId, CameraId];
		happened.set(DOOR, [NOON + 3 * MINUTE, NOON - 4 * MINUTE]);
		happened.set(fifth, [NOON + 2 * MINUTE, NOON - 5 * MINUTE]);
		expect(day.pictures.some(({ id }) => id === fifth)).toBe(false);
		expect(await day.toEvent(1)).toBe(true);
		expect(day.handMs).toBe(NOON + 2 * MINUTE);
		expect(await day.toEvent(1)).toBe(true);
		expect(day.handMs).toBe(NOON + 3 * MINUTE);
		expect(await day.toEvent(1)).toBe(false);
		await day.rest(NOON);
		expect(await day.toEvent(-1)).toBe(true);
		expect(day.handMs).toBe(NOON - 4 * MINUTE);
	});
});

describe('the pictures', () => {
	const shown = () => day.pictures.map(({ id }) => id);

	test('PB51 a fifth takes the place of the last; the others play on, and what was put away stays so', async () => {
		await open(
			NOON,
			ids.map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		const [a, b, c, d, e] = ids as [CameraId, CameraId, CameraId, CameraId, CameraId];
		expect(shown()).toEqual([a, b, c, d]);
		const [kept, last] = [playerOf(a), playerOf(d)];
		day.choose(e);
		await show();
		expect(shown()).toEqual([a, b, c, e]);
		expect([kept.closed, last.closed]).toEqual([false, true]);
		day.choose(b);
		expect(shown()).toEqual([a, c, e, d]);
		day.choose(a);
		day.choose(c);
		day.choose(e);
		expect(shown()).toEqual([d]);
		day.choose(d);
		expect(shown()).toEqual([d]);
	});

	test('PB51 another day has its own cameras; without any footage the pictures stay', async () => {
		await open(NOON, [
			camera(DOOR, span(NOON - HOUR, NOON + HOUR)),
			camera(YARD, span(NOON - HOUR, NOON + HOUR), span(NOON + 48 * HOUR, NOON + 49 * HOUR)),
			camera(HALL, span(NOON + 48 * HOUR, NOON + 49 * HOUR)),
		]);
		expect(shown()).toEqual([DOOR, YARD]);
		await day.rest(NOON + 24 * HOUR);
		expect([shown(), day.present]).toEqual([[DOOR, YARD], []]);
		expect([day.dayBeforeMs, day.dayAfterMs]).toEqual([
			NOON + HOUR - SECOND,
			NOON + 36 * HOUR + 12 * HOUR,
		]);
		await day.rest(NOON + 48 * HOUR);
		await show();
		expect(shown()).toEqual([YARD, HALL]);
		expect(players.map(({ closed }) => closed)).toEqual([true, false, false]);
	});

	test('PB58 all are silent but one that is chosen, and none when that is put away', async () => {
		await open(
			NOON,
			[DOOR, YARD].map((id) => camera(id, span(NOON - HOUR, NOON + HOUR))),
		);
		expect(day.heard).toBeNull();
		day.listen(YARD);
		day.choose(YARD);
		expect([shown(), day.heard]).toEqual([[DOOR], null]);
	});
});
