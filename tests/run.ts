/**
 * `npm test` and `npm run soak`: gets what is missing, builds, runs every project after the other
 * and ends with one line that counts. Words after `--` narrow it: a project's name, parts of file
 * names, or both.
 */
import { relative } from 'node:path';
import { inspect } from 'node:util';
import { startVitest, type TestModule } from 'vitest/node';
import { ensureBuilt } from '#setup/build.js';
import { getPrograms, pathOf } from './programs.ts';
import { ownTemporaryFolder } from './scratch.ts';

const projects = ['unit', 'contract', 'e2e', 'faults'] as const;
type Project = (typeof projects)[number];
const inBrowsers: readonly Project[] = ['contract', 'e2e', 'faults'];

interface Count {
	passed: number;
	/** What failed and why, told again at the end where it is seen. */
	failures: string[];
	/** A line for each. */
	skipped: string[];
}

const words = process.argv.slice(2);
const soak = words.includes('--soak');
if (soak) process.env['SOAK'] = '1';
const named = projects.filter((project) => words.includes(project));
const wanted = named.length > 0 ? named : soak ? (['unit', 'faults'] as const) : projects;
const filters = words.filter(
	(word) => word !== '--soak' && !(projects as readonly string[]).includes(word),
);

const cleanUp = ownTemporaryFolder();
const total: Count = { passed: 0, failures: [], skipped: [] };
try {
	getPrograms(['chromium', 'firefox', 'webkit', 'xvfb', 'ffmpeg', 'turnserver'], (line) => {
		process.stderr.write(`${line}\n`);
	});
	ensureBuilt();
	for (const project of wanted) add(await run(project));
} catch (error) {
	total.failures.push(`failed: ${inspect(error, { depth: 3 })}`);
}

cleanUp();
for (const line of [...total.failures, ...total.skipped]) console.log(line);
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : '';
console.log(`${total.passed} passed, ${total.failures.length} failed${skipped}`);
// What a failed test left open must not keep the line from being the last.
process.exit(total.failures.length > 0 || total.passed === 0 ? 1 : 0);

function add(count: Count): void {
	total.passed += count.passed;
	total.failures.push(...count.failures);
	total.skipped.push(...count.skipped);
}

async function run(project: Project): Promise<Count> {
	if (inBrowsers.includes(project) && !pathOf('chromium')) {
		const why = `failed: the ${project} tests need Chromium, and this machine has none.`;
		return { passed: 0, failures: [why], skipped: [] };
	}
	console.log(`\n— ${project} —`);
	const vitest = await startVitest(filters, {
		project: [project],
		watch: false,
		passWithNoTests: true,
		reporters: ['default'],
	});
	const count = countOf(vitest.state.getTestModules());
	for (const error of vitest.state.getUnhandledErrors()) {
		count.failures.push(`failed: outside of any test: ${inspect(error, { depth: 3 })}`);
	}
	await vitest.close();
	return count;
}

/** A test that never came to run counts as failed: silence is not success. */
function countOf(modules: TestModule[]): Count {
	const count: Count = { passed: 0, failures: [], skipped: [] };
	const failed = (what: string, errors: readonly Failure[] = []): void => {
		const why = errors.map(told).join('\n') || 'it never came to run';
		count.failures.push(`failed: ${what}: ${why}`);
	};
	for (const module of modules) {
		for (const error of module.errors()) failed(module.relativeModuleId, [error]);
		for (const suite of module.children.allSuites()) {
			for (const error of suite.errors())
				failed(`${module.relativeModuleId} > ${suite.fullName}`, [error]);
		}
		for (const test of module.children.allTests()) {
			const result = test.result();
			if (result.state === 'passed') count.passed += 1;
			else if (result.state === 'skipped')
				count.skipped.push(`skipped: ${test.fullName}: ${result.note ?? 'no reason was given'}`);
			else failed(`${module.relativeModuleId} > ${test.fullName}`, result.errors);
		}
	}
	return count;
}

type Failure = ReturnType<TestModule['errors']>[number];

/** The message, and where in our own files it was thrown. */
function told({ message, stacks }: Failure): string {
	const places = (stacks ?? [])
		.slice(0, 3)
		.map(({ file, line }) => `${relative('.', file)}:${line}`);
	return [message, ...places].join('\n  at ');
}
