import { BrowserInstaller } from '#browser/install.ts';
import type { Updates } from '#ports/updates.ts';
import type { Engine } from '#state/engine.ts';

const installer = new BrowserInstaller();
let made: Promise<Engine> | null = null;

/** Made once, when first asked for: the start page must not wait for databases and codecs. */
export function engine(): Promise<Engine> {
	made ??= import('./making.ts').then(({ make }) => make(installer));
	return made;
}

/** `null` in development: files kept on the device would hide what was just changed. */
export async function updates(): Promise<Updates | null> {
	if (import.meta.env.DEV) return null;
	const { ServiceWorkerUpdates } = await import('#browser/updates.ts');
	return new ServiceWorkerUpdates();
}
