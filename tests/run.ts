/**
 * `npm test` and `npm run soak`: installs what is missing, builds, runs the tests and ends with one
 * line of counts. Words after `--` narrow `npm test`: a project's name, parts of file names, or
 * `quick`; for `npm run soak` they are names of its parts (tests/soak.ts).
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inspect } from 'node:util';
import { startVitest, type TestModule } from 'vitest/node';
import { ensureBuilt } from '#setup/build.js';
import { getPrograms, pathOf } from './support/programs.ts';
import { ownTemporaryFolder } from './support/scratch.ts';
import { keepSoakResult, soakPartsOf, type SoakPart } from './soak.ts';

const projects = ['unit', 'contract', 'e2e', 'faults'] as const;
type Project = (typeof projects)[number];

/** What runs at once. Within a stage vitest distributes files to its workers, the slowest first. */
interface Stage {
	readonly projects: readonly Project[];
	/** Parts of file names; empty: all files. */
	readonly files: readonly string[];
}

/** The contracts against the fakes are unit tests; two journeys stand for all screens. */
const quick: readonly Stage[] = [
	{ projects: ['unit'], files: [] },
	{ projects: ['e2e'], files: ['e2e/journey', 'e2e/pair.'] },
];

interface Count {
	passed: number;
	/** What failed and why, repeated at the end. */
	failures: string[];
	/** One line each. */
	skipped: string[];
	/** Duration of the tests of a file, in ms. */
	files: { readonly name: string; readonly ms: number }[];
}

const words = process.argv.slice(2).filter((word) => word !== '--soak');
const soak = process.argv.includes('--soak');
// Otherwise every server that a test starts compiles the same sources again.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/node');

const cleanUp = ownTemporaryFolder();
const total: Count = { passed: 0, failures: [], skipped: [], files: [] };
const times: string[] = [];
try {
	const readyFromMs = Date.now();
	getPrograms(
		['chromium', 'headless-shell', 'firefox', 'webkit', 'xvfb', 'ffmpeg', 'turnserver', 'nginx'],
		(line) => {
			process.stderr.write(`${line}\n`);
		},
	);
	const installedMs = Date.now();
	ensureBuilt();
	times.push(`installing ${minutes(installMs() + installedMs - readyFromMs)}`);
	times.push(`building ${minutes(Date.now() - installedMs)}`);
	if (soak) for (const part of soakPartsOf(words)) await runSoak(part);
	else for (const stage of stagesOf(words)) add(await run(stage));
} catch (error) {
	total.failures.push(`failed: ${inspect(error, { depth: 3 })}`);
}

cleanUp();
const slowest = total.files.toSorted((a, b) => b.ms - a.ms).slice(0, 10);
console.log('\nThe slowest files:');
for (const { name, ms } of slowest) console.log(`${minutes(ms).padStart(6)}  ${name}`);
console.log(`\nMinutes: ${times.join(', ')}.`);
for (const line of [...total.failures, ...total.skipped]) console.log(line);
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : '';
console.log(`${total.passed} passed, ${total.failures.length} failed${skipped}`);
// Exit even if a failed test left something open: the counts must be the last line.
process.exit(total.failures.length > 0 || total.passed === 0 ? 1 : 0);

function add(count: Count): void {
	total.passed += count.passed;
	total.failures.push(...count.failures);
	total.skipped.push(...count.skipped);
	total.files.push(...count.files);
}

function stagesOf(given: readonly string[]): readonly Stage[] {
	if (given.includes('quick')) return quick;
	const named = projects.filter((project) => given.includes(project));
	const files = given.filter((word) => !(projects as readonly string[]).includes(word));
	const wanted = named.length > 0 ? named : projects;
	const stages: readonly (readonly Project[])[] = [['unit'], ['contract'], ['e2e', 'faults']];
	return stages
		.map((stage) => ({ projects: stage.filter((one) => wanted.includes(one)), files }))
		.filter((stage) => stage.projects.length > 0);
}

async function runSoak(part: SoakPart): Promise<void> {
	// The seed of every random test of the part, so that a run can be repeated.
	const seed = Number(process.env['SEED'] ?? Date.now() >>> 0);
	process.env['SOAK'] = '1';
	process.env['SEED'] = String(seed);
	const fromMs = Date.now();
	const count = await run({ projects: ['unit', 'faults'], files: part.files });
	add(count);
	const result = `${count.passed} passed, ${count.failures.length} failed`;
	keepSoakResult({ part: part.name, result, seed, minutes: (Date.now() - fromMs) / 60_000 });
}

async function run({ projects: wanted, files }: Stage): Promise<Count> {
	const title = wanted.join(', ');
	if (wanted.some((project) => project !== 'unit') && !pathOf('chromium')) {
		const why = `failed: the ${title} tests need Chromium, and this machine has none.`;
		return { passed: 0, failures: [why], skipped: [], files: [] };
	}
	console.log(`\n— ${title} —`);
	const from = { ms: Date.now(), busyMs: busyMs() };
	const vitest = await startVitest([...files], {
		project: [...wanted],
		watch: false,
		passWithNoTests: true,
		reporters: ['default'],
	});
	const count = countOf(vitest.state.getTestModules());
	for (const error of vitest.state.getUnhandledErrors()) {
		count.failures.push(`failed: outside of any test: ${inspect(error, { depth: 3 })}`);
	}
	await vitest.close();
	const took = minutes(Date.now() - from.ms);
	times.push(`${title} ${took} (${minutes(busyMs() - from.busyMs)} of CPU)`);
	return count;
}

/** A test that never ran counts as failed. */
function countOf(modules: TestModule[]): Count {
	const count: Count = { passed: 0, failures: [], skipped: [], files: [] };
	const failed = (what: string, errors: readonly Failure[] = []): void => {
		const why = errors.map(describeFailure).join('\n') || 'the test never ran';
		count.failures.push(`failed: ${what}: ${why}`);
	};
	for (const module of modules) {
		count.files.push({ name: module.relativeModuleId, ms: module.diagnostic().duration });
		for (const error of module.errors()) failed(module.relativeModuleId, [error]);
		for (const suite of module.children.allSuites()) {
			for (const error of suite.errors())
				failed(`${module.relativeModuleId} > ${suite.fullName}`, [error]);
		}
		for (const test of module.children.allTests()) {
			const result = test.result();
			if (result.state === 'passed') count.passed += 1;
			else if (result.state === 'skipped')
				count.skipped.push(`skipped: ${test.fullName}: ${result.note ?? 'no reason given'}`);
			else failed(`${module.relativeModuleId} > ${test.fullName}`, result.errors);
		}
	}
	return count;
}

type Failure = ReturnType<TestModule['errors']>[number];

/** The message, and where in the project's files it was thrown. */
function describeFailure({ message, stacks }: Failure): string {
	const places = (stacks ?? [])
		.slice(0, 3)
		.map(({ file, line }) => `${relative('.', file)}:${line}`);
	return [message, ...places].join('\n  at ');
}

/** As in 3:07. */
function minutes(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Duration of npm where packages were installed for this run. */
function installMs(): number {
	const note = join(import.meta.dirname, '../node_modules/.install-ms');
	if (!existsSync(note)) return 0;
	const ms = Number(readFileSync(note, 'utf8'));
	rmSync(note);
	return ms;
}

/** CPU time of all cores since boot; 0 where unknown. */
function busyMs(): number {
	try {
		const [, ...ticks] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
		const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0] = (ticks[0] ?? '')
			.split(' ')
			.map(Number);
		return (user + nice + system + interrupts + soft) * 10;
	} catch {
		return 0;
	}
}
