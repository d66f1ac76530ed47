import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Fault } from '#domain/base/fault.ts';
import { SUMS_PATH, sumsText } from '#domain/base/sums.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** One file of the built app, with its precompressed variants. */
export interface Asset {
	readonly type: string;
	/** Base of the ETag: equal exactly if the bytes are. */
	readonly hash: string;
	/** The name contains a content hash, so it may be cached forever. */
	readonly immutable: boolean;
	readonly bytes: Bytes;
	readonly smaller: readonly { readonly encoding: 'br' | 'gzip'; readonly bytes: Bytes }[];
}

/** The built app, entirely in memory: serving it opens no file, so a full disk cannot stop it. */
export interface Site {
	/**
	 * By path, such as `/favicon.svg`. Anything else is 404: no request path reaches the file system.
	 */
	readonly assets: ReadonlyMap<string, Asset>;
	/** Served for every route of the app. */
	readonly page: Asset;
	/**
	 * The Content-Security-Policy that the build wrote into the page, with the hash of its start
	 * script.
	 */
	readonly policy: string;
}

const types: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.json': 'application/json',
	'.map': 'application/json',
	'.webmanifest': 'application/manifest+json',
	'.svg': 'image/svg+xml',
	'.png': 'image/png',
	'.ico': 'image/x-icon',
	'.webp': 'image/webp',
	'.woff2': 'font/woff2',
	'.wasm': 'application/wasm',
	'.txt': 'text/plain; charset=utf-8',
};

/**
 * Reads the output folder of `vite build`.
 * @throws Fault `not-found` if there is no app, `malformed` if the page has no
 *   Content-Security-Policy (better not to serve it at all) or a compressed variant differs from
 *   its file
 */
export async function loadSite(folder: string): Promise<Site> {
	const files = await filesOf(folder);
	const assets = new Map<string, Asset>();
	for (const [path, bytes] of files) {
		if (/\.(br|gz)$/.test(path)) continue;
		const br = files.get(`${path}.br`);
		const gzip = files.get(`${path}.gz`);
		// The hash must stand for what every client gets, compressed or not (AP11).
		if (br && !decompressesTo(brotliDecompressSync, br, bytes)) throw variantDiffers(path, folder);
		if (gzip && !decompressesTo(gunzipSync, gzip, bytes)) throw variantDiffers(path, folder);
		assets.set(path, {
			type: types[extname(path)] ?? 'application/octet-stream',
			hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
			immutable: path.startsWith('/_app/immutable/'),
			bytes,
			smaller: [
				...(br ? [{ encoding: 'br', bytes: br } as const] : []),
				...(gzip ? [{ encoding: 'gzip', bytes: gzip } as const] : []),
			],
		});
	}
	const page = assets.get('/index.html');
	if (!page) throw new Fault('not-found', `There is no built app in ${folder}: run npm run build.`);
	const policy = /http-equiv="content-security-policy" content="([^"]+)"/.exec(
		new TextDecoder().decode(page.bytes),
	)?.[1];
	if (!policy)
		throw new Fault('malformed', `The page in ${folder} has no Content-Security-Policy.`);
	return { assets, page, policy };
}

/** What is served, in `sha256sum` format, and the hash of that list (AP11). */
export function sumsOf(site: Site): { readonly text: string; readonly hash: string } {
	const files = [...site.assets].filter(([path]) => path !== SUMS_PATH);
	const text = sumsText(new Map(files.map(([path, { bytes }]) => [path, sha256(bytes)])));
	return { text, hash: sha256(text) };
}

/** Whether the build's own list matches: no file was added, removed or changed after it. */
export function isAsBuilt(site: Site): boolean {
	const written = site.assets.get(SUMS_PATH);
	return written !== undefined && new TextDecoder().decode(written.bytes) === sumsOf(site).text;
}

function sha256(bytes: Uint8Array | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}

function decompressesTo(
	decompress: (bytes: Bytes) => Buffer,
	smaller: Bytes,
	bytes: Bytes,
): boolean {
	try {
		return decompress(smaller).equals(bytes);
	} catch {
		return false;
	}
}

function variantDiffers(path: string, folder: string): Fault {
	return new Fault(
		'malformed',
		`A compressed variant of ${path} in ${folder} differs from the file itself.`,
	);
}

/** All files below a folder, by relative path; dotfiles and dot folders are left out. */
async function filesOf(folder: string): Promise<Map<string, Bytes>> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
	const files = new Map<string, Bytes>();
	for (const entry of entries) {
		const file = join(entry.parentPath, entry.name);
		const path = `/${relative(folder, file).replaceAll(sep, '/')}`;
		if (entry.isFile() && !path.includes('/.')) files.set(path, await readFile(file));
	}
	return files;
}
