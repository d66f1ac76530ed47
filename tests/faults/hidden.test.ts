import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchThrottledChromium, startRelay, type Relay } from '../e2e/support/launch.ts';
import { press, runsIn } from '../e2e/support/puppeteer-steps.ts';

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
});

test('WD1 really hidden: the page’s own timers are throttled, the recording and its watchdog are not', async () => {
	// Without the parameter intensive throttling (once a minute) starts after five minutes.
	const browser = await launchThrottledChromium([
		'--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5',
	]);
	try {
		const page = await browser.newPage();
		await page.goto(relay.address);
		await press(page, 'link', 'Use this device as a camera');
		await press(page, 'button', 'Start recording');
		await expect
			.poll(async () => (await runsIn(page)).at(-1)?.lastSeq ?? 0, { timeout: 30_000 })
			.toBeGreaterThanOrEqual(2);
		await page.evaluate(() => {
			const ticks: number[] = [];
			setInterval(() => ticks.push(performance.now()), 50);
			Object.assign(window, { ticks });
		});
		const front = await browser.newPage();
		await front.bringToFront();
		await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
		const before = (await runsIn(page)).at(-1)?.lastSeq ?? 0;
		await expect
			.poll(async () => (await runsIn(page)).at(-1)?.lastSeq ?? 0, { timeout: 40_000 })
			.toBeGreaterThanOrEqual(before + 15);
		// Far fewer than twenty a second: the page was really throttled.
		const ticks = await page.evaluate(() => {
			const { ticks: all } = window as unknown as { ticks: number[] };
			return all.filter((ms) => ms > performance.now() - 10_000).length;
		});
		expect(ticks).toBeLessThanOrEqual(15);
		// The lens fails while hidden: detected and reopened there, too.
		await page.evaluate(() => {
			const video = document.querySelector('video');
			const stream = video?.srcObject;
			if (!(stream instanceof MediaStream)) throw new Error('there is no picture');
			for (const track of stream.getVideoTracks()) {
				track.stop();
				track.dispatchEvent(new Event('ended'));
			}
		});
		await expect
			.poll(async () => (await runsIn(page)).map(({ ended }) => ended), { timeout: 20_000 })
			.toEqual(['unplugged', null]);
		await expect
			.poll(async () => (await runsIn(page)).at(-1)?.lastSeq ?? 0, { timeout: 30_000 })
			.toBeGreaterThanOrEqual(2);
		expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
		const [first] = await runsIn(page);
		expect(first?.holes.filter(({ why }) => why !== 'stalled')).toEqual([]);
	} finally {
		await browser.close();
	}
});

test('RC24 while hidden the test picture keeps moving and is recorded', async () => {
	const browser = await launchThrottledChromium([
		'--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5',
		'--use-fake-device-for-media-stream=device-count=0',
	]);
	try {
		const page = await browser.newPage();
		await page.goto(relay.address);
		await press(page, 'link', 'Use this device as a camera');
		await press(page, 'button', 'Try it with a test picture');
		await press(page, 'button', 'Start recording');
		const saved = async () => (await runsIn(page)).at(-1)?.lastSeq ?? 0;
		await expect.poll(saved, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
		const front = await browser.newPage();
		await front.bringToFront();
		await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
		const before = await saved();
		await expect.poll(saved, { timeout: 40_000 }).toBeGreaterThanOrEqual(before + 12);
		expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
		expect((await runsIn(page)).map(({ ended, holes }) => [ended, holes])).toEqual([[null, []]]);
	} finally {
		await browser.close();
	}
});
