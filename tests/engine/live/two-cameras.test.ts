import { expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import type { LiveViewControls } from '#engine/live/controls.ts';
import { makeHome, settle } from './live-fixture.ts';

const live = (view: LiveViewControls) => (): boolean => view.state.kind === 'live';

/**
 * A device with two cameras; of the second, its live host and the commands it got. `tabs`: each is
 * in a tab of its own.
 */
async function twoCameras(tabs = false) {
	const home = await makeHome();
	const second = await cameraIdOf(new WebCrypto(), home.host, 2);
	const commands: string[] = [];
	const order = (name: string) => () => {
		commands.push(name);
		return Promise.resolve();
	};
	const add = tabs ? home.tabOf : home.addCamera;
	const hosting = add({
		recorder: { ...home.recorder, camera: second },
		scheduler: {
			now: { plan: { when: 'by-hand', times: [], away: false }, records: null } as never,
			on: () => () => undefined,
			start: order('start'),
			stop: order('stop'),
		},
	});
	return { ...home, second, hosting2: hosting, commands2: commands };
}

test('LV35 one report names both cameras, and a command reaches only the one it names', async () => {
	const home = await twoCameras();
	const { guest, until, camera, second, commands, commands2 } = home;
	const { watching } = await guest('Laptop');
	await until(() => watching.cameras.length === 2);
	expect(watching.cameras.map(({ id, fares }) => [id, fares])).toEqual([
		[camera, 'preview'],
		[second, 'preview'],
	]);
	await settle(home, watching.sendCommand(second, 'start', null));
	expect([commands, commands2]).toEqual([[], ['start']]);
	await settle(home, watching.sendCommand(camera, 'start', null));
	expect([commands, commands2]).toEqual([['start'], ['start']]);
});

test('LV49 cameras in two tabs: no report hides the other one, and each tab gets its commands', async () => {
	const home = await twoCameras(true);
	const { guest, until, clock, camera, second, commands, commands2 } = home;
	const { watching } = await guest('Laptop');
	const both = [camera, second];
	const ids = (): readonly string[] => watching.cameras.map(({ id }) => id);
	await until(() => ids().length === 2);
	const seen = new Set<string>();
	watching.on(() => seen.add(ids().join(' ')));
	await clock.pass(130_000, 500);
	expect([...seen]).toEqual([both.join(' ')]);
	expect(watching.cameras.map(({ fares }) => fares)).toEqual(['preview', 'preview']);
	await settle(home, watching.sendCommand(second, 'start', null));
	expect([commands, commands2]).toEqual([[], ['start']]);
	await settle(home, watching.sendCommand(camera, 'start', null));
	expect([commands, commands2]).toEqual([['start'], ['start']]);
});

test('LV35 LV4 both are watched at once, each with its own viewers, and share the places', async () => {
	const home = await twoCameras();
	const { guest, until, hosting, hosting2, second } = home;
	const [one, two, three] = [await guest('One'), await guest('Two'), await guest('Three')];
	const first = one.open().view;
	await until(live(first));
	await until(() => two.watching.cameras.length === 2);
	const other = two.watching.view(second);
	await until(live(other));
	expect(hosting.watchers.map(({ name }) => name)).toEqual(['One']);
	expect(hosting2.watchers.map(({ name }) => name)).toEqual(['Two']);
	const late = three.open().view;
	await until(live(late));
	expect(late.state).toMatchObject({ path: 'relayed', reason: 'full' });
	first.close();
	await until(() => hosting.watchers.every(({ name }) => name !== 'One'));
	expect([other.state.kind, hosting2.watchers.length]).toEqual(['live', 1]);
});

test('LV35 the siren is the device’s: only an owner silences it, at whichever camera it was started', async () => {
	const home = await twoCameras();
	const { guest, until, siren, camera, second } = home;
	const owner = await guest('Owner', ['viewer', 'owner']);
	const viewer = await guest('Viewer');
	for (const { watching } of [owner, viewer]) await until(() => watching.cameras.length === 2);
	await settle(home, owner.watching.sendCommand(camera, 'siren', true));
	expect(siren.sounds).toBe(true);
	const refused = viewer.watching.sendCommand(second, 'siren', false);
	await expect(settle(home, refused)).rejects.toMatchObject({ kind: 'denied' });
	expect(siren.sounds).toBe(true);
	await settle(home, owner.watching.sendCommand(second, 'siren', false));
	expect(siren.sounds).toBe(false);
});

test('RC37 a camera that goes hangs up, and the other one is watched on', async () => {
	const home = await twoCameras();
	const { guest, until, second, hosting2 } = home;
	const laptop = await guest('Laptop');
	await until(() => laptop.watching.cameras.length === 2);
	const [stays, goes] = [laptop.open().view, laptop.watching.view(second)];
	await until(() => live(stays)() && live(goes)());
	home.removeCamera(hosting2);
	await until(() => !live(goes)());
	expect([stays.state.kind, hosting2.watchers]).toEqual(['live', []]);
});
