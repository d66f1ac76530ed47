/** Part of `npm run check`: transfer size of the first load of `/`. Limits: docs/spec/app.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { ensureBuilt, manifestFile } from './build.js';

/** kB of 1000 bytes, compressed with Brotli. */
const limits = { js: 60, total: 90, watch: 250 };
/** What the first load must not contain, each with a string that only its code has. */
const later = { dexie: 'DexieError', 'hls.js': 'hlsManifestParsed', mp4box: 'BoxParser' };

/**
 * @typedef {object} Chunk
 * @property {string} file
 * @property {string[]} [imports]
 * @property {string[]} [css]
 */

/**
 * The app's own files in the first load of a page: Kit's start, the root layout and the page, with
 * their static imports.
 * @param {string} path as Kit names it, `/` or `/watch/[camera]`
 * @param {RegExp} [more] lazily loaded sources to count as well
 * @returns {{ js: string[], css: string[], other: string[] }}
 */
export function firstLoad(path = '/', more = /^$/) {
	ensureBuilt();
	/** @type {Record<string, Chunk>} */
	const chunks = JSON.parse(readFileSync(manifestFile, 'utf8'));
	const app = Object.entries(chunks).find(([, { file }]) => /\/entry\/app\./.test(file));
	// Kit numbers the nodes: 0 is the layout, 1 the error page, then the pages by path.
	const routes = readFileSync(inBuild(app?.[1].file ?? ''), 'utf8');
	const page = /^\d+/.exec(routes.slice(routes.indexOf(`"${path}":[`) + path.length + 4))?.[0];
	const wanted = new RegExp(`/(entry/(start|app)|nodes/(0|1|${page ?? 'none'}))\\.`);
	/** @type {Set<string>} */
	const seen = new Set();
	/** @param {string} key */
	const follow = (key) => {
		if (seen.has(key)) return;
		seen.add(key);
		for (const next of chunks[key]?.imports ?? []) follow(next);
	};
	for (const [key, { file }] of Object.entries(chunks))
		if (wanted.test(file) || more.test(key)) follow(key);
	const all = [...seen].flatMap((key) => chunks[key] ?? []);
	return {
		js: [...new Set(all.map(({ file }) => file))],
		css: [...new Set(all.flatMap(({ css }) => css ?? []))],
		other: ['index.html', 'early.js', 'favicon.svg'],
	};
}

/** kB of scripts until a camera is watched: its screen, and the engine behind it. */
export function watchKB() {
	return compressedKB(firstLoad('/watch/[camera]', /^src\/compose\.ts$|\/CameraPage\.svelte$/).js);
}

/**
 * @param {readonly string[]} files
 * @returns {number} kB over the wire
 */
export function compressedKB(files) {
	const bytes = files.map((file) => brotliCompressSync(readFileSync(inBuild(file))).length);
	return bytes.reduce((sum, one) => sum + one, 0) / 1000;
}

/** @param {string} file */
function inBuild(file) {
	return fileURLToPath(new URL(join('../../build', file), import.meta.url));
}

if (import.meta.main) {
	const { js, css, other } = firstLoad();
	const sizes = {
		js: compressedKB(js),
		total: compressedKB([...js, ...css, ...other]),
		watch: watchKB(),
	};
	for (const [name, limit] of Object.entries(limits)) {
		const size = sizes[/** @type {keyof typeof sizes} */ (name)];
		console.log(`first load, ${name}: ${size.toFixed(1)} kB of ${String(limit)} kB`);
		if (!(size > 1 && size <= limit)) process.exitCode = 1;
	}
	const built = readdirSync(inBuild('_app'), { recursive: true, encoding: 'utf8' });
	const scripts = built.filter((file) => file.endsWith('.js')).map((file) => `_app/${file}`);
	for (const [name, word] of Object.entries(later)) {
		const where = scripts.filter((file) => readFileSync(inBuild(file), 'utf8').includes(word));
		if (where.length > 0 && !where.some((file) => js.includes(file.replaceAll('\\', '/'))))
			continue;
		console.error(
			where.length > 0
				? `The first load must not contain ${name}.`
				: `No file contains "${word}": choose another marker for ${name}.`,
		);
		process.exitCode = 1;
	}
}
