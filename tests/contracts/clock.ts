import { expect, test } from 'vitest';
import type { Clock } from '#ports/device/clock.ts';

/** Lets time pass until `so`, two minutes at most: a worker takes a while to start. */
async function until(pass: (ms: number) => Promise<void>, so: () => boolean): Promise<void> {
	for (let tries = 0; tries < 2400 && !so(); tries += 1) await pass(50);
}

/** `pass` lets at least this many milliseconds pass on the clock. */
export function clockContract(
	make: () => { clock: Clock; pass: (ms: number) => Promise<void> },
): void {
	test('wall time is current, and monotonic time advances', async () => {
		const { clock, pass } = make();
		const [wall, monotonic] = [clock.wallMs(), clock.monotonicMs()];
		expect(wall).toBeGreaterThan(Date.UTC(2020, 0));
		await pass(30);
		expect(clock.wallMs() - wall).toBeGreaterThanOrEqual(28);
		expect(clock.monotonicMs() - monotonic).toBeGreaterThanOrEqual(28);
	});

	test('CW6 `every` fires again and again until stopped', async () => {
		const { clock, pass } = make();
		let rung = 0;
		const stop = clock.every(20, () => (rung += 1));
		await until(pass, () => rung >= 3);
		expect(rung).toBeGreaterThanOrEqual(3);
		stop();
		stop();
		const then = rung;
		await pass(100);
		expect(rung).toBe(then);
	});

	test('CW6 `after` fires once, not early, and not after cancellation', async () => {
		const { clock, pass } = make();
		const rung: string[] = [];
		const beganMs = clock.monotonicMs();
		let lateMs = 0;
		clock.after(500, () => {
			rung.push('late');
			lateMs = clock.monotonicMs() - beganMs;
		});
		clock.after(10, () => rung.push('soon'));
		clock.after(10, () => rung.push('never'))();
		await until(pass, () => rung.length >= 2);
		await pass(100);
		expect(rung).toEqual(['soon', 'late']);
		expect(lateMs).toBeGreaterThanOrEqual(498);
	});

	test('a callback may schedule the next one', async () => {
		const { clock, pass } = make();
		let left = 3;
		const next = () => {
			left -= 1;
			if (left > 0) clock.after(5, next);
		};
		clock.after(5, next);
		await until(pass, () => left <= 0);
		expect(left).toBe(0);
	});
}
