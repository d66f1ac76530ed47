/**
 * `npm start`: builds the app if needed, then starts the server with the command line's options.
 */
import { readOptions } from '#relay/config/options.ts';
import { ensureBuilt } from './build.js';

// npm runs this through a shell, which does not pass on SIGTERM but exits and leaves this process
// orphaned. Exit then, or a stopped `npm start` would keep the port and the data folder.
const parent = process.ppid;
setInterval(() => {
	if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, 500).unref();

try {
	// Check the options before a build that may take a while.
	const command = readOptions(process.argv.slice(2), process.env);
	if (command.kind === 'serve' && command.options.app === undefined) ensureBuilt();
	await import('#relay/main.ts');
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
}
