import { Fault } from '#domain/base/fault.ts';
import { parameterSetsOf, pictureSize, readAvcConfig, unitsOf } from './h264.ts';
import { boxesIn, tracksOf, type VideoSize } from './movie-box.ts';
import { trackFragmentsOf, trackDefaultsOf } from './movie-fragment.ts';

/** Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3.2). */
const ENTRY_FIELDS = 78;

/**
 * The frame size in a fragment's first frame, as in-band parameter sets of an `avc3` track give it.
 * `null`: none.
 */
export function codedSizeOf(init: Uint8Array, fragment: Uint8Array): VideoSize | null {
	try {
		const track = tracksOf(init).find(({ handler }) => handler === 'vide');
		if (track === undefined) return null;
		const inside = boxesIn(init, track.entry.body + ENTRY_FIELDS, track.entry.end);
		const config = inside.find(({ type }) => type === 'avcC');
		const parts = trackFragmentsOf(fragment, trackDefaultsOf(init));
		const [stretch] = parts.find(({ id }) => id === track.id)?.runs ?? [];
		const [sample] = stretch?.samples ?? [];
		if (config === undefined || stretch === undefined || sample === undefined) return null;
		const record = readAvcConfig(init.subarray(config.body, config.end));
		const bytes = fragment.subarray(stretch.dataAt, stretch.dataAt + sample.size);
		const sets = record && parameterSetsOf(unitsOf(bytes, record.framing));
		return sets && pictureSize(sets);
	} catch (error) {
		// Without readable parameter sets, the size in the init section applies.
		if (error instanceof Fault || error instanceof RangeError) return null;
		throw error;
	}
}
