import { expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Engine } from '#state/app/engine.ts';
import { Commands } from '#state/live/commands.svelte.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { stubHome, MEMBERS, REMOTE_CAMERA, type HomeOptions } from '../../gallery/home.ts';

/** Answers are sent on demand. */
function asking(wish: HomeOptions = {}) {
	const clock = new ManualClock();
	const home = stubHome(wish);
	const answers: { readonly done: () => void; readonly failed: (fault: Fault) => void }[] = [];
	const sendCommand = () =>
		new Promise<void>((done, failed) => {
			answers.push({ done, failed });
		});
	const engine = { ...home, clock, cameraDirectory: { ...home.cameraDirectory, sendCommand } };
	const commands = new Commands(engine as unknown as Engine, REMOTE_CAMERA);
	return { clock, commands, answers };
}

test('a command waits, is done, or fails with a reason', async () => {
	const { commands, answers } = asking();
	const torch = commands.send('torch', true);
	expect(commands.waits('torch')).toBe(true);
	answers[0]?.done();
	await torch;
	expect(commands.asked).toMatchObject({ name: 'torch', outcome: 'done', fault: null });
	const stop = commands.send('stop', null);
	answers[1]?.failed(new Fault('timeout', 'no answer'));
	await stop;
	expect(commands.asked).toMatchObject({ name: 'stop', outcome: 'failed', fault: 'timeout' });
});

test('a late answer does not overwrite a newer command', async () => {
	const { commands, answers } = asking();
	const first = commands.send('torch', true);
	const second = commands.send('quality', 'low');
	answers[0]?.failed(new Fault('timeout', 'no answer'));
	await first;
	expect(commands.asked).toMatchObject({ name: 'quality', outcome: 'waits' });
	answers[1]?.done();
	await second;
	expect(commands.asked).toMatchObject({ name: 'quality', outcome: 'done' });
});

test('the siren counts as on until stopped, or for a minute', async () => {
	const { clock, commands, answers } = asking();
	const order = async (value: boolean) => {
		const sent = commands.send('siren', value);
		answers.at(-1)?.done();
		await sent;
	};
	await order(true);
	expect(commands.loud).toBe(true);
	await order(false);
	expect(commands.loud).toBe(false);
	await order(true);
	clock.advance(59_000);
	expect(commands.loud).toBe(true);
	clock.advance(2000);
	expect(commands.loud).toBe(false);
});

test('RG2 commands without the right are not offered', () => {
	const as = (name: string) =>
		asking({ members: MEMBERS.map((one) => ({ ...one, self: one.name === name })) }).commands;
	const rights = (name: string) => [as(name).may('control'), as(name).may('stop')];
	expect(rights('Hall')).toEqual([true, true]);
	expect(rights('Laptop at work with a rather long name')).toEqual([true, false]);
	expect(rights('Grandma')).toEqual([false, false]);
});
