/** Serves the component gallery: `npm run gallery`. Development only, not part of the app. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';

export async function startGallery(port = 0): Promise<{ address: string; stop(): Promise<void> }> {
	const server: ViteDevServer = await createServer({
		configFile: false,
		root: fileURLToPath(new URL('.', import.meta.url)),
		cacheDir: fileURLToPath(new URL('../../node_modules/.vite/gallery', import.meta.url)),
		plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
		logLevel: 'error',
		server: { port, host: '127.0.0.1', fs: { allow: ['../..'] } },
		// Listed, or the first visit reloads the page under the camera.
		optimizeDeps: { include: ['svelte', 'svelte/reactivity'] },
	});
	await server.listen();
	const address = server.resolvedUrls?.local[0] ?? '';
	return { address, stop: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { address } = await startGallery(5199);
	console.log(`Gallery: ${address}`);
}
