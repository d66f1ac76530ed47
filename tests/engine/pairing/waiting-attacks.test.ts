/**
 * What a relay, a kit and an owner who is to go try around what waits, and at those who come back.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WebCrypto } from '#browser/keys/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { grantOf } from '#engine/home/keys.ts';
import { kitKeysOf, kitSubject, type KitKeys } from '#engine/home/kit-keys.ts';
import { kitGroups } from '#domain/pairing/kit.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import { recoveringOf } from '../../fakes/kit.ts';
import type { FakeRelay } from '../../fakes/relay.ts';
import { resident, type Resident } from '../../fakes/resident.ts';
import { RELAY, subjectOf } from '../members/joined.ts';
import { keyOf, ownersHome, signed } from '../home/owners.ts';

const DAY_MS = 24 * 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let relay: FakeRelay;
let owner: Resident;
let second: Resident;
let camera: Resident;
let viewer: Resident;
let kit: KitKeys;
let paper: Bytes;

beforeEach(async () => {
	({ clock, relay, owner, second, camera, viewer } = await ownersHome());
	paper = crypto.random(16);
	kit = await kitKeysOf(crypto, paper);
	await owner.membership.admitKit(kit);
	for (const one of [camera, viewer, second]) await learn(one, owner);
});

const learn = (one: Resident, from: Resident) => shown(one, from.membership.entries);
const shown = (one: Resident, entries: readonly Bytes[]) =>
	one.membership.learn(owner.founded, 1, entries);
const rolesOf = (by: Resident, one: Resident) => by.membership.member(one.device)?.roles;
async function homeGrant(by: Resident, to: Resident, number: number): Promise<Bytes> {
	const raw = crypto.random(32);
	const subject = { home: owner.founded, camera: null, number, recipient: to.device };
	const kem = to.house.household?.identity.kem.public ?? new Uint8Array();
	return grantOf(crypto, raw, subject, kem, keyOf(by).key, clock.wallMs());
}

describe('KT12 what waits is another for each', () => {
	it('two forms of it: all who wait follow the refusal of one', async () => {
		const thief = resident(clock, relay);
		const claimed = [...owner.membership.entries];
		const subject = await subjectOf(thief);
		await signed(clock, claimed, kit.owner, { subject });
		// The relay hid the claim till now: so it waits everywhere.
		clock.step(DAY_MS);
		const [one, other] = [[...claimed], [...claimed]];
		await signed(clock, one, kit.owner, { op: 'rotate', subject });
		await signed(clock, other, kit.owner, { op: 'rotate', subject, detail: new Uint8Array(9) });
		expect(await shown(owner, one)).toBe('early');
		expect(await shown(camera, other)).toBe('early');
		await owner.membership.refuse();
		expect(await learn(camera, owner)).toBe('new');
		expect(camera.membership.entries).toEqual(owner.membership.entries);
	});

	it('forgotten with a reload: what the owner signs then is a fork that it settles', async () => {
		const thief = resident(clock, relay);
		const entries = [...owner.membership.entries];
		const subject = await subjectOf(thief);
		await signed(clock, entries, kit.owner, { subject });
		for (const one of [camera, viewer]) await shown(one, entries);
		clock.step(DAY_MS);
		await signed(clock, entries, kit.owner, { op: 'rotate', subject });
		await shown(camera, entries);
		expect(rolesOf(camera, thief)).toContain('owner');
		expect(await shown(owner, entries)).toBe('early');
		const tab = owner.again();
		await tab.house.look();
		const learnt = (all: readonly Bytes[]) => tab.membership.learn(owner.founded, 1, all);
		await tab.membership.amend(viewer.device, { name: 'Tablet' });
		expect(await learnt(entries)).toBe('forked');
		expect((await tab.membership.fork())?.may).toBe(true);
		await tab.membership.settle();
		expect(await shown(camera, tab.membership.entries)).toBe('new');
		expect(rolesOf(camera, thief)).toBeUndefined();
	});

	it('a fork is settled while something waits: it falls, too', async () => {
		const thief = resident(clock, relay);
		await second.membership.amend(viewer.device, { name: 'Tablet' });
		const entries = [...owner.membership.entries];
		await owner.membership.amend(camera.device, { name: 'Gate' });
		entries.push(...owner.membership.entries.slice(entries.length));
		const subject = await subjectOf(thief);
		await signed(clock, entries, kit.owner, { subject });
		await shown(camera, entries);
		clock.step(DAY_MS);
		await signed(clock, entries, kit.owner, { op: 'rotate', subject });
		expect(await shown(camera, entries)).toBe('new');
		expect(await shown(owner, entries)).toBe('early');
		expect(await learn(owner, second)).toBe('forked');
		await owner.membership.settle();
		expect(await learn(camera, owner)).toBe('new');
		expect(rolesOf(camera, thief)).toBeUndefined();
		expect(await learn(second, owner)).toBe('new');
	});
});

describe('KT9 KT17 coming back', () => {
	it('a kit whose grants an owner spoilt opens what is left', async () => {
		const entries = [...owner.membership.entries];
		const bad = await homeGrant(second, camera, 7);
		await signed(clock, entries, keyOf(second), {
			...{ op: 'rotate', roles: ['recovery'], subject: kitSubject(kit), detail: bad },
		});
		relay.open(entries, owner.founded);
		const device = resident(clock, relay);
		const coming = recoveringOf(device, relay);
		await coming.come(kitGroups(paper).join('-'), 'New', RELAY);
		expect(coming.state).toMatchObject({ kind: 'waiting' });
		clock.step(DAY_MS);
		await coming.come(kitGroups(paper).join('-'), 'New', RELAY);
		expect(coming.state).toMatchObject({ kind: 'done' });
	});

	it('a member that comes back is led into no roster that its own takes back', async () => {
		const before = [...owner.membership.entries];
		await owner.membership.revoke(second.device);
		expect(await learn(viewer, owner)).toBe('new');
		// The relay shows what was before, and what the revoked one says.
		await signed(clock, before, keyOf(second), { op: 'policy', roles: [] });
		relay.open(before, owner.founded);
		const coming = recoveringOf(viewer, relay);
		await coming.come(kitGroups(paper).join('-'), 'Phone', RELAY);
		clock.step(DAY_MS);
		await coming.come(kitGroups(paper).join('-'), 'Phone', RELAY);
		expect(coming.state).not.toMatchObject({ kind: 'done' });
		expect(rolesOf(viewer, second)).toBeUndefined();
	});
});

describe('ID47 a roster without end', () => {
	it('is not even looked at', async () => {
		const verify = vi.spyOn(camera.crypto, 'verify');
		// What is kept is looked at each time.
		expect(await learn(camera, camera)).toBe('known');
		const { length } = verify.mock.calls;
		const [first] = camera.membership.entries;
		if (first === undefined) throw new Error('no roster');
		const many = Array.from({ length: 4097 }, () => first);
		expect(await shown(camera, [...camera.membership.entries, ...many])).toBe('forked');
		expect(verify).toHaveBeenCalledTimes(2 * length);
	});
});

describe('ID7 ID24 an owner that became a viewer, and an owner again', () => {
	it('signs and grants nothing meanwhile, also what it made before', async () => {
		const grant = await second.membership.homeKeyFor(camera.device);
		const early = [...second.membership.entries];
		await signed(clock, early, keyOf(second), { op: 'policy', roles: [] });
		await owner.membership.amend(second.device, { roles: ['viewer'] });
		for (const one of [camera, second]) expect(await learn(one, owner)).toBe('new');
		const taken = camera.membership.takeHomeKey(grant ?? new Uint8Array());
		await expect(taken).rejects.toMatchObject({ kind: 'corrupt' });
		await expect(second.membership.refuse()).rejects.toMatchObject({ kind: 'denied' });
		// Signed while it was one, and shown now: a fork, which it cannot settle.
		expect(await shown(camera, early)).toBe('forked');
		expect(await shown(second, early)).toBe('forked');
		expect((await second.membership.fork())?.may).toBe(false);
		await owner.membership.amend(second.device, { roles: ['viewer', 'owner'] });
		for (const one of [camera, second]) expect(await learn(one, owner)).toBe('new');
		expect(await shown(camera, early)).toBe('forked');
		await second.membership.amend(viewer.device, { name: 'Tablet' });
		expect(await learn(camera, second)).toBe('new');
	});
});

describe('ID49 home keys of an owner who is to go', () => {
	it('one of the future is replaced by that of the revocation', async () => {
		await camera.membership.takeHomeKey(await homeGrant(second, camera, 2));
		await owner.membership.revoke(second.device);
		await learn(camera, owner);
		const key = await owner.membership.homeKeyFor(camera.device);
		await camera.membership.takeHomeKey(key ?? new Uint8Array());
		const sealed = await owner.house.household?.naming.seal(camera.device, 'Yard');
		await camera.house.look();
		const none = new Uint8Array();
		const opened = await camera.house.household?.naming.nameOrNull(camera.device, sealed ?? none);
		expect(opened).toBe('Yard');
	});
});
