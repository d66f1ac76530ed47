import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { RosterEntry, Subject } from '#domain/home/roster.ts';
import { becomeCamera } from '#engine/home/create-identity.ts';
import { deriveKitKeys, type KitKeys } from '#engine/home/kit-keys.ts';
import type { RevocationProof } from '#engine/members/member-list.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import type { KeyPair, SignKey } from '#ports/keys/crypto.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { recoveryKitsOf } from '../../fakes/kit.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeHome, fakeMember, type FakeMember } from '../../fakes/member.ts';
import { joinedTo, RELAY, subjectOf } from '../members/joined.ts';
import { until } from '../../support/until.ts';

const DAY_MS = 24 * 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let relay: FakeRelay;
let owner: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;
let kit: KitKeys;
/** The relay's entries when the owner wakes. */
let entries: Bytes[];

beforeEach(async () => {
	clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, camera, viewer] = await fakeHome(clock, relay, RELAY);
	await joinedTo(owner, camera, ['camera'], 'Door');
	await joinedTo(owner, viewer, ['viewer'], 'Phone');
	kit = await deriveKitKeys(crypto, crypto.random(16));
	await owner.homeRoster.admitKit(kit);
	entries = [...owner.homeRoster.entries];
	const after = (one: FakeMember) => entries.slice(one.homeRoster.entries.length);
	for (const one of [camera, viewer]) {
		await one.homeRoster.merge(home(), one.homeRoster.entries.length + 1, after(one));
	}
});

function home() {
	return owner.founded;
}

type Said = Partial<RosterEntry> & { readonly subject: Subject };

async function sign(by: KeyPair<SignKey>, said: Said): Promise<Bytes> {
	const entry = await nextEntry(crypto, by, await replayRoster(crypto, entries), clock.wallMs(), {
		...{ op: 'add', roles: ['viewer', 'owner'], notAfterMs: null, detail: new Uint8Array() },
		...said,
	});
	entries.push(entry);
	return entry;
}

/** The owner is away; the kit claims and completes a day apart, and the camera accepts both. */
async function claimed(subject: Subject): Promise<void> {
	const known = entries.length;
	const claim = await sign(kit.owner, { subject });
	await camera.homeRoster.merge(home(), known + 1, [claim]);
	clock.step(DAY_MS);
	const good = await sign(kit.owner, { op: 'rotate', subject });
	expect(await camera.homeRoster.merge(home(), known + 2, [good])).toBe('new');
}

/** Merges everything the relay has, at once. */
function woken(): Promise<string> {
	const from = owner.homeRoster.entries.length;
	return owner.homeRoster.merge(home(), from + 1, entries.slice(from));
}

/** Merges everything the owner has. */
const heard = (one: FakeMember) => one.homeRoster.merge(home(), 1, owner.homeRoster.entries);

const kindOf = (work: Promise<unknown>) =>
	work.then(
		() => 'done',
		(error: unknown) => (error instanceof Fault ? error.kind : 'no Fault'),
	);

async function arrive(...all: FakeMember[]): Promise<void> {
	for (const one of all) one.begin();
	await until(() => all.every(({ messenger }) => messenger.state.kind === 'connected'));
}

const rolesOf = (by: FakeMember, one: FakeMember) => by.homeRoster.member(one.device)?.roles;

