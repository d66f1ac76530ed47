import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { PackKey } from './pack-folder.ts';
import type { MendedPack } from './pack-mending.ts';

/** Decides what there is room for (docs/spec/relay-store.md). */
export interface ArchiveRoom {
	/** Whether so many bytes of a camera may be added, by what they are to what it keeps. */
	mayAdd(
		home: HomeId,
		camera: CameraId | null,
		bytes: number,
	): { readonly newer: boolean; readonly older: boolean };
	/** The oldest that is kept of a camera. */
	oldest(
		home: HomeId,
		camera: CameraId,
	): { readonly runNo: number; readonly firstSeq: number } | null;
	/** Something was added. */
	added(home: HomeId, camera: CameraId, bytes: number): void;
	/** An upload was refused for want of room; `disk`: the disk itself was full. */
	refused(home: HomeId, bytes: number, disk: boolean): void;
	/** Damaged records were taken out. */
	lost(key: PackKey, mended: MendedPack): void;
}
