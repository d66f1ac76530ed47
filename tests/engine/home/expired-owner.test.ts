/** ID44: an owner whose time is up signs nothing, whenever it says that it signed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#browser/keys/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import { checking } from '#relay/base/crypto.ts';
import { Homes } from '#relay/session/homes.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { homestead, type Homestead } from '../../fakes/homestead.ts';
import { joinedTo } from '../members/joined.ts';

const HOUR_MS = 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let owner: Homestead;
let camera: Homestead;
let ex: Homestead;
let endMs: number;

beforeEach(async () => {
	clock = new ManualClock();
	[owner, camera, ex] = [homestead(clock), homestead(clock), homestead(clock)];
	await owner.house.found();
	await camera.house.found();
	await joinedTo(owner, camera, ['camera'], 'Door');
	await joinedTo(owner, ex, ['viewer', 'owner'], 'Ex phone');
	endMs = clock.wallMs() + HOUR_MS;
	await owner.membership.amend(deviceOf(ex), { notAfterMs: endMs });
	for (const one of [camera, ex]) await learn(one, owner.membership.entries);
});

const learn = (one: Homestead, all: readonly Bytes[]) =>
	one.membership.learn(owner.founded, 1, all);

function deviceOf({ house }: Homestead) {
	const device = house.household?.identity.device;
	if (device === undefined) throw new Error('no device');
	return device;
}

/** The ex signs that its time has no end. */
async function forever(wallMs: number): Promise<Bytes[]> {
	const { entries } = owner.membership;
	const roster = await replayRoster(crypto, entries);
	const [mine, key] = [roster.devices.get(deviceOf(ex)), ex.house.household?.identity.owner];
	if (!mine || !key) throw new Error('nobody');
	const said = { ...mine, op: 'rotate', notAfterMs: null } as const;
	return [...entries, await nextEntry(crypto, key, roster, wallMs, said)];
}

const shownTo = (entries: readonly Bytes[], wallMs: number) => {
	const kept = [{ home: owner.founded, entries: owner.membership.entries }];
	const now = { nowMs: 0, wallMs };
	return new Homes(checking, kept).append(owner.founded, deviceOf(camera), entries, now);
};

describe('ID44 an owner whose time is up', () => {
	it.each([
		['says so', 30 * 24 * HOUR_MS],
		['dates it back to when it was an owner', -1],
	])('%s: the relay refuses, and it does not count at a member', async (_what, byMs) => {
		clock.step(30 * 24 * HOUR_MS);
		const entries = await forever(endMs + byMs);
		expect(await shownTo(entries, clock.wallMs())).toBe('roster');
		for (const one of [owner, camera]) {
			expect(await learn(one, entries)).toBe('early');
			expect(one.membership.member(deviceOf(ex))).toBeNull();
		}
		// What an owner signs goes beside it, and all follow that.
		await owner.membership.amend(deviceOf(camera), { name: 'Gate' });
		expect(await learn(camera, owner.membership.entries)).toBe('new');
		expect(camera.membership.roster?.devices.get(deviceOf(ex))?.notAfterMs).toBe(endMs);
	});

	it('signs nothing by itself, and grants no home key any more', async () => {
		expect(ex.membership.owner).toBe(true);
		const grant = await ex.membership.homeKeyFor(deviceOf(camera));
		clock.step(HOUR_MS);
		expect(ex.membership.owner).toBe(false);
		const renamed = ex.membership.amend(deviceOf(camera), { name: 'x' });
		await expect(renamed).rejects.toMatchObject({ kind: 'denied' });
		expect(await ex.membership.homeKeyFor(deviceOf(camera))).toBeNull();
		const taken = camera.membership.takeHomeKey(grant ?? new Uint8Array());
		await expect(taken).rejects.toMatchObject({ kind: 'corrupt' });
	});

	it('what it signed in time counts: at once, and later with an owner’s entry on top of it', async () => {
		await ex.membership.amend(deviceOf(camera), { name: 'Gate' });
		const early = [...ex.membership.entries];
		expect(typeof (await shownTo(early, clock.wallMs()))).toBe('object');
		expect(await learn(owner, early)).toBe('new');
		clock.step(2 * HOUR_MS);
		expect(await learn(camera, early)).toBe('early');
		await owner.membership.amend(deviceOf(camera), { name: 'Yard' });
		expect(await learn(camera, owner.membership.entries)).toBe('new');
		expect(camera.membership.entries).toEqual(owner.membership.entries);
	});

	it('an owner that it made afterwards confirms nothing', async () => {
		clock.step(2 * HOUR_MS);
		const puppet = homestead(clock);
		await puppet.membership.self();
		const { device, sign, kem, owner: key } = puppet.house.household?.identity ?? {};
		const by = ex.house.household?.identity.owner;
		if (!device || !sign || !kem || !key || !by) throw new Error('nobody');
		const subject = { device, sign: sign.public, kem: kem.public, owner: key.public, dtls: null };
		const said = {
			roles: ['viewer', 'owner'],
			notAfterMs: null,
			detail: new Uint8Array(),
		} as const;
		const entries = [...owner.membership.entries];
		for (const [signer, about] of [
			[by, { ...said, op: 'add', subject }],
			[key, { ...said, op: 'policy', roles: [], subject: null }],
		] as const) {
			const roster = await replayRoster(crypto, entries);
			entries.push(await nextEntry(crypto, signer, roster, endMs - 1, about));
		}
		expect(await shownTo(entries, clock.wallMs())).toBe('roster');
		expect(await learn(camera, entries)).toBe('early');
		expect(camera.membership.member(device)).toBeNull();
	});
});
