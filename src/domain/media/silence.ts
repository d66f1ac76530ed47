import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { boxAt, boxesIn, boxOf, bytesOfBox, tracksOf, viewOf, type MovieBox } from './movie-box.ts';
import {
	trackFragmentsOf,
	ticksOf,
	trackDefaultsOf,
	type TrackRun,
	type TrackFragment,
} from './movie-fragment.ts';

/**
 * Inserts silence where footage has no sound: a media element plays one track only as far as the
 * other goes, and rejects a stream whose tracks change. Rules: docs/spec/playback.md, PB23–PB25.
 */

/**
 * Players bridge sound holes up to this length; also the tolerated offset between a fragment's
 * sound and picture.
 */
const BRIDGED_S = 0.1;
/** Tolerance where the neighbour is unknown. */
const EDGE_S = 0.3;
/** At least twenty seconds. */
const MAX_SILENT_SAMPLES = 2000;

interface Silence {
	readonly bytes: Uint8Array;
	readonly ticks: number;
}

/** The sound track of a run, from its init section; `null`: none, or an unknown codec. */
interface SoundTrack {
	readonly id: number;
	readonly timescale: number;
	readonly silence: Silence;
	readonly trak: Uint8Array;
}

/** Whether a run's MIME type includes an audio codec. */
export function hasSound(mime: string): boolean {
	return /opus|mp4a/i.test(mime);
}

function soundTrackOf(init: Uint8Array): SoundTrack | null {
	const track = tracksOf(init).find(({ handler }) => handler === 'soun');
	if (track === undefined) return null;
	const { id, timescale, entry } = track;
	const silence = silenceOf(init, entry, timescale);
	return silence && { id, timescale, silence, trak: bytesOfBox(init, track.trak) };
}

/** An audio sample entry (12.2.3): channels and rate. */
function silenceOf(init: Uint8Array, entry: MovieBox, timescale: number): Silence | null {
	// CELT, full band, 20 ms, silent (RFC 6716, 3.1).
	if (entry.type === 'Opus') {
		return { bytes: Uint8Array.of(0xf8, 0xff, 0xfe), ticks: Math.round(timescale / 50) };
	}
	if (entry.type !== 'mp4a') return null;
	const view = viewOf(init);
	const rate = view.getUint32(entry.body + 24) / 0x1_0000;
	// AAC-LC, 1024 silent samples (ISO/IEC 14496-3).
	const bytes =
		view.getUint16(entry.body + 16) === 1
			? Uint8Array.of(0x00, 0xc8, 0x00, 0x80, 0x23, 0x80)
			: Uint8Array.of(0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80);
	return { bytes, ticks: Math.round((1024 * timescale) / Math.max(rate, 1)) };
}

/** Adds another run's sound track to an init section without one. */
export function initWithSound(init: Bytes, other: Uint8Array): Bytes {
	const tracks = tracksOf(init);
	const sound = soundTrackOf(other);
	const moov = boxAt(init, ['moov']);
	if (sound === null || moov === null || tracks.some(({ handler }) => handler === 'soun')) {
		return init;
	}
	const id = 1 + tracks.reduce((max, one) => Math.max(max, one.id), 0);
	const trak = sound.trak.slice();
	const tkhd = boxAt(trak, ['trak', 'tkhd']);
	if (tkhd !== null) viewOf(trak).setUint32(tkhd.body + (trak[tkhd.body] === 1 ? 20 : 12), id);
	const trex = new Uint8Array(24);
	viewOf(trex).setUint32(4, id);
	viewOf(trex).setUint32(8, 1);
	const inside = boxesIn(init, moov.body, moov.end).flatMap((box) => {
		if (box.type === 'mvex') {
			const own = init.subarray(box.body, box.end);
			return [trak, boxOf('mvex', own, boxOf('trex', trex))];
		}
		return [bytesOfBox(init, box)];
	});
	return concatBytes(init.subarray(0, moov.at), boxOf('moov', ...inside), init.subarray(moov.end));
}

/** A fragment, and the start of the next one in seconds of media time. */
interface TimedFragment {
	readonly bytes: Bytes;
	readonly untilS: number;
}

/**
 * Fills sound holes in consecutive fragments with silence. `init`: of their run, with a sound
 * track. Unknown formats are returned unchanged.
 */
export function withSilence(init: Uint8Array, fragments: readonly TimedFragment[]): Bytes[] {
	try {
		return filled(init, fragments);
	} catch (error) {
		if (!(error instanceof Fault || error instanceof RangeError)) throw error;
		return fragments.map(({ bytes }) => bytes);
	}
}

