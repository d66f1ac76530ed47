/**
 * The parts of `npm run soak`, each short enough to wait for, and the record of their last results.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SoakPart {
	readonly name: string;
	/** What is counted, as the record says it. */
	readonly what: string;
	/** Parts of file names. */
	readonly files: readonly string[];
}

/** Each takes 40 minutes at most on two idle cores. */
const parts: readonly SoakPart[] = [
	{
		name: 'unit',
		what: 'mutated messages, rosters, letters and tokens; cut pairings; ninety days of footage',
		files: [
			...[
				'engine/pairing/pairing-attacks',
				'engine/pairing/pairing-cuts',
				'engine/messaging/malformed',
				'engine/messaging/letters',
				'engine/sealing/open',
			],
			...[
				'engine/members/members',
				'engine/storage/ninety-days',
				'relay/session/forged',
				'relay/session/meetings',
			],
		],
	},
	{ name: 'kill', what: 'the browser killed while it records', files: [fault('kill')] },
	{
		name: 'recorder',
		what: 'lost lenses, second tabs, stepped clocks, ten minutes at 720p',
		files: ['lens', 'tabs', 'clock', 'length', 'permission', 'hidden'].map(fault),
	},
	{
		name: 'store',
		what: 'damaged rows, lost keys, what lies in the profile',
		files: ['rows', 'damage', 'keys', 'profile'].map(fault),
	},
	{ name: 'quota', what: 'writes refused at 20, 50 and 100 MiB', files: [fault('quota')] },
	{
		name: 'relay',
		what: 'floods, malformed input, a relay that lies, a store that dies, a scan for secrets',
		files: [fault('relay-')],
	},
	{
		name: 'page',
		what: 'swapped fingerprints, names that would run',
		files: ['swaps', 'xss'].map(fault),
	},
];

function fault(name: string): string {
	return `faults/${name}`;
}

/** The parts of those names; all of them for none. Throws where a name is not one of them. */
export function soakPartsOf(names: readonly string[]): readonly SoakPart[] {
	const known = parts.map(({ name }) => name);
	const unknown = names.find((name) => !known.includes(name));
	if (unknown !== undefined)
		throw new Error(`There is no part "${unknown}". There are: ${known.join(', ')}.`);
	return parts.filter(({ name }) => names.length === 0 || names.includes(name));
}

interface SoakResult {
	readonly part: string;
	/** As in `12 passed, 0 failed`. */
	readonly result: string;
	readonly seed: number;
	readonly minutes: number;
}

const record = join(import.meta.dirname, '../docs/soak.md');

/** Puts the newest result of a part in the place of the one before. */
export function keepSoakResult({ part, result, seed, minutes }: SoakResult): void {
	const said = existsSync(record) ? readFileSync(record, 'utf8') : '';
	const kept = new Map(
		[...said.matchAll(/^- \*\*(\w+)\*\*.*\n {2}- (.*)$/gm)].map(([, name, last]) => [name, last]),
	);
	const day = new Date().toISOString().slice(0, 16).replace('T', ' ');
	kept.set(
		part,
		`${result}, ${minutes.toFixed(1)} minutes, commit ${commit()}, ` +
			`seed ${String(seed)}, ${day} UTC`,
	);
	const lines = parts.map(
		({ name, what }) => `- **${name}**: ${what}\n  - ${kept.get(name) ?? 'not run yet'}`,
	);
	writeFileSync(
		record,
		`# Soak: the last result of each part\n\nWritten by \`npm run soak -- NAME\`; without a name it runs all parts.\n\n${lines.join('\n')}\n`,
	);
}

/** The commit that ran, marked where the tree was not clean. */
function commit(): string {
	try {
		return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
			encoding: 'utf8',
		}).trim();
	} catch {
		return 'unknown';
	}
}
