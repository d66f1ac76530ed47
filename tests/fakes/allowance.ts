import type { Allowance } from '#engine/allowance.ts';

/** So many bytes, as of when it is asked; a refusal changes nothing. */
export function allowing(bytes: () => number): Pick<Allowance, 'bytes' | 'refused'> {
	return { bytes: () => Promise.resolve(bytes()), refused: () => Promise.resolve() };
}
