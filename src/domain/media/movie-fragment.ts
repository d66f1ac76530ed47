import { Fault } from '#domain/base/fault.ts';
import { boxAt, boxesIn, viewOf, type MovieBox } from './movie-box.ts';

/** Contiguous samples. */
export interface TrackRun {
	/** Offset from the start of the `moof`. */
	readonly dataAt: number;
	readonly samples: readonly { readonly ticks: number; readonly size: number }[];
}

/** One track's part of a fragment (ISO/IEC 14496-12, 8.8.6). */
export interface TrackFragment {
	readonly traf: MovieBox;
	readonly id: number;
	readonly decodeTicks: number;
	readonly runs: readonly TrackRun[];
	/** Where each `trun` stores its data offset. */
	readonly offsetsAt: readonly number[];
}

/** Defaults for samples, from `trex`. */
interface TrackDefaults {
	readonly ticks: number;
	readonly size: number;
}

/** The `trex` of each track. */
export function trackDefaultsOf(init: Uint8Array): Map<number, TrackDefaults> {
	const mvex = boxAt(init, ['moov', 'mvex']);
	const view = viewOf(init);
	const usual = new Map<number, TrackDefaults>();
	for (const { type, body } of mvex === null ? [] : boxesIn(init, mvex.body, mvex.end)) {
		if (type !== 'trex') continue;
		const [id, ticks, size] = [4, 12, 16].map((at) => view.getUint32(body + at));
		usual.set(id ?? 0, { ticks: ticks ?? 0, size: size ?? 0 });
	}
	return usual;
}

/** `fragment` must start with its `moof`. Throws `malformed`, `unsupported`. */
export function trackFragmentsOf(
	fragment: Uint8Array,
	usual: ReadonlyMap<number, TrackDefaults>,
): TrackFragment[] {
	const moof = boxAt(fragment, ['moof']);
	if (moof?.at !== 0) throw new Fault('malformed', 'fragment does not start with `moof`');
	return boxesIn(fragment, moof.body, moof.end)
		.filter(({ type }) => type === 'traf')
		.map((traf) => partOf(fragment, traf, usual));
}

function partOf(
	bytes: Uint8Array,
	traf: MovieBox,
	known: ReadonlyMap<number, TrackDefaults>,
): TrackFragment {
	const view = viewOf(bytes);
	const inside = boxesIn(bytes, traf.body, traf.end);
	const tfhd = inside.find(({ type }) => type === 'tfhd');
	if (tfhd === undefined) throw new Fault('malformed', '`traf` without `tfhd`');
	const flags = flagsOf(view, tfhd);
	// An absolute base data offset needs a whole file.
	if ((flags & 0x1) !== 0) throw new Fault('unsupported', '`tfhd` with a base data offset');
	const id = view.getUint32(tfhd.body + 4);
	let at = tfhd.body + 8 + ((flags & 0x2) !== 0 ? 4 : 0);
	let { ticks, size } = known.get(id) ?? { ticks: 0, size: 0 };
	if ((flags & 0x8) !== 0) [ticks, at] = [view.getUint32(at), at + 4];
	if ((flags & 0x10) !== 0) [size, at] = [view.getUint32(at), at + 4];
	const tfdt = inside.find(({ type }) => type === 'tfdt');
	const long = tfdt !== undefined && bytes[tfdt.body] === 1;
	const decodeTicks =
		tfdt === undefined
			? 0
			: long
				? Number(view.getBigUint64(tfdt.body + 4))
				: view.getUint32(tfdt.body + 4);
	const offsetsAt: number[] = [];
	const stretches: TrackRun[] = [];
	for (const trun of inside.filter(({ type }) => type === 'trun')) {
		if ((flagsOf(view, trun) & 0x1) === 0)
			throw new Fault('unsupported', '`trun` without a data offset');
		offsetsAt.push(trun.body + 8);
		stretches.push(stretchOf(view, trun, { ticks, size }));
	}
	return { traf, id, decodeTicks, runs: stretches, offsetsAt };
}

function stretchOf(view: DataView, trun: MovieBox, usual: TrackDefaults): TrackRun {
	const flags = flagsOf(view, trun);
	const count = view.getUint32(trun.body + 4);
	const dataAt = view.getInt32(trun.body + 8);
	let at = trun.body + 12 + ((flags & 0x4) !== 0 ? 4 : 0);
	const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0);
	if (at + count * 4 * fields.length > trun.end) throw new Fault('malformed', '`trun` truncated');
	const samples = [];
	// Without fields a `trun` takes no bytes, whatever its count: limits the loop.
	for (let n = 0; n < Math.min(count, 100_000); n += 1) {
		let { ticks, size } = usual;
		for (const field of fields) {
			if (field === 0x100) ticks = view.getUint32(at);
			if (field === 0x200) size = view.getUint32(at);
			at += 4;
		}
		samples.push({ ticks, size });
	}
	return { dataAt, samples };
}

const flagsOf = (view: DataView, { body }: MovieBox): number => view.getUint32(body) & 0xff_ffff;

export function ticksOf(samples: TrackRun['samples']): number {
	return samples.reduce((sum, { ticks }) => sum + ticks, 0);
}
