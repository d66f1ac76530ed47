/**
 * What an owner about to be revoked, a thief with a kit, and the relay can do with forks and
 * settlements.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { Role } from '#domain/home/roster.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { deriveKitKeys } from '#engine/home/kit-keys.ts';
import { signGrant } from '#engine/home/keys.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import type { FakeRelay } from '../../fakes/relay.ts';
import { fakeMember, type FakeMember } from '../../fakes/member.ts';
import { joinedTo, subjectOf } from '../members/joined.ts';
import { keyOf, ownersHome, relayWith, signed } from './owners.ts';

const DAY_MS = 24 * 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let relay: FakeRelay;
let owner: FakeMember;
let second: FakeMember;
let third: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;

beforeEach(async () => {
	({ clock, relay, owner, second, camera, viewer } = await ownersHome());
	third = fakeMember(clock, relay);
	await joinedTo(owner, third, ['viewer', 'owner'], 'Third');
	for (const one of [camera, viewer, second]) await learn(one, owner);
});

const learn = (one: FakeMember, from: FakeMember) => shown(one, from.homeRoster.entries);
const shown = (one: FakeMember, entries: readonly Bytes[]) =>
	one.homeRoster.merge(owner.founded, 1, entries);
const rolesOf = (by: FakeMember, one: FakeMember) => by.homeRoster.member(one.device)?.roles;

describe('KT12 a thief who settles', () => {
	/** A kit claims, the owner is away for a day, and the camera accepts the new owner. */
	async function takenOver(thief = fakeMember(clock, relay)) {
		const kit = await deriveKitKeys(crypto, crypto.random(16));
		await owner.homeRoster.admitKit(kit);
		for (const one of [camera, viewer, second]) await learn(one, owner);
		const entries = [...owner.homeRoster.entries];
		await signed(clock, entries, kit.owner, { subject: await subjectOf(thief) });
		for (const one of [camera, second]) expect(await shown(one, entries)).toBe('new');
		clock.step(DAY_MS);
		await signed(clock, entries, kit.owner, { op: 'rotate', subject: await subjectOf(thief) });
		return { entries, thief, puppet: fakeMember(clock, relay) };
	}

	it('KT12 names more than fits into one settlement: the owner can still refuse', async () => {
		const { entries, thief } = await takenOver();
		const detail = crypto.random(512 * 32);
		for (let n = 0; n < 3; n += 1)
			await signed(clock, entries, keyOf(thief), { op: 'settle', roles: [], detail });
		expect(await shown(camera, entries)).toBe('new');
		expect(await shown(owner, entries)).toBe('early');
		const { length } = owner.homeRoster.entries;
		await owner.homeRoster.rollBackClaims();
		expect(await learn(camera, owner)).toBe('new');
		expect(rolesOf(camera, thief)).toBeUndefined();
		const more = owner.homeRoster.entries.slice(length);
		expect(await relayWith({ clock, owner, camera }, entries, more)).toMatchObject({
			entries: owner.homeRoster.entries,
		});
	});

	it('KT12 shows its branch to another owner, who accepts it: the thief gains nothing', async () => {
		const { entries, puppet, thief } = await takenOver(viewer);
		await signed(clock, entries, keyOf(viewer), {
			roles: ['viewer'],
			subject: await subjectOf(puppet),
		});
		await second.homeRoster.merge(owner.founded, 1, entries);
		const endMs = clock.wallMs() + DAY_MS;
		for (const [one, roles] of [
			[puppet, ['viewer']],
			[thief, ['viewer', 'owner']],
		] as [FakeMember, Role[]][]) {
			const said = { op: 'rotate', roles, notAfterMs: endMs } as const;
			await signed(clock, entries, keyOf(second), { ...said, subject: await subjectOf(one) });
		}
		expect(await shown(owner, entries)).toBe('early');
		await owner.homeRoster.rollBackClaims();
		for (const one of [owner, camera]) {
			await learn(one, owner);
			expect(rolesOf(one, puppet)).toBeUndefined();
			expect(rolesOf(one, viewer)).toEqual(['viewer']);
			expect(one.homeRoster.roster?.devices.get(viewer.device)?.notAfterMs).toBe(endMs);
		}
	});

	it('ID33 names the same entries again and again: a camera that learns of it begins a new epoch', async () => {
		const { entries, thief } = await takenOver();
		const detail = concatBytes(...Array.from({ length: 400 }, () => new Uint8Array(32)));
		await signed(clock, entries, keyOf(thief), { op: 'settle', roles: [], detail });
		expect(await shown(camera, entries)).toBe('new');
		expect(rolesOf(camera, thief)).toContain('owner');
		const epoch = await camera.localDevice.currentEpochNumber(camera.camera);
		expect(await shown(owner, entries)).toBe('early');
		await owner.homeRoster.rollBackClaims();
		expect(await shown(camera, owner.homeRoster.entries)).toBe('new');
		expect(rolesOf(camera, thief)).toBeUndefined();
		expect(await camera.localDevice.currentEpochNumber(camera.camera)).toBe(epoch + 1);
	});
});

