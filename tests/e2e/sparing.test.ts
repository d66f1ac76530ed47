import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { median } from '../support/measures.ts';
import { need } from '../support/programs.ts';
import {
	launchChromium,
	newContext,
	startRelay,
	temporaryFolder,
	type Relay,
} from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	openSaved,
	startRecording,
	stopRecording,
} from './support/user-steps.ts';
import { waitForSegments, storedRuns } from './support/stored-footage.ts';

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

/** Runs ten-second intervals twenty times as fast. */
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

/**
 * Records the output of every MediaRecorder on its way into the app, and the lens settings at its
 * start.
 */
async function tapped(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const taken: { as: string; blobs: Blob[] }[] = [];
		window.MediaRecorder = class extends window.MediaRecorder {
			constructor(stream: MediaStream, options?: MediaRecorderOptions) {
				super(stream, options);
				const { height, frameRate } = stream.getVideoTracks()[0]!.getSettings();
				const blobs: Blob[] = [];
				taken.push({ as: `${String(height)}p${String(frameRate)}`, blobs });
				super.addEventListener('dataavailable', ({ data }) => void blobs.push(data));
			}
		};
		const text = async (blobs: Blob[]) => {
			const bytes = new Uint8Array(await new Blob(blobs).arrayBuffer());
			let said = '';
			for (let at = 0; at < bytes.length; at += 0x8000)
				said += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
			return btoa(said);
		};
		const takes: Taken = {
			newest: () => ({ as: taken.at(-1)?.as, chunks: taken.at(-1)?.blobs.length ?? 0 }),
			all: () => Promise.all(taken.map(async ({ as, blobs }) => ({ as, film: await text(blobs) }))),
		};
		Object.assign(window, { takes });
	});
}

interface Taken {
	newest(): { readonly as: string | undefined; readonly chunks: number };
	all(): Promise<{ readonly as: string; readonly film: string }[]>;
}
type Tapped = Window & { readonly takes: Taken };

/**
 * Waits until the current recorder has started with such pictures and delivered some seconds of
 * them: two chunks are one second.
 */
async function recordsAs(page: Page, as: string, chunks = 6): Promise<void> {
	await page.waitForFunction(
		(wish) => {
			const newest = (window as unknown as Tapped).takes.newest();
			return newest.as === wish.as && newest.chunks >= wish.chunks;
		},
		{ as, chunks },
		{ timeout: 60_000 },
	);
}

interface Recorded {
	readonly as: string;
	readonly size: string;
	readonly frames: number;
	readonly rate: number;
}

/** What each recorder produced, read by ffmpeg from its bytes. */
async function recorded(page: Page): Promise<Recorded[]> {
	const takes = await page.evaluate(() => (window as unknown as Tapped).takes.all());
	const folder = temporaryFolder();
	// RC9: a recorder replaced before its first frame leaves nothing.
	const films = takes
		.map(({ as, film }) => ({ as, film: Buffer.from(film, 'base64') }))
		.filter(({ film }) => film.includes('moov'));
	return films.map(({ as, film }, at) => {
		const file = join(folder, `${String(at)}.mp4`);
		writeFileSync(file, film);
		const how = ['-map', '0:v', '-c', 'copy', '-f', 'framecrc', '-'];
		const said = execFileSync(need('ffmpeg'), ['-v', 'error', '-i', file, ...how], {
			encoding: 'utf8',
		});
		const [, ticks, second] = /#tb 0: (\d+)\/(\d+)/.exec(said) ?? [];
		const times = [...said.matchAll(/^0,\s*-?\d+,\s*(-?\d+)/gm)].map(([, pts]) => Number(pts));
		// The median distance: at its ends, and where the machine stalls, a take has longer ones.
		const apart = times.slice(1).map((time, before) => time - times[before]!);
		const size = /#dimensions 0: (\S+)/.exec(said)?.[1] ?? '';
		return {
			as,
			size,
			frames: times.length,
			rate: Number(second) / (median(apart) * Number(ticks)),
		};
	});
}

