import { createServer } from 'node:http';
import { once } from 'node:events';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../../build', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
	...{
		'.html': 'text/html',
		'.js': 'text/javascript',
		'.css': 'text/css',
		'.svg': 'image/svg+xml',
	},
	...{ '.json': 'application/json', '.webmanifest': 'application/manifest+json' },
	...{ '.png': 'image/png', '.wasm': 'application/wasm', '.woff2': 'font/woff2' },
};

export interface StaticHost {
	/** As in `http://localhost:40123`. */
	readonly address: string;
	/** The paths that were requested. */
	readonly asked: readonly string[];
	stop(): Promise<void>;
}

/**
 * Serves the built app like any static host: files, and one page for every other path. No relay.
 * @param below a folder to serve it in, as in `/cams`: paths outside are 404
 */
export async function startStaticHost(app = built, below = ''): Promise<StaticHost> {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://localhost');
		asked.push(request.url ?? '/');
		if (!pathname.startsWith(`${below}/`)) {
			response.writeHead(404, { 'content-type': 'text/html' }).end('<p>Nothing here.</p>');
			return;
		}
		const named = join(app, normalize(pathname.slice(below.length)));
		const found = [named, `${named}.html`, join(named, 'index.html')].find(
			(path) => path.startsWith(app) && existsSync(path) && statSync(path).isFile(),
		);
		const file = found ?? join(app, 'index.html');
		response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
		response.setHeader('cache-control', 'no-cache');
		createReadStream(file).pipe(response);
	});
	server.listen(0, 'localhost');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string')
		throw new Error('the static host has no port');
	return {
		address: `http://localhost:${address.port}`,
		asked,
		stop: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
