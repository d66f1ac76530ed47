import { Fault } from './fault.ts';

/** Lists all files of the built app but itself, as `sha256sum` does (docs/spec/app.md, AP11). */
export const SUMS_PATH = '/sha256sums.txt';
/** What a reader takes; a build has about a hundred. */
const MAX_FILES = 2_000;

/**
 * By path with its `/`, each hash in hex. Lines in the order of their bytes, as `LC_ALL=C sort` has
 * them.
 */
export function sumsText(sums: ReadonlyMap<string, string>): string {
	const paths = [...sums.keys()].sort();
	return paths.map((path) => `${sums.get(path) ?? ''}  ${path.slice(1)}\n`).join('');
}

/** Throws `malformed` for a text that is no such list. */
export function sumsFrom(text: string): ReadonlyMap<string, string> {
	const lines = text.split('\n');
	const last = lines.pop();
	if (last !== '' || lines.length === 0 || lines.length > MAX_FILES) {
		throw new Fault('malformed', 'no list of files');
	}
	const sums = new Map<string, string>();
	for (const line of lines) {
		const [, sum, path] = /^([0-9a-f]{64}) {2}([\w./-]{1,200})$/.exec(line) ?? [];
		if (sum === undefined || path === undefined) throw new Fault('malformed', 'no line of a list');
		sums.set(`/${path}`, sum);
	}
	return sums;
}
