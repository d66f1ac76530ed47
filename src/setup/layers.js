/**
 * Who may import whom, kept once. eslint.config.js makes its rules from this table, and
 * tests/architecture.test.ts holds the real import graph against it.
 *
 * @typedef {object} Layer
 * @property {string} name what `#name/…` starts with; for a single file, a word for it
 * @property {string[]} paths folders (ending in `/`) or files, from the project's root
 * @property {string[]} imports layers it may use whole
 * @property {string[]} types layers it may use for types only
 * @property {string[]} packages package names, or prefixes ending in `:` or `/`
 * @property {boolean} ambient whether clock, randomness and I/O may be reached as globals; where
 *   they may not, they arrive as arguments or through ports
 */

/** @type {Layer[]} */
export const layers = [
	{
		name: 'domain',
		paths: ['src/domain/'],
		imports: [],
		types: [],
		packages: [],
		ambient: false,
	},
	{
		name: 'protocol',
		paths: ['src/protocol/'],
		imports: ['domain'],
		types: [],
		packages: ['valibot'],
		ambient: false,
	},
	{
		name: 'ports',
		paths: ['src/ports/'],
		imports: [],
		types: ['domain', 'protocol'],
		packages: [],
		ambient: false,
	},
	{
		name: 'engine',
		paths: ['src/engine/'],
		imports: ['domain', 'protocol'],
		types: ['ports'],
		packages: [],
		ambient: false,
	},
	{
		name: 'browser',
		paths: ['src/browser/'],
		imports: ['domain', 'protocol'],
		types: ['ports'],
		packages: ['dexie', 'mp4box', 'hls.js', 'mediabunny', '@hpke/core', 'workbox-window', 'qr'],
		ambient: true,
	},
	{
		name: 'relay',
		paths: ['src/relay/'],
		imports: ['domain', 'protocol', 'engine'],
		types: ['ports'],
		packages: [
			...['node:', 'hono', '@hono/node-server', 'ws', 'valibot', 'pino', 'prom-client', 'qr'],
			...['@peculiar/x509', 'reflect-metadata', 'bonjour-service'],
		],
		ambient: true,
	},
	{
		name: 'state',
		paths: ['src/state/'],
		imports: ['domain', 'engine'],
		types: ['ports'],
		packages: ['svelte'],
		ambient: true,
	},
	{
		name: 'ui',
		paths: ['src/ui/'],
		imports: ['state', 'domain'],
		types: [],
		packages: ['svelte', '@lucide/svelte', 'qr'],
		ambient: true,
	},
	{
		name: 'routes',
		paths: ['src/routes/'],
		imports: ['state', 'ui'],
		types: ['domain'],
		packages: ['svelte', '@lucide/svelte', '$app/'],
		ambient: true,
	},
	{
		name: 'wiring',
		paths: ['src/wiring.ts', 'src/making.ts', 'src/service-worker.ts'],
		imports: ['domain', 'protocol', 'engine', 'browser', 'state'],
		types: ['ports'],
		packages: ['svelte', '$service-worker', 'workbox-precaching', 'workbox-routing'],
		ambient: true,
	},
	{
		name: 'setup',
		paths: ['src/setup/'],
		// `npm start` ends in the server.
		imports: ['relay'],
		types: [],
		packages: ['node:'],
		ambient: true,
	},
	{
		name: 'shell',
		paths: ['src/app.html', 'src/app.css', 'src/app.d.ts'],
		imports: [],
		types: [],
		packages: [],
		ambient: true,
	},
];

/** The one file that hands the built engine to the screens, and who may take it from there. */
export const wiring = { specifier: '#wiring.ts', importers: ['src/routes/+layout.svelte'] };

/** Files that may call `fetch` itself: they put a deadline around it for everybody else. */
export const fetchAdapters = ['src/browser/network/fetch.ts'];

/** A file longer than this wants to be two. */
export const maxLines = 400;

/**
 * What a file may take from a module it names.
 * @param {Layer} layer the file's own
 * @param {string} file from the project's root
 * @param {string} specifier as written in the import
 * @returns {'yes' | 'types' | 'no'}
 */
export function mayImport(layer, file, specifier) {
	const [path = ''] = specifier.split('?');
	if (path.startsWith('./')) return path.includes('/../') ? 'no' : 'yes';
	if (path === wiring.specifier) return wiring.importers.includes(file) ? 'yes' : 'no';
	if (path === '#app.css') return layer.name === 'routes' ? 'yes' : 'no';
	if (path.startsWith('#')) {
		const [name = ''] = path.slice(1).split('/');
		if (name === layer.name || layer.imports.includes(name)) return 'yes';
		return layer.types.includes(name) ? 'types' : 'no';
	}
	return layer.packages.some((allowed) =>
		/[:/]$/.test(allowed)
			? path.startsWith(allowed)
			: path === allowed || path.startsWith(`${allowed}/`),
	)
		? 'yes'
		: 'no';
}

/**
 * The layer that a file of src belongs to.
 * @param {string} file from the project's root, with `/`
 * @returns {Layer | undefined}
 */
export function layerOf(file) {
	return layers.find(({ paths }) =>
		paths.some((path) => (path.endsWith('/') ? file.startsWith(path) : file === path)),
	);
}
