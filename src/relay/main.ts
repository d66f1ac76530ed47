/** Composition root of the server: reads what is asked, puts the parts together, and stops cleanly. */
import { fileURLToPath } from 'node:url';
import { Fault } from '#domain/fault.ts';
import { createApp } from './app.ts';
import { listen } from './listener.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { loadSite } from './site.ts';
import { takeFolder } from './tenancy.ts';

/** Requests under way may take this long when the server is told to stop. */
const stopDeadlineMs = 5_000;

async function serve(options: Options): Promise<void> {
	const builtApp = fileURLToPath(new URL('../../build', import.meta.url));
	const tenancy = takeFolder(options.data, process.pid);
	const app = createApp(await loadSite(options.app ?? builtApp));
	const listener = await listen(app.fetch, options.host, options.port);

	let stopping = false;
	const stop = (): void => {
		// Asked twice: the person does not want to wait.
		if (stopping) process.exit(1);
		stopping = true;
		void listener.close(stopDeadlineMs).then(() => {
			tenancy.release();
			process.exit(0);
		});
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	console.log(`Spy-cam is at ${addressOf(options.host, listener.port)}`);
}

/** What a person types: an address that means "every address here" is no place to go to. */
function addressOf(host: string, port: number): string {
	const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
	return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

const wish = readOptions(process.argv.slice(2), process.env);
switch (wish.kind) {
	case 'help':
		process.stdout.write(USAGE);
		break;
	case 'wrong':
		console.error(wish.sentence);
		process.exitCode = 2;
		break;
	case 'serve':
		try {
			await serve(wish.options);
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			console.error(error.message);
			// The folder's lock is let go with the process.
			process.exit(1);
		}
}
