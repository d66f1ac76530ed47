/** Two peers in one page, with the real WebRTC between them and a relay that may change what they say. */
import { BrowserClock } from '#browser/clock.ts';
import { WebCrypto } from '#browser/crypto.ts';
import { PaneScreen } from '#browser/live-screen.ts';
import { BrowserPeers } from '#browser/peer.ts';
import { pictureOf } from '#browser/picture.ts';
import { hexOf } from '#domain/bytes.ts';
import type { DeviceId } from '#domain/ids.ts';
import { HostedCall } from '#engine/hosting-call.ts';
import { LensPulse, LiveClock } from '#engine/live-clock.ts';
import { DirectCall } from '#engine/watching-direct.ts';
import type { Dtls } from '#ports/crypto.ts';
import type { Message } from '#protocol/message.ts';
import { FakeRelay } from '../fakes/post.ts';

const crypto = new WebCrypto();
const clock = new BrowserClock();
export const live = new LiveClock(clock);
const cleanUps: (() => void)[] = [];

/** Whatever was begun here ends. */
export function tidy(): void {
	for (const cleanUp of cleanUps.splice(0)) cleanUp();
}

export function atTheEnd(cleanUp: () => void): void {
	cleanUps.push(cleanUp);
}

/** Certificates as devices have them. */
export function certificates(count: number): Promise<Dtls[]> {
	return Promise.all(
		Array.from({ length: count }, async () => {
			const made = await crypto.makeDtls();
			if (made === null) throw new Error('no WebRTC here');
			return made;
		}),
	);
}

/** A canvas that moves, as a lens. */
export function lens(width = 640, height = 360) {
	const canvas = document.createElement('canvas');
	Object.assign(canvas, { width, height });
	const pen = canvas.getContext('2d')!;
	let frames = 0;
	const timer = setInterval(() => {
		frames += 1;
		pen.fillStyle = '#247';
		pen.fillRect(0, 0, width, height);
		pen.fillStyle = '#fc3';
		pen.fillRect((frames * 7) % width, 40, 90, 90);
	}, 50);
	const stream = canvas.captureStream(20);
	cleanUps.push(() => {
		clearInterval(timer);
		for (const track of stream.getTracks()) track.stop();
	});
	return { picture: pictureOf(stream), frames: () => frames };
}

export function shown() {
	const [video, canvas] = [document.createElement('video'), document.createElement('canvas')];
	document.body.append(video, canvas);
	const screen = new PaneScreen();
	screen.attach(video, canvas);
	cleanUps.push(() => {
		screen.close();
		video.remove();
		canvas.remove();
	});
	return { video, canvas, screen };
}

export async function until(so: () => boolean, mostMs: number): Promise<number> {
	const begunMs = performance.now();
	while (!so()) {
		if (performance.now() - begunMs > mostMs) throw new Error(`not so in ${String(mostMs)} ms`);
		await new Promise((done) => setTimeout(done, 10));
	}
	return performance.now() - begunMs;
}

export interface Certificates {
	readonly cameras: Dtls;
	readonly viewers: Dtls;
}

/** A camera and a viewer in this page, with a relay between them that may change letters. */
export function call(
	{ cameras, viewers }: Certificates,
	change: (message: Message) => Message = (message) => message,
) {
	const relay = new FakeRelay(clock);
	relay.change = change;
	const [host, guest] = [hexOf(crypto.random(16)), hexOf(crypto.random(16))] as [
		DeviceId,
		DeviceId,
	];
	const posts = { host: relay.join(host, ['camera']), guest: relay.join(guest, ['viewer']) };
	const { picture, frames } = lens();
	const pulse = new LensPulse(live, frames);
	pulse.follow(clock, true);
	const peers = new BrowserPeers();
	let hosted: HostedCall | null = null;
	posts.host.onMessage((message) => {
		const tools = { ...{ clock, live, pulse, peers, crypto }, post: posts.host };
		if (message.t === 'call') {
			hosted = new HostedCall(tools, cameras, guest, message, picture, () => undefined);
		} else if (message.t === 'answer' || message.t === 'candidate') hosted?.heard(message);
		else if (message.t === 'hang-up') hosted?.hangUp(null);
	});
	const seen = shown();
	let frameCount = 0;
	seen.screen.on(({ kind }) => {
		if (kind === 'frame') frameCount += 1;
	});
	const direct = new DirectCall(
		{ ...{ clock, peers, crypto }, post: posts.guest, dtls: () => Promise.resolve(viewers) },
		...([hexOf(crypto.random(16)), host, 'full'] as [never, DeviceId, 'full']),
		() => {
			if (direct.picture !== null) seen.screen.play(direct.picture);
		},
	);
	posts.guest.onMessage((message) => {
		direct.heard(message);
		if (direct.picture !== null) seen.screen.play(direct.picture);
	});
	cleanUps.push(() => {
		direct.hangUp();
		hosted?.hangUp(null);
		pulse.follow(clock, false);
	});
	return { direct, seen, frames: () => frameCount, hosted: () => hosted };
}
