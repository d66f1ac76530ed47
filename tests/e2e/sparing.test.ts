import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { need } from '../programs.ts';
import { launchChromium, startRelay, temporaryFolder, type Relay } from './house.ts';
import { becomeCamera, escaped, openSaved, record, stop } from './person.ts';
import { savedAtLeast, storedRuns } from './stored.ts';

let relay: Relay;
let context: BrowserContext | undefined;
beforeAll(async () => {
	relay = await startRelay();
});
afterEach(async () => {
	await context?.close();
	context = undefined;
});
afterAll(async () => {
	await relay.stop();
});

/** Ten seconds pass in a twentieth of one, for what comes again every ten seconds. */
async function hurried(page: Page): Promise<void> {
	await page.addInitScript(() => {
		window.Worker = class extends window.Worker {
			override postMessage(message: unknown, how?: Transferable[] | StructuredSerializeOptions) {
				const { kind, again, ms } = message as { kind?: string; again?: boolean; ms?: number };
				const round = kind === 'set' && again === true && ms === 10_000;
				super.postMessage(round ? { ...(message as object), ms: 50 } : message, how as never);
			}
		};
	});
}

/** Keeps what every MediaRecorder gives, on its way into the app. */
async function tapped(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const taken: Blob[][] = [];
		window.MediaRecorder = class extends window.MediaRecorder {
			constructor(stream: MediaStream, options?: MediaRecorderOptions) {
				super(stream, options);
				const blobs: Blob[] = [];
				taken.push(blobs);
				super.addEventListener('dataavailable', ({ data }) => void blobs.push(data));
			}
		};
		Object.assign(window, {
			takes: () =>
				Promise.all(
					taken.map(async (blobs) => {
						const bytes = new Uint8Array(await new Blob(blobs).arrayBuffer());
						let text = '';
						for (let at = 0; at < bytes.length; at += 0x8000)
							text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
						return btoa(text);
					}),
				),
		});
	});
}

interface Recorded {
	readonly size: string;
	readonly frames: number;
	readonly rate: number;
}

/** What each recorder made, read by ffmpeg from its bytes. */
async function recorded(page: Page): Promise<Recorded[]> {
	const takes = await page.evaluate(() =>
		(window as unknown as { takes: () => Promise<string[]> }).takes(),
	);
	const folder = temporaryFolder();
	// RC9: one that was replaced before its first picture leaves nothing.
	const films = takes.map((take) => Buffer.from(take, 'base64')).filter((f) => f.includes('moov'));
	return films.map((film, at) => {
		const file = join(folder, `${String(at)}.mp4`);
		writeFileSync(file, film);
		const how = ['-map', '0:v', '-c', 'copy', '-f', 'framecrc', '-'];
		const said = execFileSync(need('ffmpeg'), ['-v', 'error', '-i', file, ...how], {
			encoding: 'utf8',
		});
		const [, ticks, second] = /#tb 0: (\d+)\/(\d+)/.exec(said) ?? [];
		const times = [...said.matchAll(/^0,\s*-?\d+,\s*(-?\d+)/gm)].map(([, pts]) => Number(pts));
		const seconds = (((times.at(-1) ?? 0) - (times[0] ?? 0)) * Number(ticks)) / Number(second);
		const size = /#dimensions 0: (\S+)/.exec(said)?.[1] ?? '';
		return { size, frames: times.length, rate: (times.length - 1) / seconds };
	});
}

const WARM = 'This device is too warm or too busy.';

