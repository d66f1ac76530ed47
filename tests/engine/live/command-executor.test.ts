import { beforeEach, describe, expect, test } from 'vitest';
import { TEST_PICTURE } from '#domain/media/lens.ts';
import type { LiveViewControls } from '#engine/live/controls.ts';
import { makeHome, settle, type Home } from './live-fixture.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

const live = (view: LiveViewControls, path: string) => (): boolean =>
	view.state.kind === 'live' && view.state.path === path;

describe('LV13 commands', () => {
	test('are carried out once and answered', async () => {
		const { guest, relay, commands, camera, torch, guarding, lens, clock } = home;
		const { watching } = await guest('Kitchen');
		await settle(home, watching.sendCommand(camera, 'start', null));
		await settle(home, watching.sendCommand(camera, 'torch', true));
		await settle(home, watching.sendCommand(camera, 'quality', 'high'));
		expect(commands).toEqual(['start']);
		expect(torch.on).toBe(true);
		expect(lens.choices.at(-1)?.profile.name).toBe('high');
		await expect(settle(home, watching.sendCommand(camera, 'guard', true))).rejects.toMatchObject({
			kind: 'unavailable',
		});
		const screen: boolean[] = [];
		guarding.serve((on) => {
			screen.push(on);
			guarding.report(on);
		});
		await settle(home, watching.sendCommand(camera, 'guard', true));
		expect(screen).toEqual([true]);
		await clock.pass(300);
		expect(watching.cameras[0]?.state).toMatchObject({ guard: true, torch: true });
		const first = relay.letters.find(({ message }) => message.t === 'command')!;
		const { messenger } = home;
		messenger.read(first.body, { device: first.from, roles: ['viewer'] });
		await clock.pass(300);
		expect(commands).toEqual(['start']);
	});

	test('SY20 an owner chooses what is copied to the relay; nobody else, and nothing unknown', async () => {
		const { guest, camera, clock, preferences } = home;
		const { watching: theirs } = await guest('Guest');
		await expect(
			settle(home, theirs.sendCommand(camera, 'copy', 'everything')),
		).rejects.toMatchObject({ kind: 'denied' });
		const { watching } = await guest('Kitchen', ['viewer', 'owner']);
		await expect(
			settle(home, watching.sendCommand(camera, 'copy', 'all of it')),
		).rejects.toMatchObject({ kind: 'malformed' });
		expect((await preferences.read()).upload).toBe('nothing');
		await settle(home, watching.sendCommand(camera, 'copy', 'events'));
		expect((await preferences.read()).upload).toBe('events');
		await clock.pass(10_000, 1_000);
		expect(watching.cameras[0]?.state?.copy).toBe('events');
	});

	test('RC23 the test picture cannot be chosen remotely, lens open or not', async () => {
		const { guest, camera, lens, recording } = home;
		const { watching } = await guest('Kitchen');
		for (const kind of ['preview', 'off'] as const) {
			if (kind === 'off') recording.set({ kind, fault: null });
			const before = lens.choices.length;
			await expect(
				settle(home, watching.sendCommand(camera, 'lens', TEST_PICTURE)),
			).rejects.toMatchObject({ kind: 'denied' });
			expect(lens.choices).toHaveLength(before);
		}
	});

	test('LT5 ID36 do nothing for another page, with a wrong value, or from a live-only device', async () => {
		const { guest, relay, commands, camera, clock, host } = home;
		const kitchen = await guest('Kitchen');
		await expect(
			settle(home, kitchen.watching.sendCommand(camera, 'quality', 'cinema')),
		).rejects.toMatchObject({ kind: 'malformed' });
		const { message } = relay.letters.find((letter) => letter.message.t === 'command')!;
		if (message.t !== 'command') throw new Error('expected a command');
		const another = { ...message, id: 'e'.repeat(32), nonce: 'f'.repeat(32) };
		await kitchen.messenger.sendAction(host, { ...another, name: 'start', value: null });
		const guestOnly = await guest('Guest', ['viewer', 'live']);
		await expect(
			settle(home, guestOnly.watching.sendCommand(camera, 'start', null)),
		).rejects.toMatchObject({ kind: 'denied' });
		await clock.pass(500);
		expect(commands).toEqual([]);
	});

	test('LT12 a lost command times out; a lost answer is requested again', async () => {
		const { guest, relay, camera, clock, messenger, commands } = home;
		const { watching } = await guest('Kitchen');
		const command = () => settle(home, watching.sendCommand(camera, 'start', null));
		relay.lose = ({ t }) => t === 'command';
		const begun = clock.monotonicMs();
		await expect(command()).rejects.toMatchObject({ kind: 'timeout' });
		expect(clock.monotonicMs() - begun).toBeLessThan(5500);
		expect(commands).toEqual([]);
		let lost = 0;
		relay.lose = ({ t }) => t === 'done' && (lost += 1) === 1;
		await command();
		expect(commands).toEqual(['start']);
		relay.lose = ({ t }) => t === 'done';
		await expect(command()).rejects.toMatchObject({ kind: 'unconfirmed' });
		relay.lose = () => false;
		messenger.set(false);
		await clock.pass(200);
		await expect(watching.sendCommand(camera, 'start', null)).rejects.toMatchObject({
			kind: 'offline',
		});
	});

	test('LT8 T2 one that the relay delays is never carried out, and its sender knows', async () => {
		const { guest, relay, camera, clock, messenger, commands } = home;
		const { watching } = await guest('Kitchen', ['viewer', 'owner']);
		for (const holdMs of [5000, 15_000, 10 * 3_600_000]) {
			relay.lose = ({ t }) => t === 'command';
			await expect(settle(home, watching.sendCommand(camera, 'stop', null))).rejects.toMatchObject({
				kind: 'timeout',
			});
			const held = relay.letters.findLast(({ message }) => message.t === 'command')!;
			relay.lose = () => false;
			await clock.pass(holdMs, 10_000);
			messenger.read(held.body, { device: held.from, roles: ['viewer'] });
			await clock.pass(500);
		}
		expect(commands).toEqual([]);
		await settle(home, watching.sendCommand(camera, 'stop', null));
		expect(commands).toEqual(['stop']);
	});

	test('LT8 LT9 a camera accepts the next command at once after a reload or sleep', async () => {
		const { guest, relay, camera, clock, messenger, commands } = home;
		const { watching } = await guest('Kitchen', ['viewer', 'owner']);
		messenger.again();
		await settle(home, watching.sendCommand(camera, 'start', null));
		clock.step(3 * 3_600_000);
		await settle(home, watching.sendCommand(camera, 'stop', null));
		expect(commands).toEqual(['start', 'stop']);
		for (const { message, body, from } of [...relay.letters]) {
			if (message.t === 'command') messenger.read(body, { device: from, roles: ['viewer'] });
		}
		await clock.pass(500);
		expect(commands).toEqual(['start', 'stop']);
	});

	test('LT13 a status has its true age, however long the relay delayed it', async () => {
		const { guest, relay, recording, until, clock, host } = home;
		const kitchen = await guest('Kitchen');
		relay.change = (message, body) => {
			if (message.t !== 'state') return message;
			const from = { device: host, roles: ['camera'] as const };
			clock.after(9000, () => kitchen.messenger.read(body, from));
			return null;
		};
		const saidMs = clock.wallMs();
		recording.set({ kind: 'off', fault: null });
		await until(() => kitchen.watching.cameras[0]?.state?.kind === 'off');
		const { stateMs } = kitchen.watching.cameras[0]!;
		expect(clock.wallMs() - saidMs).toBeGreaterThanOrEqual(9000);
		expect(Math.abs((stateMs ?? 0) - saidMs)).toBeLessThan(1000);
	});

	test('the siren has an author, and ends by command, by hand and by itself', async () => {
		const { guest, camera, siren, hosting, clock } = home;
		const { id, watching } = await guest('Kitchen');
		await settle(home, watching.sendCommand(camera, 'siren', true));
		expect([siren.sounds, hosting.siren]).toEqual([true, id]);
		await settle(home, watching.sendCommand(camera, 'siren', false));
		expect([siren.sounds, hosting.siren]).toEqual([false, null]);
		await settle(home, watching.sendCommand(camera, 'siren', true));
		hosting.hush();
		expect([siren.sounds, hosting.siren]).toEqual([false, null]);
		await settle(home, watching.sendCommand(camera, 'siren', true));
		await clock.pass(61_000, 500);
		expect([siren.sounds, hosting.siren]).toEqual([false, null]);
	});

	test('one device talks at a time, directly, and the camera shows which', async () => {
		const { guest, until, hosting, clock } = home;
		const [one, two] = [await guest('One'), await guest('Two')];
		const [first, second] = [one.open(), two.open()];
		await until(() => live(first.view, 'direct')() && live(second.view, 'direct')());
		first.view.mute(false);
		await settle(home, first.view.talk(true));
		expect(hosting.talking).toBe(one.id);
		// Half duplex: the talking device hears nothing.
		expect(first.screen.muted).toBe(true);
		await expect(settle(home, second.view.talk(true))).rejects.toMatchObject({ kind: 'conflict' });
		await settle(home, first.view.talk(false));
		expect(hosting.talking).toBe(null);
		expect(first.screen.muted).toBe(false);
		await settle(home, second.view.talk(true));
		second.view.close();
		await clock.pass(200);
		expect(hosting.talking).toBe(null);
	});

	test('a release before the microphone opens or the camera answers prevents talk', async () => {
		const { guest, until, hosting, network, relay, clock } = home;
		const { view } = (await guest('Kitchen')).open();
		await until(live(view, 'direct'));
		let open: () => void = () => undefined;
		network.microphone = new Promise((done) => (open = done));
		const held = view.talk(true);
		const aborted = expect(held).rejects.toMatchObject({ kind: 'aborted' });
		await settle(home, view.talk(false));
		open();
		await aborted;
		await clock.pass(200);
		expect(hosting.talking).toBe(null);
		expect(relay.letters.filter(({ message }) => message.t === 'command')).toEqual([]);
		relay.delayMs = 100;
		const again = expect(view.talk(true)).rejects.toMatchObject({ kind: 'aborted' });
		await clock.pass(20);
		await settle(home, view.talk(false));
		await again;
		expect(hosting.talking).toBe(null);
	});

	test('an unanswered talk command is revoked', async () => {
		const { guest, until, hosting, relay, clock } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		await until(live(view, 'direct'));
		view.mute(false);
		relay.lose = ({ t }) => t === 'done';
		await expect(settle(home, view.talk(true))).rejects.toMatchObject({ kind: 'unconfirmed' });
		await clock.pass(200);
		expect(hosting.talking).toBe(null);
		expect(screen.muted).toBe(false);
	});

	test('losing the call while talking restores the sound', async () => {
		const { guest, until, network, hosting, clock } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		await until(live(view, 'direct'));
		view.mute(false);
		await settle(home, view.talk(true));
		expect(screen.muted).toBe(true);
		network.blocked = true;
		network.cut();
		await until(live(view, 'relayed'));
		await clock.pass(9000, 100);
		await settle(home, view.talk(false));
		expect(screen.muted).toBe(false);
		expect(hosting.talking).toBe(null);
	});
});
