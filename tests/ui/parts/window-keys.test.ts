import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { actsOnPage } from '#ui/parts/window-keys.ts';

class FakeElement {
	readonly field: boolean;
	constructor(field: boolean) {
		this.field = field;
	}
	matches(): boolean {
		return this.field;
	}
}
let dialog: object | null = null;
beforeEach(() => {
	dialog = null;
	vi.stubGlobal('Element', FakeElement);
	vi.stubGlobal('document', { querySelector: () => dialog });
});
afterEach(() => vi.unstubAllGlobals());

function acts(key: string, singleKeys: boolean, more: object = {}): boolean {
	const none = { ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false };
	const event = { key, target: new FakeElement(false), ...none, ...more };
	return actsOnPage({ singleKeys }, event as unknown as KeyboardEvent);
}

describe('AP25 keys pressed anywhere on a page', () => {
	test.each(['g', 'k', 'j', 'l', 'f', '0', ',', '.', '+', '-'])(
		'%s acts only while single keys are on',
		(key) => {
			expect([acts(key, true), acts(key, false)]).toEqual([true, false]);
		},
	);

	test.each(['ArrowLeft', 'ArrowRight', 'Escape', ' ', 'Home'])('%s always acts', (key) => {
		expect([acts(key, true), acts(key, false)]).toEqual([true, true]);
	});

	test('none does in a field, under a dialog, with a modifier, or when something nearer took it', () => {
		for (const key of ['g', 'ArrowLeft']) {
			expect(acts(key, true, { target: new FakeElement(true) })).toBe(false);
			for (const modifier of ['ctrlKey', 'metaKey', 'altKey', 'defaultPrevented'])
				expect(acts(key, true, { [modifier]: true })).toBe(false);
			dialog = {};
			expect(acts(key, true)).toBe(false);
			dialog = null;
		}
	});
});
