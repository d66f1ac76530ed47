import { plainName } from '#domain/home/plain-name.ts';

/** A letter that runs from right to left: Hebrew, Arabic and their kin. */
const RIGHT_TO_LEFT =
	/[\u0590-\u08ff\ufb1d-\ufdfd\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1eeff}]/u;

/**
 * A name as it goes into a sentence, a label or a title: it never turns what stands around it
 * (AP20).
 */
export function named(name: string): string {
	const plain = plainName(name);
	return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}

export function listed(names: readonly string[]): string {
	return names.map(named).join(', ');
}