describe('ID45 ID47 settlements', () => {
	it('cannot undo what an owner took away: a role, or an end date', async () => {
		const endMs = clock.wallMs() + DAY_MS;
		await third.homeRoster.merge(owner.founded, 1, owner.homeRoster.entries);
		const start = owner.homeRoster.entries.length;
		await owner.homeRoster.amend(second.device, { roles: ['viewer'] });
		await owner.homeRoster.amend(viewer.device, { notAfterMs: endMs });
		expect(await learn(camera, owner)).toBe('new');
		await third.homeRoster.amend(camera.device, { name: 'Yard' });
		expect(await learn(third, owner)).toBe('forked');
		await third.homeRoster.settle();
		const whole = third.homeRoster.entries;
		for (let upTo = start + 1; upTo < whole.length; upTo += 1) {
			await shown(camera, whole.slice(0, upTo));
			expect(rolesOf(camera, second)).toEqual(['viewer']);
			const kept = camera.homeRoster.roster?.devices.get(viewer.device);
			expect(kept?.notAfterMs).toBe(endMs);
		}
		expect(['new', 'known']).toContain(await shown(camera, whole));
		expect(camera.homeRoster.entries).toEqual(whole);
		expect(rolesOf(camera, second)).toEqual(['viewer']);
	});

	it('a device admitted again since then does not prevent it', async () => {
		await learn(third, owner);
		await owner.homeRoster.revoke(viewer.device);
		expect(await learn(camera, owner)).toBe('new');
		await third.homeRoster.amend(camera.device, { name: 'Yard' });
		expect(await learn(third, owner)).toBe('forked');
		await third.homeRoster.settle();
		await third.homeRoster.admit(await subjectOf(viewer), ['viewer'], 'Phone');
		expect(await learn(camera, third)).toBe('new');
		expect(rolesOf(camera, viewer)).toEqual(['viewer']);
	});

	it('an owner about to be revoked revokes somebody concurrently: the other’s entry holds', async () => {
		await learn(third, owner);
		const start = owner.homeRoster.entries.length;
		await second.homeRoster.revoke(viewer.device);
		expect(await learn(camera, second)).toBe('new');
		await owner.homeRoster.revoke(second.device);
		expect(await learn(owner, second)).toBe('forked');
		await owner.homeRoster.settle();
		expect(await learn(camera, owner)).toBe('new');
		expect(rolesOf(camera, second)).toBeUndefined();
		const more = owner.homeRoster.entries.slice(start);
		const there = await relayWith({ clock, owner, camera }, second.homeRoster.entries, more);
		expect(there).toMatchObject({ entries: owner.homeRoster.entries });
	});

	it('a demoted owner cannot insert entries behind the settlement', async () => {
		await learn(third, owner);
		await owner.homeRoster.amend(second.device, { roles: ['viewer'] });
		expect(await learn(camera, owner)).toBe('new');
		await third.homeRoster.amend(camera.device, { name: 'Yard' });
		expect(await learn(third, owner)).toBe('forked');
		const start = third.homeRoster.entries.length - 1;
		await third.homeRoster.settle();
		const entries = third.homeRoster.entries.slice(0, start + 1);
		const none = new Uint8Array(65);
		const gone = { device: owner.device, sign: none, kem: none, owner: null, dtls: null };
		await signed(clock, entries, keyOf(second), { op: 'revoke', roles: [], subject: gone });
		expect(await shown(camera, entries)).toBe('forked');
		expect(rolesOf(camera, second)).toEqual(['viewer']);
		expect(rolesOf(camera, owner)).toContain('owner');
	});
});

