import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { serveBarePage } from '../e2e/support/bare-page.ts';
import {
	launchChromium,
	processesOf,
	startRelay,
	temporaryFolder,
	type Relay,
} from '../e2e/support/launch.ts';
import { openHome, pairByLink } from '../e2e/support/pairing-steps.ts';
import { becomeCamera } from '../e2e/support/user-steps.ts';
import { NO_UDP_ARGS, ALLOW_LOOPBACK_ARG, startTurnServer } from '../e2e/support/turn-server.ts';
import type {} from './pages/live.ts';
import { median } from '../support/measures.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 3;
const SECONDS = 8;
const SETTLE_MS = 4000;
const FPS = 20;
const BITS = 32;
const TICKS_PER_SECOND = 100;

/**
 * Glass-to-glass latency on one machine: the camera draws the time into its picture, and the
 * viewer's screen is read back. Directly, by TURN and through the relay; against a bare connection
 * of two pages and a bare echo of encoded frames.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const turn = await startTurnServer();
	const data = temporaryFolder();
	writeFileSync(join(data, 'settings.json'), JSON.stringify({ ice: turn.ice }));
	const relay = await startRelay({ data });
	const served = await serveBarePage(fileURLToPath(new URL('pages/live.ts', import.meta.url)));
	const profiles = { camera: temporaryFolder(), viewer: temporaryFolder() };
	const found: Record<string, number[]> = {};
	const keep = (name: string, value: number): void => void (found[name] ??= []).push(value);
	try {
		await pairUp(relay, profiles);
		for (let round = 0; round < ROUNDS; round += 1) {
			await ours(relay, profiles, keep);
			await bare(served.url, keep);
			progress(
				`round ${round + 1}: ${Object.entries(found)
					.map(([name, values]) => `${name} ${(values.at(-1) ?? NaN).toFixed(0)}`)
					.join(', ')}`,
			);
		}
	} finally {
		await served.close();
		await relay.stop();
		await turn.stop();
		for (const folder of [data, ...Object.values(profiles)]) {
			rmSync(folder, { recursive: true, force: true });
		}
	}
	const of = (name: string): number => round2(median(found[name] ?? []));
	const ratio = (a: string, b: string): number =>
		round2(median((found[a] ?? []).map((value, at) => value / (found[b]?.[at] ?? NaN))));
	return {
		figures: {
			glassToGlassP50Ms: of('directP50'),
			glassToGlassP95Ms: of('directP95'),
			turnP50Ms: of('turnP50'),
			turnP95Ms: of('turnP95'),
			relayedP50Ms: of('relayedP50'),
			relayedP95Ms: of('relayedP95'),
			firstFrameMs: of('directFirst'),
			relayedFirstFrameMs: of('relayedFirst'),
			cpuPercent: of('directCpu'),
		},
		baseline: {
			barePeersP50Ms: of('bareP50'),
			barePeersP95Ms: of('bareP95'),
			barePeersCpuPercent: of('bareCpu'),
			bareEchoP50Ms: of('echoP50'),
			bareEchoP95Ms: of('echoP95'),
		},
		ratio: {
			latencyRatio: ratio('directP50', 'bareP50'),
			cpuRatio: ratio('directCpu', 'bareCpu'),
			relayedP95Ratio: ratio('relayedP95', 'echoP95'),
		},
		rounds: ROUNDS,
	};
}

type Keep = (name: string, value: number) => void;
interface Profiles {
	readonly camera: string;
	readonly viewer: string;
}

/**
 * Draws the wall time as a strip of black and white cells, 720p: the lens of the camera page and of
 * the bare one.
 */
async function withStrip(context: BrowserContext): Promise<void> {
	await context.addInitScript(
		([bits, fps]) => {
			const strip = (): MediaStream => {
				const canvas = document.createElement('canvas');
				[canvas.width, canvas.height] = [1280, 720];
				const pen = canvas.getContext('2d');
				const cell = canvas.width / bits;
				let count = 0;
				setInterval(() => {
					if (pen === null) return;
					count += 1;
					pen.fillStyle = '#406080';
					pen.fillRect(0, 0, 1280, 720);
					pen.fillStyle = '#c08040';
					pen.fillRect((count * 9) % 1280, 300, 200, 200);
					const now = Date.now() % 2 ** bits;
					for (let bit = 0; bit < bits; bit += 1) {
						pen.fillStyle = Math.floor(now / 2 ** bit) % 2 === 1 ? '#fff' : '#000';
						pen.fillRect(bit * cell, 0, cell, 160);
					}
				}, 1000 / fps);
				return canvas.captureStream(fps);
			};
			Object.assign(window, { strip });
			navigator.mediaDevices.getUserMedia = () => Promise.resolve(strip());
		},
		[BITS, FPS] as const,
	);
}

