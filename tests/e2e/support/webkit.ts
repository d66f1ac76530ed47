/**
 * WebKitGTK's MiniBrowser on its own display, over WebDriver: only what the viewer's test needs.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { need } from '../../support/programs.ts';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const MINI_BROWSER = ['4.1', '6.0', '4.0'].map(
	(version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
);

export interface WebKit {
	readonly version: string;
	open(address: string): Promise<void>;
	/** Runs the body of a function; `arguments` as in WebDriver. */
	run(script: string): Promise<unknown>;
	/** The same, until the script calls its last argument. */
	wait(script: string): Promise<unknown>;
	/** A real click on the centre of the element. */
	click(selector: string): Promise<void>;
	close(): Promise<void>;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a display without a window manager; returns its number. */
async function startDisplay(): Promise<[ChildProcess, string]> {
	const display = spawn(need('xvfb'), ['-displayfd', '3', '-screen', '0', '1280x800x24'], {
		stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
	});
	const said = display.stdio[3];
	if (!said) throw new Error('Xvfb has no pipe for its display number.');
	const [number] = (await once(said, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
	return [display, `:${number.toString().trim()}`];
}

async function ask(method: string, url: string, body?: unknown): Promise<unknown> {
	const answer = await fetch(url, {
		method,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(60_000),
	});
	const { value } = (await answer.json()) as { value: unknown };
	if (!answer.ok) throw new Error(`WebDriver: ${JSON.stringify(value)}`);
	return value;
}

async function until(isReady: () => Promise<unknown>, ms: number): Promise<void> {
	const deadline = Date.now() + ms;
	for (;;) {
		try {
			await isReady();
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}

export async function launchWebKit(): Promise<WebKit> {
	const [display, DISPLAY] = await startDisplay();
	const port = await freePort();
	const driver = spawn(need('webkit'), [`--port=${port}`], {
		stdio: 'ignore',
		env: {
			...process.env,
			DISPLAY,
			LANG: 'C.UTF-8',
			WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
		},
	});
	const end = async (): Promise<void> => {
		for (const child of [driver, display]) {
			if (child.exitCode !== null || child.signalCode !== null) continue;
			const exited = once(child, 'exit');
			child.kill('SIGKILL');
			await exited;
		}
	};
	try {
		const base = `http://127.0.0.1:${port}`;
		await until(() => ask('GET', `${base}/status`), 20_000);
		const { sessionId, capabilities } = (await ask('POST', `${base}/session`, {
			capabilities: {
				alwaysMatch: {
					browserName: 'MiniBrowser',
					'webkitgtk:browserOptions': {
						binary: MINI_BROWSER.find((path) => existsSync(path)),
						args: ['--automation'],
					},
				},
			},
		})) as { sessionId: string; capabilities: { browserVersion: string } };
		const session = `${base}/session/${sessionId}`;
		return {
			version: capabilities.browserVersion,
			open: async (url) => {
				await ask('POST', `${session}/url`, { url });
			},
			run: (script) => ask('POST', `${session}/execute/sync`, { script, args: [] }),
			wait: (script) => ask('POST', `${session}/execute/async`, { script, args: [] }),
			click: async (selector) => {
				const found = (await ask('POST', `${session}/element`, {
					using: 'css selector',
					value: selector,
				})) as Record<string, string>;
				await ask('POST', `${session}/element/${found[ELEMENT] ?? ''}/click`, {});
			},
			close: async () => {
				await ask('DELETE', session).catch(() => undefined);
				await end();
			},
		};
	} catch (error) {
		await end();
		throw error;
	}
}
