/** What an end-to-end test stands on: the real server, and real browsers with a fake camera. */
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
import { launch, type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { need, WITHOUT_FEATURES } from '../../support/programs.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

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

interface StartRelayOptions {
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
}: StartRelayOptions = {}): Promise<Relay> {
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
			// A killed supervisor's children end by themselves a moment later, and hold the ports until
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

interface ContextOptions {
	/** From `cameraFile()`; without one, Chromium's own green test picture at 30 fps. */
	fakeCameraFile?: string;
	locale?: string;
	viewport?: { width: number; height: number };
	/** More of Playwright's own options. */
	more?: BrowserContextOptions;
}

interface ChromiumOptions extends ContextOptions {
	/** The profile's folder, to come back to; without one it gets its own, which goes with it. */
	profile?: string;
	/** Whether the camera is granted without asking. If not, asking ends in a refusal. */
	camera?: 'granted' | 'refused';
	args?: readonly string[];
	/**
	 * Whether the page is told how busy this machine is; other tests must not depend on what else it
	 * does.
	 */
	pressure?: boolean;
}

function launchOptions({
	fakeCameraFile,
	camera = 'granted',
	args = [],
	pressure = false,
}: ChromiumOptions): LaunchOptions {
	return {
		executablePath: need('chromium'),
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

function contextOptions({
	locale = 'en-GB',
	viewport,
	more,
}: ContextOptions): BrowserContextOptions {
	return { locale, ...(viewport ? { viewport } : {}), ...more };
}

/** The browsers that the tests of this file share, by the footage of their fake camera. */
const browsers = new Map<string, Promise<Browser>>();

/**
 * A device: a context of its own, which shares no storage with any other, in a browser that this
 * file's tests share. It has no service worker unless `more` says `serviceWorkers: 'allow'`: to
 * install one takes as long as all else of a short test. What needs a profile on disk, other
 * switches or a browser that is killed takes `launchChromium`.
 */
export async function newContext(settings: ContextOptions = {}): Promise<BrowserContext> {
	const { fakeCameraFile = '', more } = settings;
	let browser = browsers.get(fakeCameraFile);
	if (browser === undefined)
		browsers.set(fakeCameraFile, (browser = chromium.launch(launchOptions(settings))));
	const options = contextOptions({ ...settings, more: { serviceWorkers: 'block', ...more } });
	return (await browser).newContext(options);
}

const profiles = new WeakMap<BrowserContext, string>();

/** A real Chromium of its own, headless, with a fake camera and a profile on disk. */
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
 * Chromium that throttles as it does for a person: Playwright lets every page believe that it is in
 * front. `args` as for `launchChromium`.
 */
export async function launchThrottledChromium(
	args: readonly string[] = [],
): Promise<PuppeteerBrowser> {
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
