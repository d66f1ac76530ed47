import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#browser/keys/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { RosterEntry, Subject } from '#domain/home/roster.ts';
import { becomeCamera } from '#engine/home/founding.ts';
import { kitKeysOf, type KitKeys } from '#engine/home/kit-keys.ts';
import type { Revoked } from '#engine/members/members.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import type { Pair, SignKey } from '#ports/keys/crypto.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { kitsOf } from '../../fakes/kit.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { household, resident, type Resident } from '../../fakes/resident.ts';
import { joinedTo, RELAY, subjectOf } from '../members/joined.ts';
import { until } from '../../support/until.ts';

const DAY_MS = 24 * 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let relay: FakeRelay;
let owner: Resident;
let camera: Resident;
let viewer: Resident;
let kit: KitKeys;
/** As the relay has them when the owner wakes. */
let entries: Bytes[];

beforeEach(async () => {
	clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, camera, viewer] = await household(clock, relay, RELAY);
	await joinedTo(owner, camera, ['camera'], 'Door');
	await joinedTo(owner, viewer, ['viewer'], 'Phone');
	kit = await kitKeysOf(crypto, crypto.random(16));
	await owner.membership.admitKit(kit);
	entries = [...owner.membership.entries];
	const after = (one: Resident) => entries.slice(one.membership.entries.length);
	for (const one of [camera, viewer]) {
		await one.membership.learn(home(), one.membership.entries.length + 1, after(one));
	}
});

function home() {
	return owner.founded;
}

type Said = Partial<RosterEntry> & { readonly subject: Subject };

async function sign(by: Pair<SignKey>, said: Said): Promise<Bytes> {
	const entry = await nextEntry(crypto, by, await replayRoster(crypto, entries), clock.wallMs(), {
		...{ op: 'add', roles: ['viewer', 'owner'], notAfterMs: null, detail: new Uint8Array() },
		...said,
	});
	entries.push(entry);
	return entry;
}

/** The owner is away; a day lies between what the kit signs, and the camera takes both in. */
async function claimed(subject: Subject): Promise<void> {
	const known = entries.length;
	const claim = await sign(kit.owner, { subject });
	await camera.membership.learn(home(), known + 1, [claim]);
	clock.step(DAY_MS);
	const good = await sign(kit.owner, { op: 'rotate', subject });
	expect(await camera.membership.learn(home(), known + 2, [good])).toBe('new');
}

/** All that the relay has, at once. */
function woken(): Promise<string> {
	const from = owner.membership.entries.length;
	return owner.membership.learn(home(), from + 1, entries.slice(from));
}

/** All that the owner has. */
const heard = (one: Resident) => one.membership.learn(home(), 1, owner.membership.entries);

const kindOf = (work: Promise<unknown>) =>
	work.then(
		() => 'done',
		(error: unknown) => (error instanceof Fault ? error.kind : 'no Fault'),
	);

async function arrive(...all: Resident[]): Promise<void> {
	for (const one of all) one.begin();
	await until(() => all.every(({ link }) => link.state.kind === 'connected'));
}

const rolesOf = (by: Resident, one: Resident) => by.membership.member(one.device)?.roles;

