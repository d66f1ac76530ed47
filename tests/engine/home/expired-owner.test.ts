/** ID44: an expired owner signs nothing, whatever time it writes. */
import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { joinedTo } from '../members/joined.ts';

const HOUR_MS = 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let owner: FakeDevice;
let camera: FakeDevice;
let ex: FakeDevice;
let endMs: number;

beforeEach(async () => {
	clock = new ManualClock();
	[owner, camera, ex] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	await owner.localDevice.createCamera();
	await camera.localDevice.createCamera();
	await joinedTo(owner, camera, ['camera'], 'Door');
	await joinedTo(owner, ex, ['viewer', 'owner'], 'Ex phone');
	endMs = clock.wallMs() + HOUR_MS;
	await owner.homeRoster.amend(deviceOf(ex), { notAfterMs: endMs });
	for (const one of [camera, ex]) await learn(one, owner.homeRoster.entries);
});

const learn = (one: FakeDevice, all: readonly Bytes[]) =>
	one.homeRoster.merge(owner.founded, 1, all);

function deviceOf({ localDevice }: FakeDevice) {
	const device = localDevice.unlocked?.identity.device;
	if (device === undefined) throw new Error('no device');
	return device;
}

/** The expired owner signs that its membership never ends. */
async function forever(wallMs: number): Promise<Bytes[]> {
	const { entries } = owner.homeRoster;
	const roster = await replayRoster(crypto, entries);
	const [mine, key] = [roster.devices.get(deviceOf(ex)), ex.localDevice.unlocked?.identity.owner];
	if (!mine || !key) throw new Error('nobody');
	const said = { ...mine, op: 'rotate', notAfterMs: null } as const;
	return [...entries, await nextEntry(crypto, key, roster, wallMs, said)];
}

const shownTo = (entries: readonly Bytes[], wallMs: number) => {
	const kept = [{ home: owner.founded, entries: owner.homeRoster.entries }];
	const now = { nowMs: 0, wallMs };
	return new HomeRegistry(crypto, kept).append(owner.founded, deviceOf(camera), entries, now);
};

describe('ID44 an expired owner', () => {
	it.each([
		['signs with the current time', 30 * 24 * HOUR_MS],
		['backdates to when it was an owner', -1],
	])('%s: the relay refuses it, and it does not count at a member', async (_what, byMs) => {
		clock.step(30 * 24 * HOUR_MS);
		const entries = await forever(endMs + byMs);
		expect(await shownTo(entries, clock.wallMs())).toBe('roster');
		for (const one of [owner, camera]) {
			expect(await learn(one, entries)).toBe('early');
			expect(one.homeRoster.member(deviceOf(ex))).toBeNull();
		}
		// An owner signs beside it, and everybody follows that.
		await owner.homeRoster.amend(deviceOf(camera), { name: 'Gate' });
		expect(await learn(camera, owner.homeRoster.entries)).toBe('new');
		expect(camera.homeRoster.roster?.devices.get(deviceOf(ex))?.notAfterMs).toBe(endMs);
	});

	it('signs nothing, and can no longer grant home keys', async () => {
		expect(ex.homeRoster.owner).toBe(true);
		const grant = await ex.homeRoster.homeKeyFor(deviceOf(camera));
		clock.step(HOUR_MS);
		expect(ex.homeRoster.owner).toBe(false);
		const renamed = ex.homeRoster.amend(deviceOf(camera), { name: 'x' });
		await expect(renamed).rejects.toMatchObject({ kind: 'denied' });
		expect(await ex.homeRoster.homeKeyFor(deviceOf(camera))).toBeNull();
		const taken = camera.homeRoster.acceptHomeKey(grant ?? new Uint8Array());
		await expect(taken).rejects.toMatchObject({ kind: 'corrupt' });
	});

	it('what it signed in time counts: at once, or later below an owner’s entry', async () => {
		await ex.homeRoster.amend(deviceOf(camera), { name: 'Gate' });
		const early = [...ex.homeRoster.entries];
		expect(typeof (await shownTo(early, clock.wallMs()))).toBe('object');
		expect(await learn(owner, early)).toBe('new');
		clock.step(2 * HOUR_MS);
		expect(await learn(camera, early)).toBe('early');
		await owner.homeRoster.amend(deviceOf(camera), { name: 'Yard' });
		expect(await learn(camera, owner.homeRoster.entries)).toBe('new');
		expect(camera.homeRoster.entries).toEqual(owner.homeRoster.entries);
	});

	it('an owner that it made after expiry cannot confirm anything', async () => {
		clock.step(2 * HOUR_MS);
		const puppet = fakeDevice(clock);
		await puppet.homeRoster.self();
		const { device, sign, kem, owner: key } = puppet.localDevice.unlocked?.identity ?? {};
		const by = ex.localDevice.unlocked?.identity.owner;
		if (!device || !sign || !kem || !key || !by) throw new Error('nobody');
		const subject = { device, sign: sign.public, kem: kem.public, owner: key.public, dtls: null };
		const said = {
			roles: ['viewer', 'owner'],
			notAfterMs: null,
			detail: new Uint8Array(),
		} as const;
		const entries = [...owner.homeRoster.entries];
		for (const [signer, about] of [
			[by, { ...said, op: 'add', subject }],
			[key, { ...said, op: 'policy', roles: [], subject: null }],
		] as const) {
			const roster = await replayRoster(crypto, entries);
			entries.push(await nextEntry(crypto, signer, roster, endMs - 1, about));
		}
		expect(await shownTo(entries, clock.wallMs())).toBe('roster');
		expect(await learn(camera, entries)).toBe('early');
		expect(camera.homeRoster.member(device)).toBeNull();
	});
});
