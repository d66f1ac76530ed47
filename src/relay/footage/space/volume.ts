import { statfs } from 'node:fs/promises';
import { Fault } from '#domain/base/fault.ts';
import type { VolumeSpace } from '#domain/storage/relay-space.ts';

/** The file system that a folder is on. Throws `unavailable`. */
export async function volumeOf(folder: string): Promise<VolumeSpace> {
	try {
		const { blocks, bavail, bsize } = await statfs(folder);
		return { sizeBytes: blocks * bsize, freeBytes: bavail * bsize };
	} catch (error) {
		throw new Fault('unavailable', 'the disk does not say how full it is', error);
	}
}