describe('KT12 an owner that slept for more than a day', () => {
	it('signs beside what waits: it falls, for those too for whom it counted, and the claim is refused', async () => {
		const thief = resident(clock, relay);
		await claimed(await subjectOf(thief));
		relay.open(entries, home());
		const known = owner.membership.entries.length;
		await arrive(owner, camera);
		await until(() => owner.membership.entries.length === known + 1);
		expect(rolesOf(camera, thief)).toContain('owner');
		const kits = kitsOf(owner, relay);
		await until(() => kits.claims.length === 1);
		const { membership } = owner;
		await membership.amend(viewer.device, { name: 'Tablet' });
		const same = () => camera.membership.entries.length === membership.entries.length;
		await until(() => owner.link.relaySeq === membership.entries.length);
		await until(same);
		expect(rolesOf(camera, thief)).toBeUndefined();
		expect(kits.claims).toHaveLength(1);

		await kits.refuse();
		await until(() => owner.link.relaySeq === membership.entries.length);
		await until(same);
		for (const one of [owner, camera]) {
			expect(one.membership.member(thief.device)).toBeNull();
			expect(one.membership.member(kit.device)).toBeNull();
			expect(one.membership.roster?.owners.size).toBe(1);
			expect(one.link.forked).toBe(false);
		}
		expect(kits.claims).toEqual([]);
		await membership.amend(camera.device, { name: 'Gate' });
		await until(() => camera.members.list.some(({ name }) => name === 'Gate'));
	});

	it('what came of the claim is undone, and what another owner did stays', async () => {
		const second = resident(clock, relay);
		await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
		entries = [...owner.membership.entries];
		await camera.membership.learn(home(), 5, entries.slice(4));
		await claimed(await subjectOf(viewer));
		const guests = [resident(clock, relay), resident(clock, relay)] as const;
		const [theirs, rightful] = await Promise.all(guests.map((one) => subjectOf(one)));
		const by = viewer.house.household?.identity.owner;
		const right = second.house.household?.identity.owner;
		if (!theirs || !rightful || !by || !right) throw new Error('nobody');
		await sign(by, { subject: theirs });
		const lens = await subjectOf(camera);
		await sign(by, { op: 'rotate', roles: ['viewer'], subject: lens });
		await sign(right, { roles: ['viewer'], subject: rightful });
		expect(await woken()).toBe('early');

		await owner.membership.refuse();
		expect(rolesOf(owner, viewer)).toEqual(['viewer']);
		expect(rolesOf(owner, camera)).toEqual(['camera']);
		expect(rolesOf(owner, guests[0])).toBeUndefined();
		expect(rolesOf(owner, guests[1])).toEqual(['viewer']);
		expect(rolesOf(owner, second)).toContain('owner');
		expect(owner.membership.member(kit.device)).toBeNull();
		expect(await heard(camera)).toBe('new');
		expect(rolesOf(camera, viewer)).toEqual(['viewer']);
	});

	it('another kit and a member that were turned into something else are what they were again', async () => {
		const other = await kitKeysOf(crypto, crypto.random(16));
		await owner.membership.admitKit(other);
		const from = camera.membership.entries.length;
		entries = [...owner.membership.entries];
		await camera.membership.learn(home(), from + 1, entries.slice(from));
		await claimed(await subjectOf(viewer));
		const by = viewer.house.household?.identity.owner;
		const theirs = owner.membership.member(other.device)?.subject;
		if (!by || !theirs?.owner) throw new Error('nobody');
		const swapped = await crypto.makeSignKey(true);
		const roles = ['viewer', 'owner'] as const;
		await sign(by, {
			op: 'rotate',
			roles,
			subject: { ...theirs, owner: swapped.public },
		});
		await sign(by, { op: 'rotate', roles: ['recovery'], subject: await subjectOf(camera) });
		expect(await woken()).toBe('early');

		await owner.membership.refuse();
		const { roster } = owner.membership;
		expect(rolesOf(owner, camera)).toEqual(['camera']);
		expect(rolesOf(owner, viewer)).toEqual(['viewer']);
		expect(roster?.devices.get(other.device)).toMatchObject({
			roles: ['recovery'],
			subject: { owner: theirs.owner },
		});
		expect(roster?.owners.size).toBe(1);
		expect(await heard(camera)).toBe('new');
		expect(rolesOf(camera, viewer)).toEqual(['viewer']);
	});

	it('becomes no camera meanwhile', async () => {
		const second = resident(clock, relay);
		await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
		entries = [...owner.membership.entries];
		await camera.membership.learn(home(), 5, entries.slice(4));
		await claimed(await subjectOf(viewer));
		const from = second.membership.entries.length;
		await second.membership.learn(home(), from + 1, entries.slice(from));
		expect(second.membership.roster?.claims.size).toBe(1);
		const known = second.membership.entries.length;
		const became = becomeCamera({ crypto, clock, vault: second.vault }, second.house.household!);
		expect(await kindOf(became)).toBe('conflict');
		expect(second.house.household?.identity.cameras).toEqual([]);
		expect(second.membership.entries).toHaveLength(known);
	});

	it('that was taken out by what waits refuses all the same; where a day made that count it stays out', async () => {
		await claimed(await subjectOf(viewer));
		const by = viewer.house.household?.identity.owner;
		if (!by) throw new Error('nobody');
		const none = new Uint8Array(65);
		const gone = { device: owner.device, sign: none, kem: none, owner: null, dtls: null };
		const out = await sign(by, { op: 'revoke', roles: [], subject: gone });
		expect(await woken()).toBe('early');
		await owner.membership.refuse();
		expect(owner.membership.owner).toBe(true);
		// The camera knows of the new owner, but not of what it did: an owner of both settles it.
		const tab = camera.again();
		await tab.house.look();
		expect(await heard(camera)).toBe('new');
		expect(rolesOf(camera, viewer)).toEqual(['viewer']);
		expect(camera.membership.member(owner.device)).not.toBeNull();
		expect(await camera.membership.learn(home(), 1, entries)).toBe('forked');
		expect(camera.membership.member(owner.device)).not.toBeNull();
		// Whoever took the revocation in after a day of its own does not take it back.
		const late = viewer;
		expect(await late.membership.learn(home(), 1, entries.slice(0, 5))).toBe('new');
		clock.step(DAY_MS);
		expect(await late.membership.learn(home(), 1, entries)).toBe('new');
		expect(late.membership.entries.at(-1)).toEqual(out);
		expect(await heard(late)).toBe('forked');
		expect(late.membership.member(owner.device)).toBeNull();
	});

	it('what waits comes in pieces, and is not forgotten when somebody shows less', async () => {
		await claimed(await subjectOf(viewer));
		const by = viewer.house.household?.identity.owner;
		if (!by) throw new Error('nobody');
		const from = owner.membership.entries.length;
		expect(await woken()).toBe('early');
		const more = await sign(by, {
			roles: ['viewer'],
			subject: await subjectOf(resident(clock, relay)),
		});
		const learn: typeof owner.membership.learn = (...given) => owner.membership.learn(...given);
		expect(await learn(home(), entries.length + 1, [more])).toBe('gap');
		expect(await learn(home(), entries.length, [more])).toBe('early');
		expect(await learn(home(), from + 1, entries.slice(from, from + 1))).toBe('early');
		clock.step(DAY_MS);
		expect(await learn(home(), from + 1, entries.slice(from, from + 1))).toBe('new');
		expect(owner.membership.entries).toHaveLength(entries.length);
		await owner.membership.revoke(viewer.device);
	});
});

