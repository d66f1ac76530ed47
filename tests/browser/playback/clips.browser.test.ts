import {
	ALL_FORMATS,
	BlobSource,
	BufferTarget,
	CanvasSource,
	EncodedPacketSink,
	Input,
	Mp4OutputFormat,
	Output,
	Quality,
	VideoSampleSink,
} from 'mediabunny';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WorkerClipMuxer } from '#browser/playback/clip-muxer.ts';
import { FootageDatabase } from '#browser/footage/database.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { ClipExporter, type ClipPlan } from '#engine/playback/clip-exporter.ts';
import { placeOf } from '../footage/raw-database.ts';
import { leastOf } from '../../support/measures.ts';
import { makeSealingFixture, type SealingFixture } from '../../engine/sealing/sealing-fixture.ts';
import { realFilm, shoot, type Film } from '../../fixtures/film.ts';

const NOON = new Date(2026, 10, 20, 12).getTime();
const SECOND = 1_000_000;
let film: Film;
let workshop: SealingFixture;
let segments: DexieSegmentStore;
let clips: ClipExporter;
let name = 0;

beforeAll(async () => {
	film = await realFilm();
});
beforeEach(async () => {
	workshop = await makeSealingFixture();
	segments = new DexieSegmentStore(`clips-${String((name += 1))}`);
	clips = new ClipExporter({
		footage: segments,
		opener: workshop.opener,
		muxer: new WorkerClipMuxer(),
	});
});
afterEach(() => {
	segments.dispose();
	indexedDB.deleteDatabase(`clips-${String(name)}`);
});

const span = (fromS: number, toS: number) => ({
	startUs: NOON * 1000 + fromS * SECOND,
	endUs: NOON * 1000 + toS * SECOND,
});

async function planned(fromS: number, toS: number): Promise<ClipPlan> {
	const plan = await clips.plan(workshop.camera, span(fromS, toS));
	if (plan === null) throw new Error('no plan');
	return plan;
}

async function made(plan: ClipPlan, progress: number[] = []) {
	const clip = await clips.write(plan, {
		format: plan.formats[0]!.format,
		file: null,
		onProgress: (share) => progress.push(share),
		signal: new AbortController().signal,
	});
	const input = new Input({ source: new BlobSource(clip.blob!), formats: ALL_FORMATS });
	const track = (await input.getPrimaryVideoTrack())!;
	const stamps: number[] = [];
	for await (const packet of new EncodedPacketSink(track).packets()) stamps.push(packet.timestamp);
	let decoded = 0;
	for await (const sample of new VideoSampleSink(track).samples()) {
		decoded += 1;
		sample.close();
	}
	const width = await track.getDisplayWidth();
	const height = await track.getDisplayHeight();
	const codec = (await track.getDecoderConfig())?.codec;
	return { ...clip, stamps, decoded, width, height, codec, seconds: await track.computeDuration() };
}

