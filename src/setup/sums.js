/**
 * Writes the checksum list of the build, for users who compare two places (docs/spec/app.md, AP11).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSite, sumsOf } from '#relay/base/site.ts';

/**
 * @param {string} folder written by `vite build`
 * @throws Fault as `loadSite`
 */
export async function writeSums(folder) {
	writeFileSync(join(folder, 'sha256sums.txt'), sumsOf(await loadSite(folder)).text);
}
