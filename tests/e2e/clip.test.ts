import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { need, pathOf } from '../support/programs.ts';
import { newContext, launchFirefox, startRelay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playerRegion,
	startRecording,
	shownWallMs,
	stopRecording,
} from './support/user-steps.ts';
import { controlPuppet, decodeFrameTimes, withPuppetCamera } from './support/puppet-camera.ts';
import { waitForSegments, storedRuns } from './support/stored-footage.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext | undefined;
beforeAll(async () => {
	relay = await startRelay();
});
afterEach(async () => {
	await context?.close();
	context = undefined;
});
afterAll(() => relay.stop());

const ffmpeg = (...args: string[]): Buffer =>
	execFileSync(need('ffmpeg'), ['-v', 'error', ...args], { maxBuffer: 2 ** 30 });

/** Presses Save like a user; returns the path of the file. */
async function savedClip(page: Page): Promise<string> {
	const dialog = page.getByRole('dialog', { name: 'Save clip' });
	const [download] = await Promise.all([
		page.waitForEvent('download', { timeout: 60_000 }),
		dialog.getByRole('button', { name: 'Save', exact: true }).click(),
	]);
	await dialog.getByText('The clip is in your downloads.').waitFor();
	expect(download.suggestedFilename()).toMatch(/^This camera \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.mp4$/);
	return download.path();
}