describe('a clip', () => {
	it('CL1 CL2 is an ordinary MP4 of exactly the frames in the span', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 20 });
		const plan = await planned(3.4, 12.25);
		expect(plan).toMatchObject({ ...span(4, 12.25), gaps: 0, sound: false, needsFile: false });
		const progress: number[] = [];
		const clip = await made(plan, progress);
		// Ten frames a second, from 4.0 to 12.2.
		expect(clip.stamps).toHaveLength(83);
		expect(clip.stamps[0]).toBe(0);
		expect(clip.decoded).toBe(83);
		expect(clip.seconds).toBeCloseTo(8.3, 1);
		expect(clip).toMatchObject({ width: 320, height: 180, missing: 0, reencoded: false });
		expect(clip.codec).toMatch(/^avc1\./);
		expect(progress.at(-1)).toBe(1);
		expect(progress.every((share, at) => share >= (progress[at - 1] ?? 0))).toBe(true);
		const bytes = new Uint8Array(await clip.blob!.arrayBuffer());
		expect(new TextDecoder('latin1').decode(bytes.subarray(4, 8))).toBe('ftyp');
	});

	it('CL3 continues over gaps without a pause, and counts them', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 5 });
		await shoot(workshop, segments, film, { runNo: 2, startMs: NOON + 60_000, seconds: 5 });
		const plan = await planned(2, 63);
		expect(plan.gaps).toBe(1);
		expect(plan.lengthUs).toBe(6 * SECOND);
		const clip = await made(plan);
		expect(clip.decoded).toBe(60);
		const steps = clip.stamps.map((stamp, at) => stamp - (clip.stamps[at - 1] ?? stamp - 0.1));
		expect(Math.max(...steps)).toBeLessThan(0.25);
		expect(Math.min(...steps)).toBeGreaterThan(0.05);
	});

	it('CL5 leaves damaged footage out, and says so', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 10 });
		const [third] = await segments.between(
			workshop.camera,
			span(3, 3.1).startUs,
			span(3, 3.1).endUs,
		);
		const raw = new FootageDatabase(`clips-${String(name)}`);
		await raw.bytes.delete(await placeOf(`clips-${String(name)}`, third!));
		raw.close();
		const clip = await made(await planned(0, 10));
		expect(clip.missing).toBe(1);
		expect(clip.decoded).toBe(90);
	});

	it('CL6 with another size in the middle is re-encoded in one size', async () => {
		const wide = await drawnFilm(640, 360, film);
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 5 });
		await shoot(workshop, segments, wide, { runNo: 2, startMs: NOON + 5000, seconds: 3 });
		const clip = await made(await planned(0, 8));
		expect(clip).toMatchObject({ reencoded: true, width: 320, height: 180 });
		expect(clip.decoded).toBeGreaterThanOrEqual(75);
		expect(clip.seconds).toBeCloseTo(8, 0);
	});

	it('CL7 cancelled, ends at once and leaves nothing', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 60 });
		const plan = await planned(0, 60);
		const tookMs = await leastOf(3, 500, async () => {
			const stop = new AbortController();
			let begun = 0;
			const making = clips.write(plan, {
				format: 'mp4',
				file: null,
				onProgress: (share) => {
					if (share < 0.1 || begun > 0) return;
					begun = performance.now();
					stop.abort();
				},
				signal: stop.signal,
			});
			await expect(making).rejects.toMatchObject({ kind: 'aborted' });
			return performance.now() - begun;
		});
		expect(tookMs).toBeLessThan(500);
	});

	it('CL8 of an empty span does not exist', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 3 });
		expect(await clips.plan(workshop.camera, span(10, 20))).toBe(null);
		expect(await clips.plan(workshop.camera, span(0.1, 0.9))).toBe(null);
	});

	it('CL4 is streamed to a file if one is given', async () => {
		await shoot(workshop, segments, film, { runNo: 1, startMs: NOON, seconds: 6 });
		const root = await navigator.storage.getDirectory();
		const file = await root.getFileHandle('clip.mp4', { create: true });
		const plan = await planned(0, 6);
		const { blob } = await clips.write(plan, {
			format: 'mp4',
			file,
			onProgress: () => undefined,
			signal: new AbortController().signal,
		});
		expect(blob).toBe(null);
		const input = new Input({ source: new BlobSource(await file.getFile()), formats: ALL_FORMATS });
		expect(await input.computeDuration()).toBeCloseTo(6, 1);
		await root.removeEntry('clip.mp4');
	});
});

/**
 * Footage of another size, encoded here: five seconds, a key frame each second, ten frames per
 * second.
 */
async function drawnFilm(width: number, height: number, like: Film): Promise<Film> {
	const canvas = new OffscreenCanvas(width, height);
	const context = canvas.getContext('2d')!;
	const source = new CanvasSource(canvas, {
		codec: 'avc',
		quality: new Quality({ bitrate: 500_000 }),
		keyFrameInterval: 1,
	});
	const boxes: { moov: Uint8Array[]; fragments: Uint8Array<ArrayBuffer>[] } = {
		moov: [],
		fragments: [],
	};
	let moof = new Uint8Array();
	const output = new Output({
		format: new Mp4OutputFormat({
			fastStart: 'fragmented',
			minimumFragmentDuration: 0.9,
			onFtyp: (data) => boxes.moov.push(data.slice()),
			onMoov: (data) => boxes.moov.push(data.slice()),
			onMoof: (data) => (moof = data.slice()),
			onMdat: (data) => {
				const both = new Uint8Array(moof.length + data.length);
				both.set(moof);
				both.set(data, moof.length);
				boxes.fragments.push(both);
			},
		}),
		target: new BufferTarget(),
	});
	output.addVideoTrack(source);
	await output.start();
	for (let frame = 0; frame < 50; frame += 1) {
		context.fillStyle = `hsl(${String(frame * 7)} 80% 50%)`;
		context.fillRect(0, 0, width, height);
		await source.add(frame / 10, 0.1, { keyFrame: frame % 10 === 0 });
	}
	await output.finalize();
	const init = new Uint8Array(boxes.moov.reduce((sum, box) => sum + box.length, 0));
	let at = 0;
	for (const box of boxes.moov) {
		init.set(box, at);
		at += box.length;
	}
	// The muxer’s timescale.
	const timescale = 57_600;
	return {
		mime: like.mime,
		init,
		fragments: boxes.fragments.map((body) => ({ body, timescale, durationTicks: timescale })),
	};
}
