/** ID43: two valid signatures over the same canonical bytes are one statement. */
import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { bytesOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { highS, lowS } from '#domain/base/p256.ts';
import { parseEntry } from '#domain/home/roster.ts';
import { entryHash, nextEntry, replayRoster, signEntry } from '#engine/home/roster.ts';
import { HomeRegistry, type AppendedHome } from '#relay-core/home-registry.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import old from '../../fixtures/vectors/roster-high-s.json' with { type: 'json' };
import { joinedTo } from '../members/joined.ts';

const crypto = new WebCrypto();
const clock = new ManualClock();
let owner: FakeDevice;
let camera: FakeDevice;
let ex: FakeDevice;

beforeEach(async () => {
	[owner, camera, ex] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	await owner.localDevice.createCamera();
	await camera.localDevice.createCamera();
	await joinedTo(owner, camera, ['camera'], 'Door');
	await joinedTo(owner, ex, ['viewer'], 'Ex');
});

const learn = (one: FakeDevice, all: readonly Bytes[]) =>
	one.homeRoster.merge(owner.founded, 1, all);

function swapped(entry: Bytes): Bytes {
	const signature = entry.slice(-64);
	const low = lowS(signature);
	const other = low.every((byte, at) => byte === signature[at]) ? highS(low) : low;
	return concatBytes(entry.slice(0, -64), other);
}

describe('ID43 signatures', () => {
	it('new ones have a low s', async () => {
		const { key } = await crypto.makeSignKey(false);
		for (let n = 0; n < 16; n += 1) {
			const signature = await crypto.sign(key, crypto.random(8));
			expect(signature).toEqual(lowS(signature));
		}
	});

	it('both forms verify and normalize to one', async () => {
		const pair = await crypto.makeSignKey(false);
		const signature = await crypto.sign(pair.key, bytesOf('00'));
		const verifier = await crypto.verifier(pair.public);
		const high = highS(signature);
		expect(high).not.toEqual(signature);
		expect(await crypto.verify(verifier, high, bytesOf('00'))).toBe(true);
		expect(lowS(high)).toEqual(signature);
	});
});

describe('ID43 a roster whose signatures were swapped for other valid ones', () => {
	it('a camera that saw it first still follows the owner', async () => {
		const altered = owner.homeRoster.entries.map(swapped);
		expect(await learn(camera, altered)).toBe('new');
		expect(camera.homeRoster.entries).toEqual(owner.homeRoster.entries);
		const { device } = await ex.homeRoster.self();
		await owner.homeRoster.revoke(device);
		expect(await learn(camera, owner.homeRoster.entries)).toBe('new');
		expect(camera.homeRoster.member(device)).toBeNull();
		expect(await learn(camera, owner.homeRoster.entries.map(swapped))).toBe('known');
	});

	it('a second signature by the author is not another statement', async () => {
		const newest = owner.homeRoster.entries.at(-1) ?? new Uint8Array();
		const { owner: own } = await owner.homeRoster.self();
		if (own === null) throw new Error('no owner');
		const again = await signEntry(crypto, own.key, parseEntry(newest).entry);
		expect(again).not.toEqual(newest);
		const all = [...owner.homeRoster.entries.slice(0, -1), again];
		expect(await learn(camera, all)).toBe('new');
		await owner.homeRoster.amend((await ex.homeRoster.self()).device, {
			roles: ['viewer', 'live'],
		});
		expect(await learn(camera, owner.homeRoster.entries)).toBe('new');
	});

	it('a relay that saw it keeps one form, and accepts what continues the other', async () => {
		const { entries } = owner.homeRoster;
		const homes = new HomeRegistry(crypto, []);
		const opened = await homes.open(entries.slice(0, 2).map(swapped));
		expect(opened).toMatchObject({ entries: entries.slice(0, 2) });
		const { device } = await camera.homeRoster.self();
		const now = { nowMs: 0, wallMs: clock.wallMs() };
		const all = await homes.append(owner.founded, device, entries.map(swapped), now);
		expect(all).toMatchObject({ home: { entries } });
		const { home } = all as AppendedHome;
		expect(await homes.append(owner.founded, device, entries, now)).toEqual({ before: home, home });
	});

	it('somebody else’s signature is not a valid form', async () => {
		const newest = owner.homeRoster.entries.at(-1) ?? new Uint8Array();
		const bytes = newest.slice();
		bytes[bytes.length - 40] = (bytes.at(-40) ?? 0) ^ 1;
		await expect(
			replayRoster(crypto, [...owner.homeRoster.entries.slice(0, -1), bytes]),
		).rejects.toMatchObject({ kind: 'corrupt' });
	});
});

describe('ID43 rosters from before, whose entries hash the previous one with its signature', () => {
	const entries = Object.values(old.entries).map(bytesOf);

	it('replays with high and low signatures, as they are and normalized', async () => {
		const forms = entries.map((entry) => lowS(entry.slice(-64)));
		const high = entries.filter((entry, at) => forms[at]?.some((b, i) => b !== entry.at(i - 64)));
		expect(high.length).toBeGreaterThan(0);
		expect(high.length).toBeLessThan(entries.length);
		const tidy = entries.map((entry, at) =>
			concatBytes(entry.slice(0, -64), forms[at] ?? new Uint8Array()),
		);
		for (const all of [entries, tidy, entries.map(swapped)]) {
			const roster = await replayRoster(crypto, all);
			expect([roster.home, roster.devices.size]).toEqual([old.home, old.devices]);
			expect(roster.head).toEqual(await entryHash(crypto, entries.at(-1) ?? new Uint8Array()));
		}
	});

	it('new entries continue it', async () => {
		const { owner: own } = await owner.homeRoster.self();
		if (own === null) throw new Error('no owner');
		const roster = await replayRoster(crypto, entries);
		const said = { op: 'policy', roles: [], notAfterMs: null, subject: null } as const;
		const more = await nextEntry(crypto, own, roster, 1, { ...said, detail: new Uint8Array() });
		// Signed by a stranger: everything matches but the author.
		expect(parseEntry(more).entry).toMatchObject({ prev: roster.head, seq: entries.length + 1 });
		await expect(replayRoster(crypto, [...entries, more])).rejects.toMatchObject({
			kind: 'corrupt',
		});
	});
});
