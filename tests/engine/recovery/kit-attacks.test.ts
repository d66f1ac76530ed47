/** What a holder of a recovery kit gets with the relay's help before the day is over. */
import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Subject } from '#domain/home/roster.ts';
import { deriveKitKeys, type KitKeys } from '#engine/home/kit-keys.ts';
import { deviceIdOf } from '#engine/home/keys.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import type { KeyPair, SignKey } from '#ports/keys/crypto.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { joinedTo, subjectOf } from '../members/joined.ts';

const DAY_MS = 24 * 3_600_000;
const none = new Uint8Array(65);
const crypto = new WebCrypto();
let clock: ManualClock;
let owner: FakeDevice;
let camera: FakeDevice;
let viewer: FakeDevice;
let kit: KitKeys;
let thief: Subject;
let thiefKey: KeyPair<SignKey>;
let entries: Bytes[];
let before: number;

beforeEach(async () => {
	clock = new ManualClock();
	[owner, camera, viewer] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	await owner.localDevice.createCamera();
	await camera.localDevice.createCamera();
	await joinedTo(owner, camera, ['camera'], 'Door');
	await joinedTo(owner, viewer, ['viewer'], 'Phone');
	kit = await deriveKitKeys(crypto, crypto.random(16));
	await owner.homeRoster.admitKit(kit);
	for (const one of [camera, viewer]) await learn(one, owner.homeRoster.entries);
	entries = [...owner.homeRoster.entries];
	before = entries.length;
	const [sign, kem] = [await crypto.makeSignKey(false), await crypto.makeKemKey(false)];
	thiefKey = await crypto.makeSignKey(false);
	thief = {
		...{ device: await deviceIdOf(crypto, sign.public, kem.public), dtls: null },
		...{ sign: sign.public, kem: kem.public, owner: thiefKey.public },
	};
});

const learn = (one: FakeDevice, all: readonly Bytes[]) =>
	one.homeRoster.merge(owner.founded, 1, all);

type Said = Partial<Parameters<typeof nextEntry>[4]>;

/** Signs an entry, whether it follows or not. */
async function sign(by: KeyPair<SignKey>, wallMs: number, said: Said): Promise<void> {
	const { seq, head } = await replayRoster(crypto, entries).catch(() => ({ seq: 0, head: none }));
	if (seq === 0) return;
	const roster = { ...(await replayRoster(crypto, entries)), seq, head };
	entries.push(
		await nextEntry(crypto, by, roster, wallMs, {
			...{ op: 'add', roles: ['viewer', 'owner'], notAfterMs: null },
			...{ subject: thief, detail: new Uint8Array(), ...said },
		}),
	);
}

/** A claim backdated by a day, and its completion at once. */
async function takeover(): Promise<void> {
	await sign(kit.owner, clock.wallMs() - DAY_MS, {});
	await sign(kit.owner, clock.wallMs(), { op: 'rotate' });
}

function relayOf(): Promise<unknown> {
	const homes = new HomeRegistry(crypto, [
		{ home: owner.founded, entries: entries.slice(0, before) },
	]);
	const now = { nowMs: 0, wallMs: clock.wallMs() };
	return homes.append(owner.founded, kit.device, entries.slice(before), now);
}

describe('KT6 KT14 a kit that disguises itself', () => {
	it('a puppet that names the kit’s owner key: the relay checks each entry’s own author', async () => {
		await takeover();
		const [one, two] = [await crypto.makeSignKey(false), await crypto.makeKemKey(false)];
		const device = await deviceIdOf(crypto, one.public, two.public);
		const puppet = {
			device,
			sign: one.public,
			kem: two.public,
			owner: kit.owner.public,
			dtls: null,
		};
		await sign(thiefKey, clock.wallMs(), { roles: ['owner'], subject: puppet });
		expect(await relayOf()).toBe('clock');
		for (const one of [owner, camera, viewer]) {
			expect(await learn(one, entries)).toBe('early');
			expect(one.homeRoster.member(thief.device)).toBeNull();
			expect(one.homeRoster.roster?.claims.size).toBe(1);
		}
		// Even where it takes effect a day later, the kit's key is no owner's.
		const { owners, authors } = await replayRoster(crypto, entries);
		expect([owners.size, authors.map(({ claim }) => claim)]).toEqual([
			...[2, [null, null, null, null, 5, 5, null]],
		]);
	});

	it('a device that names the kit’s own key, with or without a revocation: nothing follows', async () => {
		thief = { ...thief, owner: kit.owner.public };
		await sign(kit.owner, clock.wallMs() - DAY_MS, {});
		expect(await relayOf()).toBe('roster');
		for (const one of [owner, camera, viewer]) {
			expect(await learn(one, entries)).toBe('forked');
			expect(one.homeRoster.roster?.claims.size).toBe(0);
		}
	});

	it('nor one that names another member’s key, or that of another claim', async () => {
		const other = await subjectOf(viewer);
		thief = { ...thief, owner: other.owner };
		await sign(kit.owner, clock.wallMs(), {});
		expect(await relayOf()).toBe('roster');
		entries.pop();
		thief = { ...thief, owner: thiefKey.public };
		await sign(kit.owner, clock.wallMs(), {});
		await sign(kit.owner, clock.wallMs(), {
			subject: { ...(await subjectOf(fakeDevice(clock))), owner: thiefKey.public },
		});
		await expect(replayRoster(crypto, entries)).rejects.toMatchObject({ kind: 'corrupt' });
	});
});

