/**
 * Makes node_modules match package-lock.json. Runs before anything is installed, so it is plain
 * JavaScript for Node 18 and later without any imports of the project.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */

/**
 * The packages of a lock file by folder; the project itself is the folder ''.
 * @param {string} file
 */
function packagesOf(file) {
	const lock = /** @type {{ packages: Record<string, Locked> }} */ (
		JSON.parse(readFileSync(file, 'utf8'))
	);
	return lock.packages;
}

/**
 * Whether the last install finished and matches the lock file. npm writes its own record last, so
 * an interrupted install has none. Optional packages may be for other systems.
 */
function inStep() {
	const record = join(root, 'node_modules', '.package-lock.json');
	// The pinned Node is installed by an install script, which --ignore-scripts would skip.
	if (!existsSync(record) || !existsSync(join(root, 'node_modules', 'node', 'bin'))) return false;
	const installed = packagesOf(record);
	return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
		([folder, { version, integrity, optional }]) =>
			folder === '' ||
			optional ||
			(installed[folder]?.version === version && installed[folder]?.integrity === integrity),
	);
}

/** Runs npm ci; true on success. Its output goes to stderr: stdout belongs to the command. */
function install() {
	// npm ci deletes node_modules, and with it the pinned Node that npm scripts put first on the
	// path: run it with the machine's own Node.
	const path = (process.env.PATH ?? '')
		.split(delimiter)
		.filter((folder) => !folder.includes(`node_modules${sep}.bin`))
		.join(delimiter);
	const env = { ...process.env, PATH: path, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' };
	const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
	const { npm_execpath: npm, npm_node_execpath: node } = process.env;
	const [command, first] =
		npm?.endsWith('.js') && node && !node.startsWith(root) ? [node, [npm]] : ['npm', []];
	const shell = process.platform === 'win32' && command === 'npm';
	const { status } = spawnSync(command, [...first, ...args], {
		cwd: root,
		env,
		shell,
		stdio: ['ignore', 2, 2],
	});
	return status === 0;
}

if (!inStep()) {
	process.stderr.write('Installing packages (npm ci). This happens once per list of packages.\n');
	const fromMs = Date.now();
	if (!install() || !inStep()) {
		process.stderr.write('The packages could not be installed: see the lines above.\n');
		process.exit(1);
	}
	// Read by tests/run.ts for its timing report.
	writeFileSync(join(root, 'node_modules', '.install-ms'), String(Date.now() - fromMs));
}
