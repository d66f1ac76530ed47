/** What an end-to-end test stands on: the real server, and real browsers with a fake camera. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext } from 'playwright-core';
import { launch, type Browser } from 'puppeteer-core';
import { need } from '../programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A new empty folder below the system's own; whoever asks for it removes it. */
export function temporaryFolder(): string {
	return mkdtempSync(join(tmpdir(), 'spy-cam-test-'));
}

function remove(folder: string): void {
	rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

export interface Relay {
	/** As in `http://localhost:40123`. */
	readonly address: string;
	/** As in `https://localhost:40124`, under a certificate of `authority.crt` in `data`. */
	readonly secure: string;
	/** Of the supervisor. */
	readonly pid: number;
	/** The server's folder. */
	readonly data: string;
	/** Opens one home; `null` where one was opened before. */
	readonly invitation: string | null;
	/** Everything that it and its processes have said. */
	said(): string;
	/** Asks it to stop and waits until it has; resolves to its exit code. */
	stop(): Promise<number | null>;
	/** SIGKILL: no chance to clean up. */
	kill(): Promise<void>;
}

interface RelayWish {
	/** The server's folder; without one it gets its own, which goes with it. */
	data?: string;
	/** A fixed port, for a server that comes back under the same address. */
	port?: number;
	args?: readonly string[];
	env?: Readonly<Record<string, string>>;
}

/** The real server in its own process, on a free port unless told otherwise. */
export async function startRelay({
	data,
	port = 0,
	args = [],
	env = {},
}: RelayWish = {}): Promise<Relay> {
	const folder = data ?? temporaryFolder();
	const child = spawn(
		process.execPath,
		[
			...['src/relay/main.ts', '--host', 'localhost', '--port', String(port), '--data', folder],
			...['--https-port', '0', '--store-port', '0', ...args],
		],
		{ cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
	);
	let said = '';
	const address = await new Promise<string>((resolve, reject) => {
		const deadline = setTimeout(() => {
			child.kill('SIGKILL');
			reject(new Error(`The server said nothing for 60 s. ${said}`));
		}, 60_000);
		const hear = (chunk: Buffer): void => {
			said += chunk.toString();
			const found = /Spy-cam is at (\S+)/.exec(said)?.[1];
			if (!found) return;
			clearTimeout(deadline);
			resolve(found);
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.once('exit', (code) => {
			clearTimeout(deadline);
			reject(new Error(`The server ended (${String(code)}) before it listened. ${said}`));
		});
	});
	const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
		if (child.exitCode === null && child.signalCode === null) {
			const children = childrenOf(child.pid ?? 0);
			const exited = once(child, 'exit');
			child.kill(signal);
			await exited;
			// A killed supervisor's children end by themselves a moment later, and hold the ports until then.
			while (children.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 5));
		}
		if (data === undefined) remove(folder);
		return child.exitCode;
	};
	return {
		address,
		secure: /^Other devices open (\S+)$/m.exec(said)?.[1] ?? '',
		pid: child.pid ?? 0,
		data: folder,
		invitation: /#invite\.([\w-]+)/.exec(said)?.[1] ?? null,
		said: () => said,
		stop: () => end('SIGTERM'),
		kill: async () => {
			await end('SIGKILL');
		},
	};
}

/**
 * Chromium without its conversations with Google: on a machine without a way out they fail by the
 * dozen and take time.
 */
const quiet = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

interface ChromiumWish {
	/** The profile's folder, to come back to; without one it gets its own, which goes with it. */
	profile?: string;
	/** From `cameraFile()`; without one, Chromium's own green test picture at 30 fps. */
	fakeCameraFile?: string;
	/** Whether the camera is granted without asking. If not, asking ends in a refusal. */
	camera?: 'granted' | 'refused';
	args?: readonly string[];
	/** Whether the page is told how busy this machine is; other tests must not depend on what else it does. */
	pressure?: boolean;
	locale?: string;
	viewport?: { width: number; height: number };
	/** More of Playwright's own options. */
	more?: Parameters<typeof chromium.launchPersistentContext>[1];
}

const profiles = new WeakMap<BrowserContext, string>();

/** The real Chromium, headless, with a fake camera. */
export async function launchChromium({
	profile,
	fakeCameraFile,
	camera = 'granted',
	args = [],
	pressure = false,
	locale = 'en-GB',
	viewport,
	more,
}: ChromiumWish = {}): Promise<BrowserContext> {
	const folder = profile ?? temporaryFolder();
	const context = await chromium.launchPersistentContext(folder, {
		executablePath: need('chromium'),
		headless: true,
		locale,
		...(viewport ? { viewport } : {}),
		...more,
		args: [
			...quiet,
			'--use-fake-device-for-media-stream=fps=30',
			...(fakeCameraFile ? [`--use-file-for-fake-video-capture=${fakeCameraFile}`] : []),
			...(camera === 'granted' ? ['--use-fake-ui-for-media-stream'] : []),
			...(pressure ? [] : ['--disable-blink-features=ComputePressure']),
			...args,
		],
	});
	profiles.set(context, folder);
	if (profile === undefined) {
		context.once('close', () => {
			remove(folder);
		});
	}
	return context;
}

/**
 * SIGKILL to a whole browser at once, as a power cut or the system's memory killer would: no
 * process gets a chance to write what it still holds. Resolves when all of them are gone.
 */
export async function killBrowser(context: BrowserContext): Promise<void> {
	const profile = profiles.get(context);
	if (profile === undefined) throw new Error('This browser was not started by launchChromium.');
	const closed = new Promise<void>((resolve) => {
		if (context.isClosed()) resolve();
		else context.once('close', () => resolve());
	});
	const pids = processesOf(profile);
	for (const pid of pids) signal(pid, 'SIGKILL');
	while (pids.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 5));
	await closed;
}