async function pairUp(relay: Relay, profiles: Profiles): Promise<void> {
	const camera = await launchChromium({ full: true, profile: profiles.camera });
	const viewer = await launchChromium({ full: true, profile: profiles.viewer });
	await withStrip(camera);
	const owner = await camera.newPage();
	await becomeCamera(owner, relay.address);
	await openHome(owner, relay);
	await pairByLink(owner, await viewer.newPage(), relay, 'Laptop');
	await viewer.close();
	await camera.close();
}

async function ours(relay: Relay, profiles: Profiles, keep: Keep): Promise<void> {
	const camera = await launchChromium({
		full: true,
		profile: profiles.camera,
		args: [ALLOW_LOOPBACK_ARG],
	});
	await withStrip(camera);
	const lens = await camera.newPage();
	await lens.goto(`${relay.address}/camera`);
	await lens.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 30_000 });
	try {
		await watch(relay, profiles, [ALLOW_LOOPBACK_ARG], async (page) => {
			keep('directFirst', await firstFrame(page, 'direct'));
			await page.waitForTimeout(SETTLE_MS);
			const before = cpuSeconds(profiles.camera) + cpuSeconds(profiles.viewer);
			const startedMs = performance.now();
			const ages = await lags(page);
			const seconds = (performance.now() - startedMs) / 1000;
			const after = cpuSeconds(profiles.camera) + cpuSeconds(profiles.viewer);
			keep('directCpu', ((after - before) / seconds) * 100);
			spread('direct', ages, keep);
			await page.getByText('Always through the relay').click();
			keep('relayedFirst', await firstFrame(page, 'relayed'));
			await page.waitForTimeout(SETTLE_MS);
			spread('relayed', await lags(page), keep);
		});
		await watch(relay, profiles, [ALLOW_LOOPBACK_ARG, ...NO_UDP_ARGS], async (page) => {
			await firstFrame(page, 'turn');
			await page.waitForTimeout(SETTLE_MS);
			spread('turn', await lags(page), keep);
		});
	} finally {
		await camera.close();
	}
}

async function watch(
	relay: Relay,
	{ viewer: profile }: Profiles,
	args: readonly string[],
	work: (page: Page) => Promise<void>,
): Promise<void> {
	const viewer = await launchChromium({ full: true, profile, args });
	try {
		await viewer.addInitScript(() => {
			addEventListener('click', () => Object.assign(window, { tapped: performance.now() }), true);
		});
		const page = await viewer.newPage();
		await page.goto(`${relay.address}/watch`);
		await page.locator('article[data-state="live"]').waitFor({ timeout: 60_000 });
		await page.getByRole('article').getByRole('link').first().click();
		await work(page);
	} finally {
		await viewer.close();
	}
}

/** From the last tap to a live picture by that path. */
async function firstFrame(page: Page, path: string): Promise<number> {
	return page.evaluate(
		(way) =>
			new Promise<number>((done, fail) => {
				const { tapped } = window as unknown as { tapped: number };
				const poll = (): void => {
					const player = document.querySelector('section[data-state], [role=region][data-state]');
					const region = player as HTMLElement | null;
					if (region?.dataset['state'] === 'live' && region.dataset['path'] === way)
						done(performance.now() - tapped);
					else if (performance.now() - tapped > 60_000)
						fail(new Error(`no ${way} picture but ${JSON.stringify(region?.dataset)}`));
					else setTimeout(poll, 5);
				};
				poll();
			}),
		path,
	);
}

