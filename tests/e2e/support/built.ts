import { ensureBuilt } from '#setup/build.js';

/** Before the first test of a project that uses the built app. */
export function setup(): void {
	ensureBuilt();
}
