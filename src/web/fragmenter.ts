import { createFile, MP4BoxBuffer, type ISOFile } from 'mp4box';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { FragmentClock, type TrackTiming } from '#domain/media/fragment-clock.ts';
import { declaredSizeOf, withSize } from '#domain/media/movie-box.ts';
import { codedSizeOf } from '#domain/media/coded-size.ts';
import type { Fragment } from '#ports/media/encoder.ts';

export type FragmenterOutput =
	| { readonly kind: 'init'; readonly bytes: Bytes; readonly mime: string }
	| { readonly kind: 'fragment'; readonly fragment: Fragment };

interface Track {
	readonly handler: TrackTiming['handler'];
	readonly defaultTicks: number;
}

/**
 * Larger than any box an encoder writes: a larger size means damage, and must not make us wait for
 * ever.
 */
const MAX_BOX_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 8;

/**
 * Splits a stream of fragmented MP4 into init sections and fragments. Chunks may be empty, or hold
 * partial boxes or several fragments. Each fragment gets a fresh parser: one parser for a whole run
 * would grow by about 22 kB per fragment, 1 GB a day. Emits a new init section when the frame size
 * changes, because players trust it over the frames. Throws `malformed`, `unsupported`.
 */
export class Fragmenter {
	readonly #frameRate: number;
	#rest: Bytes = new Uint8Array(0);
	#head: Bytes[] = [];
	#moof: Bytes | null = null;
	#init: Bytes | null = null;
	#mime = '';
	#initSent = false;
	#tracks = new Map<number, Track>();
	#timescale = 0;
	#clock: FragmentClock | null = null;

	constructor(frameRate: number) {
		this.#frameRate = frameRate;
	}

	push(chunk: Bytes): FragmenterOutput[] {
		if (chunk.length === 0) return [];
		const data = this.#rest.length === 0 ? chunk : concatBytes(this.#rest, chunk);
		const outputs: FragmenterOutput[] = [];
		let at = 0;
		while (data.length - at >= HEADER_BYTES) {
			const view = new DataView(data.buffer, data.byteOffset + at);
			const size = view.getUint32(0);
			if (size < HEADER_BYTES || size > MAX_BOX_BYTES) {
				throw new Fault('malformed', `the recorder's MP4 has a box of ${String(size)} bytes`);
			}
			if (at + size > data.length) break;
			const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
			outputs.push(...this.#box(type, data.slice(at, at + size)));
			at += size;
		}
		this.#rest = data.slice(at);
		return outputs;
	}

	#box(type: string, box: Bytes): FragmenterOutput[] {
		if (type === 'moov') this.#movie(concatBytes(...this.#head, box));
		else if (type === 'mdat') return this.#fragment(box);
		else if (type === 'ftyp') this.#head = [box];
		else if (type === 'moof') this.#moof = box;
		// Ignores all other boxes, such as padding or a final index (`mfra`).
		return [];
	}

	#movie(bytes: Bytes): void {
		const file = parsed([bytes]);
		// mp4box's types claim `moov` is always there; in damaged input it is not.
		const movie = file.moov as Partial<ISOFile['moov']> | undefined;
		for (const trak of movie?.traks ?? []) {
			const id = trak.tkhd.track_id;
			const name = trak.mdia.hdlr.handler;
			const handler = name === 'vide' || name === 'soun' ? name : 'other';
			const defaults = movie?.mvex?.trexs.find((trex) => trex.track_id === id);
			this.#tracks.set(id, { handler, defaultTicks: defaults?.default_sample_duration ?? 0 });
			if (handler === 'vide') this.#timescale = trak.mdia.mdhd.timescale;
		}
		const codecs = file
			.getInfo()
			.tracks.map(({ codec }) => (codec === 'Opus' ? 'opus' : codec))
			.filter((codec) => codec !== '');
		if (this.#timescale === 0)
			throw new Fault('unsupported', "the recorder's MP4 has no video track");
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
		const bytes = concatBytes(moof, mdat);
		const fragment = { bytes, timescale: this.#timescale, ...times };
		return [...this.#fit(this.#init, bytes), { kind: 'fragment', fragment }];
	}

	/** RC27: the init section to emit before this fragment, if the last one does not fit. */
	#fit(init: Bytes, fragment: Bytes): FragmenterOutput[] {
		const [declared, size] = [declaredSizeOf(init), codedSizeOf(init, fragment)];
		const fits =
			size === null || (declared?.width === size.width && declared.height === size.height);
		if (fits && this.#initSent) return [];
		this.#initSent = true;
		if (!fits) this.#init = withSize(init, size);
		// A copy: output buffers are transferred, but parsing needs the init section again.
		return [{ kind: 'init', bytes: (this.#init ?? init).slice(), mime: this.#mime }];
	}

	#parts(file: ISOFile): TrackTiming[] {
		return (file.moofs[0]?.trafs ?? []).map((traf) => {
			const flagged: { first_sample_flags?: number; sample_flags?: number[] } = traf.truns[0] ?? {};
			const timed: { baseMediaDecodeTime?: number } = traf.tfdt;
			const track = this.#tracks.get(traf.tfhd.track_id);
			const defaultTicks = traf.tfhd.default_sample_duration || (track?.defaultTicks ?? 0);
			const sampleTicks = traf.truns.flatMap((trun) =>
				Array.from(
					{ length: trun.sample_count },
					(_, n) => trun.sample_duration[n] ?? defaultTicks,
				),
			);
			const flags = flagged.first_sample_flags ?? flagged.sample_flags?.[0] ?? 0;
			return {
				handler: track?.handler ?? 'other',
				decodeTicks: timed.baseMediaDecodeTime ?? 0,
				sampleTicks,
				// sample_is_non_sync_sample (ISO/IEC 14496-12, 8.8.3.1).
				startsWithSync: (flags & 0x10000) === 0,
			};
		});
	}
}

/** A parser that has read these bytes; it keeps no media data. */
function parsed(parts: readonly Bytes[]): ISOFile {
	const file = createFile(false);
	const problems: string[] = [];
	file.onError = (_module, message) => void problems.push(message);
	const bytes = concatBytes(...parts);
	file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes.buffer, 0));
	if (problems.length > 0)
		throw new Fault('malformed', `the recorder's MP4 did not parse: ${problems.join()}`);
	return file;
}
