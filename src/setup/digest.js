/** Digest of the app's sources. It is the version, so that the same sources give the same bytes. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The server and src/setup are not part of the app. */
const sources = ['src', 'static', 'package-lock.json', 'svelte.config.js', 'vite.config.ts'];
const notBuilt = /^src\/(relay|setup)\//;

/** A digest of the app's source files, names and contents, and of the relays it is built for. */
export function digestOfSources() {
	const files = sources.flatMap((source) => {
		const path = join(root, source);
		if (!existsSync(path)) return [];
		if (/\.\w+$/.test(source)) return [source];
		return readdirSync(path, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'));
	});
	const digest = createHash('sha256').update(`${process.env['SPYCAM_RELAYS'] ?? ''}\0`);
	for (const file of files.filter((name) => !notBuilt.test(name)).sort()) {
		digest
			.update(`${file}\0`)
			.update(readFileSync(join(root, file)))
			.update('\0');
	}
	return digest.digest('hex');
}
