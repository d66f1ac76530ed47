import { base64urlOf } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { FromRelay } from '#protocol/wire.ts';

/** Entries are encoded once, however often they are asked for. */
const texts = new WeakMap<Bytes, string>();

const MAX_ENTRIES = 32;
/** Leaves room for the rest of the text frame. */
const MAX_CHARACTERS = 60 * 1024;

/**
 * Splits entries into frames within the size limit; yields at least one, so that a request is
 * always answered.
 */
export function* rosterFrames(entries: readonly Bytes[], from: number): Iterable<FromRelay> {
	let frame: string[] = [];
	let first = from;
	let characters = 0;
	for (const bytes of entries) {
		const text = texts.get(bytes) ?? base64urlOf(bytes);
		texts.set(bytes, text);
		const full = frame.length === MAX_ENTRIES || characters + text.length > MAX_CHARACTERS;
		if (frame.length > 0 && full) {
			yield { t: 'roster', from: first, entries: frame };
			first += frame.length;
			frame = [];
			characters = 0;
		}
		frame.push(text);
		characters += text.length + 3;
	}
	yield { t: 'roster', from: first, entries: frame };
}
