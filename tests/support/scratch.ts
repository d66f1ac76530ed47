import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives this process, and all that it starts, a folder for temporary files of its own. A test that
 * fails or a browser that is killed cleans up nothing: whoever runs them does, in one go.
 * @returns what deletes the folder
 */
export function ownTemporaryFolder(): () => void {
	const folder = mkdtempSync(join(tmpdir(), 'spy-cam-'));
	process.env['TMPDIR'] = folder;
	return () => {
		rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
	};
}
