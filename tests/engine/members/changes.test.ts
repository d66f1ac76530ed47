import { beforeEach, expect, test } from 'vitest';
import type { Role } from '#domain/home/roster.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeHome, type FakeMember } from '../../fakes/member.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { until } from '../../support/until.ts';
import { joinedTo, RELAY } from './joined.ts';

let relay: FakeRelay;
let owner: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;

beforeEach(async () => {
	const clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, camera, viewer] = await fakeHome(clock, relay, RELAY);
	relay.open(owner.homeRoster.entries, homeOf(owner));
	await arrive(owner);
	await join(camera, ['camera'], 'Door');
	await join(viewer, ['viewer'], 'Phone');
	await until(() => onlineIn(owner) === 3);
});

function homeOf({ homeRoster }: FakeMember) {
	const home = homeRoster.roster?.home;
	if (home === undefined) throw new Error('no home');
	return home;
}

async function arrive(one: FakeMember): Promise<void> {
	one.begin();
	await until(() => one.messenger.state.kind === 'connected');
}

async function join(one: FakeMember, roles: readonly Role[], name: string): Promise<void> {
	await joinedTo(owner, one, roles, name);
	await until(() => inStep(owner));
	await arrive(one);
}

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
