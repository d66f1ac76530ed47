import type { BrowserContext, Page } from 'playwright-core';

/**
 * A camera that a test can turn, freeze and unplug: getUserMedia answers with a canvas. The stream,
 * the recorder and everything behind it are the browser's own. The frame drawn carries a counter,
 * so that no two frames are alike.
 */
export async function withPuppetCamera(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		const canvas = document.createElement('canvas');
		canvas.width = 640;
		canvas.height = 360;
		const pen = canvas.getContext('2d');
		let frame = 0;
		let frozen = false;
		setInterval(() => {
			if (frozen || pen === null) return;
			frame++;
			pen.fillStyle = `hsl(${String(frame % 360)} 60% 40%)`;
			pen.fillRect(0, 0, canvas.width, canvas.height);
			pen.fillStyle = '#fff';
			pen.font = '48px sans-serif';
			pen.fillText(String(frame), 40, 80);
			pen.fillRect((frame * 7) % canvas.width, canvas.height / 2, 60, 60);
		}, 66);
		let streams: MediaStream[] = [];
		navigator.mediaDevices.getUserMedia = () => {
			const stream = canvas.captureStream(15);
			streams.push(stream);
			return Promise.resolve(stream);
		};
		Object.assign(window, {
			puppet: {
				freeze: () => void (frozen = true),
				thaw: () => void (frozen = false),
				turn: () => {
					[canvas.width, canvas.height] = [canvas.height, canvas.width];
				},
				unplug: () => {
					for (const track of streams.flatMap((stream) => stream.getTracks())) {
						track.stop();
						track.dispatchEvent(new Event('ended'));
					}
					streams = [];
				},
			},
		});
	});
}

type Trick = 'freeze' | 'thaw' | 'turn' | 'unplug';

export async function puppet(page: Page, trick: Trick): Promise<void> {
	await page.evaluate((name) => {
		(window as unknown as { puppet: Record<string, () => void> }).puppet[name]?.();
	}, trick);
}
