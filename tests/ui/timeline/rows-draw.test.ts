import { expect, test } from 'vitest';
import { drawRows, TICKS_PX, type RibbonRow } from '#ui/timeline/rows-draw.ts';

const T0_MS = Date.UTC(2026, 0);
const inks = {
	...{ footage: 'footage', ink: 'ink', quiet: 'quiet', line: 'line', sunk: 'sunk' },
	...{ pin: 'pin', paper: 'paper', hatch: 'hatch' },
};

/** A canvas that notes what is filled where, and what is written. */
function notingCanvas() {
	const filled: { ink: string; y: number; x: number; wide: number; high: number }[] = [];
	const texts: string[] = [];
	const marks: { x: number; y: number }[] = [];
	const nothing = (): void => undefined;
	const saved: number[] = [];
	let top = 0;
	const context = {
		...{ fillStyle: '', strokeStyle: '' },
		fillRect(x: number, y: number, wide: number, high: number) {
			filled.push({ ink: this.fillStyle, x, y: top + y, wide, high });
		},
		fillText: (text: string) => void texts.push(text),
		measureText: (text: string) => ({ width: 6 * text.length }),
		arc: (x: number, y: number) => void marks.push({ x, y: top + y }),
		save: () => void saved.push(top),
		restore: () => (top = saved.pop() ?? 0),
		translate: (_: number, y: number) => (top += y),
		...Object.fromEntries(
			['clearRect', 'beginPath', 'rect', 'clip', 'moveTo', 'lineTo', 'stroke', 'fill']
				.concat(['closePath', 'setLineDash'])
				.map((name) => [name, nothing]),
		),
	};
	return { context: context as unknown as CanvasRenderingContext2D, filled, texts, marks };
}

test('PB50 each camera has a row of its own with footage and events, over ticks they share', () => {
	const span = (from: number, to: number) => ({
		startUs: (T0_MS + from * 1000) * 1000,
		endUs: (T0_MS + to * 1000) * 1000,
	});
	const row = (from: number, to: number, event: number): RibbonRow => ({
		...{ footage: [span(from, to)], gaps: [] },
		events: [{ ...span(event, event), shape: 'access' }],
	});
	const { context, filled, texts, marks } = notingCanvas();
	drawRows(
		context,
		{
			// A pixel is a second.
			...{ view: { centreMs: T0_MS + 50_000, msPerPx: 1000 }, width: 100, rowPx: 30 },
			rows: [row(10, 30, 12), row(40, 80, 60)],
			...{ strokes: [], labels: [{ ms: T0_MS + 50_000, text: '00:00', strong: false }] },
			notYet: { fromMs: T0_MS + 40_000, text: 'not' },
		},
		inks,
	);
	expect(filled.filter(({ ink }) => ink === 'footage')).toEqual([
		{ ink: 'footage', x: 10, y: 0, wide: 20, high: 28 },
		{ ink: 'footage', x: 40, y: 30, wide: 40, high: 28 },
	]);
	expect(marks).toEqual([
		{ x: 12, y: 14 },
		{ x: 60, y: 44 },
	]);
	// That it is not yet is said once, and so is each time.
	expect(texts.filter((text) => text !== '')).toEqual(['not', '00:00']);
	const tick = filled.find(({ ink, wide }) => ink === 'quiet' && wide === 1);
	expect(tick?.y).toBe(60);
	expect(TICKS_PX).toBe(44);
});