describe('ID46 entries of both branches', () => {
	it.each(['first', 'last'])(
		'an end date from either branch stays: whoever settles %s',
		async (who) => {
			await learn(third, owner);
			const endMs = clock.wallMs() + DAY_MS;
			const [one, other] = who === 'first' ? [owner, third] : [third, owner];
			await one.homeRoster.amend(viewer.device, { notAfterMs: endMs });
			await other.homeRoster.amend(viewer.device, { name: 'Tablet' });
			expect(await learn(owner, third)).toBe('forked');
			await owner.homeRoster.settle();
			expect(owner.homeRoster.roster?.devices.get(viewer.device)?.notAfterMs).toBe(endMs);
		},
	);
});

describe('ID48 an owner about to be revoked', () => {
	it('grants the highest key number: it can still be revoked', async () => {
		const { identity } = second.localDevice.unlocked ?? {};
		if (!identity) throw new Error('nobody');
		const number = 0xffffffff;
		for (const one of [owner, camera]) {
			const subject = { home: owner.founded, camera: null, number, recipient: one.device };
			const kem = one.localDevice.unlocked?.identity.kem.public ?? new Uint8Array();
			const grant = await signGrant(
				...([crypto, crypto.random(32), subject, kem, identity.owner.key, clock.wallMs()] as const),
			);
			await one.homeRoster.acceptHomeKey(grant).catch(() => undefined);
		}
		await owner.homeRoster.revoke(second.device);
		expect(await learn(camera, owner)).toBe('new');
		const key = await owner.homeRoster.homeKeyFor(camera.device);
		await camera.homeRoster.acceptHomeKey(key ?? new Uint8Array());
		const keys = camera.localDevice.unlocked?.identity.homes.find(
			({ home }) => home === owner.founded,
		);
		expect(keys?.keys.map((kept) => kept.number)).toEqual([1, 2]);
	});
});

describe('ID43 an owner with two signatures of one statement', () => {
	it('cannot fork a camera through a relay by using the old form', async () => {
		const entries = [...owner.homeRoster.entries];
		const first = [...entries];
		await signed(clock, first, keyOf(second), { op: 'policy', roles: [] });
		const canonical = first.at(-1)?.slice(0, -64) ?? new Uint8Array();
		const again = concatBytes(
			canonical,
			await crypto.sign(keyOf(second).key, signedBytes('roster', canonical)),
		);
		expect(await shown(camera, [...entries, again])).toBe('new');
		// The next entry names the previous one with its other signature, as before ID43.
		const roster = await replayRoster(crypto, first);
		const head = await crypto.sha256(first.at(-1) ?? new Uint8Array());
		first.push(
			await nextEntry(crypto, keyOf(second), { ...roster, head }, clock.wallMs(), {
				...{ op: 'policy', roles: [], notAfterMs: null, subject: null, detail: new Uint8Array() },
			}),
		);
		// Nobody follows it: the owner signs beside it, and everybody learns that.
		expect(await relayWith({ clock, owner, camera }, entries, first.slice(entries.length))).toBe(
			'roster',
		);
		expect(await shown(owner, first)).toBe('forked');
	});
});

describe('ID50 a branch with an unreadable entry', () => {
	it.each([
		['cut short', (bytes: Bytes) => bytes.slice(0, 150)],
		['empty', () => new Uint8Array()],
		['random bytes', (bytes: Bytes) => crypto.random(bytes.length)],
		['with numbers beyond 2^53', (bytes: Bytes) => bytes.map((byte, at) => (at > 20 ? 255 : byte))],
		[
			'with all bits after its head inverted',
			(bytes: Bytes) => bytes.map((b, at) => (at > 40 ? ~b : b)),
		],
	])('%s: devices see a fork, the relay refuses it', async (_name, spoil) => {
		const before = [...owner.homeRoster.entries];
		await owner.homeRoster.revoke(viewer.device);
		const entries = [...before];
		await signed(clock, entries, keyOf(second), {
			op: 'settle',
			roles: [],
			detail: crypto.random(64),
		});
		const spoilt = new Uint8Array(spoil(entries.at(-1) ?? new Uint8Array()));
		expect(await shown(owner, [...before, spoilt])).toBe('forked');
		const said = await relayWith({ clock, owner, camera }, owner.homeRoster.entries, [spoilt]);
		expect(said).toBe('roster');
	});
});
