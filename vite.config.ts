import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
	plugins: [sveltekit()],
	worker: { format: 'es' },
	// Nothing becomes a data: URL: the page policy refuses them as scripts, workers and fonts.
	build: { assetsInlineLimit: 0 },
});
