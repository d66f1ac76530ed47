import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BrowserClock } from '#browser/clock.ts';
import { HlsScreen } from '#browser/hls-screen.ts';
import { localDay } from '#browser/local-day.ts';
import { DexieSegments } from '#browser/segments.ts';
import { Player } from '#engine/player.ts';
import { makeWorkshop, type Workshop } from '../engine/sealing.ts';
import { realFilm, shoot, type Film } from '../fixtures/film.ts';

/** Noon of a local day, so that an hour either way is the same day. */
const NOON = new Date(2026, 10, 20, 12).getTime();

describe('the player, with hls.js and real footage', () => {
	let film: Film;
	let workshop: Workshop;
	let segments: DexieSegments;
	let video: HTMLVideoElement;
	let player: Player;
	const clock = new BrowserClock();
	let database = 0;

	beforeAll(async () => {
		film = await realFilm();
	});

	beforeEach(async () => {
		workshop = await makeWorkshop();
		segments = new DexieSegments(`playback-${String((database += 1))}`);
		video = document.createElement('video');
		video.muted = true;
		document.body.append(video);
		const { opener } = workshop;
		const screen = new HlsScreen(video);
		player = new Player({ segments, opener, clock, screen, dayOf: localDay });
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

	it('PB1 shows a frame of the newest footage, standing still', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 12 });
		await player.open(workshop.camera);
		expect(player.state).toMatchObject({ kind: 'paused', fault: null, skipped: 0 });
		expect(player.state.wallMs).toBeCloseTo(NOON + 11_900, -1);
		expect(video.videoWidth).toBe(320);
	});

	it('PB2 a wall time brings the frame of that time', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 30 });
		await player.open(workshop.camera, NOON);
		for (const second of [25.25, 3.05, 9.999, 0, 15, 29.95, 20.1]) {
			await player.seek(NOON + second * 1000);
			expect(player.state.kind).toBe('paused');
			const frame = NOON + Math.floor(second * 10 + 1e-6) * 100;
			expect(player.state.wallMs).toBeCloseTo(frame, 0);
		}
	});

	it('PB5 plays from one run into the next, and says why there was a gap', async () => {
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
});