test('SR5 SR7 SR8 RC21 SR10 SR11 SR12 under pressure it records fewer and smaller pictures and says so; after calm as chosen', async () => {
	context = await launchChromium({ pressure: true, viewport: { width: 360, height: 800 } });
	const page = await context.newPage();
	const errors = escaped(page);
	await hurried(page);
	await tapped(page);
	const devtools = await context.newCDPSession(page);
	const press = (state: 'nominal' | 'critical') =>
		devtools.send('Emulation.setPressureStateOverride', { source: 'cpu', state });
	await devtools.send('Emulation.setPressureSourceOverrideEnabled', {
		...{ enabled: true, source: 'cpu', metadata: { available: true } },
	});
	await press('nominal');
	await becomeCamera(page, relay.address);
	await record(page);
	await savedAtLeast(page, 3);
	const warm = page.getByRole('alert').filter({ hasText: WARM });
	expect(await warm.count()).toBe(0);

	const pictures = () =>
		page.evaluate(() => {
			const { srcObject } = document.querySelector<HTMLVideoElement>('figure video')!;
			const [track] = (srcObject as MediaStream).getVideoTracks();
			const { height, frameRate } = track!.getSettings();
			return `${String(height)}p${String(frameRate)}`;
		});
	expect(await pictures()).toBe('720p15');
	await press('critical');
	await warm.waitFor({ timeout: 10_000 });
	await expect.poll(pictures, { timeout: 10_000 }).toBe('360p5');
	await savedAtLeast(page, 4);
	await page.getByRole('button', { name: 'Guard mode' }).click();
	const guard = page.getByRole('dialog', { name: 'Guard mode' });
	await guard.getByText(WARM).waitFor();
	await guard
		.getByRole('button', { name: /^Hold/ })
		.evaluate((node) => (node as HTMLButtonElement).click());
	await page.getByRole('navigation').getByRole('link', { name: 'Watch' }).click();
	await page.getByRole('link', { name: new RegExp(`^This device as a camera:.*${WARM}`) }).click();
	await warm.waitFor();

	await press('nominal');
	await warm.waitFor({ state: 'detached', timeout: 20_000 });
	await expect.poll(pictures, { timeout: 10_000 }).toBe('720p15');
	await savedAtLeast(page, 3);
	const quality = page.getByRole('combobox', { name: 'Quality' });
	expect(await quality.inputValue()).toBe('standard');
	// SR8: the same way for a person's own choice.
	await quality.selectOption('low');
	await expect.poll(pictures, { timeout: 10_000 }).toBe('360p10');
	await savedAtLeast(page, 3);
	await stop(page);

	const takes = await recorded(page);
	const said = takes.map(({ size, rate }) => `${size} at ${rate.toFixed(1)}`).join(', ');
	const [first, chosen, low] = [takes[0]!, takes.at(-2)!, takes.at(-1)!];
	for (const whole of [first, chosen]) {
		expect(whole.size, said).toBe('1280x720');
		expect(whole.rate, said).toBeGreaterThan(11);
	}
	const slow = takes.slice(1, -2).filter(({ frames }) => frames > 10);
	expect(slow.length, said).toBeGreaterThan(0);
	expect(Math.min(...slow.map(({ rate }) => rate)), said).toBeLessThan(5.5);
	expect(Math.max(...slow.map(({ rate }) => rate)), said).toBeLessThan(9);
	expect(low.size, said).toBe('640x360');
	expect(low.rate, said).toBeLessThan(11);
	// No gap is as short as half a second.
	const runs = await storedRuns(page);
	const gaps = runs.slice(1).map(({ startUs }, at) => (startUs - runs[at]!.endUs) / 1000);
	console.info(`${said}; gaps between runs, ms: ${gaps.map((ms) => ms.toFixed(0)).join(', ')}`);
	expect(Math.max(...gaps.slice(-3))).toBeLessThan(500);

	await openSaved(page, relay.address);
	const happened = (name: string) => page.getByRole('button', { name });
	await happened('A smaller picture, to spare this device').waitFor();
	expect(await happened('Fewer pictures a second, to spare this device').count()).toBe(2);
	expect(await happened('A better picture again').count()).toBe(3);
	expect(errors).toEqual([]);
});

test('SR6 SR11 a battery that runs down: plug it in', async () => {
	context = await launchChromium();
	const page = await context.newPage();
	await hurried(page);
	await page.addInitScript(() => {
		const battery = Object.assign(new EventTarget(), { level: 0.12, charging: false });
		Object.assign(navigator, { getBattery: () => Promise.resolve(battery) });
		Object.assign(window, {
			plugIn: () => {
				battery.charging = true;
				battery.dispatchEvent(new Event('chargingchange'));
			},
		});
	});
	await becomeCamera(page, relay.address);
	const thirsty = page
		.getByRole('alert')
		.filter({ hasText: 'Plug this device in: the battery is at 12%.' });
	expect(await thirsty.count()).toBe(0);
	await record(page);
	await thirsty.waitFor({ timeout: 10_000 });
	await page.evaluate(() => (window as unknown as { plugIn: () => void }).plugIn());
	await thirsty.waitFor({ state: 'detached', timeout: 10_000 });
	await savedAtLeast(page, 2);
	await openSaved(page, relay.address);
	await page
		.getByRole('button', { name: 'Fewer pictures a second, to spare this device' })
		.first()
		.waitFor();
});
