import { expect, test } from 'vitest';
import { layerOf, layers, mayImport } from '#setup/layers.js';

const answer = (file: string, specifier: string): string => {
	const layer = layerOf(file);
	return layer ? mayImport(layer, file, specifier) : 'no layer';
};

test.each([
	['src/domain/a.ts', './b.ts', 'yes'],
	['src/domain/a.ts', './../engine/b.ts', 'no'],
	['src/domain/a.ts', '../engine/b.ts', 'no'],
	['src/domain/a.ts', '#engine/b.ts', 'no'],
	['src/domain/a.ts', 'valibot', 'no'],
	['src/domain/a.ts', 'node:fs', 'no'],
	['src/protocol/a.ts', 'valibot', 'yes'],
	['src/protocol/a.ts', 'valibot-like', 'no'],
	['src/engine/a.ts', '#domain/b.ts', 'yes'],
	['src/engine/a.ts', '#ports/b.ts', 'types'],
	['src/engine/a.ts', '#browser/b.ts', 'no'],
	['src/browser/a.ts', './b.worker.ts?worker&url', 'yes'],
	['src/browser/a.ts', '#engine/b.ts', 'no'],
	['src/relay/a.ts', 'node:fs', 'yes'],
	['src/relay/a.ts', '#browser/b.ts', 'no'],
	['src/ui/A.svelte', '#domain/b.ts', 'yes'],
	['src/ui/A.svelte', '@lucide/svelte/icons/play', 'yes'],
	['src/ui/A.svelte', '#wiring.ts', 'no'],
	['src/routes/+layout.svelte', '#wiring.ts', 'yes'],
	['src/routes/camera/+page.svelte', '#wiring.ts', 'no'],
	['src/wiring.ts', '#browser/b.ts', 'yes'],
	['src/engine/home/a.ts', './b.ts', 'yes'],
	['src/engine/home/a.ts', '#engine/sealing/b.ts', 'yes'],
	['src/engine/home/a.ts', '#engine/home/b.ts', 'no'],
	['src/engine/sealing/a.ts', '#engine/home/b.ts', 'no'],
	['src/engine/live/host/a.ts', '#engine/live/b.ts', 'yes'],
	['src/engine/live/a.ts', '#engine/live/host/b.ts', 'no'],
	['src/engine/live/host/a.ts', '#engine/live/viewer/b.ts', 'no'],
	['src/engine/cellar/a.ts', '#engine/home/b.ts', 'no'],
	['src/relay/main.ts', '#relay/base/b.ts', 'yes'],
	['src/relay/base/a.ts', '#relay/b.ts', 'no'],
	['src/drawer/misc.ts', './b.ts', 'no layer'],
])('%s importing %s: %s', (file, specifier, expected) => {
	expect(answer(file, specifier)).toBe(expected);
});

test('the table lists only known layers', () => {
	const names = new Set(layers.map(({ name }) => name));
	const asked = layers.flatMap(({ imports, types }) => [...imports, ...types]);
	expect(asked.filter((name) => !names.has(name))).toEqual([]);
});
