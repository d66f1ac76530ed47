import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import type { Browser } from 'puppeteer-core';
import {
	descriptorFromSdp,
	parseDescriptor,
	buildDescriptor,
	sdpOfDescriptor,
} from '#domain/pairing/peer-descriptor.ts';
import { pathOf } from '../support/programs.ts';
import { newContext, launchFirefox } from './support/launch.ts';
import { startStaticHost, type StaticHost } from './support/static-host.ts';

/** NB1 with real sessions: two browser engines connect by contacts. */

let host: StaticHost | undefined;
let chromium: BrowserContext | undefined;
let firefox: Browser | undefined;
beforeEach(async ({ skip }) => {
	if (!pathOf('firefox')) skip('this machine has no Firefox, and it could not be installed');
	host = await startStaticHost();
	chromium = await newContext();
	firefox = await launchFirefox({
		// As for a page with camera permission: one side with a real address is enough.
		prefs: { 'media.peerconnection.ice.obfuscate_host_addresses': false },
	});
});
afterEach(async () => {
	await Promise.all([chromium?.close(), firefox?.close(), host?.stop()]);
});

interface Held {
	pc: RTCPeerConnection;
	opened: Promise<string>;
}

/**
 * Runs in a page. Without `offer` it creates one; resolves to its description once ICE gathering is
 * complete.
 */
async function describe(offer: string | null): Promise<string> {
	const pc = new RTCPeerConnection();
	const said = (channel: RTCDataChannel, resolve: (text: string) => void): void => {
		channel.onmessage = ({ data }) => resolve(String(data));
		channel.onopen = () => channel.send(navigator.userAgent);
		if (channel.readyState === 'open') channel.send(navigator.userAgent);
	};
	const opened = new Promise<string>((resolve) => {
		if (offer === null) said(pc.createDataChannel('cable'), resolve);
		else pc.ondatachannel = ({ channel }) => said(channel, resolve);
	});
	Object.assign(window, { held: { pc, opened } });
	if (offer !== null) await pc.setRemoteDescription({ type: 'offer', sdp: offer });
	await pc.setLocalDescription();
	while (pc.iceGatheringState !== 'complete') {
		await new Promise((resolve) =>
			pc.addEventListener('icegatheringstatechange', resolve, { once: true }),
		);
	}
	return pc.localDescription?.sdp ?? '';
}

/** Runs in a page. Resolves to what the other end reports about itself. */
async function finish(answer: string | null): Promise<string> {
	const { held } = window as unknown as { held: Held };
	if (answer !== null) await held.pc.setRemoteDescription({ type: 'answer', sdp: answer });
	return held.opened;
}

/** The description as a code carries it. */
function carried(sdp: string, type: 'offer' | 'answer'): string {
	return sdpOfDescriptor(parseDescriptor(buildDescriptor(descriptorFromSdp(sdp))), type);
}

for (const first of ['chromium', 'firefox'] as const) {
	test(`NB1 ${first} shows first: Chromium and Firefox connect by contacts alone`, async () => {
		const address = host?.address ?? '';
		const [one, two] = await Promise.all([chromium?.newPage(), firefox?.newPage()]);
		if (!one || !two) throw new Error('a browser did not start');
		await Promise.all([one.goto(address), two.goto(address)]);
		const pages = {
			chromium: {
				describe: (offer: string | null) => one.evaluate(describe, offer),
				finish: (answer: string | null) => one.evaluate(finish, answer),
			},
			firefox: {
				describe: (offer: string | null) => two.evaluate(describe, offer),
				finish: (answer: string | null) => two.evaluate(finish, answer),
			},
		};
		const shows = pages[first];
		const answers = pages[first === 'chromium' ? 'firefox' : 'chromium'];
		const offer = await shows.describe(null);
		const answer = await answers.describe(carried(offer, 'offer'));
		const heard = await Promise.all([
			shows.finish(carried(answer, 'answer')),
			answers.finish(null),
		]);
		expect(heard.map((agent) => /Firefox|Chrome/.exec(agent)?.[0]).toSorted()).toEqual([
			'Chrome',
			'Firefox',
		]);
	});
}
