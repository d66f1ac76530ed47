import { WebCrypto } from '#web/crypto.ts';
import { FootageDatabase } from '#browser/footage/database.ts';
import { HlsScreen } from '#browser/playback/hls-screen.ts';
import { localDay } from '#browser/playback/local-day.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import { buildEntries, minuteOf, type IndexEntry } from '#domain/footage/index-page.ts';
import { Opener } from '#engine/sealing/opener.ts';
import { Player } from '#engine/playback/player.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { Clock } from '#ports/device/clock.ts';
import { movedTo } from '../../fixtures/moved-to.ts';

export interface Clip {
	/** Base64. */
	readonly init: string;
	readonly fragments: readonly string[];
	readonly mime: string;
	readonly timescale: number;
	/** Of every fragment. */
	readonly durationTicks: number;
}

/** Hex; what a fresh page needs to open what another one sealed. */
export interface Keys {
	readonly home: string;
	readonly camera: string;
	readonly secret: string;
	readonly verify: string;
}

export interface PlaybackBench {
	/** Seals and stores a day in runs of four hours; `seconds` since its midnight. */
	fill(clip: Clip, seconds: number): Promise<Keys>;
	/** Milliseconds from `open` to the first painted frame. */
	open(keys: Keys, second: number): Promise<number>;
	/** Milliseconds from each seek to its painted frame. */
	seek(seconds: readonly number[]): Promise<number[]>;
	/**
	 * The same with only a MediaSource: two fragments from memory, with the init section already
	 * appended.
	 */
	bareSeek(clip: Clip, seconds: readonly number[]): Promise<number[]>;
}

declare global {
	interface Window {
		playbackBench: PlaybackBench;
	}
}

const RUN_S = 4 * 3600;
const MIDNIGHT = new Date(2026, 10, 20).getTime();
const web = new WebCrypto();
const clock: Clock = {
	wallMs: () => Date.now(),
	monotonicMs: () => performance.now(),
	every: (ms, tick) => {
		const timer = setInterval(tick, ms);
		return () => clearInterval(timer);
	},
	after: (ms, done) => {
		const timer = setTimeout(done, ms);
		return () => clearTimeout(timer);
	},
};

const fromBase64 = (text: string): Bytes =>
	Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function element(): HTMLVideoElement {
	const video = document.createElement('video');
	video.muted = true;
	video.width = 640;
	document.body.append(video);
	return video;
}

let player: Player | null = null;
let bare: { video: HTMLVideoElement; buffer: SourceBuffer; fragments: Bytes[] } | null = null;

async function fillRun(
	database: FootageDatabase,
	sealer: RunSealer,
	clip: Clip,
	fragments: readonly Bytes[],
	seconds: number,
): Promise<void> {
	const { start } = sealer;
	const { camera, runNo, runId, epoch, mime, anchorUs } = start;
	const init = fromBase64(clip.init);
	const sealed = await sealer.init({ bytes: init, mime, anchorMs: 0 });
	const initPlace = await database.bytes.add({ ...sealed, bytes: sealed.bytes.buffer });
	const initSize = sealed.bytes.length;
	const basis = { runId, epoch, mime, anchorUs, initPlace, initSize };
	const entries: IndexEntry[] = [];
	for (let from = 0; from < seconds; from += 300) {
		const rows: { bytes: ArrayBuffer; head: Bytes }[] = [];
		const made: Omit<IndexEntry, 'place'>[] = [];
		for (let at = from; at < Math.min(seconds, from + 300); at += 1) {
			const { timescale, durationTicks } = clip;
			const mediaTicks = at * durationTicks;
			const bytes = movedTo(fragments[at % fragments.length] ?? new Uint8Array(), mediaTicks);
			const facts = { mediaTicks, timescale, durationTicks, keyFrame: true, sound: false };
			const { head, bytes: whole, ...segment } = await sealer.fragment({ bytes, ...facts });
			rows.push({ bytes: whole.buffer, head });
			made.push({ ...segment, size: whole.length, bad: false });
		}
		const last = await database.bytes.bulkAdd(rows);
		for (const [at, one] of made.entries()) {
			entries.push({ ...one, place: last - made.length + 1 + at });
		}
	}
	const pages = Map.groupBy(entries, ({ startUs }) => minuteOf(startUs));
	await database.pages.bulkAdd(
		[...pages].map(([minute, page]) => ({
			...{ camera, runNo, minute, firstPlace: page[0]?.place ?? 0 },
			...{ entries: buildEntries(page), basis },
		})),
	);
	const bytes = entries.reduce((sum, { size }) => sum + size, initSize);
	const end = entries.at(-1);
	const endUs = (end?.startUs ?? 0) + (end?.durationUs ?? 0);
	await database.runs.add({
		...{ ...basis, camera, runNo, startUs: anchorUs, endUs, firstSeq: 1 },
		...{ lastSeq: entries.length, bytes, holes: [], ended: 'rotated' },
	});
}

