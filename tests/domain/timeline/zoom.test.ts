import fc from 'fast-check';
import { expect, test } from 'vitest';
import { panned, NO_ZOOM, zoomedAt, type Zoom } from '#domain/timeline/zoom.ts';

const point = fc.record({
	x: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
	y: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
});
const step = fc.oneof(
	fc.record({ factor: fc.double({ min: 0.2, max: 5, noNaN: true }), at: point }),
	fc.record({ by: point }),
);

test('the frame always stays filled and the scale within bounds', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
			const end = steps.reduce<Zoom>(
				(zoom, one) => ('by' in one ? panned(zoom, one.by) : zoomedAt(zoom, one.factor, one.at)),
				NO_ZOOM,
			);
			expect(end.scale).toBeGreaterThanOrEqual(1);
			expect(end.scale).toBeLessThanOrEqual(8);
			// The picture’s edge never comes inside the frame.
			for (const moved of [end.x, end.y])
				expect(Math.abs(moved)).toBeLessThanOrEqual((end.scale - 1) / 2 + 1e-9);
		}),
	);
});

test('the point under the fingers stays there as long as no edge is reached', () => {
	const at = { x: 0.1, y: -0.2 };
	const before: Zoom = { scale: 3, x: 0.05, y: 0.1 };
	const after = zoomedAt(before, 1.3, at);
	const under = ({ scale, x, y }: Zoom) => ({ x: (at.x - x) / scale, y: (at.y - y) / scale });
	expect(under(after).x).toBeCloseTo(under(before).x, 12);
	expect(under(after).y).toBeCloseTo(under(before).y, 12);
});

test('zooming in and out again restores the whole picture', () => {
	const there = zoomedAt(NO_ZOOM, 2.5, { x: 0.3, y: 0.3 });
	const { scale, x, y } = zoomedAt(there, 1 / 2.5, { x: -0.5, y: 0.5 });
	expect([scale, Math.abs(x), Math.abs(y)]).toEqual([1, 0, 0]);
});
