import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Span } from '#domain/footage/span.ts';
import { spanning } from '#domain/timeline/ribbon.ts';
import { drawRibbon, type RibbonScene } from '#ui/timeline/ribbon-draw.ts';

const WIDTH = 800;
const T0_MS = Date.UTC(2026, 0);
const inks = {
	...{ footage: 'footage', ink: 'ink', quiet: 'quiet', line: 'line', sunk: 'sunk' },
	...{ pin: 'pin', paper: 'paper', hatch: 'hatch' },
};

/** A canvas that counts what is painted in which colour. */
function countingCanvas() {
	const painted: { fill: string; x: number; wide: number }[] = [];
	const drawn: { by: string; ink: string; args: unknown[] }[] = [];
	const noting = (by: string) =>
		function (this: { strokeStyle: string; fillStyle: string }, ...args: unknown[]) {
			drawn.push({ by, ink: by === 'fill' ? this.fillStyle : this.strokeStyle, args });
		};
	const context = {
		fillStyle: '',
		strokeStyle: '',
		fillRect(x: number, _: number, wide: number) {
			painted.push({ fill: this.fillStyle, x, wide });
		},
		measureText: () => ({ width: 0 }),
		...Object.fromEntries(
			['clearRect', 'save', 'restore', 'beginPath', 'rect', 'clip', 'moveTo', 'lineTo']
				.concat(['stroke', 'fill', 'arc', 'closePath', 'fillText', 'setLineDash', 'drawImage'])
				.map((name) => [name, noting(name)]),
		),
	};
	return { context: context as unknown as CanvasRenderingContext2D, painted, drawn };
}

/** Spans of half a second, one a second; counts how many of them are read. */
function manySpans(count: number) {
	let reads = 0;
	const spans = new Proxy([] as Span[], {
		get(_, key) {
			if (key === 'length') return count;
			const at = typeof key === 'string' ? Number(key) : NaN;
			if (!Number.isInteger(at)) throw new Error(`the whole list is read: ${String(key)}`);
			if (at < 0 || at >= count) return undefined;
			reads += 1;
			const startUs = (T0_MS + at * 1000) * 1000;
			return { startUs, endUs: startUs + 500_000 };
		},
	});
	return { spans, reads: () => reads };
}

function scene(footage: readonly Span[], spanMs: number): RibbonScene {
	const centreMs = T0_MS + 1_000_000_000;
	const none = { gaps: [], pins: [], events: [], strokes: [], labels: [], thumbnails: [] };
	const view = spanning({ centreMs, msPerPx: 1 }, WIDTH, spanMs);
	const notYet = { fromMs: Infinity, text: 'not yet' };
	return { ...none, view, width: WIDTH, footage, mark: null, notYet, live: null };
}

test('TL7 a frame reads the visible spans only, however many are kept', () => {
	const { context } = countingCanvas();
	const costs = [3000, 2_000_000].map((count) => {
		const { spans, reads } = manySpans(count);
		const centre = count === 3000 ? T0_MS + 1_500_000 : T0_MS + 1_000_000_000;
		const view = spanning({ centreMs: centre, msPerPx: 1 }, WIDTH, 60_000);
		drawRibbon(context, { ...scene(spans, 60_000), view }, inks);
		return reads();
	});
	// Footage is walked twice, for its colour and for the pictures on it; 21 steps find its start.
	expect(costs[0]).toBeGreaterThanOrEqual(120);
	expect(costs[1]! - costs[0]!).toBeLessThanOrEqual(2 * 11);
	expect(costs[1]).toBeLessThan(180);
});

test('TL7 spans closer than half a pixel are drawn as one, others apart', () => {
	const drawn = (spanMs: number) => {
		const { context, painted } = countingCanvas();
		drawRibbon(context, scene(manySpans(2_000_000).spans, spanMs), inks);
		return painted.filter(({ fill, x }) => fill === 'footage' && x < WIDTH).length;
	};
	// 0.5 s between two spans: 6.7 pixels in a minute of 800, 0.1 in an hour.
	expect(drawn(60_000)).toBe(60);
	expect(drawn(3_600_000)).toBe(1);
});

