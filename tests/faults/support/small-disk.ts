import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../e2e/support/launch.ts';

/** A folder on a disk of 64 MiB; `null`: only root may mount one. */
export function smallDisk(): { readonly folder: string; readonly remove: () => void } | null {
	const folder = temporaryFolder();
	const remove = (): void => rmSync(folder, { recursive: true, force: true });
	const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder]);
	if (status !== 0) {
		remove();
		return null;
	}
	return {
		folder,
		remove: () => {
			spawnSync('umount', ['-l', folder]);
			remove();
		},
	};
}
