/** A recovery kit over the real relay: two processes, real sockets, real keys. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocketRelays } from '#browser/network/websocket-relays.ts';
import { kitGroups } from '#domain/pairing/kit.ts';
import { deriveKitKeys } from '#engine/home/kit-keys.ts';
import { openHome } from '#engine/pairing/rendezvous.ts';
import { RelayReader } from '#browser/network/relay-reader.ts';
import { KitFootageKeys } from '#engine/recovery/kit-footage-keys.ts';
import { KitRecovery } from '#engine/recovery/kit-recovery.ts';
import { startRelay, type Relay } from '../../e2e/support/launch.ts';
import { subjectOf } from '../../engine/members/joined.ts';
import { until } from '../../support/until.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { MemoryDevicePreferences } from '../../fakes/preference-store.ts';
import { PageSocket, realClock as clock } from '../http/page.ts';
import { builtSite } from '../process/site.ts';

let relay: Relay;
beforeAll(async () => {
	vi.stubGlobal('WebSocket', PageSocket);
	relay = await startRelay({ env: { SPYCAM_APP: builtSite() } });
});
afterAll(async () => {
	vi.unstubAllGlobals();
	await relay.stop();
});

async function joined(owner: FakeDevice, other: FakeDevice): Promise<void> {
	const given = await owner.homeRoster.admit(await subjectOf(other), ['camera'], 'Door');
	await other.homeRoster.enter(given.roster, given.homeKey, relay.address);
}

test('KT4 KT5 RL22 a kit finds its home and claims, and an online camera learns of it at once', async () => {
	const relays = new WebSocketRelays();
	const [owner, camera, fresh] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	await owner.localDevice.createCamera();
	await camera.localDevice.createCamera();
	const { crypto } = owner;
	const self = await owner.homeRoster.self();
	const invitation = relay.invitation ?? '';
	const tools = { crypto, clock, relays };
	expect(await openHome(tools, { self, origin: relay.address, invitation })).toBeNull();
	await owner.homeRoster.setRelay(relay.address);
	const line = owner.linkTo(relays);
	line.begin();
	await until(() => line.state.kind === 'connected');
	await joined(owner, camera);
	const secret = crypto.random(16);
	await owner.homeRoster.admitKit(await deriveKitKeys(crypto, secret));
	await until(() => line.relaySeq === owner.homeRoster.entries.length);
	const watching = camera.linkTo(relays);
	watching.begin();
	await until(() => camera.homeRoster.entries.length === owner.homeRoster.entries.length);

	const readerAt = (origin: string, token: string) =>
		Promise.resolve(new RelayReader(() => ({ origin, token })));
	const { vault, localDevice } = fresh;
	const recovering = new KitRecovery({
		...{ ...tools, homeRoster: fresh.homeRoster, here: relay.address },
		footageKeys: new KitFootageKeys({ ...tools, vault, localDevice, readerAt }),
		preferences: new MemoryDevicePreferences(),
	});
	await recovering.recover(kitGroups(secret).join(' '), 'New phone', null);
	expect(recovering.state).toMatchObject({ kind: 'waiting', fresh: true });
	await until(() => camera.homeRoster.roster?.claims.size === 1);
	await until(() => owner.homeRoster.roster?.claims.size === 1);
	await recovering.recover(kitGroups(secret).join(' '), 'New phone', null);
	expect(recovering.state).toMatchObject({ kind: 'waiting', fresh: false });
});