const seconds = (from: number, to: number): Span => ({
	startUs: (T0_MS + from * 1000) * 1000,
	endUs: (T0_MS + to * 1000) * 1000,
});
/** A minute across, from `T0_MS`: 13.3 pixels a second. */
function minute(more: Partial<RibbonScene>): RibbonScene {
	const view = spanning({ centreMs: T0_MS + 30_000, msPerPx: 1 }, WIDTH, 60_000);
	return { ...scene([], 60_000), view, ...more };
}

test('TL25 what cannot be recorded yet is the page behind a dotted edge, unlike what never was', () => {
	const { context, painted, drawn } = countingCanvas();
	const notYet = { fromMs: T0_MS + 45_000, text: 'not yet' };
	drawRibbon(context, minute({ footage: [seconds(15, 45)], notYet }), inks);
	expect(painted.find(({ fill }) => fill === 'paper')).toEqual({
		fill: 'paper',
		x: 600,
		wide: 200,
	});
	expect(painted.find(({ fill }) => fill === 'sunk')).toMatchObject({ x: 0, wide: WIDTH });
	expect(drawn.find(({ by }) => by === 'setLineDash')?.args).toEqual([[2, 4]]);
	expect(drawn.find(({ by }) => by === 'fillText')?.args[0]).toBe('not yet');
});

test('TL24 a slot repeats its picture at its own size as often as there is room', () => {
	const { context, drawn } = countingCanvas();
	const picture = { width: 192, height: 108 } as ImageBitmap;
	const thumbnails = [{ fromMs: T0_MS, untilMs: T0_MS + 15_000, picture }];
	drawRibbon(context, minute({ footage: [seconds(0, 60)], thumbnails }), inks);
	const tiles = drawn.filter(({ by }) => by === 'drawImage').map(({ args }) => args.slice(5));
	expect(tiles.map(([x]) => x)).toEqual([0, 82, 164]);
	expect(tiles.map(([, , wide]) => wide)).toEqual([82, 82, 36]);
});

test('TL26 TL29 each class of event has a shape of its own, and every mark an edge of paper', () => {
	const shapes = (['tamper', 'access', 'technical'] as const).map((shape) => {
		const { context, drawn } = countingCanvas();
		drawRibbon(context, minute({ events: [{ ...seconds(10, 10), shape }] }), inks);
		const edges = drawn.filter(({ by }) => by === 'stroke').map(({ ink }) => ink);
		expect(edges).toContain('paper');
		expect(drawn.filter(({ by }) => by === 'fill').map(({ ink }) => ink)).toEqual(['ink']);
		return drawn
			.filter(({ by }) => ['arc', 'lineTo', 'rect'].includes(by))
			.map(({ by }) => by)
			.slice(-3)
			.join();
	});
	expect(new Set(shapes).size).toBe(3);
	const { context, drawn } = countingCanvas();
	drawRibbon(context, minute({ pins: [seconds(10, 20)] }), inks);
	expect(drawn.filter(({ by }) => by === 'stroke').map(({ ink }) => ink)).toEqual([
		...['hatch', 'paper', 'pin'],
	]);
});

/** WCAG's contrast of two colours like `#0b6b66`. */
function contrast(one: string, other: string): number {
	const [a = 0, b = 0] = [one, other]
		.map((colour) =>
			[1, 3, 5]
				.map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
				.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
				.reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n]!, 0),
		)
		.sort((x, y) => y - x);
	return (a + 0.05) / (b + 0.05);
}

test.each([0, 1])(
	'TL29 what tells footage, gaps, pins and events apart has 3 : 1 (theme %i)',
	(n) => {
		const page = readFileSync('src/app.css', 'utf8');
		const of = (css: string, name: string): string => {
			const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
			return found?.[n + 1] ?? 'no colour';
		};
		const [sunk, paper] = [of(page, 'sunk'), of(page, 'paper')];
		for (const ground of [sunk, paper]) {
			expect(contrast(of(page, 'press'), ground)).toBeGreaterThan(3);
		}
		expect(contrast(of(page, 'ribbon-hatch'), sunk)).toBeGreaterThan(3);
		for (const mark of ['need', 'ink', 'quiet']) {
			expect(contrast(of(page, mark), paper)).toBeGreaterThan(3);
		}
	},
);
