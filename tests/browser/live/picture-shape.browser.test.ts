import { afterEach, expect, it } from 'vitest';
import { watchShape } from '#ui/live/picture-shape.ts';

let stop: () => void = () => undefined;
afterEach(() => {
	stop();
	document.body.replaceChildren();
});

it('LV48 a picture is known to be upright once it shows, however late, and no longer when it turns', async () => {
	const stage = document.createElement('div');
	const frame = stage.appendChild(document.createElement('div'));
	const canvas = frame.appendChild(document.createElement('canvas'));
	document.body.append(stage);
	const told: boolean[] = [];
	stop = watchShape(stage, (upright) => void told.push(upright));
	// As a view that is taken over from another page: its size is there before it is shown.
	canvas.style.visibility = 'hidden';
	frame.style.opacity = '0';
	Object.assign(canvas, { width: 360, height: 640 });
	await new Promise(requestAnimationFrame);
	expect(told).toEqual([]);
	canvas.style.visibility = 'visible';
	frame.style.opacity = '1';
	await expect.poll(() => told.at(-1)).toBe(true);
	Object.assign(canvas, { width: 640, height: 360 });
	await expect.poll(() => told.at(-1)).toBe(false);
});
