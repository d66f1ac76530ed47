import Dexie, { type Table } from 'dexie';
import type { CameraId } from '#domain/base/ids.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { LastPicture, LastPictureStore } from '#ports/storage/last-picture-store.ts';
import type { SealKey } from '#ports/keys/crypto.ts';
import { asKey, WebCrypto } from '#web/crypto.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';

const MAX_PICTURES = 64;
const NONCE_BYTES = 12;
const KEY = 'key';

interface PictureRow extends Omit<LastPicture, 'jpeg'> {
	readonly nonce: Uint8Array<ArrayBuffer>;
	readonly sealed: Uint8Array<ArrayBuffer>;
}

class PictureDatabase extends Dexie {
	readonly keys: Table<unknown, string>;
	readonly pictures: Table<unknown, CameraId>;

	constructor(name: string) {
		super(name, { cache: 'disabled' });
		this.version(1).stores({ keys: '', pictures: 'camera,atMs' });
		this.keys = this.table('keys');
		this.pictures = this.table('pictures');
	}
}

/** In a database of their own: they are worth less than anything else that is stored. */
export class DexieLastPictureStore implements LastPictureStore {
	readonly #connection: DatabaseConnection<PictureDatabase>;
	readonly #crypto = new WebCrypto();

	constructor(name = 'spycam-pictures') {
		this.#connection = new DatabaseConnection(() => new PictureDatabase(name), 'settings');
	}

	async read(camera: CameraId): Promise<LastPicture | null> {
		const row = rowFrom(
			await this.#connection.read(['pictures'], ({ pictures }) => readable(pictures.get(camera))),
		);
		const key = row && (await this.#storedKey());
		if (row === null || key === null) return null;
		try {
			const { device, atMs, nonce, sealed } = row;
			const jpeg = await this.#crypto.open(key, nonce, aadOf(row), sealed);
			return { camera, device, atMs, jpeg };
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	async write(picture: LastPicture): Promise<void> {
		const key = (await this.#storedKey()) ?? (await this.#makeKey());
		const nonce = this.#crypto.random(NONCE_BYTES);
		const { camera, device, atMs, jpeg } = picture;
		const sealed = await this.#crypto.seal(key, nonce, aadOf(picture), jpeg);
		await this.#connection.write(['pictures'], async ({ pictures }) => {
			const before = rowFrom(await readable(pictures.get(camera)));
			if (before !== null && before.atMs > atMs) return;
			await pictures.put({ camera, device, atMs, nonce, sealed } satisfies PictureRow);
			const over = (await pictures.count()) - MAX_PICTURES;
			if (over > 0) await pictures.orderBy('atMs').limit(over).delete();
		});
	}

	async keepOnly(wanted: (of: Pick<LastPicture, 'camera' | 'device'>) => boolean): Promise<void> {
		await this.#connection.write(['pictures'], ({ pictures }) => {
			const isUnwanted = (stored: unknown): boolean => {
				const row = rowFrom(stored);
				return row === null || !wanted(row);
			};
			return pictures.filter(isUnwanted).delete();
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}

	async #storedKey(): Promise<SealKey | null> {
		return sealKey(await this.#connection.read(['keys'], ({ keys }) => readable(keys.get(KEY))));
	}

	/** Of two tabs that make one at once, both use the first that was stored. */
	async #makeKey(): Promise<SealKey> {
		const usages: KeyUsage[] = ['encrypt', 'decrypt'];
		const made = await crypto.subtle
			.generateKey({ name: 'AES-GCM', length: 256 }, false, usages)
			.catch((error: unknown) => {
				throw new Fault('unsupported', 'no key for pictures can be made', error);
			});
		return this.#connection.write(['keys'], async ({ keys }) => {
			const before = sealKey(await readable(keys.get(KEY)));
			if (before !== null) return before;
			await keys.put(made, KEY);
			return asKey<SealKey>(made);
		});
	}
}

/** `null`: not such a row. */
function rowFrom(stored: unknown): PictureRow | null {
	if (typeof stored !== 'object' || stored === null) return null;
	const row = stored as Record<keyof PictureRow, unknown>;
	const isWhole =
		typeof row.camera === 'string' &&
		typeof row.device === 'string' &&
		Number.isFinite(row.atMs) &&
		row.nonce instanceof Uint8Array &&
		row.sealed instanceof Uint8Array;
	return isWhole ? (row as PictureRow) : null;
}

function sealKey(stored: unknown): SealKey | null {
	if (!(stored instanceof CryptoKey) || stored.algorithm.name !== 'AES-GCM') return null;
	return stored.extractable ? null : asKey<SealKey>(stored);
}

function aadOf({ camera, device, atMs }: Omit<LastPicture, 'jpeg'>): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(`last picture ${camera} ${device} ${String(atMs)}`);
}
