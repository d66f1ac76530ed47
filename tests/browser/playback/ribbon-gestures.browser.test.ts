import { afterEach, beforeEach, expect, it } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import { Ribbon } from '#state/playback/ribbon.svelte.ts';
import { ribbonGestures } from '#ui/timeline/ribbon-gestures.ts';

const NOON = new Date(2026, 10, 24, 12).getTime();
let element: HTMLElement;
let ribbon: Ribbon;
let rests: number[];
let scrubs: number[];
let stop: () => void;

beforeEach(() => {
	element = document.createElement('div');
	// Synthetic pointers cannot be captured.
	element.setPointerCapture = () => undefined;
	document.body.append(element);
	ribbon = new Ribbon(localCalendar);
	Object.assign(ribbon, { width: 1000, spanMs: 1_000_000, shownMs: NOON });
	Object.assign(ribbon, { fromMs: NOON - 86_400_000, toMs: NOON + 86_400_000 });
	[rests, scrubs] = [[], []];
	({ stop } = ribbonGestures(element, ribbon, {
		scrub: (ms) => void scrubs.push(ms),
		rest: (ms) => void rests.push(ms),
		point: () => undefined,
	}));
});
afterEach(() => {
	stop();
	element.remove();
});

function finger(pointerId: number, type: 'down' | 'move' | 'up', x: number): void {
	const clientX = element.getBoundingClientRect().left + x;
	element.dispatchEvent(new PointerEvent(`pointer${type}`, { pointerId, clientX, button: 0 }));
}

it('a tap seeks', () => {
	finger(1, 'down', 600);
	finger(1, 'up', 600);
	expect(rests).toEqual([NOON + 100_000]);
});

it('TL2 two fingers zoom and keep the playhead, whichever is lifted first', () => {
	for (const [first, last] of [
		[1, 2],
		[2, 1],
	] as const) {
		const before = ribbon.spanMs;
		finger(1, 'down', 400);
		finger(2, 'down', 600);
		finger(2, 'move', 700);
		finger(first, 'up', first === 1 ? 400 : 700);
		finger(last, 'up', last === 1 ? 400 : 700);
		expect(ribbon.spanMs).toBeLessThan(before);
	}
	expect(ribbon.handMs).toBe(NOON);
	expect([rests, scrubs]).toEqual([[], []]);
});

it('TL8 after scrubbing and zooming, the playhead rests when the fingers are lifted', () => {
	finger(1, 'down', 400);
	finger(1, 'move', 500);
	const held = ribbon.heldMs;
	expect(scrubs).toEqual([held]);
	finger(2, 'down', 600);
	finger(1, 'up', 500);
	finger(2, 'up', 600);
	expect(rests).toEqual([held]);
});
