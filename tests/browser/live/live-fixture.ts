/** Fixture for live tests in the browser: a lens, a screen, and waiting. */
import { BrowserLiveScreen } from '#browser/live/live-screen.ts';
import { pictureOf } from '#browser/capture/picture.ts';
import type { FramesPart, LivePart } from '#domain/live/live-part.ts';

export const cleanUps: (() => void)[] = [];

export function cleanUp(): void {
	for (const one of cleanUps.splice(0)) one();
}

/** An animated canvas as a lens. */
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
	const screen = new BrowserLiveScreen();
	screen.attach(video, canvas);
	cleanUps.push(() => {
		screen.close();
		video.remove();
		canvas.remove();
	});
	return { video, canvas, screen };
}

export async function until(condition: () => boolean, timeoutMs: number): Promise<number> {
	const begunMs = performance.now();
	while (!condition()) {
		if (performance.now() - begunMs > timeoutMs)
			throw new Error(`condition not met within ${String(timeoutMs)} ms`);
		await new Promise((done) => setTimeout(done, 10));
	}
	return performance.now() - begunMs;
}

export function framesIn(part: LivePart): FramesPart {
	if (part.kind !== 'frames') throw new Error(`expected frames, got ${part.kind}`);
	return part;
}
