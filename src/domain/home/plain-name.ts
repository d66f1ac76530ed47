/**
 * Control and bidirectional formatting characters: they could reorder or break another screen's
 * text.
 */
const TURNS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Strips them. Right-to-left scripts need none of them: docs/spec/app.md, AP20. */
export function plainName(name: string): string {
	return name.replace(TURNS, '');
}
