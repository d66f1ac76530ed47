import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { newContext, startRelay, type Relay } from './house.ts';
import { becomeCamera, escaped, openSaved, player, record, shown, stop } from './person.ts';
import { savedAtLeast, storedRuns } from './stored.ts';

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

interface Painted {
	turn(): void;
	loseSound(): void;
}
type Window_ = Window & { readonly painted: Painted };

/** A lens that is painted, and a microphone that hears a tone, where one is asked for. */
function painted(): void {
	const canvas = document.createElement('canvas');
	[canvas.width, canvas.height] = [640, 360];
	const pen = canvas.getContext('2d');
	let frame = 0;
	setInterval(() => {
		if (pen === null) return;
		frame += 1;
		pen.fillStyle = `hsl(${String(frame * 3)} 50% 40%)`;
		pen.fillRect(0, 0, canvas.width, canvas.height);
		pen.fillStyle = '#fff';
		pen.beginPath();
		pen.arc(canvas.width / 2, canvas.height / 2, 120, 0, 2 * Math.PI);
		pen.fill();
	}, 66);
	let voice: MediaStreamTrack | undefined;
	navigator.mediaDevices.getUserMedia = (wish) => {
		const stream = canvas.captureStream(15);
		if (wish?.audio === true) {
			const context = new AudioContext();
			const to = context.createMediaStreamDestination();
			const tone = context.createOscillator();
			tone.connect(to);
			tone.start();
			[voice] = to.stream.getAudioTracks();
			if (voice !== undefined) stream.addTrack(voice);
		}
		return Promise.resolve(stream);
	};
	const painted: Painted = {
		turn: () => {
			[canvas.width, canvas.height] = [canvas.height, canvas.width];
		},
		loseSound: () => {
			voice?.stop();
			voice?.dispatchEvent(new Event('ended'));
		},
	};
	Object.assign(window, { painted });
}

const runsAre = (page: Page, count: number) =>
	expect
		.poll(async () => (await storedRuns(page))[count - 1]?.lastSeq ?? 0, { timeout: 30_000 })
		.toBeGreaterThanOrEqual(3);

test('RC26 RC27 PB23 PB24 sound comes and is lost, the phone is turned: every second can be seen', async () => {
	const context = await newContext({ viewport: { width: 1280, height: 800 } });
	await context.addInitScript(painted);
	const page = await context.newPage();
	const errors = escaped(page);
	await becomeCamera(page, relay.address);
	await record(page);
	await savedAtLeast(page, 3);
	await page.getByRole('switch', { name: 'Record sound' }).click();
	await runsAre(page, 2);
	await page.evaluate(() => (window as unknown as Window_).painted.loseSound());
	await page.getByText('Recording without sound').waitFor({ timeout: 30_000 });
	await runsAre(page, 3);
	await page.evaluate(() => (window as unknown as Window_).painted.turn());
	await runsAre(page, 4);
	await stop(page);
	const runs = await storedRuns(page);
	expect(runs.map(({ ended }) => ended)).toEqual(['changed', 'rotated', 'rotated', 'stopped']);
	expect(runs.map(({ mime }) => /opus/.test(mime))).toEqual([false, true, false, false]);
	const pauses = runs.slice(1).map(({ startUs }, at) => startUs - runs[at]!.endUs);
	expect(Math.max(...pauses.slice(1))).toBeLessThan(500_000);

	await openSaved(page, relay.address);
	const video = page.locator('video').first();
	const size = () =>
		video.evaluate((node) => {
			const { videoWidth: width, videoHeight: height } = node as HTMLVideoElement;
			return `${width}x${height}`;
		});
	expect(await size()).toBe('360x640');
	const state = () => player(page).getAttribute('data-state');
	for (const run of [...runs].reverse()) {
		const wantedMs = Math.ceil(run.startUs / 1_000_000 + 1) * 1000;
		await page.getByRole('button', { name: 'Go to time' }).click();
		const dialog = page.getByRole('dialog', { name: 'Go to time' });
		await dialog.getByLabel('Time').fill(new Date(wantedMs).toTimeString().slice(0, 8));
		await dialog.getByRole('button', { name: 'Go', exact: true }).click();
		await expect.poll(() => shown(page), { timeout: 5000 }).toBeGreaterThan(wantedMs - 100);
		expect(await shown(page)).toBeLessThan(wantedMs + 100);
		expect(await state()).toBe('paused');
		expect(await size()).toBe(run === runs.at(-1) ? '360x640' : '640x360');
	}
	// From the first to the last: nothing is left out at a seam.
	await page.getByRole('button', { name: 'Play' }).click();
	const end = runs.at(-1)!.startUs / 1000 + 1500;
	const seen: number[] = [];
	for (let at = 0; at < end;) {
		at = await shown(page);
		if (at !== seen.at(-1)) seen.push(at);
	}
	const leaps = seen.slice(1).map((ms, at) => ms - seen[at]!);
	expect(Math.max(...leaps)).toBeLessThan(2000);
	expect(errors).toEqual([]);
	await context.close();
});
