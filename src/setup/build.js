/** Builds the app if there is no build or its sources have changed. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { digestOfSources } from './digest.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Inside the build, so that it is deleted with it; the server does not serve dot files. */
const stampFile = join(root, 'build', '.made-of');

/** Vite's manifest of chunk imports; Kit leaves it out of the app. */
export const manifestFile = join(root, 'build', '.manifest.json');

/**
 * Brings build/ up to date with the sources. Builds are serialised: a second caller waits, then
 * finds it done. The lock is a SQLite write transaction, because that ends with its process.
 * @throws Error when the build fails; its output is on stderr
 */
export function ensureBuilt() {
	if (isBuilt(digestOfSources())) return;
	withLock(() => {
		const digest = digestOfSources();
		if (isBuilt(digest)) return;
		build({});
		copyFileSync(join(root, '.svelte-kit/output/client/.vite/manifest.json'), manifestFile);
		writeFileSync(stampFile, `${digest}\n`);
	});
}

/**
 * Builds the app again in another folder with another version, for the tests of updates.
 * @param {string} folder emptied first
 * @param {string} version
 * @param {string} [relays] other origins that its page may connect to
 * @throws Error as above
 */
export function buildInto(folder, version, relays = '') {
	const settings = { SPYCAM_BUILD: folder, SPYCAM_VERSION: version, SPYCAM_RELAYS: relays };
	withLock(() => build(settings));
}

/** @param {() => void} work */
function withLock(work) {
	const cache = join(root, 'node_modules', '.cache');
	mkdirSync(cache, { recursive: true });
	const lock = new DatabaseSync(join(cache, 'spy-cam-build.lock'), { timeout: 120_000 });
	try {
		lock.exec('BEGIN IMMEDIATE');
		work();
	} finally {
		lock.close();
	}
}

/** @param {string} digest */
function isBuilt(digest) {
	if (!existsSync(stampFile) || !existsSync(manifestFile)) return false;
	return readFileSync(stampFile, 'utf8').trim() === digest;
}

/**
 * Prints Vite's output only on failure: `npm start` is not only for developers.
 * @param {Record<string, string>} settings environment read by svelte.config.js
 */
function build(settings) {
	process.stderr.write('Building the app…\n');
	const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
	const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build'], {
		cwd: root,
		// A test sets NODE_ENV, which must not change the app.
		env: { ...process.env, NODE_ENV: 'production', ...settings },
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	if (status === 0) return;
	process.stderr.write(`${stdout}\n${stderr}\n`);
	throw new Error('The build of the app failed: see the output above.');
}
