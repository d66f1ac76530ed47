import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROFILES } from '#domain/recording/profile.ts';
import { scaledToFit } from '#domain/media/scaled-to-fit.ts';

const standard = { width: 1280, height: 720 };
const said = (width: number, height: number): string => {
	const view = scaledToFit({ width, height }, standard);
	return `${view.width}x${view.height}`;
};

test('RC29 a picture is scaled down to the chosen size, whole, portrait or landscape', () => {
	expect(said(3840, 2160)).toBe('1280x720');
	expect(said(2160, 3840)).toBe('720x1280');
	expect(said(1280, 960)).toBe('960x720');
	expect(said(1920, 800)).toBe('1280x534');
	expect(said(720, 1280)).toBe('720x1280');
	expect(said(640, 480)).toBe('640x480');
	expect(said(353, 287)).toBe('353x287');
	expect(said(1000, 1000)).toBe('720x720');
});

test('RC29 keeps the aspect ratio to a pixel, and fits', () => {
	const side = fc.integer({ min: 64, max: 8000 });
	fc.assert(
		fc.property(side, side, fc.constantFrom(...PROFILES), (width, height, chosen) => {
			const view = scaledToFit({ width, height }, chosen);
			const [long, short] = [Math.max(view.width, view.height), Math.min(view.width, view.height)];
			expect(long).toBeLessThanOrEqual(chosen.width);
			expect(short).toBeLessThanOrEqual(chosen.height);
			// Each side is exact to a pixel.
			const skew = Math.abs(view.width * height - view.height * width);
			expect(skew).toBeLessThanOrEqual(width + height);
		}),
	);
});
