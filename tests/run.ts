/**
 * `npm test` and `npm run soak`: gets what is missing, builds, runs every project after the other
 * and ends with one line that counts. Words after `--` narrow it: a project's name, parts of file
 * names, or both.
 */
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
	failed: number;
	/** A line for each. */
	skipped: string[];
	/** Errors that belong to no test, told again at the end where they are seen. */
	outside: string[];
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
const total: Count = { passed: 0, failed: 0, skipped: [], outside: [] };
try {
	getPrograms(['chromium', 'firefox', 'webkit', 'xvfb', 'ffmpeg', 'turnserver'], (line) => {
		process.stderr.write(`${line}\n`);
	});
	ensureBuilt();
	for (const project of wanted) add(await run(project));
} catch (error) {
	console.error(error);
	total.failed += 1;
}

cleanUp();
for (const line of [...total.outside, ...total.skipped]) console.log(line);
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
// What a failed test left open must not keep the line from being the last.
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function add(count: Count): void {
	total.passed += count.passed;
	total.failed += count.failed;
	total.skipped.push(...count.skipped);
	total.outside.push(...count.outside);
}

async function run(project: Project): Promise<Count> {
	if (inBrowsers.includes(project) && !pathOf('chromium')) {
		console.error(`The ${project} tests need Chromium, and this machine has none.`);
		return { passed: 0, failed: 1, skipped: [], outside: [] };
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
		count.failed += 1;
		count.outside.push(inspect(error, { depth: 3 }));
	}
	await vitest.close();
	return count;
}

/** A test that never came to run counts as failed: silence is not success. */
function countOf(modules: TestModule[]): Count {
	const count: Count = { passed: 0, failed: 0, skipped: [], outside: [] };
	for (const module of modules) {
		count.failed += module.errors().length;
		count.outside.push(...module.errors().map((error) => inspect(error, { depth: 3 })));
		for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
		for (const test of module.children.allTests()) {
			const result = test.result();
			if (result.state === 'passed') count.passed += 1;
			else if (result.state === 'skipped')
				count.skipped.push(`skipped: ${test.fullName}: ${result.note ?? 'no reason was given'}`);
			else count.failed += 1;
		}
	}
	return count;
}