window.playbackBench = {
	async fill(clip, seconds) {
		const raw = web.random(32);
		const secret = await web.secret(raw.slice());
		const pair = await web.makeSignKey(false);
		const home = hexOf(web.random(16)) as HomeId;
		const camera = hexOf(web.random(16)) as CameraId;
		const database = new FootageDatabase();
		const fragments = clip.fragments.map(fromBase64);
		for (let runNo = 1, from = 0; from < seconds; runNo += 1, from += RUN_S) {
			const anchorUs = (MIDNIGHT + from * 1000) * 1000;
			const runId = hexOf(web.random(16)) as RunId;
			const sealer = new RunSealer(web, clock, {
				start: { camera, runId, runNo, epoch: 1, mime: clip.mime, anchorUs },
				home,
				secret,
				signKey: pair.key,
				rosterSeq: 1,
				oldestKept: { runNo: 1, seq: 1 },
				prevRunHead: new Uint8Array(32),
			});
			await fillRun(database, sealer, clip, fragments, Math.min(RUN_S, seconds - from));
		}
		database.close();
		return { home, camera, secret: hexOf(raw), verify: hexOf(pair.public) };
	},

	async open({ home, camera, secret, verify }, second) {
		const keys = {
			homes: new Set([home as HomeId]),
			verify: await web.verifier(bytesOf(verify)),
			epoch: async () => Promise.resolve(kept),
		};
		const kept = await web.secret(bytesOf(secret));
		const opener = new Opener(web, () => Promise.resolve(keys));
		const began = performance.now();
		const segments = new DexieSegmentStore();
		const screen = new HlsScreen(element());
		player = new Player({ footage: segments, opener, clock, screen, dayOf: localDay });
		await player.open(camera as CameraId, MIDNIGHT + second * 1000);
		const took = performance.now() - began;
		if (player.state.kind !== 'paused') throw new Error(JSON.stringify(player.state.fault));
		return took;
	},

	async seek(seconds) {
		if (player === null) throw new Error('call open first');
		const took: number[] = [];
		for (const second of seconds) {
			const wallMs = MIDNIGHT + second * 1000;
			const began = performance.now();
			await player.seek(wallMs);
			took.push(performance.now() - began);
			const offMs = wallMs - (player.state.wallMs ?? 0);
			if (player.state.kind !== 'paused' || offMs < -1 || offMs > 101) {
				throw new Error(`${player.state.kind}, ${offMs} ms off`);
			}
			await new Promise((done) => setTimeout(done, 50));
		}
		return took;
	},

	async bareSeek(clip, seconds) {
		bare ??= await bareOf(clip);
		const { video, buffer, fragments } = bare;
		const took: number[] = [];
		for (const second of seconds) {
			const whole = Math.floor(second);
			// Appends the next fragment too: Chromium shows no frame near the end of its buffer.
			const bodies = [whole, whole + 1].map((at) =>
				movedTo(fragments[at % fragments.length] ?? new Uint8Array(), at * clip.durationTicks),
			);
			if (buffer.buffered.length > 0) {
				buffer.remove(0, Number.POSITIVE_INFINITY);
				await once(buffer, 'updateend');
			}
			const began = performance.now();
			buffer.appendBuffer(concatBytes(...bodies));
			await once(buffer, 'updateend');
			const shown = Promise.all([painted(video), once(video, 'seeked')]);
			video.currentTime = (whole * clip.durationTicks) / clip.timescale + (second - whole);
			await shown;
			took.push(performance.now() - began);
			await new Promise((done) => setTimeout(done, 50));
		}
		return took;
	},
};

async function bareOf(clip: Clip): Promise<NonNullable<typeof bare>> {
	const video = element();
	const source = new MediaSource();
	const opened = once(source, 'sourceopen');
	video.src = URL.createObjectURL(source);
	await opened;
	source.duration = RUN_S;
	const buffer = source.addSourceBuffer(clip.mime);
	buffer.appendBuffer(fromBase64(clip.init));
	await once(buffer, 'updateend');
	return { video, buffer, fragments: clip.fragments.map(fromBase64) };
}

function once(target: EventTarget, type: string): Promise<void> {
	return new Promise((done) => target.addEventListener(type, () => done(), { once: true }));
}

function painted(video: HTMLVideoElement): Promise<void> {
	return new Promise((done) => video.requestVideoFrameCallback(() => done()));
}
