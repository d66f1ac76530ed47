import type { BrowserContext, Page } from 'playwright-core';

/**
 * A camera that a test can turn, cover, freeze and unplug: getUserMedia answers with a track whose
 * frames the test draws. The stream, the recorder and everything behind it are the browser's own.
 * (A canvas track will not do: it repeats its last frame for ever.) No two frames are alike.
 */
export async function withPuppetCamera(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		interface Generator extends MediaStreamTrack {
			readonly writable: WritableStream<VideoFrame>;
		}
		const { MediaStreamTrackGenerator: Maker } = window as unknown as {
			MediaStreamTrackGenerator: new (init: { kind: 'video' }) => Generator;
		};
		const canvas = document.createElement('canvas');
		canvas.width = 640;
		canvas.height = 360;
		const pen = canvas.getContext('2d');
		let frame = 0;
		let frozen = false;
		let covered = false;
		let lenses: { track: Generator; writer: WritableStreamDefaultWriter<VideoFrame> }[] = [];
		setInterval(() => {
			if (frozen || pen === null) return;
			frame++;
			if (covered) {
				pen.fillStyle = frame % 2 === 0 ? '#040404' : '#050505';
				pen.fillRect(0, 0, canvas.width, canvas.height);
			} else draw(pen);
			lenses = lenses.filter(({ track }) => track.readyState === 'live');
			for (const { writer } of lenses) {
				const picture = new VideoFrame(canvas, { timestamp: performance.now() * 1000 });
				writer.write(picture).catch(() => undefined);
			}
		}, 66);
		function draw(pen: CanvasRenderingContext2D): void {
			pen.fillStyle = `hsl(${String(frame % 360)} 60% 40%)`;
			pen.fillRect(0, 0, canvas.width, canvas.height);
			pen.fillStyle = '#fff';
			pen.font = '48px sans-serif';
			pen.fillText(String(frame), 40, 80);
			pen.fillRect((frame * 7) % canvas.width, canvas.height / 2, 60, 60);
			// The wall time, one bit per cell, most significant first: `decodeFrameTimes` reads it.
			const now = Date.now();
			for (let bit = 0; bit < 44; bit++) {
				pen.fillStyle = Math.floor(now / 2 ** (43 - bit)) % 2 === 1 ? '#fff' : '#000';
				pen.fillRect(bit * 14, canvas.height - 24, 14, 24);
			}
		}
		navigator.mediaDevices.getUserMedia = () => {
			const track = new Maker({ kind: 'video' });
			lenses.push({ track, writer: track.writable.getWriter() });
			return Promise.resolve(new MediaStream([track]));
		};
		Object.assign(window, {
			puppet: {
				freeze: () => void (frozen = true),
				thaw: () => void (frozen = false),
				cover: () => void (covered = true),
				uncover: () => void (covered = false),
				turn: () => {
					[canvas.width, canvas.height] = [canvas.height, canvas.width];
				},
				unplug: () => {
					for (const { track } of lenses) {
						track.stop();
						track.dispatchEvent(new Event('ended'));
					}
				},
			},
		});
	});
}

/**
 * The wall times drawn into frames, in ms. `gray` holds frames of that size, one byte per pixel,
 * from a lens that was turned on its side.
 */
export function decodeFrameTimes(gray: Buffer, width = 640, height = 360): number[] {
	const times: number[] = [];
	for (let frame = 0; (frame + 1) * width * height <= gray.length; frame++) {
		let ms = 0;
		for (let bit = 0; bit < 44; bit++) {
			const at = frame * width * height + (height - 12) * width + bit * 14 + 7;
			ms = ms * 2 + ((gray[at] ?? 0) > 127 ? 1 : 0);
		}
		times.push(ms);
	}
	return times;
}

type Trick = 'freeze' | 'thaw' | 'turn' | 'unplug' | 'cover' | 'uncover';

export async function controlPuppet(page: Page, trick: Trick): Promise<void> {
	await page.evaluate((name) => {
		(window as unknown as { puppet: Record<string, () => void> }).puppet[name]?.();
	}, trick);
}
