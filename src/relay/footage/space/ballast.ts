import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { expectFault, Fault } from '#domain/base/fault.ts';

const CHUNK_BYTES = 2 ** 20;

/**
 * A file of real bytes (RS3): on a disk that is full to the last block SQLite cannot even delete.
 * Given up, it makes room for that. Throws `Fault`: `quota`, `unavailable`.
 */
export class Ballast {
	readonly #file: string;
	#bytes = 0;

	constructor(file: string) {
		this.#file = file;
	}

	/** As of the last call of a method. */
	get bytes(): number {
		return this.#bytes;
	}

	async measure(): Promise<number> {
		try {
			this.#bytes = (await stat(this.#file)).size;
		} catch (error) {
			if (codeOf(error) !== 'ENOENT') throw faultFrom(error);
			this.#bytes = 0;
		}
		return this.#bytes;
	}

	/** Makes it that large; a disk without room for it gets none. */
	async hold(bytes: number): Promise<void> {
		if ((await this.measure()) === bytes) return;
		try {
			// Owner only, and random: a file system that compresses would make nothing of zeros.
			const file = await open(this.#file, 'a', 0o600);
			try {
				if (this.#bytes > bytes) await file.truncate(bytes);
				for (let left = bytes - this.#bytes; left > 0; left -= CHUNK_BYTES)
					await file.appendFile(randomBytes(Math.min(left, CHUNK_BYTES)));
				await file.datasync();
			} finally {
				await file.close();
			}
			this.#bytes = bytes;
		} catch (error) {
			await this.giveUp().catch(expectFault);
			throw faultFrom(error);
		}
	}

	/** Returns the bytes that are free again. */
	async giveUp(): Promise<number> {
		const bytes = await this.measure();
		try {
			await rm(this.#file, { force: true });
		} catch (error) {
			throw faultFrom(error);
		}
		this.#bytes = 0;
		return bytes;
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	const full = ['ENOSPC', 'EDQUOT'].includes(codeOf(error));
	return new Fault(full ? 'quota' : 'unavailable', 'the ballast cannot be written', error);
}
