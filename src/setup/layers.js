/**
 * Which layer may import which. eslint.config.js derives its rules from this table, and
 * tests/architecture.test.ts checks the real import graph against it.
 *
 * @typedef {object} Layer
 * @property {string} name what `#name/…` starts with; for single files, any word
 * @property {string[]} paths folders (ending in `/`) or files, from the project root
 * @property {Record<string, string[]>} [rooms] its folders, inner ones first, each with the folders
 * of the same layer that it may import; `''` is the layer's own folder, for files outside any other
 * @property {string[]} imports layers it may import
 * @property {string[]} types layers it may import types from
 * @property {string[]} packages package names, or prefixes ending in `:` or `/`
 * @property {boolean} ambient whether clock, randomness and I/O may be used as globals; where not,
 * they come as arguments or through ports
 */

/** @type {Layer[]} */
export const layers = [
	{
		name: 'domain',
		paths: ['src/domain/'],
		rooms: {
			base: [],
			footage: ['base'],
			home: ['base'],
			live: ['base'],
			media: ['base'],
			pairing: ['base', 'home', 'media'],
			storage: ['base', 'footage'],
			sync: ['base', 'footage'],
			timeline: ['footage'],
			recording: ['base', 'footage', 'home', 'timeline'],
		},
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
		rooms: {
			app: [],
			footage: [],
			keys: [],
			media: [],
			device: ['footage', 'keys', 'media'],
			network: ['keys', 'media'],
			storage: [],
		},
		imports: [],
		types: ['domain', 'protocol'],
		packages: [],
		ambient: false,
	},
	{
		name: 'engine',
		paths: ['src/engine/'],
		rooms: {
			sealing: [],
			home: ['sealing'],
			live: ['sealing'],
			messaging: ['home'],
			members: ['home', 'messaging'],
			'live/viewer': ['sealing', 'home', 'live', 'messaging', 'members'],
			pairing: ['home', 'messaging'],
			playback: ['sealing'],
			recovery: ['home', 'messaging', 'members'],
			storage: ['sealing'],
			sync: [],
			'sync/check': [],
			'sync/marks': ['sync'],
			recording: ['sealing', 'home', 'storage'],
			'device-check': ['sealing', 'home', 'playback', 'recording'],
			'live/host': ['sealing', 'home', 'live', 'messaging', 'members', 'recording'],
		},
		imports: ['domain', 'protocol'],
		types: ['ports'],
		packages: [],
		ambient: false,
	},
	{
		name: 'relay-core',
		paths: ['src/relay-core/'],
		imports: ['domain', 'protocol', 'engine'],
		types: ['ports'],
		packages: [],
		ambient: false,
	},
	{
		// What browsers and Node both have.
		name: 'web',
		paths: ['src/web/'],
		imports: ['domain'],
		types: ['ports'],
		packages: ['mp4box', '@hpke/core'],
		ambient: true,
	},
	{
		name: 'browser',
		paths: ['src/browser/'],
		rooms: {
			storage: [],
			device: ['storage'],
			capture: ['device'],
			encoding: ['device', 'capture'],
			footage: ['storage'],
			keys: ['storage'],
			live: ['device', 'capture', 'encoding'],
			'device-check': ['device', 'encoding', 'keys', 'live'],
			network: ['device', 'capture'],
			app: ['device', 'network'],
			playback: ['device'],
		},
		imports: ['domain', 'protocol', 'web'],
		types: ['ports'],
		packages: ['dexie', 'hls.js', 'mediabunny', 'workbox-window', 'qr'],
		ambient: true,
	},
	{
		name: 'relay',
		paths: ['src/relay/'],
		rooms: {
			base: [],
			config: ['base'],
			http: ['base', 'config'],
			storage: ['base'],
			footage: ['base', 'http', 'storage'],
			'footage/looks': ['http', 'footage'],
			'footage/space': ['base', 'footage'],
			'footage/commands': ['base', 'storage', 'footage', 'footage/space'],
			process: ['base', 'config', 'storage'],
			tls: ['base'],
			'': [
				'base',
				'config',
				'http',
				'storage',
				'footage',
				'footage/looks',
				'footage/space',
				'footage/commands',
				'process',
				'tls',
			],
		},
		imports: ['domain', 'protocol', 'relay-core', 'web'],
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
		rooms: {
			app: [],
			home: ['app'],
			playback: ['app'],
			live: ['app', 'home', 'playback'],
			recording: ['app'],
			storage: ['app'],
		},
		imports: ['domain', 'engine'],
		types: ['ports'],
		packages: ['svelte'],
		ambient: true,
	},
	{
		name: 'ui',
		paths: ['src/ui/'],
		rooms: {
			'words/format': [],
			'words/en': ['words/format'],
			'words/de': ['words/format', 'words/en'],
			words: ['words/format', 'words/en', 'words/de'],
			live: ['words/en', 'words'],
			parts: ['words/format', 'words/en', 'words'],
			shell: ['words/format', 'words/en', 'words', 'live', 'parts'],
			timeline: ['words', 'parts'],
		},
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
		paths: ['src/wiring.ts', 'src/compose.ts', 'src/compose/', 'src/service-worker.ts'],
		imports: ['domain', 'protocol', 'engine', 'relay-core', 'web', 'browser', 'state'],
		types: ['ports'],
		packages: ['svelte', '$service-worker', 'workbox-precaching', 'workbox-routing'],
		ambient: true,
	},
	{
		name: 'setup',
		paths: ['src/setup/'],
		// `npm start` runs the server.
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

/** The one module that hands the composed engine to the screens, and its only importer. */
export const wiring = { specifier: '#wiring.ts', importers: ['src/routes/+layout.svelte'] };

/** Files that may call `fetch` directly: they add a deadline to it. */
export const fetchAdapters = ['src/browser/network/fetch.ts'];

/** Longer files should be split. */
export const maxLines = 400;

/** A folder of src with more files should be split. */
export const maxFiles = 20;

/**
 * The folder within a layer that a file is in; `''` is the layer's own.
 * @param {Layer} layer
 * @param {string} file from the project root
 */
export function roomOf({ paths: [path = ''] }, file) {
	return file.slice(path.length).split('/').slice(0, -1).join('/');
}

/**
 * Whether a file may import a module.
 * @param {Layer} layer the layer of the file
 * @param {string} file from the project root
 * @param {string} specifier as written in the import
 * @returns {'yes' | 'types' | 'no'}
 */
export function mayImport(layer, file, specifier) {
	const [path = ''] = specifier.split('?');
	if (path.startsWith('./')) return path.includes('/../') ? 'no' : 'yes';
	if (path === wiring.specifier) return wiring.importers.includes(file) ? 'yes' : 'no';
	if (path === '#app.css') return layer.name === 'routes' ? 'yes' : 'no';
	if (path.startsWith('#')) {
		const [name = '', ...rest] = path.slice(1).split('/');
		if (name === layer.name) {
			const room = rest.slice(0, -1).join('/');
			return layer.rooms?.[roomOf(layer, file)]?.includes(room) ? 'yes' : 'no';
		}
		if (layer.imports.includes(name)) return 'yes';
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
 * The layer of a file of src.
 * @param {string} file from the project root, with `/`
 * @returns {Layer | undefined}
 */
export function layerOf(file) {
	return layers.find(({ paths }) =>
		paths.some((path) => (path.endsWith('/') ? file.startsWith(path) : file === path)),
	);
}
