import { createFile, MP4BoxBuffer, type ISOFile } from 'mp4box';
import { Fault } from '#domain/base/fault.ts';
import { FragmentClock, type TrackTiming } from '#domain/media/fragment-clock.ts';
import { declaredSizeOf, withSize } from '#domain/media/movie-box.ts';
import { codedSizeOf } from '#domain/media/coded-size.ts';
import type { Fragment } from '#ports/media/encoder.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export type FragmenterOutput =
	| { readonly kind: 'init'; readonly bytes: Bytes; readonly mime: string }
	| { readonly kind: 'fragment'; readonly fragment: Fragment };

interface Track {
	readonly handler: TrackTiming['handler'];
	readonly defaultTicks: number;
}

/**
 * No box of a camera is larger; a length beyond it is damage and must not make us wait for ever.
 */
const MAX_BOX_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 8;

/**
 * Cuts a stream of fragmented MP4 into its init section and fragments, chunk by chunk. Chunks may
 * be empty, hold parts of boxes or several fragments. Every fragment is read by a fresh parser: one
 * parser over a whole run grows by about 22 kB a fragment, a gigabyte a day. Another init section
 * comes where pictures change their size: players believe it and not the pictures. Throws
 * `malformed`, `unsupported`.
 */
export class Fragmenter {
	readonly #frameRate: number;
	#rest: Bytes = new Uint8Array(0);
	#head: Bytes[] = [];
	#moof: Bytes | null = null;
	#init: Bytes | null = null;
	#mime = '';
	/** Whether the init section was given. */
	#initSent = false;
	#tracks = new Map<number, Track>();
	#timescale = 0;
	#clock: FragmentClock | null = null;

	constructor(frameRate: number) {
		this.#frameRate = frameRate;
	}

	push(chunk: Bytes): FragmenterOutput[] {
		if (chunk.length === 0) return [];
		const data = this.#rest.length === 0 ? chunk : joined([this.#rest, chunk]);
		const cuts: FragmenterOutput[] = [];
		let at = 0;
		while (data.length - at >= HEADER_BYTES) {
			const view = new DataView(data.buffer, data.byteOffset + at);
			const size = view.getUint32(0);
			if (size < HEADER_BYTES || size > MAX_BOX_BYTES) {
				throw new Fault('malformed', `a box of ${String(size)} bytes`);
			}
			if (at + size > data.length) break;
			const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
			cuts.push(...this.#box(type, data.slice(at, at + size)));
			at += size;
		}
		this.#rest = data.slice(at);
		return cuts;
	}

	#box(type: string, box: Bytes): FragmenterOutput[] {
		if (type === 'moov') this.#movie(joined([...this.#head, box]));
		else if (type === 'mdat') return this.#fragment(box);
		else if (type === 'ftyp') this.#head = [box];
		else if (type === 'moof') this.#moof = box;
		// An index at the end (mfra) or padding: of no use to a single fragment.
		return [];
	}

	#movie(bytes: Bytes): void {
		const file = parsed([bytes]);
		// The types promise what a damaged movie does not hold.
		const movie = file.moov as Partial<ISOFile['moov']> | undefined;
		for (const trak of movie?.traks ?? []) {
			const id = trak.tkhd.track_id;
			const name = trak.mdia.hdlr.handler;
			const handler = name === 'vide' || name === 'soun' ? name : 'other';
			const usual = movie?.mvex?.trexs.find((trex) => trex.track_id === id);
			this.#tracks.set(id, { handler, defaultTicks: usual?.default_sample_duration ?? 0 });
			if (handler === 'vide') this.#timescale = trak.mdia.mdhd.timescale;
		}
		const codecs = file
			.getInfo()
			.tracks.map(({ codec }) => (codec === 'Opus' ? 'opus' : codec))
			.filter((codec) => codec !== '');
		if (this.#timescale === 0) throw new Fault('unsupported', 'a movie without a video track');
		this.#init = bytes;
		this.#mime = `video/mp4; codecs="${codecs.join(',')}"`;
		this.#initSent = false;
		this.#clock = new FragmentClock(this.#timescale, this.#frameRate);
	}

	#fragment(mdat: Bytes): FragmenterOutput[] {
		const moof = this.#moof;
		this.#moof = null;
		if (moof === null || this.#init === null || this.#clock === null) return [];
		const times = this.#clock.next(this.#parts(parsed([this.#init, moof])));
		if (times === null) return [];
		const bytes = joined([moof, mdat]);
		const fragment = { bytes, timescale: this.#timescale, ...times };
		return [...this.#fit(this.#init, bytes), { kind: 'fragment', fragment }];
	}

	/** RC27: the init section that a fragment needs, where it is not the one before. */
	#fit(init: Bytes, fragment: Bytes): FragmenterOutput[] {
		const [said, size] = [declaredSizeOf(init), codedSizeOf(init, fragment)];
		const fits = size === null || (said?.width === size.width && said.height === size.height);
		if (fits && this.#initSent) return [];
		this.#initSent = true;
		if (!fits) this.#init = withSize(init, size);
		// A copy: what is cut is handed over, and every fragment is read against the init section.
		return [{ kind: 'init', bytes: (this.#init ?? init).slice(), mime: this.#mime }];
	}

	#parts(file: ISOFile): TrackTiming[] {
		return (file.moofs[0]?.trafs ?? []).map((traf) => {
			const flagged: { first_sample_flags?: number; sample_flags?: number[] } = traf.truns[0] ?? {};
			const timed: { baseMediaDecodeTime?: number } = traf.tfdt;
			const track = this.#tracks.get(traf.tfhd.track_id);
			const usual = traf.tfhd.default_sample_duration || (track?.defaultTicks ?? 0);
			const sampleTicks = traf.truns.flatMap((trun) =>
				Array.from({ length: trun.sample_count }, (_, n) => trun.sample_duration[n] ?? usual),
			);
			const flags = flagged.first_sample_flags ?? flagged.sample_flags?.[0] ?? 0;
			return {
				handler: track?.handler ?? 'other',
				decodeTicks: timed.baseMediaDecodeTime ?? 0,
				sampleTicks,
				// sample_is_non_sync_sample (14496-12, 8.8.3.1).
				startsWithSync: (flags & 0x10000) === 0,
			};
		});
	}
}

/** A parser that saw these bytes and keeps no media. */
function parsed(parts: readonly Bytes[]): ISOFile {
	const file = createFile(false);
	const problems: string[] = [];
	file.onError = (_module, message) => void problems.push(message);
	const bytes = joined(parts);
	file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes.buffer, 0));
	if (problems.length > 0) throw new Fault('malformed', `the recorder's movie: ${problems.join()}`);
	return file;
}

function joined(parts: readonly Bytes[]): Bytes {
	const [only] = parts;
	if (only !== undefined && parts.length === 1) return only.slice();
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
