import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';

export interface BarePage {
	/** A secure context: http on localhost. */
	readonly url: string;
	close(): Promise<void>;
}

/**
 * Bundles a test module with the real code of src; returns files by path, the module itself first.
 */
export async function bundleModule(entry: string): Promise<Map<string, string | Uint8Array>> {
	const built = await build({
		configFile: false,
		logLevel: 'error',
		plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
		worker: {
			format: 'es',
			// Where the app has its workers: it refuses worker URLs elsewhere.
			rolldownOptions: { output: { entryFileNames: '_app/immutable/workers/[name]-[hash].js' } },
		},
		build: {
			write: false,
			minify: false,
			target: 'esnext',
			lib: { entry, formats: ['es'], fileName: 'page' },
		},
	});
	const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
		'output' in one ? one.output : [],
	);
	return new Map(
		outputs.map((file) => [`/${file.fileName}`, 'code' in file ? file.code : file.source]),
	);
}

/** Serves an empty page that runs such a module. */
export async function serveBarePage(entry: string): Promise<BarePage> {
	const files = await bundleModule(entry);
	const [main] = files.keys();
	const html = `<!doctype html><title>bare</title><script type="module" src="${String(main)}"></script>`;
	const server = createServer((request, response) => {
		const script = files.get(request.url ?? '');
		response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
		response.end(script ?? html);
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://localhost:${port}/`,
		close: () =>
			new Promise((closed) => {
				server.closeAllConnections();
				server.close(() => {
					closed();
				});
			}),
	};
}
