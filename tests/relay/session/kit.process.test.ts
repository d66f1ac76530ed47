/** A recovery kit over the real relay: two processes, real sockets, real keys. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocketRelays } from '#browser/network/relays.ts';
import { kitGroups } from '#domain/pairing/kit.ts';
import { kitKeysOf } from '#engine/home/kit-keys.ts';
import { openHome } from '#engine/pairing/meeting.ts';
import { Recovering } from '#engine/recovery/recovering.ts';
import { startRelay, type Relay } from '../../e2e/support/house.ts';
import { subjectOf } from '../../engine/members/joined.ts';
import { until } from '../../support/until.ts';
import { homestead, type Homestead } from '../../fakes/homestead.ts';
import { MemoryPreferenceStore } from '../../fakes/preference-store.ts';
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

async function joined(owner: Homestead, other: Homestead): Promise<void> {
	const given = await owner.membership.admit(await subjectOf(other), ['camera'], 'Door');
	await other.membership.enter(given.roster, given.homeKey, relay.address);
}

test('KT4 KT5 RL22 a kit finds its home, claims, and a camera that is there hears it at once', async () => {
	const relays = new WebSocketRelays();
	const [owner, camera, fresh] = [homestead(clock), homestead(clock), homestead(clock)];
	await owner.house.found();
	await camera.house.found();
	const { crypto } = owner;
	const self = await owner.membership.self();
	const invitation = relay.invitation ?? '';
	const tools = { crypto, clock, relays };
	expect(await openHome(tools, { self, origin: relay.address, invitation })).toBeNull();
	await owner.membership.meetAt(relay.address);
	const line = owner.linkTo(relays);
	line.begin();
	await until(() => line.state.kind === 'connected');
	await joined(owner, camera);
	const secret = crypto.random(16);
	await owner.membership.admitKit(await kitKeysOf(crypto, secret));
	await until(() => line.relaySeq === owner.membership.entries.length);
	const watching = camera.linkTo(relays);
	watching.begin();
	await until(() => camera.membership.entries.length === owner.membership.entries.length);

	const recovering = new Recovering({
		...{ ...tools, membership: fresh.membership, here: relay.address },
		preferences: new MemoryPreferenceStore(),
	});
	await recovering.come(kitGroups(secret).join(' '), 'New phone', null);
	expect(recovering.state).toMatchObject({ kind: 'waiting', fresh: true });
	await until(() => camera.membership.roster?.claims.size === 1);
	await until(() => owner.membership.roster?.claims.size === 1);
	await recovering.come(kitGroups(secret).join(' '), 'New phone', null);
	expect(recovering.state).toMatchObject({ kind: 'waiting', fresh: false });
});
