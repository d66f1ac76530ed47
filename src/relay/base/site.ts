import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Fault } from '#domain/base/fault.ts';
import { SUMS_PATH, sumsText } from '#domain/base/sums.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** One file of the built app, with the smaller forms that the build made of it. */
export interface Asset {
	readonly type: string;
	/** Base of the entity tag: equal exactly when the bytes are. */
	readonly hash: string;
	/** The name changes with the content, so it may be kept for ever. */
	readonly immutable: boolean;
	readonly bytes: Bytes;
	readonly smaller: readonly { readonly encoding: 'br' | 'gzip'; readonly bytes: Bytes }[];
}

/** The built app, whole in memory: serving it opens no file, so a full disk cannot stop it. */
export interface Site {
	/**
	 * By path, as in `/favicon.svg`. What is not in here does not exist: no path reaches the disk.
	 */
	readonly assets: ReadonlyMap<string, Asset>;
	/** The page for every address of the app. */
	readonly page: Asset;
	/** The policy that the build wrote into the page, with the hash of its start script. */
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
 * Reads a folder that `vite build` wrote.
 * @throws Fault `not-found` when there is no app, `malformed` when its page carries no policy (to
 *   serve it without one would be worse than not to serve it) or a smaller form is another file
 */
export async function loadSite(folder: string): Promise<Site> {
	const files = await filesOf(folder);
	const assets = new Map<string, Asset>();
	for (const [path, bytes] of files) {
		if (/\.(br|gz)$/.test(path)) continue;
		const br = files.get(`${path}.br`);
		const gzip = files.get(`${path}.gz`);
		// What is hashed is what everybody gets, in whatever form (AP11).
		if (br && !opens(brotliDecompressSync, br, bytes)) throw otherThan(path, folder);
		if (gzip && !opens(gunzipSync, gzip, bytes)) throw otherThan(path, folder);
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
	if (!policy) throw new Fault('malformed', `The page in ${folder} carries no policy.`);
	return { assets, page, policy };
}

/** What is served, as `sha256sum` lists it, and the hash of that list (AP11). */
export function sumsOf(site: Site): { readonly text: string; readonly hash: string } {
	const files = [...site.assets].filter(([path]) => path !== SUMS_PATH);
	const text = sumsText(new Map(files.map(([path, { bytes }]) => [path, sha256(bytes)])));
	return { text, hash: sha256(text) };
}

/** Whether the list that the build wrote says the same: nothing came, went or changed after it. */
export function isAsBuilt(site: Site): boolean {
	const written = site.assets.get(SUMS_PATH);
	return written !== undefined && new TextDecoder().decode(written.bytes) === sumsOf(site).text;
}

function sha256(bytes: Uint8Array | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}

function opens(open: (bytes: Bytes) => Buffer, smaller: Bytes, bytes: Bytes): boolean {
	try {
		return open(smaller).equals(bytes);
	} catch {
		return false;
	}
}

function otherThan(path: string, folder: string): Fault {
	return new Fault('malformed', `A compressed form of ${path} in ${folder} is another file.`);
}

/**
 * Every file below a folder by its path from there; where a name on the way starts with a dot it is
 * left out.
 */
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
