/** ID45 ID46: two owners signed concurrently, and one of them merges both branches. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import type { FakeRelay } from '../../fakes/relay.ts';
import { fakeMember, type FakeMember } from '../../fakes/member.ts';
import { subjectOf } from '../members/joined.ts';
import { ownersHome, relayWith } from './owners.ts';
import { until } from '../../support/until.ts';

let clock: ManualClock;
let relay: FakeRelay;
let owner: FakeMember;
let second: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;
let guest: FakeMember;

beforeEach(async () => {
	({ clock, relay, owner, second, camera, viewer } = await ownersHome());
	guest = fakeMember(clock, relay);
	for (const one of [camera, viewer]) await learn(one, owner);
});

const learn = (one: FakeMember, from: FakeMember) => shown(one, from.homeRoster.entries);
const shown = (one: FakeMember, entries: readonly Bytes[]) =>
	one.homeRoster.merge(owner.founded, 1, entries);
const rolesOf = (by: FakeMember, one: FakeMember) => by.homeRoster.member(one.device)?.roles;

/**
 * One revokes the viewer and renames the camera; the other admits a guest and makes the viewer
 * live-only.
 */
async function parted(): Promise<void> {
	await owner.homeRoster.revoke(viewer.device);
	await owner.homeRoster.amend(camera.device, { name: 'Gate' });
	await second.homeRoster.admit(await subjectOf(guest), ['viewer'], 'Guest');
	await second.homeRoster.amend(viewer.device, { roles: ['viewer', 'live'] });
	expect(await learn(camera, owner)).toBe('new');
	expect(await learn(owner, second)).toBe('forked');
}

describe('ID46 a fork between honest devices', () => {
	it('both branches hold afterwards, for members on either and at the relay', async () => {
		await parted();
		const branches = [owner, second].map(({ homeRoster }) => [...homeRoster.entries]);
		const fork = await owner.homeRoster.fork();
		expect(fork).toMatchObject({
			mine: [{ op: 'revoke' }, { op: 'rotate' }],
			theirs: [{ op: 'add' }, { op: 'rotate' }],
			may: true,
		});
		const { seq } = await owner.homeRoster.settle();
		const settled = owner.homeRoster.entries;
		expect(settled).toHaveLength(seq);
		for (const one of [camera, second]) expect(await learn(one, owner)).toBe('new');
		for (const branch of branches) {
			expect(await relayWith({ clock, owner, camera }, branch, settled.slice(4))).toMatchObject({
				entries: settled,
			});
		}
		for (const one of [owner, camera, second]) {
			expect(one.homeRoster.entries).toEqual(settled);
			// Revoked on one branch means revoked.
			expect(rolesOf(one, viewer)).toBeUndefined();
			expect(rolesOf(one, guest)).toEqual(['viewer']);
			expect(rolesOf(one, second)).toContain('owner');
			expect(await one.homeRoster.fork()).toBeNull();
		}
		// No connection brings the camera its home key here; the owner has it.
		const named = await owner.localDevice.unlocked?.nameSealer.open(
			camera.device,
			detailOf(camera),
		);
		expect(named).toBe('Gate');
		// The dropped branches are shown again: they are known to have fallen, and nothing is undone.
		for (const branch of branches) {
			for (const one of [owner, camera, second]) expect(await shown(one, branch)).toBe('fallen');
			expect(await relayWith({ clock, owner, camera }, settled, branch.slice(4))).toBe('roster');
		}
		expect(camera.homeRoster.entries).toEqual(settled);
	});

	it('a camera begins a new epoch although the roster got no longer', async () => {
		await parted();
		const epoch = await camera.localDevice.currentEpochNumber(camera.camera);
		await owner.homeRoster.settle();
		await learn(camera, owner);
		const after = await camera.localDevice.currentEpochNumber(camera.camera);
		expect(after).toBe(epoch + 1);
		expect(await camera.localDevice.currentEpochNumber(camera.camera)).toBe(after);
		await owner.homeRoster.revoke(guest.device);
		await learn(camera, owner);
		expect(await camera.localDevice.currentEpochNumber(camera.camera)).toBe(after + 1);
	});

	it('two owners who settle concurrently fork again, and one settles that', async () => {
		await parted();
		await learn(second, owner);
		await owner.homeRoster.settle();
		await second.homeRoster.settle();
		expect(await learn(camera, owner)).toBe('new');
		expect(await learn(camera, second)).toBe('forked');
		expect(await learn(second, owner)).toBe('forked');
		await second.homeRoster.settle();
		for (const one of [camera, owner]) {
			expect(await learn(one, second)).toBe('new');
			expect(rolesOf(one, viewer)).toBeUndefined();
			expect(rolesOf(one, guest)).toEqual(['viewer']);
		}
	});

	it('over a relay connection: the later one merges, and relay and camera follow', async () => {
		relay.open(owner.homeRoster.entries, owner.founded);
		for (const one of [owner, camera]) one.begin();
		await until(() =>
			[owner, camera].every(({ messenger }) => messenger.state.kind === 'connected'),
		);
		await second.homeRoster.admit(await subjectOf(guest), ['viewer'], 'Guest');
		await owner.members.revoke(viewer.device, () => undefined);
		await until(() => camera.homeRoster.entries.length === owner.homeRoster.entries.length);
		second.begin();
		await until(() => second.messenger.forked);
		await until(() => second.members.fork !== null);
		expect(second.members.fork).toMatchObject({
			mine: [{ what: 'in', name: 'Guest' }],
			theirs: [{ what: 'out', name: 'Phone' }],
			may: true,
		});
		await second.members.settle();
		await until(() => !second.messenger.forked && second.members.fork === null);
		for (const one of [owner, camera]) {
			await until(() => rolesOf(one, guest) !== undefined);
			expect(one.homeRoster.entries).toEqual(second.homeRoster.entries);
			expect(one.messenger.forked).toBe(false);
			expect(rolesOf(one, viewer)).toBeUndefined();
		}
	});

	it('a member that was away on the dropped branch does not show it to the relay, and follows', async () => {
		await parted();
		await owner.homeRoster.settle();
		relay.open(owner.homeRoster.entries, owner.founded);
		second.begin();
		await until(() => second.homeRoster.entries.length === owner.homeRoster.entries.length);
		expect(second.homeRoster.entries).toEqual(owner.homeRoster.entries);
		await until(() => !second.messenger.forked);
	});

	it('LK10 a relay that was away on the dropped branch is shown the other one', async () => {
		await parted();
		relay.open(second.homeRoster.entries, owner.founded);
		await owner.homeRoster.settle();
		owner.begin();
		await until(() => owner.messenger.relaySeq === owner.homeRoster.entries.length);
		expect(relay.homes.get(owner.founded)).toEqual(owner.homeRoster.entries);
		expect(owner.messenger.forked).toBe(false);
	});
});

