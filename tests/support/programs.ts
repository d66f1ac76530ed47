import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** Programs that the tests run and npm does not install. */
export type Program =
	'chromium' | 'headless-shell' | 'firefox' | 'webkit' | 'xvfb' | 'ffmpeg' | 'turnserver' | 'nginx';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * For Chromium under Playwright. Every window has an extra page for the address bar's popup: half a
 * second of CPU for nothing. The switch replaces Playwright's own, whose list follows.
 */
export const WITHOUT_FEATURES = `--disable-features=${[
	...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
	...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
	...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding'],
	...['ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect'],
	...['OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
].join()}`;

/**
 * The Debian package of each program, and its command names. WebKitGTK plays H.264 through libav.
 */
const debian: Record<Program, { name: string; more?: string; commands: readonly string[] }> = {
	chromium: { name: 'chromium', commands: ['chromium', 'google-chrome'] },
	'headless-shell': { name: 'chromium-headless-shell', commands: ['chromium-headless-shell'] },
	firefox: { name: 'firefox-esr', commands: ['firefox-esr', 'firefox'] },
	webkit: {
		name: 'webkit2gtk-driver',
		more: 'gstreamer1.0-libav',
		commands: ['WebKitWebDriver'],
	},
	xvfb: { name: 'xvfb', commands: ['Xvfb'] },
	ffmpeg: { name: 'ffmpeg', commands: ['ffmpeg'] },
	turnserver: { name: 'coturn', commands: ['turnserver'] },
	nginx: { name: 'nginx-light', commands: ['nginx'] },
};

/** The path of a program; null where it is not installed. */
export function pathOf(program: Program): string | null {
	for (const command of debian[program].commands) {
		for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
			if (folder && existsSync(join(folder, command))) return join(folder, command);
		}
	}
	const own = program === 'chromium' ? chromium.executablePath() : '';
	return own && existsSync(own) ? own : null;
}

/**
 * The path of a program that a test needs.
 * @throws Error with how to install it
 */
export function need(program: Program): string {
	const path = pathOf(program);
	if (path) return path;
	throw new Error(
		`${program} is not installed: install it (Debian: apt-get install ${debian[program].name}).`,
	);
}

/**
 * Chromium without a window's own pages and frames, where it is installed: the same engine for
 * three quarters of the CPU.
 */
export function headlessChromium(): string {
	return pathOf('headless-shell') ?? need('chromium');
}

/**
 * Installs what is missing, as far as this machine allows, and reports what it does. Debian
 * packages come first: they need root. Otherwise it tries Playwright's own Chromium.
 */
export function getPrograms(wanted: readonly Program[], say: (line: string) => void): void {
	const missing = (): Program[] => wanted.filter((program) => !pathOf(program));
	if (missing().length === 0) return;
	say(`Missing: ${missing().join(', ')}.`);
	if (process.getuid?.() !== 0) say('Not root: system packages cannot be installed.');
	else if (!existsSync('/usr/bin/apt-get')) say('No apt-get: packages cannot be installed.');
	else {
		run('apt-get', ['update', '-q'], say);
		// One at a time: a package unknown to this release must not prevent the others.
		for (const program of missing()) {
			const { name, more } = debian[program];
			const names = [name, ...(more === undefined ? [] : [more])];
			run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], say);
		}
	}
	if (missing().includes('chromium'))
		run(process.execPath, ['node_modules/playwright-core/cli.js', 'install', 'chromium'], say);
	for (const program of missing()) {
		const then =
			program === 'headless-shell'
				? 'The tests run in Chromium as people have it, which takes longer.'
				: 'Tests that need it are skipped or fail, and say so.';
		say(`Not installed: ${program}. ${then}`);
	}
}

function run(command: string, args: string[], say: (line: string) => void): void {
	say(`${command} ${args.join(' ')}`);
	const { status, error } = spawnSync(command, args, {
		cwd: root,
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		stdio: ['ignore', 'ignore', 'inherit'],
		timeout: 15 * 60_000,
	});
	if (status !== 0) say(`That failed (${error?.message ?? `status ${String(status)}`}).`);
}

/**
 * The version line of a program, for the record of a measurement; null where it is not installed.
 */
export function versionOf(program: 'chromium' | 'firefox'): string | null {
	const path = pathOf(program);
	if (!path) return null;
	return execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 }).trim();
}
