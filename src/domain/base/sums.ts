import { Fault } from './fault.ts';

/**
 * Lists all files of the built app except itself, in the format of `sha256sum` (docs/spec/app.md,
 * AP11).
 */
export const SUMS_PATH = '/sha256sums.txt';
/** Upper bound for readers; a build has about a hundred files. */
const MAX_FILES = 2_000;

/**
 * `sums`: hex hash by path, each path with its leading `/`. Lines are sorted bytewise, as by
 * `LC_ALL=C sort`.
 */
export function sumsText(sums: ReadonlyMap<string, string>): string {
	const paths = [...sums.keys()].sort();
	return paths.map((path) => `${sums.get(path) ?? ''}  ${path.slice(1)}\n`).join('');
}

/** Throws `malformed` for text in any other format. */
export function sumsFrom(text: string): ReadonlyMap<string, string> {
	const lines = text.split('\n');
	const last = lines.pop();
	if (last !== '' || lines.length === 0 || lines.length > MAX_FILES) {
		throw new Fault('malformed', 'checksum list is empty, too long or unterminated');
	}
	const sums = new Map<string, string>();
	for (const line of lines) {
		const [, sum, path] = /^([0-9a-f]{64}) {2}([\w./-]{1,200})$/.exec(line) ?? [];
		if (sum === undefined || path === undefined)
			throw new Fault('malformed', 'checksum list has a malformed line');
		sums.set(`/${path}`, sum);
	}
	return sums;
}