/**
 * The processes of the browser that uses a profile: the ones that name it, and all below them.
 * Linux only, as /proc is.
 */
export function processesOf(profile: string): number[] {
	const parents = new Map<number, number>();
	const found = new Set<number>();
	for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		const status = procFile(name, 'stat');
		// The second field is the program's name in brackets, and may hold anything.
		const parent = status.slice(status.lastIndexOf(')') + 2).split(' ')[1];
		parents.set(Number(name), Number(parent));
		if (procFile(name, 'cmdline').split('\0').includes(`--user-data-dir=${profile}`))
			found.add(Number(name));
	}
	for (let size = -1; size !== found.size;) {
		size = found.size;
		for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
	}
	return [...found];
}

/** The processes that a process has started, by their numbers. */
export function childrenOf(pid: number): number[] {
	return readdirSync('/proc')
		.filter((entry) => /^\d+$/.test(entry))
		.filter((entry) => {
			const status = procFile(entry, 'stat');
			return status.slice(status.lastIndexOf(')') + 2).split(' ')[1] === String(pid);
		})
		.map(Number);
}

/** A process that ends while it is looked at has no files any more. */
function procFile(pid: string, file: 'stat' | 'cmdline'): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return '';
	}
}

function signal(pid: number, name: 'SIGKILL' | 0): boolean {
	try {
		return process.kill(pid, name);
	} catch {
		return false;
	}
}

/** A dead process whose parent has not looked yet is dead enough. */
function isRunning(pid: number): boolean {
	return signal(pid, 0) && !/\) [ZX] /.test(procFile(String(pid), 'stat'));
}

/**
 * Chromium that throttles as it does for a person: Playwright lets every page believe that it is in front. `args` as
 * for `launchChromium`.
 */
export async function launchThrottling(args: readonly string[] = []): Promise<Browser> {
	return launch({
		executablePath: need('chromium'),
		timeout: 90_000,
		headless: true,
		ignoreDefaultArgs: [
			'--disable-background-timer-throttling',
			'--disable-backgrounding-occluded-windows',
			'--disable-renderer-backgrounding',
		],
		args: [
			...quiet,
			'--lang=en-GB',
			'--use-fake-device-for-media-stream=fps=30',
			'--use-fake-ui-for-media-stream',
			...args,
		],
	});
}

interface FirefoxWish {
	/** As for Chromium. */
	profile?: string;
	prefs?: Record<string, string | number | boolean>;
}

/** Debian's Firefox, headless over WebDriver BiDi, with its own fake camera (30 fps, any size). */
export async function launchFirefox({ profile, prefs = {} }: FirefoxWish = {}): Promise<Browser> {
	return launch({
		browser: 'firefox',
		executablePath: need('firefox'),
		timeout: 90_000,
		headless: true,
		defaultViewport: { width: 1280, height: 800 },
		...(profile === undefined ? {} : { userDataDir: profile }),
		extraPrefsFirefox: {
			'media.navigator.streams.fake': true,
			'media.navigator.permission.disabled': true,
			'media.autoplay.default': 0,
			'intl.accept_languages': 'en-GB',
			'app.update.enabled': false,
			'media.gmp-manager.updateEnabled': false,
			'network.captive-portal-service.enabled': false,
			'network.connectivity-service.enabled': false,
			...prefs,
		},
	});
}
