import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';

/** A pack holds the records of one run that begin in one wall minute, or the run's own. */
export interface PackKey {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly runNo: number;
	/** Wall minute since 1970; `null`: the run's init section. */
	readonly minute: number | null;
}

const PACK = /^(\d{1,16}|run)\.pack$/;
const ID = /^[0-9a-f]{32}$/;
const NUMBER = /^\d{1,10}$/;
/** Owner only: what is sealed still tells when a camera recorded. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Files of segment records, one behind the other: `<home>/<camera>/<runNo>/<minute>.pack`. It knows
 * nothing of their content; the index says how much of a pack counts. Throws `Fault`: `quota` when
 * the disk is full (the pack is as before), `not-found`, `corrupt` (shorter than the index says),
 * `unavailable`.
 */
export class PackFolder {
	readonly #root: string;

	constructor(root: string) {
		this.#root = root;
	}

	/**
	 * Writes behind the first `at` bytes, cutting off whatever stands there: it was never
	 * acknowledged. Once the promise resolves it survives a power cut.
	 */
	async append(key: PackKey, at: number, parts: readonly Uint8Array[]): Promise<void> {
		const file = this.fileOf(key);
		try {
			if (at === 0) await this.#makeFolder(dirname(file));
			const pack = await open(file, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
			try {
				const { size } = await pack.stat();
				if (size < at) throw new Fault('corrupt', 'pack is shorter than its index says');
				if (size > at) await pack.truncate(at);
				try {
					await writeAll(pack, parts, at);
					await pack.datasync();
				} catch (error) {
					if (at === 0) await rm(file, { force: true }).catch(() => undefined);
					else await pack.truncate(at).catch(() => undefined);
					throw error;
				}
			} finally {
				await pack.close();
			}
			if (at === 0) await syncFolder(dirname(file));
		} catch (error) {
			throw faultFrom(error);
		}
	}

	/** Puts a pack in the place of another, if there is one; a crash leaves one of the two. */
	async replace(key: PackKey, parts: readonly Uint8Array[]): Promise<void> {
		const file = this.fileOf(key);
		const fresh = `${file}.new`;
		try {
			await this.#makeFolder(dirname(file));
			const pack = await open(fresh, 'w', FILE_MODE);
			try {
				await writeAll(pack, parts, 0);
				await pack.datasync();
			} finally {
				await pack.close();
			}
			await rename(fresh, file);
			await syncFolder(dirname(file));
		} catch (error) {
			await rm(fresh, { force: true }).catch(() => undefined);
			throw faultFrom(error);
		}
	}

	/** Throws `corrupt` when the pack ends before. */
	async read(key: PackKey, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
		try {
			const pack = await open(this.fileOf(key), 'r');
			try {
				// Not filled with zeros first: all of it is read.
				const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
				let done = 0;
				while (done < length) {
					const { bytesRead } = await pack.read(bytes, done, length - done, at + done);
					if (bytesRead === 0) throw new Fault('corrupt', 'pack is shorter than its index says');
					done += bytesRead;
				}
				return bytes;
			} finally {
				await pack.close();
			}
		} catch (error) {
			throw faultFrom(error);
		}
	}

	/** Bytes of the file; `null`: there is none. */
	async size(key: PackKey): Promise<number | null> {
		try {
			return (await stat(this.fileOf(key))).size;
		} catch (error) {
			const fault = faultFrom(error);
			if (fault.kind === 'not-found') return null;
			throw fault;
		}
	}

	/** Idempotent. With the pack of a run goes its folder, if nothing is left in it. */
	async delete(key: PackKey): Promise<void> {
		try {
			const file = this.fileOf(key);
			await rm(file, { force: true });
			if (key.minute === null) await rmdir(dirname(file)).catch(() => undefined);
		} catch (error) {
			throw faultFrom(error);
		}
	}

	/** Every pack there is, whether the index knows it or not. Other files are passed over. */
	async *all(): AsyncGenerator<PackKey> {
		for (const home of await names(this.#root, ID)) {
			for (const camera of await names(join(this.#root, home), ID)) {
				for (const run of await names(join(this.#root, home, camera), NUMBER)) {
					for (const pack of await names(join(this.#root, home, camera, run), PACK)) {
						const minute = pack === 'run.pack' ? null : Number.parseInt(pack, 10);
						const ids = { home: home as HomeId, camera: camera as CameraId };
						yield { ...ids, runNo: Number(run), minute };
					}
				}
			}
		}
	}

	/** Its path. Throws `malformed` for what is no id. */
	fileOf({ home, camera, runNo, minute }: PackKey): string {
		if (!ID.test(home) || !ID.test(camera)) throw new Fault('malformed', 'not the id of a pack');
		return join(this.#root, home, camera, String(runNo), `${String(minute ?? 'run')}.pack`);
	}

	/** Makes missing folders and syncs the parent of each, so that none is lost in a power cut. */
	async #makeFolder(folder: string): Promise<void> {
		const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
		if (first === undefined) return;
		for (let at = folder; at.length >= first.length; at = dirname(at))
			await syncFolder(dirname(at));
	}
}

async function writeAll(
	pack: Awaited<ReturnType<typeof open>>,
	parts: readonly Uint8Array[],
	at: number,
): Promise<void> {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	if (length === 0) return;
	const { bytesWritten } = await pack.writev([...parts], at);
	// A short write happens when the disk fills; the rest tells why.
	if (bytesWritten < length) {
		const rest = Buffer.concat(parts).subarray(bytesWritten);
		await writeAll(pack, [rest], at + bytesWritten);
	}
}

async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function names(folder: string, pattern: RegExp): Promise<string[]> {
	try {
		return (await readdir(folder)).filter((name) => pattern.test(name)).sort();
	} catch (error) {
		const fault = faultFrom(error);
		if (fault.kind === 'not-found') return [];
		throw fault;
	}
}

function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (['ENOSPC', 'EDQUOT'].includes(code)) return new Fault('quota', 'the disk is full');
	if (code === 'ENOENT') return new Fault('not-found', 'no such pack');
	return new Fault('unavailable', `the disk does not answer (${code})`);
}
