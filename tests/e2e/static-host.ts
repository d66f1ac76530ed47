import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
	...{
		'.html': 'text/html',
		'.js': 'text/javascript',
		'.css': 'text/css',
		'.svg': 'image/svg+xml',
	},
	...{ '.json': 'application/json', '.webmanifest': 'application/manifest+json' },
	...{ '.png': 'image/png', '.woff2': 'font/woff2', '.wasm': 'application/wasm' },
};

export interface StaticHost {
	/** As in `http://localhost:40123`. */
	readonly address: string;
	stop(): Promise<void>;
}

/** A host that serves files and knows nothing of Spy-cam: what names no file is the app's one page. */
export async function startStaticHost(folder: () => string): Promise<StaticHost> {
	const server = createServer((request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://localhost');
		const asked = join(folder(), normalize(pathname));
		const file = statSync(asked, { throwIfNoEntry: false })?.isFile()
			? asked
			: join(folder(), 'index.html');
		response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
		createReadStream(file).pipe(response);
	});
	server.listen(0, 'localhost');
	await once(server, 'listening');
	return {
		address: `http://localhost:${(server.address() as AddressInfo).port}`,
		stop: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
