import { expect, it } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { joinedTo, RELAY } from '../members/joined.ts';
import { until } from '../../support/until.ts';

const deviceOf = ({ localDevice }: FakeDevice) => localDevice.unlocked!.identity.device;

it('LT10 a message that came while the vault was unavailable is read when it is delivered again', async () => {
	const clock = new ManualClock();
	const relay = new FakeRelay(clock, RELAY);
	const [camera, viewer] = [fakeDevice(clock), fakeDevice(clock)];
	await camera.localDevice.createCamera();
	await camera.homeRoster.setRelay(RELAY);
	await joinedTo(camera, viewer, ['viewer']);
	relay.open(camera.homeRoster.entries, camera.homeRoster.roster!.home);
	const connected = async (messenger: RelayClient): Promise<void> => {
		messenger.begin();
		await until(() => messenger.state.kind === 'connected');
	};
	const [here, there] = [camera.linkTo(relay), viewer.linkTo(relay)];
	const cut = async (): Promise<void> => {
		relay.cut();
		await until(() => here.state.kind === 'away');
		camera.network.back();
		await connected(here);
	};
	await connected(there);
	const show = { t: 'show-earlier', device: deviceOf(viewer), entry: 2 } as const;
	expect(await there.sendCounted(deviceOf(camera), show, 3600)).toBe('taken');
	const got: string[] = [];
	here.onMessage(({ t }) => got.push(t));
	const { vault } = camera;
	const raise = vault.raiseCounter.bind(vault);
	let asked = 0;
	vault.raiseCounter = () => {
		asked += 1;
		return Promise.reject(new Fault('unavailable', 'the vault is unavailable'));
	};
	await connected(here);
	await until(() => asked === 1);
	vault.raiseCounter = raise;
	await cut();
	await until(() => got.length === 1);
	await cut();
	expect(got).toEqual(['show-earlier']);
	relay.down = true;
});
