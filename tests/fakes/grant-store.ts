import type { CameraId } from '#domain/base/ids.ts';
import type { GrantStore, StoredGrant } from '#ports/keys/grant-store.ts';

export class MemoryGrantStore implements GrantStore {
	readonly #rows = new Map<string, StoredGrant & { readonly camera: CameraId }>();

	of(camera: CameraId): Promise<StoredGrant[]> {
		const own = [...this.#rows.values()].filter((row) => row.camera === camera);
		own.sort((a, b) => a.number - b.number || (a.recipient < b.recipient ? -1 : 1));
		return Promise.resolve(
			own.map(({ number, recipient, grant }) => ({ number, recipient, grant })),
		);
	}

	add(camera: CameraId, grants: readonly StoredGrant[]): Promise<void> {
		for (const one of grants) {
			const key = `${camera} ${String(one.number)} ${one.recipient}`;
			if (!this.#rows.has(key)) this.#rows.set(key, { camera, ...one });
		}
		return Promise.resolve();
	}

	delete(camera: CameraId, numbers: readonly number[]): Promise<void> {
		for (const [key, row] of this.#rows)
			if (row.camera === camera && numbers.includes(row.number)) this.#rows.delete(key);
		return Promise.resolve();
	}
}
