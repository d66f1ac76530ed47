import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives this process and its children a temporary folder of their own: failed tests and killed
 * browsers do not clean up after themselves.
 * @returns a function that deletes the folder
 */
export function ownTemporaryFolder(): () => void {
	const folder = mkdtempSync(join(tmpdir(), 'spy-cam-'));
	process.env['TMPDIR'] = folder;
	return () => {
		rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
	};
}