/** Age of each new frame when it can be read off the screen, ms. */
async function lags(page: Page): Promise<number[]> {
	return page.evaluate(
		async ([bits, seconds]) => {
			const pane = [
				...document.querySelectorAll<HTMLVideoElement | HTMLCanvasElement>('video, canvas'),
			].find((one) => one.checkVisibility({ visibilityProperty: true }) && one.clientWidth > 300);
			const pen = new OffscreenCanvas(1280, 720).getContext('2d', { willReadFrequently: true });
			const found: number[] = [];
			if (!pane || !pen) return found;
			let last = -1;
			const untilMs = performance.now() + seconds * 1000;
			const read = (): void => {
				pen.drawImage(pane, 0, 0, 1280, 720);
				const row = pen.getImageData(0, 80, 1280, 1).data;
				let drawn = 0;
				for (let bit = 0; bit < bits; bit += 1) {
					const at = Math.round((bit + 0.5) * (1280 / bits)) * 4;
					if ((row[at] ?? 0) > 127) drawn += 2 ** bit;
				}
				const lag = (Date.now() % 2 ** bits) - drawn;
				// A frame that mixes two cannot be read.
				if (drawn !== last && lag >= 0 && lag < 60_000) found.push(lag);
				last = drawn;
			};
			await new Promise<void>((done) => {
				const next = (): void => {
					read();
					if (performance.now() > untilMs) done();
					else if (pane instanceof HTMLVideoElement) pane.requestVideoFrameCallback(next);
					else requestAnimationFrame(next);
				};
				next();
				setTimeout(done, seconds * 1000 + 2000);
			});
			return found;
		},
		[BITS, SECONDS] as const,
	);
}

async function bare(url: string, keep: Keep): Promise<void> {
	const profiles = [temporaryFolder(), temporaryFolder()] as const;
	const [sender, receiver] = await Promise.all(
		profiles.map((profile) => launchChromium({ full: true, profile, args: [ALLOW_LOOPBACK_ARG] })),
	);
	const echo = new WebSocketServer({ port: 0, host: '127.0.0.1' });
	echo.on('connection', (socket) => socket.on('message', (frame) => socket.send(frame)));
	try {
		if (!sender || !receiver) throw new Error('the two pages did not open');
		await withStrip(sender);
		const [from, to] = [await sender.newPage(), await receiver.newPage()];
		for (const page of [from, to]) {
			await page.goto(url);
			await page.waitForFunction(() => 'liveBench' in window);
		}
		await from.evaluate(() => {
			window.liveBench.source();
		});
		const offer = await from.evaluate(() => window.liveBench.offer());
		const answer = await to.evaluate((sdp) => window.liveBench.answer(sdp), offer);
		await from.evaluate((sdp) => window.liveBench.accept(sdp), answer);
		await to.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
		await to.waitForTimeout(SETTLE_MS + 2000);
		const spent = (): number => profiles.reduce((sum, profile) => sum + cpuSeconds(profile), 0);
		const before = spent();
		const startedMs = performance.now();
		const ages = await lags(to);
		const seconds = (performance.now() - startedMs) / 1000;
		keep('bareCpu', ((spent() - before) / seconds) * 100);
		spread('bare', ages, keep);
		await to.evaluate(() => {
			window.liveBench.stop();
		});
		await from.evaluate(() => document.querySelector('video')?.remove());
		const { port } = echo.address() as AddressInfo;
		await from.evaluate((address) => window.liveBench.echo(address), `ws://127.0.0.1:${port}`);
		await from.waitForTimeout(SETTLE_MS);
		spread('echo', await lags(from), keep);
	} finally {
		await Promise.all([sender?.close(), receiver?.close()]);
		echo.close();
		for (const profile of profiles) rmSync(profile, { recursive: true, force: true });
	}
}

function spread(name: string, ages: readonly number[], keep: Keep): void {
	const sorted = ages.toSorted((a, b) => a - b);
	keep(`${name}P50`, sorted[sorted.length >> 1] ?? NaN);
	keep(`${name}P95`, sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN);
}

/** Processor time of a browser so far. */
export function cpuSeconds(profile: string): number {
	let ticks = 0;
	for (const pid of processesOf(profile)) {
		try {
			const status = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
			const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
			ticks += Number(fields[11]) + Number(fields[12]);
		} catch {
			// The process ended meanwhile.
		}
	}
	return ticks / TICKS_PER_SECOND;
}
