import { encodeQR } from 'qr';
import { afterEach, expect, it, vi } from 'vitest';
import { VideoCodeReader } from '#browser/device/code-reader.ts';
import { pairingCodeText } from '#domain/pairing/code.ts';

const video = document.createElement('video');
video.muted = true;

afterEach(() => {
	for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
	video.srcObject = null;
});

/**
 * A fake camera picture of a code on paper, rotated and grey; it moves, so that frames keep coming.
 */
async function filmed(text: string | null): Promise<void> {
	const canvas = document.createElement('canvas');
	[canvas.width, canvas.height] = [1280, 720];
	const context = canvas.getContext('2d');
	if (context === null) throw new Error('no canvas');
	const rows = text === null ? [] : encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
	const size = 480 / Math.max(1, rows.length);
	let turns = 0;
	const draw = (): void => {
		turns += 1;
		context.resetTransform();
		context.fillStyle = '#777';
		context.fillRect(0, 0, 1280, 720);
		context.translate(640, 360);
		context.rotate(0.2 + 0.02 * Math.sin(turns / 5));
		context.fillStyle = '#ddd';
		context.fillRect(-250, -250, 500, 500);
		context.fillStyle = '#222';
		for (const [y, row] of rows.entries()) {
			for (const [x, dark] of row.entries()) {
				if (dark) context.fillRect(-240 + x * size, -240 + y * size, size + 0.5, size + 0.5);
			}
		}
	};
	draw();
	const timer = setInterval(draw, 50);
	video.srcObject = canvas.captureStream(20);
	video.srcObject.getTracks()[0]?.addEventListener('ended', () => clearInterval(timer));
	await video.play();
}

it('reads a whole pairing link from a camera picture', async () => {
	const code = pairingCodeText({
		...{ kind: 'p1', rid: 'ab'.repeat(16), relay: 'https://cam.local:8443' },
		...{ secret: crypto.getRandomValues(new Uint8Array(32)), hash: new Uint8Array(32).fill(5) },
	});
	const link = `https://cam.local:8443/pair#${code}`;
	await filmed(link);
	const found = await new Promise<string>((resolve) => {
		const stop = new VideoCodeReader(video).watch((text) => {
			stop();
			resolve(text);
		});
	});
	expect(found).toBe(link);
});

it('finds nothing where there is no code, and reports nothing after stop', async () => {
	await filmed(null);
	const found: string[] = [];
	const stop = new VideoCodeReader(video).watch((text) => found.push(text));
	// Time for at least ten scans.
	await expect.poll(() => video.currentTime, { timeout: 15_000 }).toBeGreaterThan(2);
	stop();
	expect(found).toEqual([]);
});

it('starts no worker after stop', async () => {
	const made = vi.fn();
	vi.stubGlobal('Worker', made);
	new VideoCodeReader(video).watch(() => undefined)();
	// Let pending work finish.
	await new Promise((resolve) => setTimeout(resolve));
	vi.unstubAllGlobals();
	expect(made).not.toHaveBeenCalled();
});
