import type { BrowserContext, Page, WebSocket as Connection } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	startRecording,
} from './support/user-steps.ts';
import { waitForSegments, storedRuns } from './support/stored-footage.ts';

/** A device is revoked while it watches: two browsers, the real relay. */

let relay: Relay;
let cameras: BrowserContext;
let viewers: BrowserContext;
let camera: Page;
let viewer: Page;
let errors: string[];
/** What the viewer's last relay connection sent. */
const connection = { sent: [] as string[], token: '', url: '' };

function listenTo(opened: Connection): void {
	if (!/\/api\//.test(opened.url())) return;
	connection.url = opened.url();
	connection.sent.length = 0;
	opened.on('framesent', ({ payload }) => {
		if (typeof payload === 'string') connection.sent.push(payload);
	});
	opened.on('framereceived', ({ payload }) => {
		if (typeof payload !== 'string') return;
		const frame = JSON.parse(payload) as { t: string; token?: string };
		if (frame.t === 'welcome') connection.token = frame.token ?? '';
	});
}

declare global {
	interface Window {
		/** Time of the last press, ms since 1970: all pages are on one machine. */
		clickedMs?: number;
		/**
		 * When the relay connection was closed, and when the live picture was gone. The first of each.
		 */
		ends: { closedMs?: number; goneMs?: number };
	}
}

function noteClicks(): void {
	addEventListener('click', () => (window.clickedMs = Date.now()), { capture: true });
}

/** Observed in the page itself: a busy test process would add its own delay. */
function noteEnds(): void {
	window.ends = {};
	window.WebSocket = class extends WebSocket {
		constructor(...how: ConstructorParameters<typeof WebSocket>) {
			super(...how);
			this.addEventListener('close', () => (window.ends.closedMs ??= Date.now()));
		}
	};
	let live = false;
	addEventListener('DOMContentLoaded', () => {
		new MutationObserver(() => {
			const before = live;
			live = document.querySelector('[data-state="live"]') !== null;
			if (before && !live) window.ends.goneMs ??= Date.now();
		}).observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-state'] });
	});
}

beforeAll(async () => {
	relay = await startRelay();
	[cameras, viewers] = await Promise.all([newContext(), newContext()]);
	await cameras.addInitScript(noteClicks);
	await viewers.addInitScript(noteEnds);
	[camera, viewer] = [await cameras.newPage(), await viewers.newPage()];
	errors = collectPageErrors(camera);
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	await pairByLink(camera, viewer, relay, 'Kitchen');
	await camera.goto(`${relay.address}/camera`);
	await startRecording(camera);
	await waitForSegments(camera, 2);
}, 300_000);
afterAll(async () => {
	await Promise.all([cameras.close(), viewers.close()]);
	await relay.stop();
	expect(errors).toEqual([]);
});

test('RL11 ID33 T6 revoked while watching: no newer picture, a new run in a new epoch, and the proof on the screen', async () => {
	viewer.on('websocket', listenTo);
	await viewer.goto(`${relay.address}/watch`);
	await viewer.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	await viewer.locator('[data-state="live"]').first().waitFor({ state: 'attached' });
	const before = (await storedRuns(camera)).at(-1);
	const sent = [...connection.sent];
	const token = connection.token;
	expect(await home(token)).toBe(200);
	await viewer.evaluate(() => {
		window.ends = {};
	});

	await openByMenu(camera, 'Devices');
	const devices = camera.getByRole('region', { name: 'Devices' });
	const kitchen = devices.getByRole('listitem').filter({ hasText: 'Kitchen' });
	await kitchen.getByRole('link').click({ timeout: 20_000 });
	await camera.getByRole('button', { name: 'Remove' }).click();
	const asked = camera.getByRole('dialog', { name: 'Remove Kitchen?' });
	await asked.getByText(/· Online now · Added .*, number \d{5} …$/).waitFor();
	await asked.getByRole('button', { name: 'Remove' }).click();
	const begunMs = await camera.evaluate(() => window.clickedMs ?? Number.NaN);
	// The picture shows its own age: that gives the capture time of its newest frame.
	let newestMs = 0;
	const shown = () =>
		viewer.evaluate(() => {
			const player = document.querySelector<HTMLElement>('[data-state="live"]');
			return player === null ? null : Date.now() - Number(player.dataset['ageMs']);
		});
	for (let takenMs = await shown(); takenMs !== null; takenMs = await shown()) {
		newestMs = Math.max(newestMs, takenMs - begunMs);
		expect(Date.now() - begunMs).toBeLessThan(30_000);
	}
	const ended = () => viewer.evaluate(() => window.ends);
	await expect.poll(async () => Object.keys(await ended()).sort()).toEqual(['closedMs', 'goneMs']);
	const { closedMs = NaN, goneMs = NaN } = await ended();
	process.stdout.write(`revoked: newest frame shown is of ${Math.round(newestMs)} ms after\n`);
	expect(newestMs).toBeLessThan(5000);
	// Picture and socket within the limit, and the message within a second of the socket's close
	// (LV14).
	expect(goneMs - begunMs).toBeLessThan(5000);
	expect(closedMs - begunMs).toBeLessThan(5000);
	process.stdout.write(
		`its connection closed ${Math.round(closedMs - begunMs)} ms after, its picture was gone ${Math.round(goneMs - closedMs)} ms later\n`,
	);
	expect(goneMs - closedMs).toBeLessThan(1000);
	await viewer.getByText('This device was removed from the home.').first().waitFor();
	expect(await seen()).toBe(false);
	expect(await home(token)).toBe(401);
	const answers = await sayAgain(sent);
	expect(answers.kinds).not.toContain('welcome');
	expect([answers.parts, answers.letters]).toEqual([0, 0]);

	const proof = devices.getByText(/^Removed: the relay cut it off after .*, .* after /);
	await proof.waitFor({ timeout: 20_000 });
	process.stdout.write(`${(await proof.textContent()) ?? ''}\n`);
	await kitchen.waitFor({ state: 'detached' });
	await expect
		.poll(async () => (await storedRuns(camera)).at(-1)?.runNo, { timeout: 20_000 })
		.toBeGreaterThan(before?.runNo ?? 0);
	const after = (await storedRuns(camera)).at(-1);
	expect(after?.epoch).toBe((before?.epoch ?? 0) + 1);
});

async function home(token: string): Promise<number> {
	const headers = { Authorization: `Bearer ${token}` };
	return (await fetch(`${relay.address}/api/home`, { headers })).status;
}

/** Whether any part of a picture is visible. */
async function seen(): Promise<boolean> {
	return viewer.evaluate(() =>
		[...document.querySelectorAll('main video, main canvas')].some((one) =>
			one.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
		),
	);
}

/** Replays recorded frames on a connection of its own, as an attacker would. */
async function sayAgain(
	frames: readonly string[],
): Promise<{ readonly kinds: string[]; readonly parts: number; readonly letters: number }> {
	return viewer.evaluate(
		([url, said]) =>
			new Promise((done) => {
				const socket = new WebSocket(url, 'spycam.v1');
				const kinds: string[] = [];
				let parts = 0;
				const over = (): void => {
					done({ kinds, parts, letters: kinds.filter((kind) => kind === 'letter').length });
				};
				socket.binaryType = 'arraybuffer';
				socket.onmessage = ({ data }: MessageEvent<unknown>) => {
					if (typeof data !== 'string') parts += 1;
					else kinds.push((JSON.parse(data) as { t: string }).t);
				};
				socket.onopen = () => {
					for (const frame of said) socket.send(frame);
				};
				socket.onclose = over;
				setTimeout(over, 3000);
			}),
		[connection.url, frames] as const,
	);
}
