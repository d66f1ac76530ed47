/**
 * ID45 ID46: two owners signed at the same moment, and one of them brings both branches together.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import type { FakeRelay } from '../../fakes/relay.ts';
import { resident, type Resident } from '../../fakes/resident.ts';
import { subjectOf } from '../members/joined.ts';
import { ownersHome, relayWith } from './owners.ts';
import { until } from '../../support/until.ts';

let clock: ManualClock;
let relay: FakeRelay;
let owner: Resident;
let second: Resident;
let camera: Resident;
let viewer: Resident;
let guest: Resident;

beforeEach(async () => {
	({ clock, relay, owner, second, camera, viewer } = await ownersHome());
	guest = resident(clock, relay);
	for (const one of [camera, viewer]) await learn(one, owner);
});

const learn = (one: Resident, from: Resident) => shown(one, from.membership.entries);
const shown = (one: Resident, entries: readonly Bytes[]) =>
	one.membership.learn(owner.founded, 1, entries);
const rolesOf = (by: Resident, one: Resident) => by.membership.member(one.device)?.roles;

/**
 * The one takes out the viewer and renames the camera, the other lets a guest in and makes the
 * viewer live-only.
 */
async function parted(): Promise<void> {
	await owner.membership.revoke(viewer.device);
	await owner.membership.amend(camera.device, { name: 'Gate' });
	await second.membership.admit(await subjectOf(guest), ['viewer'], 'Guest');
	await second.membership.amend(viewer.device, { roles: ['viewer', 'live'] });
	expect(await learn(camera, owner)).toBe('new');
	expect(await learn(owner, second)).toBe('forked');
}

describe('ID46 a fork of honest devices', () => {
	it('both branches hold afterwards, for everybody on either, and at the relay', async () => {
		await parted();
		const branches = [owner, second].map(({ membership }) => [...membership.entries]);
		const fork = await owner.membership.fork();
		expect(fork).toMatchObject({
			mine: [{ op: 'revoke' }, { op: 'rotate' }],
			theirs: [{ op: 'add' }, { op: 'rotate' }],
			may: true,
		});
		const { seq } = await owner.membership.settle();
		const settled = owner.membership.entries;
		expect(settled).toHaveLength(seq);
		for (const one of [camera, second]) expect(await learn(one, owner)).toBe('new');
		for (const branch of branches) {
			expect(await relayWith({ clock, owner, camera }, branch, settled.slice(4))).toMatchObject({
				entries: settled,
			});
		}
		for (const one of [owner, camera, second]) {
			expect(one.membership.entries).toEqual(settled);
			// Whoever was taken out on one branch is out.
			expect(rolesOf(one, viewer)).toBeUndefined();
			expect(rolesOf(one, guest)).toEqual(['viewer']);
			expect(rolesOf(one, second)).toContain('owner');
			expect(await one.membership.fork()).toBeNull();
		}
		// No line brings the camera its home key here; the owner has it.
		const named = await owner.house.household?.naming.open(camera.device, detailOf(camera));
		expect(named).toBe('Gate');
		// What fell is shown again: it is known to have fallen, and nothing goes back.
		for (const branch of branches) {
			for (const one of [owner, camera, second]) expect(await shown(one, branch)).toBe('fallen');
			expect(await relayWith({ clock, owner, camera }, settled, branch.slice(4))).toBe('roster');
		}
		expect(camera.membership.entries).toEqual(settled);
	});

	it('a camera begins a new epoch, though the roster became no longer', async () => {
		await parted();
		const epoch = await camera.house.epochNow(camera.camera);
		await owner.membership.settle();
		await learn(camera, owner);
		const after = await camera.house.epochNow(camera.camera);
		expect(after).toBe(epoch + 1);
		expect(await camera.house.epochNow(camera.camera)).toBe(after);
		await owner.membership.revoke(guest.device);
		await learn(camera, owner);
		expect(await camera.house.epochNow(camera.camera)).toBe(after + 1);
	});

	it('two who settle at once have forked again, and one settles that', async () => {
		await parted();
		await learn(second, owner);
		await owner.membership.settle();
		await second.membership.settle();
		expect(await learn(camera, owner)).toBe('new');
		expect(await learn(camera, second)).toBe('forked');
		expect(await learn(second, owner)).toBe('forked');
		await second.membership.settle();
		for (const one of [camera, owner]) {
			expect(await learn(one, second)).toBe('new');
			expect(rolesOf(one, viewer)).toBeUndefined();
			expect(rolesOf(one, guest)).toEqual(['viewer']);
		}
	});

	it('over a line: the one who came later brings it together, and the relay and the camera follow', async () => {
		relay.open(owner.membership.entries, owner.founded);
		for (const one of [owner, camera]) one.begin();
		await until(() => [owner, camera].every(({ link }) => link.state.kind === 'connected'));
		await second.membership.admit(await subjectOf(guest), ['viewer'], 'Guest');
		await owner.members.revoke(viewer.device, () => undefined);
		await until(() => camera.membership.entries.length === owner.membership.entries.length);
		second.begin();
		await until(() => second.link.forked);
		await until(() => second.members.fork !== null);
		expect(second.members.fork).toMatchObject({
			mine: [{ what: 'in', name: 'Guest' }],
			theirs: [{ what: 'out', name: 'Phone' }],
			may: true,
		});
		await second.members.settle();
		await until(() => !second.link.forked && second.members.fork === null);
		for (const one of [owner, camera]) {
			await until(() => rolesOf(one, guest) !== undefined);
			expect(one.membership.entries).toEqual(second.membership.entries);
			expect(one.link.forked).toBe(false);
			expect(rolesOf(one, viewer)).toBeUndefined();
		}
	});

	it('who was away on the fallen branch shows the relay nothing, and follows', async () => {
		await parted();
		await owner.membership.settle();
		relay.open(owner.membership.entries, owner.founded);
		second.begin();
		await until(() => second.membership.entries.length === owner.membership.entries.length);
		expect(second.membership.entries).toEqual(owner.membership.entries);
		await until(() => !second.link.forked);
	});

	it('a relay that was away on the fallen branch is shown the other', async () => {
		await parted();
		relay.open(second.membership.entries, owner.founded);
		await owner.membership.settle();
		owner.begin();
		await until(() => owner.link.relaySeq === owner.membership.entries.length);
		expect(relay.homes.get(owner.founded)).toEqual(owner.membership.entries);
		expect(owner.link.forked).toBe(false);
	});
});

