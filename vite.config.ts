import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Plugin } from 'vite';

type Manifest = Record<string, { readonly file: string }>;

/**
 * The service worker lists files in the order of this manifest, whose keys contain package paths.
 * Sorted by output file, the same sources give the same bytes (docs/spec/app.md, AP10).
 */
const sortedManifest: Plugin = {
	name: 'spycam-sorted-manifest',
	apply: 'build',
	writeBundle({ dir = '' }) {
		const path = join(dir, '.vite', 'manifest.json');
		if (!existsSync(path)) return;
		const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
		const entries = Object.entries(manifest);
		entries.sort(([, { file: a }], [, { file: b }]) => (a < b ? -1 : a > b ? 1 : 0));
		writeFileSync(path, JSON.stringify(Object.fromEntries(entries), null, '\t'));
	},
};

export default defineConfig({
	plugins: [sveltekit(), sortedManifest],
	worker: { format: 'es' },
	// No data: URLs: the CSP refuses them as scripts, workers and fonts.
	build: { assetsInlineLimit: 0 },
});
