import { expect, test } from 'vitest';
import type { Span } from '#domain/footage/span.ts';
import { spanning } from '#domain/timeline/ribbon.ts';
import { drawRibbon, type RibbonScene } from '#ui/timeline/ribbon-draw.ts';

const WIDTH = 800;
const T0_MS = Date.UTC(2026, 0);
const inks = { footage: 'footage', ink: '', quiet: '', line: '', sunk: '', pin: '' };

/** A canvas that counts what is painted in which colour. */
function countingCanvas() {
	const painted: { fill: string; x: number }[] = [];
	const context = {
		fillStyle: '',
		fillRect(x: number) {
			painted.push({ fill: this.fillStyle, x });
		},
		measureText: () => ({ width: 0 }),
		...Object.fromEntries(
			['clearRect', 'save', 'restore', 'beginPath', 'rect', 'clip', 'moveTo', 'lineTo']
				.concat(['stroke', 'strokeRect', 'fillText'])
				.map((name) => [name, () => undefined]),
		),
	};
	return { context: context as unknown as CanvasRenderingContext2D, painted };
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
	return { ...none, view, width: WIDTH, footage, mark: null, edge: '', live: null };
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
