import { BrowserInstaller } from '#browser/app/install.ts';
import type { Updates } from '#ports/app/updates.ts';
import type { Engine } from '#state/app/engine.ts';
import type { WaysOn } from '#state/app/insecure.svelte.ts';

const installer = new BrowserInstaller();
let made: Promise<Engine> | null = null;

/** Made once, when first asked for: the start page must not wait for databases and codecs. */
export function engine(): Promise<Engine> {
	made ??= import('./making.ts').then(({ make }) => make(installer));
	return made;
}

/** What leads on from an insecure address: nothing of the product works there. */
export async function waysOn(): Promise<WaysOn> {
	const [{ EarlyGiven }, { WebSocketRelays }] = await Promise.all([
		import('#browser/app/given.ts'),
		import('#browser/network/websocket-relays.ts'),
	]);
	const relays = new WebSocketRelays();
	return { given: new EarlyGiven(), card: () => relays.info(location.origin) };
}

/** `null` in development: files kept on the device would hide what was just changed. */
export async function updates(): Promise<Updates | null> {
	if (import.meta.env.DEV) return null;
	const { ServiceWorkerUpdates } = await import('#browser/app/updates.ts');
	return new ServiceWorkerUpdates();
}
