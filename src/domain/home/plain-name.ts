/** What would turn a sentence around, or begin a line of its own, on somebody else's screen. */
const TURNS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A name without that. Scripts that run from right to left need none of it: docs/spec/app.md, AP20.
 */
export function plainName(name: string): string {
	return name.replace(TURNS, '');
}
