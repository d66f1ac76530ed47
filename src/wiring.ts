import { BrowserInstaller } from '#browser/app/installer.ts';
import type { Updates } from '#ports/app/updates.ts';
import type { Engine } from '#state/app/engine.ts';
import type { InsecurePageDependencies } from '#state/app/secure-addresses.svelte.ts';

const installer = new BrowserInstaller();
let enginePromise: Promise<Engine> | null = null;

/** Composed once, on first use: the first screen must not wait for databases and codecs. */
export function engine(): Promise<Engine> {
	enginePromise ??= import('./compose.ts').then(({ composeEngine }) => composeEngine(installer));
	return enginePromise;
}

/** What an insecure page needs; the engine does not work there. */
export async function insecurePageDependencies(): Promise<InsecurePageDependencies> {
	const [{ EarlyLaunchLink }, { WebSocketRelays }] = await Promise.all([
		import('#browser/app/launch-link.ts'),
		import('#browser/network/websocket-relays.ts'),
	]);
	const relays = new WebSocketRelays();
	return { launchLink: new EarlyLaunchLink(), card: () => relays.info(location.origin) };
}

/** `null` in development: a service worker would hide changed files. */
export async function updates(): Promise<Updates | null> {
	if (import.meta.env.DEV) return null;
	const { ServiceWorkerUpdates } = await import('#browser/app/updates.ts');
	return new ServiceWorkerUpdates();
}
