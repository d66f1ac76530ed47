/** Attacks by a relay, a kit and an outgoing owner on pending entries and on returning members. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { signGrant } from '#engine/home/keys.ts';
import { deriveKitKeys, kitSubject, type KitKeys } from '#engine/home/kit-keys.ts';
import { kitGroups } from '#domain/pairing/kit.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import { kitRecoveryOf } from '../../fakes/kit.ts';
import type { FakeRelay } from '../../fakes/relay.ts';
import { fakeMember, type FakeMember } from '../../fakes/member.ts';
import { RELAY, subjectOf } from '../members/joined.ts';
import { keyOf, ownersHome, signed } from '../home/owners.ts';

const DAY_MS = 24 * 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let relay: FakeRelay;
let owner: FakeMember;
let second: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;
let kit: KitKeys;
let paper: Bytes;

beforeEach(async () => {
	({ clock, relay, owner, second, camera, viewer } = await ownersHome());
	paper = crypto.random(16);
	kit = await deriveKitKeys(crypto, paper);
	await owner.homeRoster.admitKit(kit);
	for (const one of [camera, viewer, second]) await learn(one, owner);
});

const learn = (one: FakeMember, from: FakeMember) => shown(one, from.homeRoster.entries);
const shown = (one: FakeMember, entries: readonly Bytes[]) =>
	one.homeRoster.merge(owner.founded, 1, entries);
const rolesOf = (by: FakeMember, one: FakeMember) => by.homeRoster.member(one.device)?.roles;
async function homeGrant(by: FakeMember, to: FakeMember, number: number): Promise<Bytes> {
	const raw = crypto.random(32);
	const subject = { home: owner.founded, camera: null, number, recipient: to.device };
	const kem = to.localDevice.unlocked?.identity.kem.public ?? new Uint8Array();
	return signGrant(crypto, raw, subject, kem, keyOf(by).key, clock.wallMs());
}

describe('KT12 pending claims that differ between devices', () => {
	it('two forms of one claim: all devices with either follow the refusal of one', async () => {
		const thief = fakeMember(clock, relay);
		const claimed = [...owner.homeRoster.entries];
		const subject = await subjectOf(thief);
		await signed(clock, claimed, kit.owner, { subject });
		// The relay hid the claim until now, so it is pending everywhere.
		clock.step(DAY_MS);
		const [one, other] = [[...claimed], [...claimed]];
		await signed(clock, one, kit.owner, { op: 'rotate', subject });
		await signed(clock, other, kit.owner, { op: 'rotate', subject, detail: new Uint8Array(9) });
		expect(await shown(owner, one)).toBe('early');
		expect(await shown(camera, other)).toBe('early');
		await owner.homeRoster.rollBackClaims();
		expect(await learn(camera, owner)).toBe('new');
		expect(camera.homeRoster.entries).toEqual(owner.homeRoster.entries);
	});

	it('forgotten by a reload: what the owner signs next is a fork that it settles', async () => {
		const thief = fakeMember(clock, relay);
		const entries = [...owner.homeRoster.entries];
		const subject = await subjectOf(thief);
		await signed(clock, entries, kit.owner, { subject });
		for (const one of [camera, viewer]) await shown(one, entries);
		clock.step(DAY_MS);
		await signed(clock, entries, kit.owner, { op: 'rotate', subject });
		await shown(camera, entries);
		expect(rolesOf(camera, thief)).toContain('owner');
		expect(await shown(owner, entries)).toBe('early');
		const tab = owner.again();
		await tab.localDevice.refresh();
		const learnt = (all: readonly Bytes[]) => tab.homeRoster.merge(owner.founded, 1, all);
		await tab.homeRoster.amend(viewer.device, { name: 'Tablet' });
		expect(await learnt(entries)).toBe('forked');
		expect((await tab.homeRoster.fork())?.may).toBe(true);
		await tab.homeRoster.settle();
		expect(await shown(camera, tab.homeRoster.entries)).toBe('new');
		expect(rolesOf(camera, thief)).toBeUndefined();
	});

	it('a fork is settled while a claim is pending: the claim falls, too', async () => {
		const thief = fakeMember(clock, relay);
		await second.homeRoster.amend(viewer.device, { name: 'Tablet' });
		const entries = [...owner.homeRoster.entries];
		await owner.homeRoster.amend(camera.device, { name: 'Gate' });
		entries.push(...owner.homeRoster.entries.slice(entries.length));
		const subject = await subjectOf(thief);
		await signed(clock, entries, kit.owner, { subject });
		await shown(camera, entries);
		clock.step(DAY_MS);
		await signed(clock, entries, kit.owner, { op: 'rotate', subject });
		expect(await shown(camera, entries)).toBe('new');
		expect(await shown(owner, entries)).toBe('early');
		expect(await learn(owner, second)).toBe('forked');
		await owner.homeRoster.settle();
		expect(await learn(camera, owner)).toBe('new');
		expect(rolesOf(camera, thief)).toBeUndefined();
		expect(await learn(second, owner)).toBe('new');
	});
});

describe('KT9 KT17 coming back', () => {
	it('a kit whose grants an owner spoilt opens the rest', async () => {
		const entries = [...owner.homeRoster.entries];
		const bad = await homeGrant(second, camera, 7);
		await signed(clock, entries, keyOf(second), {
			...{ op: 'rotate', roles: ['recovery'], subject: kitSubject(kit), detail: bad },
		});
		relay.open(entries, owner.founded);
		const device = fakeMember(clock, relay);
		const coming = kitRecoveryOf(device, relay);
		await coming.recover(kitGroups(paper).join('-'), 'New', RELAY);
		expect(coming.state).toMatchObject({ kind: 'waiting' });
		clock.step(DAY_MS);
		await coming.recover(kitGroups(paper).join('-'), 'New', RELAY);
		expect(coming.state).toMatchObject({ kind: 'done' });
	});

	it('a returning member accepts no roster that its own one takes back', async () => {
		const before = [...owner.homeRoster.entries];
		await owner.homeRoster.revoke(second.device);
		expect(await learn(viewer, owner)).toBe('new');
		// The relay shows the earlier roster, and what the revoked member adds.
		await signed(clock, before, keyOf(second), { op: 'policy', roles: [] });
		relay.open(before, owner.founded);
		const coming = kitRecoveryOf(viewer, relay);
		await coming.recover(kitGroups(paper).join('-'), 'Phone', RELAY);
		clock.step(DAY_MS);
		await coming.recover(kitGroups(paper).join('-'), 'Phone', RELAY);
		expect(coming.state).not.toMatchObject({ kind: 'done' });
		expect(rolesOf(viewer, second)).toBeUndefined();
	});
});

describe('ID47 an endless roster', () => {
	it('is rejected without verifying one signature', async () => {
		const verify = vi.spyOn(camera.crypto, 'verify');
		// Known entries are verified again each time.
		expect(await learn(camera, camera)).toBe('known');
		const { length } = verify.mock.calls;
		const [first] = camera.homeRoster.entries;
		if (first === undefined) throw new Error('no roster');
		const many = Array.from({ length: 4097 }, () => first);
		expect(await shown(camera, [...camera.homeRoster.entries, ...many])).toBe('forked');
		expect(verify).toHaveBeenCalledTimes(2 * length);
	});
});

describe('ID7 ID24 an owner that became a viewer, and an owner again', () => {
	it('signs and grants nothing in between, not even what it prepared before', async () => {
		const grant = await second.homeRoster.homeKeyFor(camera.device);
		const early = [...second.homeRoster.entries];
		await signed(clock, early, keyOf(second), { op: 'policy', roles: [] });
		await owner.homeRoster.amend(second.device, { roles: ['viewer'] });
		for (const one of [camera, second]) expect(await learn(one, owner)).toBe('new');
		const taken = camera.homeRoster.acceptHomeKey(grant ?? new Uint8Array());
		await expect(taken).rejects.toMatchObject({ kind: 'corrupt' });
		await expect(second.homeRoster.rollBackClaims()).rejects.toMatchObject({ kind: 'denied' });
		// Signed as an owner and shown now: a fork that it may not settle.
		expect(await shown(camera, early)).toBe('forked');
		expect(await shown(second, early)).toBe('forked');
		expect((await second.homeRoster.fork())?.may).toBe(false);
		await owner.homeRoster.amend(second.device, { roles: ['viewer', 'owner'] });
		for (const one of [camera, second]) expect(await learn(one, owner)).toBe('new');
		expect(await shown(camera, early)).toBe('forked');
		await second.homeRoster.amend(viewer.device, { name: 'Tablet' });
		expect(await learn(camera, second)).toBe('new');
	});
});

describe('ID49 home keys of an owner that is about to go', () => {
	it('one prepared for the future is replaced by the one of the revocation', async () => {
		await camera.homeRoster.acceptHomeKey(await homeGrant(second, camera, 2));
		await owner.homeRoster.revoke(second.device);
		await learn(camera, owner);
		const key = await owner.homeRoster.homeKeyFor(camera.device);
		await camera.homeRoster.acceptHomeKey(key ?? new Uint8Array());
		const sealed = await owner.localDevice.unlocked?.nameSealer.seal(camera.device, 'Yard');
		await camera.localDevice.refresh();
		const none = new Uint8Array();
		const opened = await camera.localDevice.unlocked?.nameSealer.nameOrNull(
			camera.device,
			sealed ?? none,
		);
		expect(opened).toBe('Yard');
	});
});
