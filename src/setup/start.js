/** `npm start`: the app built if need be, then the server, with the options of the command line. */
import { readOptions } from '#relay/config/options.ts';
import { ensureBuilt } from './build.js';

// npm runs this through a shell, which keeps a SIGTERM to itself and leaves us without a parent:
// stop then, or a stopped `npm start` would go on holding the port and the folder.
const parent = process.ppid;
setInterval(() => {
	if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, 500).unref();

try {
	// Nobody waits for a build to read that an option is wrong.
	const wish = readOptions(process.argv.slice(2), process.env);
	if (wish.kind === 'serve' && wish.options.app === undefined) ensureBuilt();
	await import('#relay/main.ts');
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
}