const WARM = 'This device is too warm or too busy.';

test('SR5 SR7 SR8 RC21 SR10 SR11 SR12 under pressure it records fewer and smaller pictures and says so; afterwards as chosen', async () => {
	context = await launchChromium({ pressure: true, viewport: { width: 360, height: 800 } });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
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
	await startRecording(page);
	await waitForSegments(page, 3);
	const warm = page.getByRole('alert').filter({ hasText: WARM });
	expect(await warm.count()).toBe(0);

	await recordsAs(page, '720p15');
	await press('critical');
	await warm.waitFor();
	await recordsAs(page, '360p5');
	await page.getByRole('button', { name: 'Guard mode' }).click();
	const guard = page.getByRole('dialog', { name: 'Guard mode' });
	await guard.getByText(WARM).waitFor();
	await guard
		.getByRole('button', { name: /^Hold/ })
		.evaluate((node) => (node as HTMLButtonElement).click());
	await openByMenu(page, 'Watch');
	await page.getByRole('link', { name: new RegExp(WARM) }).click();
	await warm.waitFor();

	await press('nominal');
	await warm.waitFor({ state: 'detached', timeout: 20_000 });
	await recordsAs(page, '720p15');
	const quality = page.getByRole('combobox', { name: 'Quality' });
	await expect.poll(() => quality.inputValue()).toBe('standard');
	// SR8: the same switch for a quality that the user chose.
	await quality.selectOption('low');
	await recordsAs(page, '360p10');
	await stopRecording(page);

	const takes = await recorded(page);
	const said = takes.map(({ as, size, rate }) => `${as}: ${size} at ${rate.toFixed(1)}`).join(', ');
	const [first, chosen, low] = [takes[0]!, takes.at(-2)!, takes.at(-1)!];
	for (const whole of [first, chosen]) {
		expect(whole).toMatchObject({ as: '720p15', size: '1280x720' });
		expect(whole.rate, said).toBeGreaterThan(11);
	}
	const spared = takes.find(({ as }) => as === '360p5')!;
	expect(spared.size, said).toBe('640x360');
	expect(spared.rate, said).toBeLessThan(5.5);
	const slow = takes.slice(1, -2).filter(({ frames }) => frames > 10);
	expect(Math.max(...slow.map(({ rate }) => rate)), said).toBeLessThan(9);
	expect(low, said).toMatchObject({ as: '360p10', size: '640x360' });
	expect(low.rate, said).toBeLessThan(11);
	// No gap is longer than half a second.
	const runs = await storedRuns(page);
	const gaps = runs.slice(1).map(({ startUs }, at) => (startUs - runs[at]!.endUs) / 1000);
	console.info(`${said}; gaps between runs, ms: ${gaps.map((ms) => ms.toFixed(0)).join(', ')}`);
	expect(Math.max(...gaps.slice(-3))).toBeLessThan(500);

	await openSaved(page, relay.address);
	const happened = (name: string) => page.getByRole('button', { name });
	await page.getByText(/ technical notes$/).click();
	await happened('Lowered the resolution to spare this device').waitFor();
	await expect.poll(() => happened('Lowered the frame rate to spare this device').count()).toBe(2);
	await expect.poll(() => happened('Raised the quality again').count()).toBe(3);
	expect(errors).toEqual([]);
});

test('SR6 SR11 a battery that runs down: asks to be plugged in', async () => {
	context = await newContext();
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
	await startRecording(page);
	await thirsty.waitFor();
	await page.evaluate(() => (window as unknown as { plugIn: () => void }).plugIn());
	await thirsty.waitFor({ state: 'detached' });
	await waitForSegments(page, 2);
	await openSaved(page, relay.address);
	await page.getByText(/ technical notes?$/).click();
	await page
		.getByRole('button', { name: 'Lowered the frame rate to spare this device' })
		.first()
		.waitFor();
});
