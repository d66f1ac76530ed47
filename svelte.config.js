import adapter from '@sveltejs/adapter-static';
import { digestOfSources } from './src/setup/digest.js';
import { writeSums } from './src/setup/sums.js';

/** Where the app is written to and what its version is called, when src/setup/build.js says so. */
const {
	SPYCAM_BUILD: pages = 'build',
	// Never the time of the build: the same sources give the same bytes (docs/spec/app.md, AP10).
	SPYCAM_VERSION: name = digestOfSources().slice(0, 12),
	SPYCAM_RELAYS = '',
} = process.env;

/** Relays at other origins than the app's own, for an app that a static host serves (docs/guide/relay.md). */
const relays = SPYCAM_RELAYS.split(/[\s,]+/).filter((text) => text !== '');
for (const relay of relays) {
	const url = URL.parse(relay);
	if (url !== null && /^https?:$/.test(url.protocol) && url.origin === relay) continue;
	throw new Error(
		`SPYCAM_RELAYS: "${relay}" must be an address like https://cam.example.org, without a path.`,
	);
}
const reached = /** @type {never[]} */ (
	relays.flatMap((relay) => [relay, relay.replace(/^http/, 'ws')])
);

const files = adapter({ pages, fallback: 'index.html', precompress: true, strict: true });

/** @type {import('@sveltejs/kit').Config} */
export default {
	compilerOptions: { runes: true },
	kit: {
		adapter: {
			...files,
			adapt: async (builder) => {
				await files.adapt(builder);
				await writeSums(pages);
			},
		},
		// The relay sends the same policy as a header (src/relay/policy.ts): `frame-ancestors` works
		// only there. Kit adds the hash of its own start script to script-src.
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				'script-src': ['self', 'wasm-unsafe-eval'],
				'worker-src': ['self'],
				'connect-src': ['self', ...reached],
				'media-src': ['self', 'blob:'],
				'img-src': ['self', 'blob:', 'data:'],
				'style-src': ['self'],
				'style-src-attr': ['unsafe-inline'],
				'font-src': ['self'],
				'manifest-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['none'],
				'require-trusted-types-for': ['script'],
				'trusted-types': ['svelte-trusted-html', 'sveltekit-trusted-url', 'spycam'],
			},
		},
		// Registered by our own code (else twice); the recorder decides when a new version may start.
		serviceWorker: { register: false },
		version: { pollInterval: 0, name },
		typescript: {
			config: (generated) => {
				/** @type {{ include: string[], exclude: string[] }} */
				const config = /** @type {never} */ (generated);
				config.include.push('../*.config.ts', '../*.config.js', '../static/*.js');
				config.exclude = config.exclude.filter((path) => !path.includes('service-worker'));
			},
		},
	},
};
