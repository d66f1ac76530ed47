import { describe, expect, test } from 'vitest';
import { badgePosition } from '#domain/recording/guard-badge.ts';

const BADGE = { width: 86, height: 34 };

describe.each([
	{ width: 360, height: 800 },
	{ width: 1280, height: 800 },
	{ width: 100, height: 60 },
])('the badge on $width × $height', (screen) => {
	const places = Array.from({ length: 60 }, (_, turn) => badgePosition(turn, screen, BADGE));

	test('GM2 the badge is fully visible and away from the edges', () => {
		for (let turn = 0; turn < 5000; turn += 1) {
			const { x, y } = badgePosition(turn, screen, BADGE);
			expect(x).toBeGreaterThanOrEqual(16);
			expect(y).toBeGreaterThanOrEqual(16);
			if (screen.width < 120) continue;
			expect(x + BADGE.width).toBeLessThanOrEqual(screen.width - 16);
			expect(y + BADGE.height).toBeLessThanOrEqual(screen.height - 16);
		}
	});

	test('GM2 the badge covers the whole screen within an hour and never repeats a position', () => {
		if (screen.width < 120) return;
		const sixth = ({ x, y }: { x: number; y: number }) =>
			`${String(Math.floor((3 * (x - 16)) / (screen.width - BADGE.width - 31)))} ${String(
				Math.floor((2 * (y - 16)) / (screen.height - BADGE.height - 31)),
			)}`;
		expect(new Set(places.map(sixth)).size).toBe(6);
		places.slice(1).forEach(({ x, y }, at) => {
			const before = places[at]!;
			expect(Math.hypot(x - before.x, y - before.y)).toBeGreaterThan(40);
		});
	});
});