describe('ID45 who may not settle', () => {
	it('a viewer, or an owner that the other branch took out', async () => {
		await parted();
		expect(await learn(viewer, second)).toBe('new');
		expect(await learn(viewer, owner)).toBe('forked');
		await expect(viewer.membership.settle()).rejects.toMatchObject({ kind: 'denied' });

		const third = resident(clock, relay);
		await owner.membership.revoke(second.device);
		await second.membership.admit(await subjectOf(third), ['viewer', 'owner'], 'Puppet');
		expect(await learn(second, owner)).toBe('forked');
		expect(await second.membership.fork()).toMatchObject({ may: false });
		await expect(second.membership.settle()).rejects.toMatchObject({ kind: 'denied' });
	});

	it('what such an owner signed meanwhile is not taken over by who settles', async () => {
		await owner.membership.revoke(second.device);
		const puppet = resident(clock, relay);
		await second.membership.admit(await subjectOf(puppet), ['viewer', 'owner'], 'Puppet');
		expect(await learn(owner, second)).toBe('forked');
		expect(await owner.membership.fork()).toMatchObject({ theirs: [] });
		await owner.membership.settle();
		expect(rolesOf(owner, puppet)).toBeUndefined();
		expect(rolesOf(owner, second)).toBeUndefined();
	});

	it('an owner that was taken out settles nothing by its own hand', async () => {
		await owner.membership.amend(camera.device, { name: 'Gate' });
		expect(await learn(camera, owner)).toBe('new');
		await second.membership.amend(camera.device, { name: 'Yard' });
		expect(await learn(second, owner)).toBe('forked');
		// It knows the branch as it was before it was taken out, and names all of it.
		await second.membership.settle();
		await owner.membership.revoke(second.device);
		expect(await learn(camera, owner)).toBe('new');
		expect(await learn(camera, second)).toBe('forked');
		expect(rolesOf(camera, second)).toBeUndefined();
	});
});

function detailOf({ membership, device }: Resident): Bytes {
	return membership.roster?.devices.get(device)?.detail ?? new Uint8Array();
}
