import { expect, test } from 'vitest';
import { Listeners, only } from '#domain/base/listeners.ts';

test('everybody hears, once each, until removed', () => {
	const listeners = new Listeners<[number]>();
	const heard: string[] = [];
	const first = (n: number): void => void heard.push(`first ${n}`);
	const remove = listeners.add(first);
	listeners.add(first);
	listeners.add((n) => void heard.push(`second ${n}`));
	listeners.notify(1);
	remove();
	listeners.notify(2);
	expect(heard).toEqual(['first 1', 'second 1', 'second 2']);
	expect(listeners.size).toBe(1);
});

test('a listener that is added meanwhile waits for the next; one that is removed hears nothing', () => {
	const listeners = new Listeners();
	const heard: string[] = [];
	listeners.add(() => {
		heard.push('first');
		remove();
		listeners.add(() => void heard.push('late'));
	});
	const remove = listeners.add(() => void heard.push('removed'));
	listeners.notify();
	expect(heard).toEqual(['first']);
	listeners.notify();
	expect(heard).toEqual(['first', 'first', 'late']);
});

test('a listener hears only of the changes that concern it', () => {
	const listeners = new Listeners<['roster' | 'names' | 'identity']>();
	let heard = 0;
	listeners.add(only(['names', 'identity'], () => (heard += 1)));
	listeners.notify('roster');
	expect(heard).toBe(0);
	listeners.notify('names');
	listeners.notify('identity');
	expect(heard).toBe(2);
});
