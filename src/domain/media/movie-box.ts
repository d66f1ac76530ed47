import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';

/** A box (ISO/IEC 14496-12) inside other bytes: offsets of its start, body and end. */
export interface MovieBox {
	readonly type: string;
	readonly at: number;
	readonly body: number;
	readonly end: number;
}

const HEADER = 8;

export const viewOf = (bytes: Uint8Array): DataView =>
	new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Sibling boxes in [from, to). Throws `malformed`. */
export function boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): MovieBox[] {
	const view = viewOf(bytes);
	const boxes: MovieBox[] = [];
	for (let at = from; at < to;) {
		const size = at + HEADER <= to ? view.getUint32(at) : 0;
		if (size < HEADER || at + size > to) throw new Fault('malformed', 'MP4 box truncated');
		const type = String.fromCharCode(...bytes.subarray(at + 4, at + HEADER));
		boxes.push({ type, at, body: at + HEADER, end: at + size });
		at += size;
	}
	return boxes;
}

/** The first box at a path of types; `null` if there is none. */
export function boxAt(
	bytes: Uint8Array,
	path: readonly string[],
	within?: MovieBox,
): MovieBox | null {
	const [type, ...rest] = path;
	const inside = boxesIn(bytes, within?.body ?? 0, within?.end ?? bytes.length);
	const box = inside.find((one) => one.type === type) ?? null;
	return box === null || rest.length === 0 ? box : boxAt(bytes, rest, box);
}

export const bytesOfBox = (bytes: Uint8Array, { at, end }: MovieBox): Uint8Array =>
	bytes.subarray(at, end);

/** A box with these parts as its body. */
export function boxOf(type: string, ...parts: readonly Uint8Array[]): Bytes {
	const head = new Uint8Array(HEADER);
	const size = parts.reduce((sum, { length }) => sum + length, HEADER);
	viewOf(head).setUint32(0, size);
	for (let at = 0; at < 4; at += 1) head[4 + at] = type.charCodeAt(at);
	return concatBytes(head, ...parts);
}

/** A track of a `moov`; the body of the `moov` starts after `ftyp` in an init section. */
interface TrackBox {
	readonly id: number;
	/** `vide`, `soun`, … */
	readonly handler: string;
	readonly timescale: number;
	readonly trak: MovieBox;
	readonly tkhd: MovieBox;
	/** The first sample entry. */
	readonly entry: MovieBox;
}

export function tracksOf(init: Uint8Array): TrackBox[] {
	const view = viewOf(init);
	const moov = boxAt(init, ['moov']);
	if (moov === null) throw new Fault('malformed', 'init section without `moov`');
	return boxesIn(init, moov.body, moov.end)
		.filter(({ type }) => type === 'trak')
		.map((trak) => {
			const tkhd = boxAt(init, ['tkhd'], trak);
			const mdhd = boxAt(init, ['mdia', 'mdhd'], trak);
			const hdlr = boxAt(init, ['mdia', 'hdlr'], trak);
			const stsd = boxAt(init, ['mdia', 'minf', 'stbl', 'stsd'], trak);
			const [entry] = stsd === null ? [] : boxesIn(init, stsd.body + 8, stsd.end);
			if (!tkhd || !mdhd || !hdlr || !entry) throw new Fault('malformed', 'MP4 track incomplete');
			return {
				id: view.getUint32(tkhd.body + (init[tkhd.body] === 1 ? 20 : 12)),
				handler: String.fromCharCode(...init.subarray(hdlr.body + 8, hdlr.body + 12)),
				timescale: view.getUint32(mdhd.body + (init[mdhd.body] === 1 ? 20 : 12)),
				...{ trak, tkhd, entry },
			};
		});
}

export interface VideoSize {
	readonly width: number;
	readonly height: number;
}

/** In a visual sample entry (12.1.3.2). */
const ENTRY_SIZE = 24;

/** The frame size declared in an init section; `null`: no video track. */
export function declaredSizeOf(init: Uint8Array): VideoSize | null {
	const track = tracksOf(init).find(({ handler }) => handler === 'vide');
	if (track === undefined) return null;
	const at = track.entry.body + ENTRY_SIZE;
	return { width: viewOf(init).getUint16(at), height: viewOf(init).getUint16(at + 2) };
}

/** The init section with another size in its sample entry and track header. */
export function withSize(init: Uint8Array, { width, height }: VideoSize): Bytes {
	const copy = init.slice();
	const view = viewOf(copy);
	for (const { handler, tkhd, entry } of tracksOf(copy)) {
		if (handler !== 'vide') continue;
		view.setUint16(entry.body + ENTRY_SIZE, width);
		view.setUint16(entry.body + ENTRY_SIZE + 2, height);
		view.setUint32(tkhd.end - 8, width * 0x1_0000);
		view.setUint32(tkhd.end - 4, height * 0x1_0000);
	}
	return copy;
}