async function playsInFirefox(file: string): Promise<{ width: number; seconds: number }> {
	const server = createServer((request, response) => {
		const clip = request.url === '/clip.mp4';
		response.setHeader('Content-Type', clip ? 'video/mp4' : 'text/html');
		response.end(clip ? readFileSync(file) : '<video muted src="/clip.mp4"></video>');
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const browser = await launchFirefox();
	try {
		const page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
		return await page.evaluate(async () => {
			const video = document.querySelector('video')!;
			const ended = new Promise<void>((done, failed) => {
				video.onended = () => done();
				video.onerror = () =>
					failed(new Error(video.error?.message ?? 'the video reported no error message'));
				setTimeout(
					() => failed(new Error(`playback is stuck at ${String(video.currentTime)}`)),
					60_000,
				);
			});
			video.playbackRate = 4;
			await video.play();
			await ended;
			return { width: video.videoWidth, seconds: video.duration };
		});
	} finally {
		await browser.close();
		server.close();
	}
}

test('CL2 CL3 CL6 two presses: across a gap and a turned phone, valid in ffmpeg and in Firefox, nothing from outside the span', async ({
	annotate,
}) => {
	context = await newContext({ more: { acceptDownloads: true } });
	await withPuppetCamera(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 5);
	/** RC27: turning the phone starts a run of its own. */
	const turned = (run: number) =>
		expect
			.poll(async () => (await storedRuns(page))[run - 1]?.lastSeq, { timeout: 20_000 })
			.toBeGreaterThanOrEqual(2);
	await controlPuppet(page, 'turn');
	await turned(2);
	await controlPuppet(page, 'turn');
	await turned(3);
	await stopRecording(page);
	const before = (await storedRuns(page)).at(-1);
	await expect.poll(() => Date.now()).toBeGreaterThan((before?.endUs ?? 0) / 1000 + 700);
	await startRecording(page);
	await expect
		.poll(async () => (await storedRuns(page))[3]?.lastSeq, { timeout: 20_000 })
		.toBeGreaterThanOrEqual(5);
	await stopRecording(page);
	const runs = await storedRuns(page);
	const last = runs[3]!;
	await openSaved(page, relay.address);
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	await slider.focus();
	await page.keyboard.press('Home');
	await expect.poll(() => shownWallMs(page)).toBeLessThan(runs[0]!.startUs / 1000 + 100);

	await playerRegion(page).getByRole('button', { name: 'Save clip' }).click();
	const dialog = page.getByRole('dialog', { name: 'Save clip' });
	await dialog.getByText(/ to .* about /).waitFor();
	// Sets the ends by keyboard, a little inside the footage on both sides.
	const ends = { start: 'Start of the span', end: 'End of the span' };
	const at = async (name: string) =>
		Number(await page.getByRole('slider', { name }).getAttribute('aria-valuenow'));
	await page.getByRole('slider', { name: ends.start }).focus();
	while ((await at(ends.start)) < runs[0]!.startUs / 1000 + 1500) {
		await page.keyboard.press('ArrowRight');
	}
	await page.getByRole('slider', { name: ends.end }).focus();
	while ((await at(ends.end)) < last.startUs / 1000 + 2300) {
		await page.keyboard.press('ArrowRight');
	}
	const [startMs, endMs] = [await at(ends.start), await at(ends.end)];
	expect(startMs).toBeGreaterThan(runs[0]!.startUs / 1000);
	expect(endMs).toBeLessThan(last.endUs / 1000);
	await dialog.getByText('1 gap is left out.').waitFor();

	const file = await savedClip(page);
	await dialog.getByText('re-encoded').waitFor();
	expect(ffmpeg('-i', file, '-f', 'null', '-').toString()).toBe('');
	const gray = ffmpeg(
		'-i',
		file,
		'-f',
		'rawvideo',
		'-pix_fmt',
		'gray',
		'-fps_mode',
		'passthrough',
		'-',
	);
	const times = decodeFrameTimes(gray);
	expect(times.length).toBeGreaterThan(60);
	// A frame's time is its capture, at most one frame after it was painted.
	expect(times[0]).toBeGreaterThanOrEqual(startMs - 100);
	expect(times[0]).toBeLessThan(startMs + 1500);
	expect(times.at(-1)).toBeLessThanOrEqual(endMs);
	expect(times.at(-1)).toBeGreaterThan(endMs - 300);
	expect(errors).toEqual([]);

	if (!pathOf('firefox')) {
		await annotate('skipped: Firefox is not here to play it');
		return;
	}
	const { width, seconds } = await playsInFirefox(file);
	expect(width).toBe(640);
	expect(seconds).toBeGreaterThan(8);
});

test('CL1 CL7 a clip is copied without re-encoding; cancelled, the dialog returns; saves the frame shown as a picture', async () => {
	context = await newContext({ more: { acceptDownloads: true } });
	await withPuppetCamera(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 12);
	await stopRecording(page);
	await openSaved(page, relay.address);
	const button = (name: string) => playerRegion(page).getByRole('button', { name, exact: true });
	await button('Save clip').click();
	const dialog = page.getByRole('dialog', { name: 'Save clip' });
	const file = await savedClip(page);
	expect(await dialog.getByText('re-encoded').count()).toBe(0);
	expect(ffmpeg('-i', file, '-f', 'null', '-').toString()).toBe('');
	const times = decodeFrameTimes(
		ffmpeg('-i', file, '-f', 'rawvideo', '-pix_fmt', 'gray', '-fps_mode', 'passthrough', '-'),
	);
	expect(times.length).toBeGreaterThan(100);
	expect(times).toEqual(times.toSorted((a, b) => a - b));
	await dialog.getByRole('button', { name: 'Done' }).click();
	await dialog.waitFor({ state: 'detached' });

	await button('Save clip').click();
	await dialog.getByText(/ to .* about /).waitFor();
	await dialog.getByRole('button', { name: 'Cancel' }).click();
	await dialog.waitFor({ state: 'detached' });

	const [picture] = await Promise.all([
		page.waitForEvent('download'),
		button('Save picture').click(),
	]);
	expect(picture.suggestedFilename()).toMatch(/\.jpg$/);
	const [shownMs] = decodeFrameTimes(
		ffmpeg('-i', await picture.path(), '-f', 'rawvideo', '-pix_fmt', 'gray', '-'),
	);
	// The strip has the time a frame was drawn, the player the time of capture: at most one frame
	// apart.
	expect(Math.abs((shownMs ?? 0) - (await shownWallMs(page)))).toBeLessThan(150);
	expect(errors).toEqual([]);
});
