/** Foundation of end-to-end tests: the real server, and real browsers with a fake camera. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
	chromium,
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	type LaunchOptions,
} from 'playwright-core';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { headlessChromium, need, WITHOUT_FEATURES } from '../../support/programs.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A new folder in the system's temporary folder; the caller removes it. */
export function temporaryFolder(): string {
	return mkdtempSync(join(tmpdir(), 'spy-cam-test-'));
}

function remove(folder: string): void {
	rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

export interface Relay {
	/** As in `http://localhost:40123`. */
	readonly address: string;
	/** As in `https://localhost:40124`, with a certificate of `authority.crt` in `data`. */
	readonly secure: string;
	/** Of the supervisor. */
	readonly pid: number;
	/** The server's data folder. */
	readonly data: string;
	/** Opens one home; `null` where one was opened before. */
	readonly invitation: string | null;
	/** All output of its processes. */
	said(): string;
	/** Asks it to stop and waits; resolves to its exit code. */
	stop(): Promise<number | null>;
	/** SIGKILL: no chance to clean up. */
	kill(): Promise<void>;
}

interface StartRelayOptions {
	/** The server's data folder. By default a temporary one that is removed with it. */
	data?: string;
	/** A fixed port, for a server that restarts at the same address. */
	port?: number;
	args?: readonly string[];
	env?: Readonly<Record<string, string>>;
}

/** Starts the real server in its own process, on a free port by default. */
export async function startRelay({
	data,
	port = 0,
	args = [],
	env = {},
}: StartRelayOptions = {}): Promise<Relay> {
	const folder = data ?? temporaryFolder();
	const child = spawn(
		process.execPath,
		[
			...['src/relay/main.ts', '--host', 'localhost', '--port', String(port), '--data', folder],
			...['--https-port', '0', ...args],
		],
		{ cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
	);
	let said = '';
	const address = await new Promise<string>((resolve, reject) => {
		const deadline = setTimeout(() => {
			child.kill('SIGKILL');
			reject(new Error(`The server printed no address within 60 s: ${said}`));
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
			reject(new Error(`The server exited (${String(code)}) before it listened: ${said}`));
		});
	});
	const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
		if (child.exitCode === null && child.signalCode === null) {
			const children = childrenOf(child.pid ?? 0);
			const exited = once(child, 'exit');
			child.kill(signal);
			await exited;
			// A killed supervisor's children exit by themselves a moment later, and hold the ports until
			// then.
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
 * Turns off Chromium's requests to Google: without internet access they fail by the dozen and take
 * time.
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

interface ContextOptions {
	/** From `cameraFile()`; by default Chromium's green test pattern at 30 fps. */
	fakeCameraFile?: string;
	locale?: string;
	viewport?: { width: number; height: number };
	/** Further Playwright options; `serviceWorkers: 'allow'` where a test needs one. */
	more?: BrowserContextOptions;
}

interface ChromiumOptions extends ContextOptions {
	/**
	 * The profile's folder, to reopen it later. By default a temporary one that is removed with it.
	 */
	profile?: string;
	/** Whether camera permission is granted without a prompt, or refused. */
	camera?: 'granted' | 'refused';
	args?: readonly string[];
	/**
	 * Whether the page is told the CPU pressure of this machine; by default not, so that tests do not
	 * depend on its load.
	 */
	pressure?: boolean;
	/** Chromium as people have it; a headless shell installs and asks nothing. */
	full?: boolean;
}

function launchOptions({
	fakeCameraFile,
	camera = 'granted',
	args = [],
	pressure = false,
	full = false,
}: ChromiumOptions): LaunchOptions {
	return {
		executablePath: full ? need('chromium') : headlessChromium(),
		headless: true,
		args: [
			...quiet,
			WITHOUT_FEATURES,
			'--use-fake-device-for-media-stream=fps=30',
			...(fakeCameraFile ? [`--use-file-for-fake-video-capture=${fakeCameraFile}`] : []),
			...(camera === 'granted' ? ['--use-fake-ui-for-media-stream'] : []),
			...(pressure ? [] : ['--disable-blink-features=ComputePressure']),
			...args,
		],
	};
}

/** Without service worker: installing one takes as long as the rest of a short test. */
function contextOptions({
	locale = 'en-GB',
	viewport,
	more,
}: ContextOptions): BrowserContextOptions {
	return { locale, serviceWorkers: 'block', ...(viewport ? { viewport } : {}), ...more };
}

/** The browsers shared by the files of a worker, by the file of their fake camera. */
const browsers = new Map<string, Promise<Browser>>();

/**
 * A device: a browser context, which shares no storage with others, in a browser shared by the
 * files of a worker. A profile on disk, other switches or a browser to kill need `launchChromium`.
 */
export async function newContext(settings: ContextOptions = {}): Promise<BrowserContext> {
	const { fakeCameraFile = '' } = settings;
	let browser = browsers.get(fakeCameraFile);
	if (browser === undefined) {
		browsers.set(fakeCameraFile, (browser = chromium.launch(launchOptions(settings))));
		const forget = (): void => void browsers.delete(fakeCameraFile);
		browser.then((launched) => launched.once('disconnected', forget), forget);
	}
	return (await browser).newContext(contextOptions(settings));
}

/**
 * Closes what the tests of a file left open in shared browsers, and the browsers whose camera shows
 * a file: few tests share one.
 */
export async function closeLeftContexts(): Promise<void> {
	const all = [...browsers].map(async ([fakeCameraFile, launched]) => {
		const browser = await launched;
		if (fakeCameraFile !== '') await browser.close();
		else await Promise.all(browser.contexts().map((context) => context.close()));
	});
	await Promise.allSettled(all);
}

const profiles = new WeakMap<BrowserContext, string>();

/** Launches a real headless Chromium with a fake camera and a profile on disk. */
export async function launchChromium(settings: ChromiumOptions = {}): Promise<BrowserContext> {
	const { profile } = settings;
	const folder = profile ?? temporaryFolder();
	const context = await chromium.launchPersistentContext(folder, {
		...launchOptions(settings),
		...contextOptions(settings),
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
 * SIGKILL to all processes of a browser at once, as in a power cut or by the OOM killer: none can
 * write what it still holds. Resolves when all are gone.
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
 * The processes of the browser that uses a profile: those that name it, and their descendants.
 * Linux only (/proc).
 */
export function processesOf(profile: string): number[] {
	const parents = new Map<number, number>();
	const found = new Set<number>();
	for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		const status = procFile(name, 'stat');
		// The second field is the program's name in parentheses, and may contain anything.
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

/** The child processes of a process, by id. */
export function childrenOf(pid: number): number[] {
	return readdirSync('/proc')
		.filter((entry) => /^\d+$/.test(entry))
		.filter((entry) => {
			const status = procFile(entry, 'stat');
			return status.slice(status.lastIndexOf(')') + 2).split(' ')[1] === String(pid);
		})
		.map(Number);
}

/** A process that ends meanwhile has no files any more. */
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

/** A zombie counts as dead. */
function isRunning(pid: number): boolean {
	return signal(pid, 0) && !/\) [ZX] /.test(procFile(String(pid), 'stat'));
}

/**
 * Chromium with the timer throttling of a real window: Playwright makes every page believe that it
 * is in front. `args` as for `launchChromium`.
 */
export async function launchThrottledChromium(
	args: readonly string[] = [],
): Promise<PuppeteerBrowser> {
	const { launch } = await import('puppeteer-core');
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

interface FirefoxOptions {
	/** As for Chromium. */
	profile?: string;
	prefs?: Record<string, string | number | boolean>;
}

/** Debian's Firefox, headless over WebDriver BiDi, with its own fake camera (30 fps, any size). */
export async function launchFirefox({
	profile,
	prefs = {},
}: FirefoxOptions = {}): Promise<PuppeteerBrowser> {
	const { launch } = await import('puppeteer-core');
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
			// No processes in reserve: each takes half a second of CPU.
			'dom.ipc.processPrelaunch.enabled': false,
			'media.gmp-manager.updateEnabled': false,
			'network.captive-portal-service.enabled': false,
			'network.connectivity-service.enabled': false,
			...prefs,
		},
	});
}