describe('ID45 who may not settle', () => {
	it('a viewer, or an owner that the other branch revoked', async () => {
		await parted();
		expect(await learn(viewer, second)).toBe('new');
		expect(await learn(viewer, owner)).toBe('forked');
		await expect(viewer.homeRoster.settle()).rejects.toMatchObject({ kind: 'denied' });

		const third = fakeMember(clock, relay);
		await owner.homeRoster.revoke(second.device);
		await second.homeRoster.admit(await subjectOf(third), ['viewer', 'owner'], 'Puppet');
		expect(await learn(second, owner)).toBe('forked');
		expect(await second.homeRoster.fork()).toMatchObject({ may: false });
		await expect(second.homeRoster.settle()).rejects.toMatchObject({ kind: 'denied' });
	});

	it('settling does not take over what such an owner signed meanwhile', async () => {
		await owner.homeRoster.revoke(second.device);
		const puppet = fakeMember(clock, relay);
		await second.homeRoster.admit(await subjectOf(puppet), ['viewer', 'owner'], 'Puppet');
		expect(await learn(owner, second)).toBe('forked');
		expect(await owner.homeRoster.fork()).toMatchObject({ theirs: [] });
		await owner.homeRoster.settle();
		expect(rolesOf(owner, puppet)).toBeUndefined();
		expect(rolesOf(owner, second)).toBeUndefined();
	});

	it('a revoked owner cannot settle by itself', async () => {
		await owner.homeRoster.amend(camera.device, { name: 'Gate' });
		expect(await learn(camera, owner)).toBe('new');
		await second.homeRoster.amend(camera.device, { name: 'Yard' });
		expect(await learn(second, owner)).toBe('forked');
		// It knows the branch from before its revocation, and names all of it.
		await second.homeRoster.settle();
		await owner.homeRoster.revoke(second.device);
		expect(await learn(camera, owner)).toBe('new');
		expect(await learn(camera, second)).toBe('forked');
		expect(rolesOf(camera, second)).toBeUndefined();
	});
});

function detailOf({ homeRoster, device }: FakeMember): Bytes {
	return homeRoster.roster?.devices.get(device)?.detail ?? new Uint8Array();
}
