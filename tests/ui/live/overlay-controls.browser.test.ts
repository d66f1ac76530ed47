import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OverlayControls } from '#ui/live/overlay-controls.svelte.ts';

let page: HTMLElement;
let button: HTMLButtonElement;
let controls: OverlayControls;
let pressed: string[];
let stop: () => void;
let covers = true;

beforeEach(() => {
	vi.useFakeTimers();
	covers = true;
	pressed = [];
	page = document.createElement('div');
	button = document.createElement('button');
	for (const name of ['pointerdown', 'click'])
		button.addEventListener(name, () => pressed.push(name));
	page.append(button);
	document.body.append(page);
	controls = new OverlayControls();
	stop = controls.watch(page, () => covers);
});
afterEach(() => {
	stop();
	page.remove();
	vi.useRealTimers();
});

function touch(pointerType = 'touch'): void {
	button.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType }));
	button.click();
}

test('LV40 controls go 3 s after the last use, whatever that is', () => {
	vi.advanceTimersByTime(2999);
	expect(controls.asleep).toBe(false);
	vi.advanceTimersByTime(1);
	expect(controls.asleep).toBe(true);
	for (const event of [
		new PointerEvent('pointermove', { bubbles: true }),
		new KeyboardEvent('keydown', { bubbles: true, key: 'Tab' }),
		new FocusEvent('focusin', { bubbles: true }),
	]) {
		vi.advanceTimersByTime(3000);
		expect(controls.asleep).toBe(true);
		button.dispatchEvent(event);
		expect(controls.asleep, event.type).toBe(false);
	}
});

test('LV40 the touch that brings them back presses nothing, the next one does', () => {
	vi.advanceTimersByTime(3000);
	touch();
	expect([controls.asleep, pressed]).toEqual([false, []]);
	touch();
	expect(pressed).toEqual(['pointerdown', 'click']);
});

test('LV40 a mouse, a screen reader and controls beside the picture press at once', () => {
	vi.advanceTimersByTime(3000);
	touch('mouse');
	expect(pressed).toEqual(['pointerdown', 'click']);
	// A screen reader clicks without touching.
	vi.advanceTimersByTime(3000);
	button.click();
	covers = false;
	vi.advanceTimersByTime(3000);
	touch();
	expect(pressed).toEqual(['pointerdown', 'click', 'click', 'pointerdown', 'click']);
});