function filled(init: Uint8Array, fragments: readonly TimedFragment[]): Bytes[] {
	const sound = soundTrackOf(init);
	const video = tracksOf(init).find(({ handler }) => handler === 'vide');
	if (sound === null || video === undefined) return fragments.map(({ bytes }) => bytes);
	const usual = trackDefaultsOf(init);
	const { timescale } = sound;
	/** Where the sound ends so far, in ticks of the sound track. */
	let reached: number | null = null;
	return fragments.map(({ bytes, untilS }, index) => {
		const parts = trackFragmentsOf(bytes, usual);
		const picture = parts.find(({ id }) => id === video.id);
		if (picture === undefined) return bytes;
		const audio = parts.find(({ id }) => id === sound.id) ?? null;
		const real = audio?.runs.filter(({ samples }) => samples.length > 0) ?? [];
		const beginning = Math.round((picture.decodeTicks / video.timescale) * timescale);
		const untilTicks = Math.round(untilS * timescale);
		const known = reached !== null;
		const from = reached ?? beginning;
		const last = index === fragments.length - 1;
		const starts = real.length === 0 || audio === null ? untilTicks : audio.decodeTicks;
		const slack = (sure: boolean): number => (sure ? BRIDGED_S : EDGE_S) * timescale;
		const before = starts - from > slack(known || real.length === 0) ? starts - from : 0;
		const ends = starts + real.reduce((sum, { samples }) => sum + ticksOf(samples), 0);
		const behind = last && real.length > 0 && untilTicks - ends > slack(false);
		reached = Math.max(from, ends);
		if (before === 0 && !behind) return bytes;
		const tail = behind ? untilTicks - ends : 0;
		return withSoundPart(bytes, parts, audio, {
			id: sound.id,
			decodeTicks: before > 0 ? from : starts,
			before: silent(sound.silence, before),
			real,
			behind: silent(sound.silence, tail),
			silence: sound.silence.bytes,
		});
	});
}

/** Enough silent samples for the length; the last one takes the remainder. */
function silent({ ticks, bytes }: Silence, lengthTicks: number): TrackRun['samples'] {
	const count = Math.round(lengthTicks / ticks);
	if (count > MAX_SILENT_SAMPLES)
		throw new Fault('malformed', 'hole in the sound too long to fill');
	return Array.from({ length: count }, (_, n) => ({
		ticks: n === count - 1 ? lengthTicks - ticks * n : ticks,
		size: bytes.length,
	}));
}

interface SoundPart {
	readonly id: number;
	readonly decodeTicks: number;
	readonly before: TrackRun['samples'];
	readonly real: readonly TrackRun[];
	readonly behind: TrackRun['samples'];
	/** One sample of silence. */
	readonly silence: Uint8Array;
}

/** The fragment with a new sound part; the silence is stored after all existing samples. */
function withSoundPart(
	bytes: Bytes,
	parts: readonly TrackFragment[],
	old: TrackFragment | null,
	audio: SoundPart,
): Bytes {
	const [moof, mdat] = boxesIn(bytes);
	if (moof === undefined || mdat?.type !== 'mdat')
		throw new Fault('malformed', 'fragment without `moof` and `mdat`');
	const quiet = concatBytes(...[...audio.before, ...audio.behind].map(() => audio.silence));
	const build = (movedBy: number): Bytes => {
		const copy = bytes.slice();
		const view = viewOf(copy);
		for (const { offsetsAt } of parts) {
			for (const at of offsetsAt) view.setInt32(at, view.getInt32(at) + movedBy);
		}
		const kept = boxesIn(copy, moof.body, moof.end).filter(({ at }) => at !== old?.traf.at);
		const silenceAt = mdat.end + movedBy;
		const behindAt = silenceAt + audio.before.length * audio.silence.length;
		const traf = boxOf(
			'traf',
			// default-base-is-moof
			boxOf('tfhd', u32(0x02_0000, audio.id)),
			boxOf('tfdt', u32(0x0100_0000, ...long(audio.decodeTicks))),
			...[
				{ dataAt: silenceAt, samples: audio.before },
				...audio.real.map((one) => ({ ...one, dataAt: one.dataAt + movedBy })),
				{ dataAt: behindAt, samples: audio.behind },
			].flatMap(trunOf),
		);
		return boxOf('moof', ...kept.map((box) => bytesOfBox(copy, box)), traf);
	};
	const movedBy = build(0).length - (moof.end - moof.at);
	return concatBytes(build(movedBy), boxOf('mdat', bytes.subarray(mdat.body, mdat.end), quiet));
}

function trunOf({ dataAt, samples }: TrackRun): Bytes[] {
	if (samples.length === 0) return [];
	const table = samples.flatMap(({ ticks, size }) => [ticks, size]);
	return [boxOf('trun', u32(0x0301, samples.length, dataAt, ...table))];
}

const long = (n: number): number[] => [Math.floor(n / 2 ** 32), n % 2 ** 32];

function u32(...values: readonly number[]): Bytes {
	const bytes = new Uint8Array(4 * values.length);
	for (const [at, value] of values.entries()) viewOf(bytes).setUint32(4 * at, value);
	return bytes;
}
