import { ensureBuilt } from '#setup/build.js';

/** Vitest global setup of the projects that use the built app. */
export function setup(): void {
	ensureBuilt();
}
