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

it('TL23 a pinch ends at a scale that has a name', async () => {
	finger(1, 'down', 400);
	finger(2, 'down', 600);
	finger(2, 'move', 660);
	finger(1, 'up', 400);
	finger(2, 'up', 660);
	await expect.poll(() => ribbon.spanMs).toBe(600_000);
	expect(ribbon.handMs).toBe(NOON);
});

function turned(deltaX: number, deltaY: number, more: WheelEventInit = {}): WheelEvent {
	const clientX = element.getBoundingClientRect().left + 700;
	const event = new WheelEvent('wheel', { deltaX, deltaY, clientX, cancelable: true, ...more });
	element.dispatchEvent(event);
	return event;
}

it('TL22 the wheel scrolls the page; sideways it scrubs; with Ctrl it zooms at the pointer', async () => {
	expect(turned(0, 400).defaultPrevented).toBe(false);
	expect([ribbon.spanMs, ribbon.handMs, scrubs]).toEqual([1_000_000, NOON, []]);
	expect(turned(50, 0).defaultPrevented).toBe(true);
	expect(scrubs).toEqual([NOON + 50_000]);
	await expect.poll(() => rests).toEqual([NOON + 50_000]);
	ribbon.letGo();
	ribbon.shownMs = NOON;
	const pointedMs = ribbon.msAt(700);
	expect(turned(0, -100, { ctrlKey: true }).defaultPrevented).toBe(true);
	expect(ribbon.spanMs).toBe(600_000);
	expect(ribbon.msAt(700)).toBeCloseTo(pointedMs, 3);
	// The playhead came along, and rests there.
	expect(scrubs.at(-1)).toBe(ribbon.handMs);
	await expect.poll(() => rests.at(-1)).toBe(ribbon.handMs);
});

it('TL22 many small turns of a trackpad add up; zooming out again ends where it began', () => {
	for (let n = 0; n < 60; n += 1) turned(0, -2, { ctrlKey: true });
	const closeMs = ribbon.spanMs;
	expect(closeMs).toBeLessThan(600_000);
	for (let n = 0; n < 60; n += 1) turned(0, 2, { ctrlKey: true });
	expect(ribbon.spanMs).toBeGreaterThan(closeMs);
	expect([600_000, 1_800_000]).toContain(ribbon.spanMs);
});

it('TL14 while a selection is open, a finger moves the ribbon and not the playhead', () => {
	ribbon.fix(NOON);
	finger(1, 'down', 400);
	finger(1, 'move', 500);
	finger(1, 'up', 500);
	expect([ribbon.handMs, ribbon.fixedMs, scrubs]).toEqual([NOON, NOON - 100_000, []]);
	expect(ribbon.handX).toBe(600);
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
