import { expect, test } from 'vitest';
import type { FaultKind } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { CommandQueue } from '#engine/live/host/command-queue.ts';
import { ManualClock } from '../../fakes/clock.ts';

const [kitchen, hall] = ['aa', 'bb'].map((byte) => byte.repeat(16) as DeviceId) as [
	DeviceId,
	DeviceId,
];

/** A queue whose work ends only when the test says so. */
function queue() {
	const clock = new ManualClock();
	const commands = new CommandQueue(clock);
	const begun: string[] = [];
	const done: [string, FaultKind | null][] = [];
	const ends: (() => void)[] = [];
	const enqueue = (device: DeviceId, id: string): void =>
		commands.enqueue(
			...[device, id],
			() => {
				begun.push(id);
				return new Promise((resolve) => ends.push(() => resolve(null)));
			},
			(fault) => void done.push([id, fault]),
		);
	const settled = () => clock.pass(1);
	const endOne = async () => {
		ends.shift()?.();
		await settled();
	};
	return { clock, commands, begun, done, enqueue, settled, endOne };
}

test('LV26 a command that waited for 5 s, or was asked about, is never begun', async () => {
	const { clock, commands, begun, done, enqueue, settled, endOne } = queue();
	for (const id of ['slow', 'asked', 'late']) enqueue(kitchen, id);
	await settled();
	expect(begun).toEqual(['slow']);
	expect(commands.outcomeOf(kitchen, 'slow')).toBeUndefined();
	expect(commands.outcomeOf(kitchen, 'asked')).toBe('timeout');
	await clock.pass(5000, 1000);
	await endOne();
	expect(begun).toEqual(['slow']);
	expect(done).toEqual([
		['slow', null],
		['asked', 'timeout'],
		['late', 'timeout'],
	]);
	expect(commands.outcomeOf(kitchen, 'late')).toBe('timeout');
});

test('LV26 waiting is measured by both clocks: one of them stops while the device sleeps', async () => {
	const { clock, begun, done, enqueue, settled, endOne } = queue();
	for (const id of ['slow', 'slept']) enqueue(kitchen, id);
	await settled();
	clock.step(5000);
	await endOne();
	expect(begun).toEqual(['slow']);
	expect(done.at(-1)).toEqual(['slept', 'timeout']);
});

test('LV26 four commands of a device wait, a fifth is refused; another device is not affected', async () => {
	const { begun, done, enqueue, settled, endOne } = queue();
	enqueue(kitchen, 'running');
	await settled();
	for (const id of ['1', '2', '3', '4', '5']) enqueue(kitchen, id);
	expect(done).toEqual([['5', 'conflict']]);
	enqueue(hall, 'other');
	for (let left = 6; left > 0; left -= 1) await endOne();
	expect(begun).toEqual(['running', '1', '2', '3', '4', 'other']);
});

test('LV26 the newest 256 outcomes are kept, and no other device displaces them', async () => {
	const { commands, begun, enqueue, settled, endOne } = queue();
	enqueue(hall, 'first');
	await settled();
	await endOne();
	for (let n = 0; n < 300; n += 1) {
		enqueue(kitchen, String(n));
		await settled();
		await endOne();
	}
	expect(commands.outcomeOf(hall, 'first')).toBeNull();
	expect(commands.outcomeOf(kitchen, '43')).toBe('timeout');
	expect(commands.outcomeOf(kitchen, '44')).toBeNull();
	// What is remembered is not carried out again.
	enqueue(kitchen, '44');
	await settled();
	expect(begun).toHaveLength(301);
});
