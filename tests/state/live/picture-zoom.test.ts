import { expect, test } from 'vitest';
import { PictureZoom } from '#state/live/picture-zoom.svelte.ts';

test('a tap enlarges at that point, another shows the whole picture again', () => {
	const zoom = new PictureZoom();
	zoom.toggleAt({ x: 0.25, y: 0 });
	expect(zoom.enlarged).toBe(true);
	expect(zoom.zoom.scale).toBe(2.5);
	expect(zoom.zoom.x).not.toBe(0);
	zoom.toggleAt({ x: 0, y: 0 });
	expect(zoom.enlarged).toBe(false);
	expect(zoom.zoom).toMatchObject({ scale: 1, x: 0, y: 0 });
});

test('keys zoom; arrows move only what is enlarged, else they are left to the page', () => {
	const zoom = new PictureZoom();
	expect([zoom.key('ArrowLeft'), zoom.key('a'), zoom.key('-')]).toEqual([false, false, true]);
	expect(zoom.enlarged).toBe(false);
	expect(zoom.key('+')).toBe(true);
	expect(zoom.zoom.scale).toBe(1.5);
	const before = zoom.zoom;
	expect(zoom.key('ArrowLeft')).toBe(true);
	expect(zoom.zoom.x).toBeGreaterThan(before.x);
	expect([zoom.key('ArrowRight'), zoom.zoom.x]).toEqual([true, before.x]);
	expect(zoom.key('ArrowDown')).toBe(true);
	expect(zoom.zoom.y).toBeLessThan(before.y);
	expect([zoom.key('0'), zoom.enlarged]).toEqual([true, false]);
});
