/**
 * Serves the app's own files from this device, so that it opens without the server. Handles nothing
 * else: no video, no `/api`, none of the server's own pages. A new version waits until no page of
 * the old one is left, or until the user asks for it (docs/spec/app.md).
 */
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { build, files, version } from '$service-worker';
import { SUMS_PATH } from '#domain/base/sums.ts';

/**
 * The part of ServiceWorkerGlobalScope that is used: the libs of pages and workers exclude each
 * other.
 */
interface WorkerScope {
	readonly clients: { claim(): Promise<void> };
	skipWaiting(): Promise<void>;
	addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
	addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}
interface Lasting extends Event {
	waitUntil(work: Promise<unknown>): void;
}

const PAGE = '/index.html';
/** The build's checksum list and what else is in it, all of one version (AP11). */
const VERSIONED_FILES = [SUMS_PATH, '/service-worker.js', '/_app/version.json'];
const HASHED_PATH = '/_app/immutable/';
/** Chunks that the previous version needs and this one does not. */
const PREVIOUS_CACHE = 'spycam-version-before';
/** Includes the server's own pages: only the server knows its certificate authority. */
const NO_APP_SHELL = [/^\/(api|trust)(\/|$|\?)/, /^\/_app\//, /\.[^/?]*($|\?)/];

const worker = globalThis as unknown as WorkerScope;
const precache = new PrecacheController();
precache.addToCacheList([
	...build.map((url) => ({ url, revision: null })),
	...[PAGE, ...VERSIONED_FILES, ...files].map((url) => ({ url, revision: version })),
]);

worker.addEventListener('install', (event) => void precache.install(event));
worker.addEventListener('activate', (event) => {
	event.waitUntil(
		keepPreviousVersion()
			.then(() => precache.activate(event))
			.then(() => worker.clients.claim()),
	);
});
worker.addEventListener('message', ({ data }) => {
	if ((data as { type?: unknown } | null)?.type === 'SKIP_WAITING') void worker.skipWaiting();
});

registerRoute(new PrecacheRoute(precache));
registerRoute(
	new NavigationRoute(precache.createHandlerBoundToURL(PAGE), { denylist: NO_APP_SHELL }),
);
registerRoute(
	({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith(HASHED_PATH),
	async ({ request }) =>
		// eslint-disable-next-line no-restricted-globals -- the page that asks puts the deadline on it
		(await (await caches.open(PREVIOUS_CACHE)).match(request)) ?? fetch(request),
);

/**
 * Another tab may still run the previous version, and even record with it: chunks it has not loaded
 * yet must survive the update. Keeps one previous version.
 */
async function keepPreviousVersion(): Promise<void> {
	const current = new Set(precache.getCachedURLs());
	const from = await caches.open(precache.strategy.cacheName);
	const left = (await from.keys()).filter(
		({ url }) => !current.has(url) && new URL(url).pathname.startsWith(HASHED_PATH),
	);
	if (left.length === 0) return;
	await caches.delete(PREVIOUS_CACHE);
	const to = await caches.open(PREVIOUS_CACHE);
	for (const request of left) {
		const response = await from.match(request);
		if (response) await to.put(request, response);
	}
}
