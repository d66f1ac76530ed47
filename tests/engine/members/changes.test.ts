import { beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../fakes/clock.ts';
import type { FakeMember } from '../../fakes/member.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { until } from '../../support/until.ts';
import { connectedHome, homeOf, RELAY } from './joined.ts';

let relay: FakeRelay;
let owner: FakeMember;
let viewer: FakeMember;

beforeEach(async () => {
	const clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, , viewer] = await connectedHome(clock, relay);
	await until(() => onlineIn(owner) === 3);
});

const inStep = ({ messenger, homeRoster }: FakeMember) =>
	messenger.relaySeq === homeRoster.entries.length;
const onlineIn = ({ members }: FakeMember) => members.list.filter(({ online }) => online).length;

/** What was said since it was last asked, each once. */
function heard(on: (listener: (change: string) => void) => unknown): () => string[] {
	const changes = new Set<string>();
	on((change) => changes.add(change));
	return () => {
		const all = [...changes].toSorted();
		changes.clear();
		return all;
	};
}

test('a messenger says whether the connection, presence or roster changed', async () => {
	const said = heard(owner.messenger.on.bind(owner.messenger));
	for (const socket of relay.of(homeOf(owner), viewer.device)) socket.end(1006);
	await until(() => !owner.messenger.online.has(viewer.device));
	expect(said()).toEqual(['presence']);
	await owner.homeRoster.amend(viewer.device, { name: 'Hall' });
	await until(() => inStep(owner));
	expect(said()).toEqual(['roster']);
	relay.down = true;
	relay.cut();
	await until(() => owner.messenger.state.kind === 'away');
	expect(said()).toEqual(['connection', 'presence', 'roster']);
	expect(owner.messenger.online.size).toBe(0);
});

test('a member list says whether the members or only presence changed, and nothing else', async () => {
	const said = heard(owner.members.on.bind(owner.members));
	for (const socket of relay.of(homeOf(owner), viewer.device)) socket.end(1006);
	await until(() => onlineIn(owner) === 2);
	expect(said()).toEqual(['presence']);
	await owner.members.rename(viewer.device, 'Tablet');
	await until(() => inStep(owner));
	await until(() => owner.members.list.some(({ name }) => name === 'Tablet'));
	expect(said()).toEqual(['members']);
});
