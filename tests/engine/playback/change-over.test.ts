/** A player over several origins, and its day over footage that arrives late. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { SegmentOpener } from '#engine/playback/day-playlist.ts';
import { JoinedFootage } from '#engine/playback/joined-footage.ts';
import { Player } from '#engine/playback/player.ts';
import { DOOR, MINUTE, record, SECOND, T0 } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeScreen } from '../../fakes/screen.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { FarFootage } from './far-footage.ts';

const DAY_MS = 86_400_000;
const dayOf = (ms: number) => {
	const startMs = Math.floor(ms / DAY_MS) * DAY_MS;
	return { startMs, endMs: startMs + DAY_MS };
};

let clock: ManualClock;
let here: MemorySegmentStore;
let far: FarFootage;
let screen: FakeScreen;
let player: Player;
/** Bytes that do not open. */
let forged: (bytes: Uint8Array) => boolean;

beforeEach(() => {
	clock = new ManualClock(T0 / 1000 + 3600_000);
	[here, far, screen] = [new MemorySegmentStore(), new FarFootage(), new FakeScreen()];
	forged = () => false;
	const footage = new JoinedFootage({
		...{ clock, here },
		elsewhere: [{ origin: 'relay', footage: far }],
		about: () => Promise.resolve({ name: null, former: false }),
	});
	const open: SegmentOpener['openInit'] = (_, { bytes }) =>
		forged(bytes)
			? Promise.reject(new Fault('corrupt', 'a segment did not open'))
			: Promise.resolve({ body: bytes });
	const opener = {
		openInit: open,
		open: (...[run, , stored]: [never, unknown, never]) => open(run, stored),
	};
	const originOf = footage.originOf.bind(footage);
	player = new Player({ footage, opener, originOf, clock, screen, dayOf });
});

async function film(store: MemorySegmentStore, runNo: number, seconds: number): Promise<void> {
	await record(store, DOOR, runNo, seconds, T0 + runNo * MINUTE);
	await store.close(DOOR, runNo, 'stopped');
}

async function playFor(seconds: number): Promise<void> {
	for (let at = 0; at < seconds; at += 0.5) {
		await screen.advance(0.5);
		for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
	}
}

describe('PB33 the player tells where its frame came from', () => {
	test('and changes over in mid-play, without a stop or a frame left out', async () => {
		await film(here, 1, 40);
		await film(far.store, 1, 40);
		await player.open(DOOR, T0 / 1000 + 60_000);
		await player.play();
		const seen: (Origin | null)[] = [];
		const seconds = new Set<number>();
		player.on(() => {
			const { kind, origin, wallMs } = player.state;
			expect(kind).toBe('playing');
			if (origin !== seen.at(-1)) seen.push(origin);
			seconds.add(Math.floor(((wallMs ?? 0) - T0 / 1000) / 1000));
		});
		await playFor(12);
		vi.spyOn(here, 'read').mockRejectedValue(new Fault('unavailable', 'no database'));
		await playFor(26);
		expect(seen).toEqual(['here', 'relay']);
		expect([...seconds]).toEqual(Array.from({ length: 39 }, (_, at) => 60 + at));
		expect(player.state).toMatchObject({ skipped: 0, fault: null });
	});

	test('what does not open here is played from elsewhere, and counted only if it opens nowhere', async () => {
		await film(here, 1, 20);
		await film(far.store, 1, 20);
		const [bad] = await here.between(DOOR, T0 + MINUTE + 7 * SECOND, T0 + MINUTE + 8 * SECOND);
		const { bytes } = (await here.read(bad!))!;
		let lies = 1;
		forged = (given) => given.every((byte, at) => byte === bytes[at]) && (lies -= 1) >= 0;
		await player.open(DOOR, T0 / 1000 + 67_200);
		expect(player.state).toMatchObject({ kind: 'paused', origin: 'relay', skipped: 0 });
		expect(Math.floor(player.state.wallMs!)).toBe(T0 / 1000 + 67_200);
		expect((await here.runs(DOOR))[0]!.holes).toMatchObject([{ why: 'damaged' }]);
		player.close();
		lies = 9;
		await player.open(DOOR, T0 / 1000 + 67_200);
		expect(player.state).toMatchObject({ kind: 'paused', skipped: 1 });
		expect(Math.floor(player.state.wallMs!)).toBe(T0 / 1000 + 68_000);
	});
});

describe('PB31 what an origin tells late', () => {
	test('is drawn, and a moment in what was a gap is shown', async () => {
		await film(here, 3, 20);
		await film(far.store, 1, 20);
		let release: (value: unknown) => void = () => undefined;
		far.answers = new Promise((resolve) => (release = resolve));
		const opened = player.open(DOOR, T0 / 1000 + 180_000);
		await clock.pass(2_000);
		await opened;
		expect(player.state).toMatchObject({ kind: 'paused', origin: 'here' });
		expect(player.state.footage).toHaveLength(1);
		release(null);
		await vi.waitFor(() => expect(far.asked).toContain('runs'));
		await clock.pass(4_000);
		expect(player.state.footage).toHaveLength(2);
		await player.seek(T0 / 1000 + 65_000);
		expect(player.state).toMatchObject({ origin: 'relay', gap: null });
		expect(Math.floor(player.state.wallMs!)).toBe(T0 / 1000 + 65_000);
	});
});