it('KT12 as many entries are no proof: another owner’s of the same number', async () => {
	const second = resident(clock, relay);
	await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
	entries = [...owner.membership.entries];
	relay.open(entries, home());
	await camera.membership.learn(home(), 5, entries.slice(4));
	await arrive(owner, camera);
	await until(() => owner.link.online.has(camera.device));
	relay.lie = (frame) => (frame.t === 'roster' || frame.t === 'refused' ? null : frame);
	await second.membership.amend(viewer.device, { name: 'Mine' });
	relay.open(second.membership.entries, home());
	const told: Revoked[] = [];
	await owner.members.revoke(viewer.device, (revoked) => told.push(revoked));
	const [named] = second.membership.entries.slice(entries.length);
	if (named === undefined) throw new Error('nothing signed');
	const acted = relay.heard.length;
	expect(await camera.membership.learn(home(), entries.length + 1, [named])).toBe('new');
	await until(() => relay.heard.slice(acted).some(({ t }) => t === 'letter'));
	relay.lie = (frame) => frame;
	for (const socket of relay.of(home(), owner.device)) socket.end(1006);
	await until(() => owner.link.state.kind === 'away');
	owner.network.back();
	await until(() => owner.link.forked);
	expect(told.at(-1)).toMatchObject({ relayMs: null });
	expect(told.at(-1)?.cameras.find(({ device }) => device === camera.device)?.ms).toBeNull();
});
