import { expect } from 'vitest';

/** Reads a text or a stored row; `null`: refused. */
type Decoder = (text: string) => unknown;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Sample = Readonly<Record<string, Json>>;

type Path = readonly (string | number)[];

/** Every path of a document, from its fields to what lies in them. */
function pathsOf(value: Json, at: Path = []): Path[] {
	if (typeof value !== 'object' || value === null) return [at];
	const inside = Object.entries(value as Sample).flatMap(([key, one]) =>
		pathsOf(one, [...at, Array.isArray(value) ? Number(key) : key]),
	);
	return at.length === 0 ? inside : [at, ...inside];
}

/** A copy with `value` at the path; `undefined`: without it. */
export function changed(sample: Sample, path: Path, value: unknown): Sample {
	const copy = structuredClone(sample) as Record<string | number, unknown>;
	let inner = copy;
	for (const key of path.slice(0, -1)) inner = inner[key] as Record<string | number, unknown>;
	const last = path.at(-1) ?? '';
	// A hole in a list would be `null`.
	if (value === undefined && !Array.isArray(inner)) Reflect.deleteProperty(inner, last);
	else inner[last] = value;
	return copy as Sample;
}

/** No field takes any of these, whatever else it takes. */
const WRONG: readonly unknown[] = [{ unknown: 1 }, [[1]], -1.5, '\u{0}'];

/**
 * Accepts the sample, and refuses it without any of its fields, except `optional` ones, and with a
 * wrong value in any of them, except `free` ones, whose values are not checked one by one.
 */
export function expectChecked(
	decode: Decoder,
	sample: Sample,
	{ optional = [] as readonly string[], free = [] as readonly string[] } = {},
): void {
	const json = JSON.stringify(sample);
	expect(decode(json), json).not.toBeNull();
	for (const path of pathsOf(sample)) {
		const name = path.join('.');
		const last = path.at(-1);
		if (typeof last === 'string') {
			const without = decode(JSON.stringify(changed(sample, path, undefined)));
			expect(without === null, `${json} without ${name}`).toBe(!optional.includes(name));
		}
		if (free.includes(name)) continue;
		const wrong = WRONG.filter((value) => {
			const text = JSON.stringify(changed(sample, path, value));
			return decode(text) === null;
		});
		// A number may be negative, a string may be anything: but never an object or a list.
		expect(wrong, `${json} with a wrong ${name}`).toEqual(
			expect.arrayContaining(WRONG.slice(0, 2)),
		);
		expect(wrong.length, `${json} with a wrong ${name}`).toBeGreaterThanOrEqual(3);
	}
}

/** At this path, `most` is accepted and `more` is refused. */
export function expectBound(
	decode: Decoder,
	sample: Sample,
	path: Path,
	most: unknown,
	more: unknown,
): void {
	const name = `${JSON.stringify(sample['t'])}.${path.join('.')}`;
	expect(decode(JSON.stringify(changed(sample, path, most))), name).not.toBeNull();
	expect(decode(JSON.stringify(changed(sample, path, more))), `too much ${name}`).toBeNull();
}

/** No text makes it throw. */
export const NOT_JSON: readonly string[] = ['', '{', 'null', '1', '"a"', '[]', '{}', '{"t":1}'];
