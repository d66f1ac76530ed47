import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	startRecording,
	waitForRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(() => context.close());

/** Two cameras, one of which can be unplugged. Pictures and recorder are the browser's own. */
async function withTwoCameras(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		const devices = [
			{ deviceId: 'built-in', label: 'Built-in camera' },
			{ deviceId: 'door', label: 'Door camera' },
		].map((one) => ({ ...one, kind: 'videoinput', groupId: '', toJSON: () => one }));
		let plugged = devices;
		const open: { deviceId: string; track: MediaStreamTrack }[] = [];
		navigator.mediaDevices.enumerateDevices = () => Promise.resolve(plugged as MediaDeviceInfo[]);
		navigator.mediaDevices.getUserMedia = async (wish) => {
			const video = wish?.video as MediaTrackConstraints & { deviceId?: { exact: string } };
			const { deviceId: asked, ...rest } = video;
			const device = asked ? plugged.find((one) => one.deviceId === asked.exact) : plugged[0];
			if (!device) throw new OverconstrainedError('deviceId');
			const stream = await own({ ...wish, video: rest });
			const [track] = stream.getVideoTracks();
			if (!track) throw new DOMException('', 'NotFoundError');
			const settings = track.getSettings.bind(track);
			track.getSettings = () => ({ ...settings(), deviceId: device.deviceId });
			Object.defineProperty(track, 'label', { value: device.label });
			open.push({ deviceId: device.deviceId, track });
			return stream;
		};
		const tell = () => navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
		Object.assign(window, {
			unplugDoor: () => {
				plugged = devices.slice(0, 1);
				for (const { deviceId, track } of open) {
					if (deviceId !== 'door') continue;
					track.stop();
					track.dispatchEvent(new Event('ended'));
				}
				tell();
			},
			plugDoorIn: () => {
				plugged = devices;
				tell();
			},
		});
	});
}

const call = (page: Page, name: 'unplugDoor' | 'plugDoorIn') =>
	page.evaluate((name) => (window as unknown as Record<string, () => void>)[name]?.(), name);

test('RC33 the chosen camera is unplugged while another is there: shown on every page meanwhile, an event, and back again', async () => {
	context = await newContext();
	await withTwoCameras(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await page.getByRole('combobox', { name: 'Camera' }).selectOption({ label: 'Door camera' });
	await startRecording(page);
	await waitForSegments(page, 1);
	await call(page, 'unplugDoor');
	const said = page.getByText('The chosen camera “Door camera” is missing');
	await said.first().waitFor({ timeout: 30_000 });
	await waitForRecording(page, 60_000);
	await page.getByRole('link', { name: 'Watch', exact: true }).click();
	await said.first().waitFor();
	await call(page, 'plugDoorIn');
	await said.first().waitFor({ state: 'detached', timeout: 30_000 });
	await page.getByRole('link', { name: 'Record', exact: true }).click();
	await expect
		.poll(() =>
			page.getByRole('combobox', { name: 'Camera' }).locator('option:checked').innerText(),
		)
		.toBe('Door camera');
	await expect
		.poll(async () => (await storedRuns(page)).map(({ ended }) => ended), { timeout: 30_000 })
		.toEqual(['unplugged', 'changed', null]);
	await page.getByRole('link', { name: 'Play saved footage' }).click();
	await page.getByText('Another camera recorded: the chosen one was missing').first().waitFor();
	await page.getByRole('link', { name: 'Record', exact: true }).click();
	await stopRecording(page);
	expect(errors).toEqual([]);
});
