/** The parts of `npm run soak`, each of limited length, and the record of their latest results. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SoakPart {
	readonly name: string;
	/** What is tested, as written into the record. */
	readonly what: string;
	/** Parts of file names. */
	readonly files: readonly string[];
}

/** Each takes at most 40 minutes on two idle cores. */
const parts: readonly SoakPart[] = [
	{
		name: 'unit',
		what: 'mutated frames, rosters, messages, tokens, packs; cut pairings; ninety days of footage',
		files: [
			...[
				'engine/pairing/attacks',
				'engine/pairing/cuts',
				'engine/messaging/malformed',
				'engine/messaging/message-sealer',
				'engine/sealing/open',
			],
			...[
				'engine/members/member-list',
				'engine/storage/ninety-days',
				'relay/footage/pack-damage',
				'relay-core/forged',
				'relay-core/rendezvous-registry',
			],
		],
	},
	{ name: 'kill', what: 'the browser killed while recording', files: [fault('kill')] },
	{
		name: 'recorder',
		what: 'lost lenses, second tabs, stepped clocks, ten minutes at 720p',
		files: ['lens', 'tabs', 'clock', 'length', 'permission', 'hidden'].map(fault),
	},
	{
		name: 'store',
		what: 'damaged rows, lost keys, contents of the browser profile',
		files: ['rows', 'damage', 'keys', 'profile'].map(fault),
	},
	{ name: 'quota', what: 'writes refused at 20, 50 and 100 MiB', files: [fault('quota')] },
	{
		name: 'relay',
		what: 'floods, malformed input, a malicious relay, a failing store, a scan for secrets',
		files: [fault('relay-')],
	},
	{
		name: 'footage',
		what: 'the relay killed while footage is uploaded; footage of a relay that lies',
		files: [fault('footage-'), 'engine/sync/check/forged', 'engine/sync/check/lying'],
	},
	{
		name: 'page',
		what: 'swapped fingerprints, names with markup (XSS)',
		files: ['swaps', 'xss'].map(fault),
	},
];

function fault(name: string): string {
	return `faults/${name}`;
}

/** The parts with these names; all for none. Throws for an unknown name. */
export function soakPartsOf(names: readonly string[]): readonly SoakPart[] {
	const known = parts.map(({ name }) => name);
	const unknown = names.find((name) => !known.includes(name));
	if (unknown !== undefined)
		throw new Error(`There is no soak part "${unknown}". Parts: ${known.join(', ')}.`);
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

/** Replaces the result of a part in the record. */
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

/** The current commit, marked if the tree was dirty. */
function commit(): string {
	try {
		return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
			encoding: 'utf8',
		}).trim();
	} catch {
		return 'unknown';
	}
}
