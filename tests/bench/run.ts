/** `npm run bench -- NAME`: progress on stderr, and one line of JSON, the last one, on stdout. */
import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { ensureBuilt } from '#setup/build.js';
import { getPrograms, versionOf } from '../support/programs.ts';
import { ownTemporaryFolder } from '../support/scratch.ts';
import type { Bench } from './result.ts';

const names = readdirSync(import.meta.dirname)
	.filter((file) => file.endsWith('.ts') && !['run.ts', 'result.ts'].includes(file))
	.map((file) => file.replace('.ts', ''));
const say = (line: string): void => {
	process.stderr.write(`${line}\n`);
};

const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
	say(
		`${name === undefined ? 'Which one?' : `There is no bench "${name}".`} There are: ${names.join(', ') || 'none yet'}.`,
	);
	process.exit(2);
}
if (process.argv.includes('--soak')) process.env['SOAK'] = '1';

getPrograms(['chromium', 'ffmpeg', 'turnserver', 'nginx'], say);
ensureBuilt();
const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };
const cleanUp = ownTemporaryFolder();
const { figures, baseline, ratio, rounds } = await bench(say).finally(cleanUp);
const env = {
	node: process.version,
	chromium: versionOf('chromium'),
	cpu: cpus()[0]?.model ?? null,
	cores: cpus().length,
	memoryGiB: Math.round(totalmem() / 2 ** 30),
	platform: `${process.platform} ${process.arch}`,
};
process.stdout.write(`${JSON.stringify({ bench: name, figures, baseline, ratio, rounds, env })}\n`);
// Exit even if a benchmark left a browser open: the JSON must be the last line.
process.exit(0);