describe('KT12 an owner that was asleep for more than a day', () => {
	it('signs beside held entries: they fall, also where they already took effect, and the claim is refused', async () => {
		const thief = fakeMember(clock, relay);
		await claimed(await subjectOf(thief));
		relay.open(entries, home());
		const known = owner.homeRoster.entries.length;
		await arrive(owner, camera);
		await until(() => owner.homeRoster.entries.length === known + 1);
		expect(rolesOf(camera, thief)).toContain('owner');
		const kits = recoveryKitsOf(owner, relay);
		await until(() => kits.claims.length === 1);
		const { homeRoster } = owner;
		await homeRoster.amend(viewer.device, { name: 'Tablet' });
		const same = () => camera.homeRoster.entries.length === homeRoster.entries.length;
		await until(() => owner.messenger.relaySeq === homeRoster.entries.length);
		await until(same);
		expect(rolesOf(camera, thief)).toBeUndefined();
		expect(kits.claims).toHaveLength(1);

		await kits.rollBackClaims();
		await until(() => owner.messenger.relaySeq === homeRoster.entries.length);
		await until(same);
		for (const one of [owner, camera]) {
			expect(one.homeRoster.member(thief.device)).toBeNull();
			expect(one.homeRoster.member(kit.device)).toBeNull();
			expect(one.homeRoster.roster?.owners.size).toBe(1);
			expect(one.messenger.forked).toBe(false);
		}
		expect(kits.claims).toEqual([]);
		await homeRoster.amend(camera.device, { name: 'Gate' });
		await until(() => camera.members.list.some(({ name }) => name === 'Gate'));
	});

	it('what came of the claim is undone, and what another owner did stays', async () => {
		const second = fakeMember(clock, relay);
		await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
		entries = [...owner.homeRoster.entries];
		await camera.homeRoster.merge(home(), 5, entries.slice(4));
		await claimed(await subjectOf(viewer));
		const guests = [fakeMember(clock, relay), fakeMember(clock, relay)] as const;
		const [theirs, rightful] = await Promise.all(guests.map((one) => subjectOf(one)));
		const by = viewer.localDevice.unlocked?.identity.owner;
		const right = second.localDevice.unlocked?.identity.owner;
		if (!theirs || !rightful || !by || !right) throw new Error('nobody');
		await sign(by, { subject: theirs });
		const lens = await subjectOf(camera);
		await sign(by, { op: 'rotate', roles: ['viewer'], subject: lens });
		await sign(right, { roles: ['viewer'], subject: rightful });
		expect(await woken()).toBe('early');

		await owner.homeRoster.rollBackClaims();
		expect(rolesOf(owner, viewer)).toEqual(['viewer']);
		expect(rolesOf(owner, camera)).toEqual(['camera']);
		expect(rolesOf(owner, guests[0])).toBeUndefined();
		expect(rolesOf(owner, guests[1])).toEqual(['viewer']);
		expect(rolesOf(owner, second)).toContain('owner');
		expect(owner.homeRoster.member(kit.device)).toBeNull();
		expect(await heard(camera)).toBe('new');
		expect(rolesOf(camera, viewer)).toEqual(['viewer']);
	});

	it('another kit and a member that were altered are restored', async () => {
		const other = await deriveKitKeys(crypto, crypto.random(16));
		await owner.homeRoster.admitKit(other);
		const from = camera.homeRoster.entries.length;
		entries = [...owner.homeRoster.entries];
		await camera.homeRoster.merge(home(), from + 1, entries.slice(from));
		await claimed(await subjectOf(viewer));
		const by = viewer.localDevice.unlocked?.identity.owner;
		const theirs = owner.homeRoster.member(other.device)?.subject;
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

		await owner.homeRoster.rollBackClaims();
		const { roster } = owner.homeRoster;
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

	it('cannot become a camera meanwhile', async () => {
		const second = fakeMember(clock, relay);
		await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
		entries = [...owner.homeRoster.entries];
		await camera.homeRoster.merge(home(), 5, entries.slice(4));
		await claimed(await subjectOf(viewer));
		const from = second.homeRoster.entries.length;
		await second.homeRoster.merge(home(), from + 1, entries.slice(from));
		expect(second.homeRoster.roster?.claims.size).toBe(1);
		const known = second.homeRoster.entries.length;
		const became = becomeCamera(
			{ crypto, clock, vault: second.vault },
			second.localDevice.unlocked!,
		);
		expect(await kindOf(became)).toBe('conflict');
		expect(second.localDevice.unlocked?.identity.cameras).toEqual([]);
		expect(second.homeRoster.entries).toHaveLength(known);
	});

	it('can refuse even if held entries revoke it; where a day made that revocation count, it stays out', async () => {
		await claimed(await subjectOf(viewer));
		const by = viewer.localDevice.unlocked?.identity.owner;
		if (!by) throw new Error('nobody');
		const none = new Uint8Array(65);
		const gone = { device: owner.device, sign: none, kem: none, owner: null, dtls: null };
		const out = await sign(by, { op: 'revoke', roles: [], subject: gone });
		expect(await woken()).toBe('early');
		await owner.homeRoster.rollBackClaims();
		expect(owner.homeRoster.owner).toBe(true);
		// The camera knows the new owner but not its later entries: an owner of both settles it.
		const tab = camera.again();
		await tab.localDevice.refresh();
		expect(await heard(camera)).toBe('new');
		expect(rolesOf(camera, viewer)).toEqual(['viewer']);
		expect(camera.homeRoster.member(owner.device)).not.toBeNull();
		expect(await camera.homeRoster.merge(home(), 1, entries)).toBe('forked');
		expect(camera.homeRoster.member(owner.device)).not.toBeNull();
		// A member that accepted the revocation after a day of its own does not undo it.
		const late = viewer;
		expect(await late.homeRoster.merge(home(), 1, entries.slice(0, 5))).toBe('new');
		clock.step(DAY_MS);
		expect(await late.homeRoster.merge(home(), 1, entries)).toBe('new');
		expect(late.homeRoster.entries.at(-1)).toEqual(out);
		expect(await heard(late)).toBe('forked');
		expect(late.homeRoster.member(owner.device)).toBeNull();
	});

	it('held entries arrive in pieces, and a shorter list does not discard them', async () => {
		await claimed(await subjectOf(viewer));
		const by = viewer.localDevice.unlocked?.identity.owner;
		if (!by) throw new Error('nobody');
		const from = owner.homeRoster.entries.length;
		expect(await woken()).toBe('early');
		const more = await sign(by, {
			roles: ['viewer'],
			subject: await subjectOf(fakeMember(clock, relay)),
		});
		const learn: typeof owner.homeRoster.merge = (...given) => owner.homeRoster.merge(...given);
		expect(await learn(home(), entries.length + 1, [more])).toBe('gap');
		expect(await learn(home(), entries.length, [more])).toBe('early');
		expect(await learn(home(), from + 1, entries.slice(from, from + 1))).toBe('early');
		clock.step(DAY_MS);
		expect(await learn(home(), from + 1, entries.slice(from, from + 1))).toBe('new');
		expect(owner.homeRoster.entries).toHaveLength(entries.length);
		await owner.homeRoster.revoke(viewer.device);
	});
});

it('KT12 an equal number of entries is no proof: they may be another owner’s', async () => {
	const second = fakeMember(clock, relay);
	await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
	entries = [...owner.homeRoster.entries];
	relay.open(entries, home());
	await camera.homeRoster.merge(home(), 5, entries.slice(4));
	await arrive(owner, camera);
	await until(() => owner.messenger.online.has(camera.device));
	relay.lie = (frame) => (frame.t === 'roster' || frame.t === 'refused' ? null : frame);
	await second.homeRoster.amend(viewer.device, { name: 'Mine' });
	relay.open(second.homeRoster.entries, home());
	const told: RevocationProof[] = [];
	await owner.members.revoke(viewer.device, (revoked) => told.push(revoked));
	const [named] = second.homeRoster.entries.slice(entries.length);
	if (named === undefined) throw new Error('nothing signed');
	const acted = relay.heard.length;
	expect(await camera.homeRoster.merge(home(), entries.length + 1, [named])).toBe('new');
	await until(() => relay.heard.slice(acted).some(({ t }) => t === 'letter'));
	relay.lie = (frame) => frame;
	for (const socket of relay.of(home(), owner.device)) socket.end(1006);
	await until(() => owner.messenger.state.kind === 'away');
	owner.network.back();
	await until(() => owner.messenger.forked);
	expect(told.at(-1)).toMatchObject({ relayMs: null });
	expect(told.at(-1)?.cameras.find(({ device }) => device === camera.device)?.ms).toBeNull();
});
