import { beforeEach, expect, test } from 'vitest';
import { skipTaps } from '#ui/timeline/skip-taps.ts';

let picture: EventTarget;
let skipped: number[];
let stop: () => void;
beforeEach(() => {
	skipped = [];
	picture = Object.assign(new EventTarget(), {
		getBoundingClientRect: () => ({ left: 100, width: 400 }),
	});
	stop = skipTaps(picture as HTMLElement, (by) => void skipped.push(by));
});

function tap(clientX: number, ms: number): void {
	const event = new Event('click');
	Object.defineProperties(event, {
		clientX: { value: clientX },
		clientY: { value: 50 },
		timeStamp: { value: ms },
	});
	picture.dispatchEvent(event);
}

test('TL30 a double tap skips back on the left half and forward on the right, once for two taps', () => {
	tap(150, 1000);
	expect(skipped).toEqual([]);
	tap(160, 1200);
	expect(skipped).toEqual([-1]);
	tap(160, 1300);
	expect(skipped).toEqual([-1]);
	tap(160, 1400);
	expect(skipped).toEqual([-1, -1]);
	tap(450, 5000);
	tap(450, 5200);
	expect(skipped).toEqual([-1, -1, 1]);
});

test('TL30 two slow taps, or two at different places, are two taps', () => {
	tap(150, 1000);
	tap(150, 1400);
	tap(450, 1500);
	expect(skipped).toEqual([]);
	stop();
	tap(450, 1600);
	expect(skipped).toEqual([]);
});
