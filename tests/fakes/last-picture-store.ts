import type { CameraId } from '#domain/base/ids.ts';
import type { LastPicture, LastPictureStore } from '#ports/storage/last-picture-store.ts';

const MAX_PICTURES = 64;

export class MemoryLastPictureStore implements LastPictureStore {
	writes = 0;
	readonly kept = new Map<CameraId, LastPicture>();

	read(camera: CameraId): Promise<LastPicture | null> {
		return Promise.resolve(this.kept.get(camera) ?? null);
	}

	write(picture: LastPicture): Promise<void> {
		this.writes += 1;
		if ((this.kept.get(picture.camera)?.atMs ?? 0) > picture.atMs) return Promise.resolve();
		this.kept.set(picture.camera, picture);
		const oldestFirst = [...this.kept.values()].sort((a, b) => a.atMs - b.atMs);
		for (const { camera } of oldestFirst.slice(0, Math.max(0, this.kept.size - MAX_PICTURES)))
			this.kept.delete(camera);
		return Promise.resolve();
	}

	keepOnly(wanted: (of: LastPicture) => boolean): Promise<void> {
		for (const one of [...this.kept.values()]) if (!wanted(one)) this.kept.delete(one.camera);
		return Promise.resolve();
	}
}
