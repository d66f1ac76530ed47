import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BrowserClock } from '#browser/device/clock.ts';
import { FootageDatabase } from '#browser/footage/database.ts';
import { HlsScreen } from '#browser/playback/hls-screen.ts';
import { localDay } from '#browser/playback/local-day.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { Player } from '#engine/playback/player.ts';
import { makeSealingFixture, type SealingFixture } from '../../engine/sealing/sealing-fixture.ts';
import { placeOf } from '../footage/raw-database.ts';
import { realFilm, shoot, type Film } from '../../fixtures/film.ts';

/** Noon of a local day, so that an hour either way is the same day. */
const NOON = new Date(2026, 10, 20, 12).getTime();

describe('the player, with hls.js and real footage', () => {
	let film: Film;
	let workshop: SealingFixture;
	let segments: DexieSegmentStore;
	let video: HTMLVideoElement;
	let player: Player;
	const clock = new BrowserClock();
	let database = 0;

	beforeAll(async () => {
		film = await realFilm();
	});

	beforeEach(async () => {
		workshop = await makeSealingFixture();
		segments = new DexieSegmentStore(`playback-${String((database += 1))}`);
		video = document.createElement('video');
		video.muted = true;
		document.body.append(video);
		const { opener } = workshop;
		const screen = new HlsScreen(video);
		player = new Player({ footage: segments, opener, clock, screen, dayOf: localDay });
	});

	afterEach(() => {
		player.close();
		video.remove();
		segments.dispose();
		indexedDB.deleteDatabase(`playback-${String(database)}`);
	});

	function until(what: () => boolean): Promise<void> {
		return new Promise((done) => {
			if (what()) done();
			const stop = player.on(() => {
				if (!what()) return;
				stop();
				done();
			});
		});
	}

	it('PB1 shows a frame of the newest footage, paused', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 12 });
		await player.open(workshop.camera);
		expect(player.state).toMatchObject({ kind: 'paused', fault: null, skipped: 0 });
		expect(player.state.wallMs).toBeCloseTo(NOON + 11_900, -1);
		expect(video.videoWidth).toBe(320);
	});

	it('PB2 seeks to the frame of a wall time', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 30 });
		await player.open(workshop.camera, NOON);
		for (const second of [25.25, 3.05, 9.999, 0, 15, 29.95, 20.1]) {
			await player.seek(NOON + second * 1000);
			expect(player.state.kind).toBe('paused');
			const frame = NOON + Math.floor(second * 10 + 1e-6) * 100;
			expect(player.state.wallMs).toBeCloseTo(frame, 0);
		}
	});

	it('PB5 plays from one run into the next, and reports the gap', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 7 });
		await shoot(workshop, segments, film, { runNo: 2, startMs: NOON + 60_000, seconds: 10 });
		await player.open(workshop.camera, NOON + 5000);
		await player.play();
		expect(player.state.kind).toBe('playing');
		await until(() => (player.state.wallMs ?? 0) >= NOON + 60_000);
		expect(player.state.gap).toMatchObject({ why: 'stopped' });
		await until(() => (player.state.wallMs ?? 0) >= NOON + 61_000);
		expect(player.state.fault).toBe(null);
	});

	/** Damages stored bytes, bypassing the store; seq 0 is the init section. */
	async function spoil(runNo: number, seqs: readonly number[]): Promise<void> {
		const name = `playback-${String(database)}`;
		const raw = new FootageDatabase(name);
		for (const seq of seqs) {
			const place = await placeOf(name, { camera: workshop.camera, runNo, seq });
			const row = (await raw.bytes.get(place)) as { bytes: ArrayBuffer | Blob; head: Uint8Array };
			const bytes = await new Blob([row.bytes]).arrayBuffer();
			new Uint8Array(bytes).fill(7, 200, 300);
			await raw.table('bytes').put({ ...row, bytes, place });
		}
		raw.close();
	}

	it('PB10 plays around damage, and reports it', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 20 });
		await spoil(1, [6, 7, 13]);
		await player.open(workshop.camera, NOON + 4000);
		expect(player.state.kind).toBe('paused');
		await player.play();
		await until(() => (player.state.wallMs ?? 0) >= NOON + 7500 || player.state.kind === 'error');
		expect(player.state).toMatchObject({ kind: 'playing', gap: { why: 'damaged' } });
		await player.seek(NOON + 12_500);
		// It keeps playing, so a frame or two may have passed since.
		const wallMs = player.state.wallMs ?? 0;
		expect(wallMs, String(wallMs - NOON)).toBeGreaterThanOrEqual(NOON + 13_000);
		expect(wallMs, String(wallMs - NOON)).toBeLessThan(NOON + 14_000);
		expect(player.state).toMatchObject({ kind: 'playing', skipped: 3, fault: null });
	});

	it('PB11 a damaged init section costs its run, not the day', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 5 });
		await shoot(workshop, segments, film, { runNo: 2, startMs: NOON + 10_000, seconds: 5 });
		await shoot(workshop, segments, film, { runNo: 3, startMs: NOON + 20_000, seconds: 5 });
		await spoil(2, [0]);
		await player.open(workshop.camera, NOON + 11_000);
		expect(player.state.wallMs).toBeCloseTo(NOON + 20_000, 0);
		expect(player.state).toMatchObject({ kind: 'paused', skipped: 5, fault: null });
		await player.seek(NOON + 3000);
		expect(player.state.wallMs).toBeCloseTo(NOON + 3000, 0);
	});

	it('PB13 what opens but is not a movie is left out', async () => {
		const noise = { ...film.fragments[0]!, body: new Uint8Array(20_000).fill(9) };
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 5 });
		const broken = { ...film, fragments: [noise] };
		await shoot(workshop, segments, broken, { runNo: 2, startMs: NOON + 10_000, seconds: 5 });
		await shoot(workshop, segments, film, { runNo: 3, startMs: NOON + 20_000, seconds: 5 });
		await player.open(workshop.camera, NOON + 12_000);
		expect(player.state.wallMs).toBeCloseTo(NOON + 20_000, 0);
		expect(player.state).toMatchObject({ kind: 'paused', fault: null });
	});

	it('PB16 scrubbing ends at the last position', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 60 });
		await player.open(workshop.camera, NOON);
		const wishes: Promise<void>[] = [];
		for (let second = 1; second <= 50; second += 1) {
			wishes.push(player.seek(NOON + second * 1000 + 50));
			await new Promise((done) => setTimeout(done, 8));
		}
		await Promise.all(wishes);
		expect(player.state.wallMs).toBeCloseTo(NOON + 50_000, 0);
		expect(player.state.kind).toBe('paused');
	});

	it('PB17 plays past midnight, and pauses at the end', async () => {
		const midnight = new Date(2026, 10, 21).getTime();
		await shoot(workshop, segments, film, { runNo: 1, startMs: midnight - 3000, seconds: 5 });
		await player.open(workshop.camera, midnight - 1500);
		await player.play();
		await until(() => player.state.kind === 'paused' || player.state.kind === 'error');
		expect(player.state).toMatchObject({ kind: 'paused', fault: null });
		expect(player.state.wallMs).toBeCloseTo(midnight + 1900, -1);
		expect(player.state.day?.startUs).toBe(midnight * 1000);
	});

	it('PB19 the screen buffers 30 s behind and 20 s ahead, in whole groups', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 120 });
		await player.open(workshop.camera, NOON + 20_000);
		/** Seconds of the day held in the element, without its position. */
		const buffered = () => {
			const { buffered: ranges, currentTime } = video;
			const last = ranges.length - 1;
			return {
				behind: last < 0 ? 0 : currentTime - ranges.start(0),
				ahead: last < 0 ? 0 : ranges.end(last) - currentTime,
			};
		};
		await expect.poll(() => buffered().ahead).toBeGreaterThan(19);
		video.playbackRate = 16;
		await player.play();
		let most = { behind: 0, ahead: 0 };
		await until(() => {
			const { behind, ahead } = buffered();
			most = { behind: Math.max(most.behind, behind), ahead: Math.max(most.ahead, ahead) };
			return video.currentTime > 90 || player.state.kind === 'error';
		});
		expect(player.state.fault).toBeNull();
		// A group is five seconds, and is appended and removed as a whole; removing takes a moment.
		expect(most.ahead).toBeLessThan(20 + 2 * 5);
		expect(most.behind).toBeGreaterThan(25);
		video.playbackRate = 1;
		await expect.poll(() => buffered().behind).toBeLessThan(30 + 2 * 5);
		expect(buffered().behind).toBeGreaterThan(25);
	});

	it('PB18 closed, it leaves no picture and no media data', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 5 });
		await player.open(workshop.camera, NOON);
		player.close();
		expect(video.currentSrc === '' || video.readyState === 0).toBe(true);
	});
});
