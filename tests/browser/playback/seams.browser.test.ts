import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BrowserClock } from '#browser/device/clock.ts';
import { FootageDatabase } from '#browser/footage/database.ts';
import { HlsScreen } from '#browser/playback/hls-screen.ts';
import { localDay } from '#browser/playback/local-day.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { initSectionOf } from '#domain/media/fmp4.ts';
import { initWithSound, withSilence } from '#domain/media/silence.ts';
import { Player } from '#engine/playback/player.ts';
import { makeSealingFixture, type SealingFixture } from '../../engine/sealing/sealing-fixture.ts';
import { realFilm, shoot, type Film } from '../../fixtures/film.ts';

/** Noon of a local day. */
const NOON = new Date(2026, 10, 20, 12).getTime();
const DATABASE = 'seams';

describe('the player, over seams', () => {
	let film: Film;
	let workshop: SealingFixture;
	let segments: DexieSegmentStore;
	let video: HTMLVideoElement;
	let player: Player;
	const clock = new BrowserClock();

	beforeAll(async () => {
		film = await realFilm();
	});

	beforeEach(async () => {
		workshop = await makeSealingFixture();
		segments = new DexieSegmentStore(DATABASE);
		video = document.createElement('video');
		video.muted = true;
		document.body.append(video);
		const screen = new HlsScreen(video);
		player = new Player({
			footage: segments,
			opener: workshop.opener,
			clock,
			screen,
			dayOf: localDay,
		});
	});

	afterEach(() => {
		player.close();
		video.remove();
		segments.dispose();
		indexedDB.deleteDatabase(DATABASE);
	});

	/**
	 * A run; `heard`: for each second, whether it has sound. Without `heard` there is no sound track.
	 */
	async function run(
		runNo: number,
		startMs: number,
		seconds: number,
		heard?: (second: number) => boolean,
		channels = 1,
	): Promise<void> {
		if (heard === undefined) return shoot(workshop, segments, film, { runNo, startMs, seconds });
		const sound = initSectionOf({ kind: 'opus', sampleRate: 48_000, channels });
		const init = initWithSound(film.init, sound);
		const mime = film.mime.replace(/"$/, ',opus"');
		await shoot(
			workshop,
			segments,
			{ ...film, init, mime },
			{
				...{ runNo, startMs, seconds },
				dress: (bytes, fromS, untilS) =>
					heard(Math.round(fromS)) ? (withSilence(init, [{ bytes, untilS }])[0] ?? bytes) : bytes,
			},
		);
	}

	/** Plays up to a wall time and returns the times shown, ms since noon. */
	async function playTo(untilMs: number): Promise<number[]> {
		const seen: number[] = [];
		await new Promise<void>((done) => {
			const stop = player.on(() => {
				const { kind, wallMs } = player.state;
				if (wallMs !== null) seen.push(wallMs - NOON);
				if (kind !== 'error' && (wallMs ?? 0) - NOON < untilMs) return;
				stop();
				done();
			});
			void player.play();
		});
		expect(player.state.fault).toBe(null);
		return seen;
	}

	const leaps = (seen: readonly number[]): number =>
		Math.max(...seen.slice(1).map((ms, at) => ms - (seen[at] ?? 0)));

	async function everySecond(toS: number): Promise<void> {
		for (let second = toS - 1; second >= 0; second -= 1) {
			await player.seek(NOON + second * 1000 + 450);
			expect([second, player.state.kind, player.state.fault]).toEqual([second, 'paused', null]);
			expect(player.state.wallMs).toBeCloseTo(NOON + second * 1000 + 400, 0);
		}
	}

	it('PB23 a day of runs with sound, without, and with stereo is one stream', async () => {
		await run(1, NOON, 6);
		await run(2, NOON + 6000, 6, () => true);
		await run(3, NOON + 12_000, 6);
		await run(4, NOON + 18_000, 6, () => true, 2);
		await player.open(workshop.camera, NOON);
		await everySecond(24);
		player.rate(4);
		expect(leaps(await playTo(23_500))).toBeLessThan(1000);
		expect(player.state.skipped).toBe(0);
	});

	it('PB24 sound that is lost and comes back within a run holds up no picture', async () => {
		await run(1, NOON, 20, (second) => second < 4 || second === 8 || second > 15);
		await player.open(workshop.camera);
		expect(player.state).toMatchObject({ kind: 'paused', fault: null });
		await everySecond(20);
		player.rate(4);
		expect(leaps(await playTo(19_500))).toBeLessThan(1000);
	});

	it('PB25 a stall in a run is a gap, on the ribbon and during playback', async () => {
		await shoot(workshop, segments, film, {
			...{ runNo: 1, startMs: NOON, seconds: 12, pauses: { 3: 150, 6: 2, 9: 4 } },
		});
		await player.open(workshop.camera, NOON);
		const stalls = player.state.gaps.filter(({ why }) => why !== 'stopped');
		const spans = stalls.map(({ startUs, endUs, why }) => [
			...[(startUs / 1000 - NOON) / 1000, (endUs / 1000 - NOON) / 1000, why],
		]);
		expect(spans).toEqual([
			[3, 153, 'stalled'],
			[156, 158, 'stalled'],
			[161, 165, 'stalled'],
		]);
		await player.seek(NOON + 60_000);
		expect(player.state).toMatchObject({ gap: { why: 'stalled' }, fault: null });
		expect(player.state.wallMs).toBeCloseTo(NOON + 153_000, 0);
		player.rate(4);
		const seen = await playTo(167_500);
		expect(seen.filter((ms) => ms > 156_100 && ms < 157_900)).toEqual([]);
	});

	it('RC30 a stall not recorded by an older version becomes a gap once its day is read', async () => {
		const scene = { runNo: 1, startMs: NOON, seconds: 8, pauses: { 3: 150 } };
		await shoot(workshop, segments, film, scene);
		const raw = new FootageDatabase(DATABASE);
		await raw.runs.toCollection().modify({ holes: [] });
		raw.close();
		await player.open(workshop.camera, NOON);
		const stalls = () => player.state.gaps.filter(({ why }) => why === 'stalled');
		await expect.poll(stalls).toHaveLength(1);
		expect(stalls()[0]).toMatchObject({ startUs: (NOON + 3000) * 1000 });
	});
});
