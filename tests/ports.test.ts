/** Every port has a contract suite, or a reason in this list why it has none. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const NEEDS_A_PERSON = 'its promises are about hardware or a person: tests/faults and tests/e2e';
const ONE_ADAPTER = 'one adapter, and engine tests lean on no fake of it: tested where it is';
const SEVERAL_SCREENS = 'needs real media: tests/browser drives the adapter with the engine itself';

/** By file of src/ports. May only get shorter. */
const WITHOUT: Readonly<Record<string, string>> = {
	'app/app-integrity': ONE_ADAPTER,
	'app/indicator-state': 'a type, no port',
	'app/installer': NEEDS_A_PERSON,
	'app/launch-link': ONE_ADAPTER,
	'app/page-reloader': ONE_ADAPTER,
	'app/updates': ONE_ADAPTER,
	'device/code-reader': ONE_ADAPTER,
	'device/device-probe': ONE_ADAPTER,
	'device/motion-sensor': NEEDS_A_PERSON,
	'device/power-source': NEEDS_A_PERSON,
	'device/pressure-monitor': NEEDS_A_PERSON,
	'device/siren': NEEDS_A_PERSON,
	'device/torch': NEEDS_A_PERSON,
	'device/wake-lock': ONE_ADAPTER,
	'footage/footage-rows': 'every contract of the stores runs on it, in Dexie and in memory',
	'footage/pins-and-trash': 'a part of the store: tests/contracts/pins-and-trash.ts',
	'media/clip-muxer': ONE_ADAPTER,
	'media/live-encoder': SEVERAL_SCREENS,
	'media/live-screen': SEVERAL_SCREENS,
	'media/playback-screen': SEVERAL_SCREENS,
	'network/relay-server':
		'one relay core behind it: tests/contracts/relays.ts and tests/relay-core',
	'storage/data-loss-source': ONE_ADAPTER,
};

const ports = globSync('src/ports/*/*.ts', { cwd: root }).map((file) =>
	file.replaceAll('\\', '/').replace(/^src\/ports\/|\.ts$/g, ''),
);
const suites = globSync('tests/contracts/*.ts', { cwd: root })
	.map((file) => ({ file: file.replaceAll('\\', '/'), text: read(file) }))
	.flatMap(({ file, text }) =>
		[...text.matchAll(/^export function (\w+Contract)[(<]/gm)].map(([, name = '']) => {
			return { name, file, text };
		}),
	);
const tests = globSync('tests/**/*.test.ts', { cwd: root }).map(read);

/** The suite of a port is in the file of its name. */
const suitesOf = (port: string) => {
	const name = port.split('/').at(-1) ?? '';
	const files = ['', 's'].map((end) => `tests/contracts/${name}${end}.ts`);
	return suites.filter(({ file, text }) => files.includes(file) && text.includes(`ports/${port}.`));
};

test('every port has a contract suite, or a reason why it has none, and not both', () => {
	expect(ports.length).toBeGreaterThan(30);
	const having = ports.filter((port) => suitesOf(port).length > 0);
	const lacking = ports.filter((port) => suitesOf(port).length === 0);
	expect(lacking.toSorted()).toEqual(Object.keys(WITHOUT).toSorted());
	expect(having.length).toBeGreaterThan(12);
});

test('every suite holds at least two implementations', () => {
	const runs = suites.map(({ name }) => {
		const uses = tests.reduce((sum, text) => sum + text.split(`${name}(`).length - 1, 0);
		return [name, uses] as const;
	});
	expect(runs.filter(([, uses]) => uses < 2)).toEqual([]);
});
