/**
 * Who may import whom, kept once. eslint.config.js makes its rules from this table, and
 * tests/architecture.test.ts holds the real import graph against it.
 *
 * @typedef {object} Layer
 * @property {string} name what `#name/…` starts with; for a single file, a word for it
 * @property {string[]} paths folders (ending in `/`) or files, from the project's root
 * @property {Record<string, string[]>} [rooms] its folders, the inner ones first, and the folders
 *   of the same layer that each may use; `''` is the layer's own folder, where files may lie loose
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
		rooms: {
			base: [],
			footage: ['base'],
			home: ['base'],
			live: ['base'],
			media: ['base'],
			pairing: ['base', 'home', 'media'],
			storage: ['base', 'footage'],
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
			recovery: ['home', 'messaging', 'members', 'pairing'],
			storage: ['sealing'],
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
			'device-check': ['device', 'encoding', 'footage', 'keys', 'live'],
			network: ['device', 'capture'],
			app: ['device', 'network'],
			playback: ['device'],
		},
		imports: ['domain', 'protocol'],
		types: ['ports'],
		packages: ['dexie', 'mp4box', 'hls.js', 'mediabunny', '@hpke/core', 'workbox-window', 'qr'],
		ambient: true,
	},
	{
		name: 'relay',
		paths: ['src/relay/'],
		rooms: {
			base: [],
			config: ['base'],
			session: ['base'],
			http: ['base', 'config', 'session'],
			storage: ['base'],
			process: ['base', 'config', 'storage'],
			tls: ['base'],
			'': ['base', 'config', 'session', 'http', 'storage', 'process', 'tls'],
		},
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
			shell: ['words/en', 'words', 'live', 'parts'],
			timeline: ['words'],
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

/** A folder of src with more files than this is no table of contents any more. */
export const maxFiles = 20;

/**
 * The folder of a layer that a file lies in; `''` is the layer's own.
 * @param {Layer} layer
 * @param {string} file from the project's root
 */
export function roomOf({ paths: [path = ''] }, file) {
	return file.slice(path.length).split('/').slice(0, -1).join('/');
}

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
 * The layer that a file of src belongs to.
 * @param {string} file from the project's root, with `/`
 * @returns {Layer | undefined}
 */
export function layerOf(file) {
	return layers.find(({ paths }) =>
		paths.some((path) => (path.endsWith('/') ? file.startsWith(path) : file === path)),
	);
}
