import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { bytesOf, hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { tidyPassphrase } from '#domain/pairing/kit.ts';
import { parseEntry, type RosterEntry, type Subject } from '#domain/home/roster.ts';
import { openGrant } from '#engine/home/keys.ts';
import { isKitOfHome, kitGrantsIn } from '#engine/home/kit-grants.ts';
import { deriveKitKeys, kitSubject, type KitKeys } from '#engine/home/kit-keys.ts';
import { replayRoster, signEntry } from '#engine/home/roster.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import vectors from '../../fixtures/vectors/kit.json' with { type: 'json' };
import { joinedTo, subjectOf } from '../members/joined.ts';

const HOUR_MS = 3_600_000;
const crypto = new WebCrypto();
const clock = new ManualClock();
let owner: FakeDevice;
let viewer: FakeDevice;

describe('KT6 what a kit may not do', () => {
	let kit: KitKeys;
	let stranger: Subject;
	beforeEach(async () => {
		[owner, viewer] = [fakeDevice(clock), fakeDevice(clock)];
		await owner.localDevice.createCamera();
		await joinedTo(owner, viewer, ['viewer']);
		kit = await deriveKitKeys(crypto, crypto.random(16));
		await owner.homeRoster.admitKit(kit);
		stranger = await subjectOf(fakeDevice(clock));
	});

	async function follows(
		said: Partial<RosterEntry>,
		by = kit.owner,
		before: readonly Bytes[] = owner.homeRoster.entries,
	): Promise<Bytes[] | null> {
		const roster = await replayRoster(crypto, before);
		const entry = await signEntry(crypto, by.key, {
			...{ op: 'add', roles: ['viewer', 'owner'], home: roster.home, seq: roster.seq + 1 },
			...{ prev: roster.head, wallMs: clock.wallMs(), notAfterMs: null, author: by.public },
			...{ subject: stranger, detail: new Uint8Array() },
			...said,
		});
		try {
			await replayRoster(crypto, [...before, entry]);
			return [...before, entry];
		} catch {
			return null;
		}
	}

	it('it may claim a device as viewer and owner, and camera as well', async () => {
		expect(await follows({})).not.toBeNull();
		expect(await follows({ roles: ['camera', 'viewer', 'owner'] })).not.toBeNull();
	});

	it.each([
		['a viewer', { roles: ['viewer'] }],
		['an owner without viewer', { roles: ['owner'] }],
		['another kit', { roles: ['viewer', 'owner', 'recovery'] }],
		['live only', { roles: ['viewer', 'owner', 'live'] }],
		['an end date', { notAfterMs: 2_000_000_000_000 }],
		['a rotation without a claim', { op: 'rotate' }],
		['relays', { op: 'relays', subject: null, roles: [] }],
		['a policy', { op: 'policy', subject: null, roles: [] }],
	] as [string, Partial<RosterEntry>][])('%s: refused', async (_what, said) => {
		expect(await follows(said)).toBeNull();
		const { owner: own } = await owner.homeRoster.self();
		if (own === null) throw new Error('no owner');
		expect(await follows({ ...said, op: said.op ?? 'add' }, own)).not.toBeNull();
	});

	it('a device without an owner key, an owner, the kit itself, or a revocation: refused', async () => {
		expect(await follows({ subject: { ...stranger, owner: null } })).toBeNull();
		expect(await follows({ subject: await subjectOf(owner) })).toBeNull();
		const theirs = (await subjectOf(owner)).owner;
		expect(await follows({ subject: { ...stranger, owner: theirs } })).toBeNull();
		expect(await follows({ subject: kitSubject(kit) })).toBeNull();
		const none = new Uint8Array(65);
		const gone = {
			device: (await owner.homeRoster.self()).device,
			sign: none,
			kem: none,
			owner: null,
			dtls: null,
		};
		expect(await follows({ op: 'revoke', roles: [], subject: gone })).toBeNull();
	});

	it('only a kit in force can claim', async () => {
		const other = await deriveKitKeys(crypto, new Uint8Array(16));
		expect(await follows({}, other.owner)).toBeNull();
		const { ownerKey } = await viewer.homeRoster.self();
		expect(ownerKey).toHaveLength(65);
		const unlocked = viewer.localDevice.unlocked;
		if (unlocked === null) throw new Error('locked');
		expect(await follows({}, unlocked.identity.owner)).toBeNull();
		await owner.homeRoster.revoke(kit.device);
		expect(await follows({})).toBeNull();
	});

	it('completes only its own claim, a day later, with the same keys, unless refused', async () => {
		const before = await follows({});
		if (before === null) throw new Error('no claim');
		const later = clock.wallMs() + 24 * HOUR_MS;
		const good = { op: 'rotate', wallMs: later } as const;
		expect(await follows({ ...good, wallMs: later - 1 }, kit.owner, before)).toBeNull();
		const other = (await deriveKitKeys(crypto, new Uint8Array(16))).owner.public;
		const changed = { ...stranger, owner: other };
		expect(await follows({ ...good, subject: changed }, kit.owner, before)).toBeNull();
		const whole = await follows(good, kit.owner, before);
		expect(whole).not.toBeNull();
		const { owners, claims } = await replayRoster(crypto, whole ?? []);
		expect([owners.size, claims.size]).toEqual([2, 0]);
		// An owner revoked the claimed device, so the same claim is worthless.
		const { owner: own } = await owner.homeRoster.self();
		const none = new Uint8Array(65);
		const gone = { device: stranger.device, sign: none, kem: none, owner: null, dtls: null };
		const refused = await follows(
			{ op: 'revoke', roles: [], subject: gone },
			own ?? kit.owner,
			before,
		);
		expect(await follows(good, kit.owner, refused ?? [])).toBeNull();
	});

	it('claims a device only once', async () => {
		expect(await follows({}, kit.owner, (await follows({})) ?? [])).toBeNull();
	});

	it('claims at most eight devices', async () => {
		let before: readonly Bytes[] | null = owner.homeRoster.entries;
		for (let n = 0; n < 8; n += 1) {
			const subject = await subjectOf(fakeDevice(clock));
			before = await follows({ subject }, kit.owner, before ?? []);
			expect(before).not.toBeNull();
		}
		const subject = await subjectOf(fakeDevice(clock));
		expect(await follows({ subject }, kit.owner, before ?? [])).toBeNull();
	});
});

describe('KT2 KT3 KT5 vectors', () => {
	it.each(Object.entries(vectors.kits))('%s derives the same keys', async (hex, said) => {
		const kit = await deriveKitKeys(crypto, bytesOf(hex));
		expect({
			sign: hexOf(kit.sign.public),
			kem: hexOf(kit.kem.public),
			owner: hexOf(kit.owner.public),
			device: kit.device,
		}).toEqual({ sign: said.sign, kem: said.kem, owner: said.owner, device: said.device });
		const signature = await crypto.sign(kit.owner.key, bytesOf('00'));
		const verifier = await crypto.verifier(kit.owner.public);
		expect(await crypto.verify(verifier, signature, bytesOf('00'))).toBe(true);
	});

	it('KT16 with a passphrase, whatever form it was typed in', async () => {
		const { secret, passphrase, sign, owner: own, device } = vectors.guarded;
		const made = await deriveKitKeys(crypto, bytesOf(secret), tidyPassphrase(` ${passphrase}\n`));
		expect([hexOf(made.sign.public), hexOf(made.owner.public), made.device]).toEqual([
			...[sign, own, device],
		]);
	});

	it('the vectors’ roster: a claim, and a day later an owner; the kit opens the home key', async () => {
		const entries = Object.values(vectors.entries).map(bytesOf);
		const claimed = await replayRoster(crypto, entries.slice(0, 3));
		const device = vectors.claimed as DeviceId;
		expect([claimed.home, claimed.owners.size, claimed.devices.has(device)]).toEqual([
			...[vectors.home, 1, false],
		]);
		expect(claimed.claims.has(device)).toBe(true);
		const whole = await replayRoster(crypto, entries);
		expect([whole.owners.size, whole.devices.get(device)?.roles]).toEqual([2, ['viewer', 'owner']]);
		const [, , , last] = Object.keys(vectors.kits);
		const kit = await deriveKitKeys(crypto, bytesOf(last ?? ''));
		const grant = kitGrantsIn(entries, kit.device).get(1);
		const subject = { home: whole.home, camera: null, number: 1, recipient: kit.device };
		const signers = [...whole.past.owners.values()];
		const raw = await openGrant(crypto, grant ?? new Uint8Array(), subject, kit.kem, signers);
		expect(hexOf(raw)).toBe(vectors.homeKey);
		expect(await isKitOfHome(crypto, kit, whole.home, entries)).toBe(true);
		expect(await isKitOfHome(crypto, kit, 'f'.repeat(32) as HomeId, entries)).toBe(false);
		const other = await deriveKitKeys(crypto, new Uint8Array(16));
		expect(await isKitOfHome(crypto, other, whole.home, entries)).toBe(false);
		expect(parseEntry(entries[2] ?? new Uint8Array()).entry.op).toBe('add');
	});
});