describe('KT8 the day, with a relay that helps the thief', () => {
	it('KT12 held entries revoke the owner, which can still refuse; all members that hold them follow', async () => {
		await takeover();
		const self = await owner.homeRoster.self();
		const gone = { device: self.device, sign: none, kem: none, owner: null, dtls: null };
		await sign(thiefKey, clock.wallMs(), { op: 'revoke', roles: [], subject: gone });
		for (const one of [owner, camera, viewer]) expect(await learn(one, entries)).toBe('early');
		await owner.homeRoster.rollBackClaims();
		for (const one of [camera, viewer])
			expect(await learn(one, owner.homeRoster.entries)).toBe('new');
		clock.step(2 * DAY_MS);
		// The relay shows the dropped entries again.
		for (const one of [owner, camera, viewer]) {
			expect(['forked', 'fallen']).toContain(await learn(one, entries));
			expect(one.homeRoster.member(thief.device)).toBeNull();
			expect(one.homeRoster.member(self.device)?.roles).toContain('owner');
			expect(one.homeRoster.member(kit.device)).toBeNull();
		}
	});

	it('KT12 any entry an owner signs beside held ones drops them: even a revocation of the kit', async () => {
		await takeover();
		for (const one of [owner, camera]) expect(await learn(one, entries)).toBe('early');
		await owner.homeRoster.revoke(kit.device);
		expect(await learn(camera, owner.homeRoster.entries)).toBe('new');
		expect(camera.homeRoster.roster?.claims.size).toBe(0);
		expect(camera.homeRoster.entries).toEqual(owner.homeRoster.entries);
	});

	it('KT12 what another owner signed on top stays, and the thief’s settlement has no effect', async () => {
		const second = fakeDevice(clock);
		await joinedTo(owner, second, ['viewer', 'owner'], 'Second');
		entries = [...owner.homeRoster.entries];
		await learn(camera, entries);
		await takeover();
		const rightful = second.localDevice.unlocked?.identity.owner;
		if (!rightful) throw new Error('nobody');
		const left = (await viewer.homeRoster.self()).device;
		const gone = { device: left, sign: none, kem: none, owner: null, dtls: null };
		await sign(rightful, clock.wallMs(), { op: 'revoke', roles: [], subject: gone });
		for (const one of [owner, camera]) expect(await learn(one, entries)).toBe('early');
		await owner.homeRoster.rollBackClaims();
		expect(await learn(camera, owner.homeRoster.entries)).toBe('new');
		expect(camera.homeRoster.member(left)).toBeNull();

		const fallen = await Promise.all(
			camera.homeRoster.entries.slice(5).map((one) => crypto.sha256(one.slice(0, -64))),
		);
		entries = entries.slice(0, 5);
		const detail = new Uint8Array(fallen.flatMap((hash) => [...hash]));
		for (const by of [kit.owner, thiefKey, kit.sign]) {
			const kept = [...entries];
			await sign(by, clock.wallMs(), { op: 'settle', roles: [], subject: null, detail });
			expect(await learn(camera, entries)).toBe('forked');
			entries = kept;
		}
	});

	it('KT8 a device paired during the day counts it from when it joined', async () => {
		await sign(kit.owner, clock.wallMs() - DAY_MS, {});
		expect(await learn(owner, entries)).toBe('new');
		clock.step(60_000);
		const late = fakeDevice(clock);
		await late.localDevice.createCamera();
		await joinedTo(owner, late, ['camera'], 'New camera');
		entries = [...owner.homeRoster.entries];
		await sign(kit.owner, clock.wallMs(), { op: 'rotate' });
		for (const one of [owner, late]) expect(await learn(one, entries)).toBe('early');
		clock.step(DAY_MS - 60_000);
		for (const one of [owner, late.again()]) {
			await one.localDevice.refresh();
			expect(await learn(one, entries)).toBe('new');
		}
	});
});
