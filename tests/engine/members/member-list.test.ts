import type { Message } from '#protocol/message.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { base64urlOf } from '#domain/base/base64url.ts';
import { ascii } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { admissionSeq } from '#engine/home/admissions.ts';
import { EpochGrants } from '#engine/members/epoch-grants.ts';
import { GrantIssuer } from '#engine/members/grant-issuer.ts';
import { MessageSealer } from '#engine/messaging/message-sealer.ts';
import type { RevocationProof } from '#engine/members/member-list.ts';
import { replayRoster } from '#engine/home/roster.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeMember, type FakeMember } from '../../fakes/member.ts';
import { times } from '../../faults/support/counts.ts';
import { randomFrom } from '../../support/random.ts';
import { forgedRoster } from '../home/forgery.ts';
import { connectedHome, homeOf, joinAndConnect, joinedTo, RELAY } from './joined.ts';
import { fragmentOf, initOf } from '../sealing/sealing-fixture.ts';
import { eventually, until } from '../../support/until.ts';

const given = { mime: 'video/mp4; codecs="avc3.42C01F"', anchorUs: 1_795_000_000_000_000 };
let clock: ManualClock;
let relay: FakeRelay;
let owner: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;

beforeEach(async () => {
	clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, camera, viewer] = await connectedHome(clock, relay);
});

const has = async ({ vault }: FakeMember, of: FakeMember, epoch: number) =>
	(await vault.epoch(of.camera, epoch)) !== null;

async function film(of: FakeMember) {
	const sealer = await of.localDevice.beginRun(of.camera, given);
	const init = await sealer.init(initOf(ascii('ftypmoov')));
	const fragment = await sealer.fragment(fragmentOf(0, ascii('moof')));
	return { run: { ...sealer.start }, init, fragment };
}

function opens(by: FakeMember, { run, fragment }: Awaited<ReturnType<typeof film>>) {
	return by.localDevice.opener.open(run, fragment, fragment).then(
		({ body }) => String.fromCharCode(...body),
		(fault: unknown) => (fault instanceof Fault ? fault.kind : 'not even a Fault'),
	);
}

describe('grants', () => {
	it('ID38 ID39 a viewer gets the current key and opens footage from then on, not from before', async () => {
		const first = await film(camera);
		expect(first.run.epoch).toBe(2);
		await eventually(() => has(viewer, camera, 2));
		expect(await opens(viewer, first)).toBe('moof');
		clock.step(21 * 3_600_000);
		const later = await film(camera);
		expect(later.run.epoch).toBe(3);
		await eventually(() => has(viewer, camera, 3));
		expect(await opens(viewer, later)).toBe('moof');
		expect(await has(viewer, camera, 1)).toBe(false);
		expect(viewer.grantReceiver.refused).toBe(0);
	});

	it('ID33 entering another home begins a new run; a joining device does not', async () => {
		const third = fakeMember(clock, relay);
		await third.localDevice.createCamera();
		third.begin();
		await joinAndConnect(owner, third, ['camera'], 'Yard');
		await until(() => third.renewed() === 1);
		expect([owner, camera].map(({ renewed }) => renewed())).toEqual([0, 0]);
	});

	it('ID33 RG4 taking control away begins no new run, making a viewer live-only does', async () => {
		const rolesThere = () => camera.homeRoster.member(viewer.device)?.roles ?? [];
		await owner.members.change(viewer.device, ['viewer', 'view-only'], null);
		await until(() => rolesThere().includes('view-only'));
		await owner.members.change(viewer.device, ['viewer', 'live'], null);
		await until(() => camera.renewed() > 0 && rolesThere().includes('live'));
		expect(camera.renewed()).toBe(1);
	});

	it('ID38 an owner gets every key, including those from before the camera joined', async () => {
		await eventually(() => has(owner, camera, 1));
		await eventually(() => has(owner, camera, 2));
	});

	it('ID38 earlier keys are for owners, and for members an owner names', async () => {
		await eventually(() => has(viewer, camera, 2));
		await viewer.grantReceiver.request(camera.device, [], true);
		await expect(viewer.members.showEarlier(viewer.device)).rejects.toMatchObject({
			kind: 'denied',
		});
		const { device } = viewer;
		const entry = admissionSeq(owner.homeRoster.entries, device);
		const byHand = viewer.messenger.sendCounted(
			camera.device,
			{ t: 'show-earlier', device, entry },
			0,
		);
		expect(await byHand).toBe('taken');
		expect(await has(viewer, camera, 1)).toBe(false);
		await owner.members.showEarlier(viewer.device);
		await eventually(() => has(viewer, camera, 1));
		await eventually(() => has(viewer, owner, 1));
	});

	it('LT10 LT11 an owner’s earlier message is not accepted again: not after a reload, nor for a device admitted again', async () => {
		const before = relay.heard.length;
		await owner.members.showEarlier(viewer.device);
		await eventually(() => has(viewer, camera, 1));
		await owner.members.revoke(viewer.device, () => undefined);
		await eventually(async () => (await camera.localDevice.currentEpochNumber(camera.camera)) >= 3);
		const meanwhile = await camera.localDevice.currentEpochNumber(camera.camera);
		clock.step(40 * 3_600_000);
		await camera.localDevice.currentEpochNumber(camera.camera);
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		await until(() => camera.homeRoster.member(viewer.device) !== null);
		// Another page of the camera: only its vault knows the earlier messages.
		for (const socket of relay.of(homeOf(owner), camera.device)) socket.end(1006);
		const page = camera.again();
		await page.localDevice.refresh();
		const messenger = page.linkTo(relay);
		const { crypto, localDevice, homeRoster } = page;
		const renew = () => Promise.resolve();
		const epochGrants = new EpochGrants({ ...page, grants: camera.grants });
		new GrantIssuer({
			...{ crypto, localDevice, homeRoster, messenger, epochGrants, renew },
		}).begin();
		messenger.begin();
		await until(() => messenger.state.kind === 'connected' && messenger.relaySeq !== null);
		const [socket] = relay.of(homeOf(owner), camera.device);
		const heard = relay.heard.length;
		// Grants wait a week for the viewer; whether the action was stale does not.
		const toViewer = () =>
			relay.heard
				.slice(heard)
				.filter((frame) => frame.t === 'letter' && frame.to === viewer.device && frame.keep > 0);
		const old = relay.heard
			.slice(before, heard)
			.flatMap((frame) => (frame.t === 'letter' && frame.to === camera.device ? [frame.box] : []));
		for (const [at, box] of old.entries()) {
			socket?.say({ t: 'letter', id: 9000 + at, from: owner.device, box, kept: true });
		}
		const got = () =>
			relay.heard.slice(heard).filter((frame) => frame.t === 'got' && frame.id >= 9000).length;
		await until(() => got() === old.length);
		expect(await has(viewer, camera, meanwhile)).toBe(false);
		expect(toViewer()).toEqual([]);
		// What the owner sends now is carried out.
		await owner.members.showEarlier(viewer.device);
		await until(() => toViewer().length > 0);
	});

	it('ID38 T6 a live-only member is granted no key of footage, present or past', async () => {
		const guest = fakeMember(clock, relay);
		await film(camera);
		clock.step(21 * 3_600_000);
		await film(camera);
		await joinAndConnect(owner, guest, ['viewer', 'live'], 'Guest');
		await owner.members.showEarlier(guest.device);
		for (const earlier of [false, true]) {
			await guest.grantReceiver.request(camera.device, [], earlier);
		}
		clock.step(21 * 3_600_000);
		await film(camera);
		// By now, members with the footage right have the newest key.
		await eventually(() => has(viewer, camera, 4));
		for (const epoch of [1, 2, 3, 4]) expect(await has(guest, camera, epoch)).toBe(false);
	});

	it('ID38 grants wait for a viewer that is away', async () => {
		await eventually(() => has(viewer, camera, 2));
		relay.of(homeOf(owner), viewer.device)[0]?.end(1006);
		await until(() => viewer.messenger.state.kind === 'away');
		clock.step(21 * 3_600_000);
		await film(camera);
		await until(() => relay.waiting(homeOf(owner), viewer.device) > 0);
		viewer.network.back();
		await eventually(() => has(viewer, camera, 3));
	});

	it('ID39 nobody can grant for another device’s camera, and altered grants are not stored', async () => {
		await eventually(() => has(viewer, camera, 2));
		const kept = await owner.vault.epoch(owner.camera, 1);
		const grants = [base64urlOf(kept?.grant ?? new Uint8Array()), base64urlOf(ascii('x'))];
		await camera.messenger.send(viewer.device, { t: 'grants', camera: owner.camera, grants });
		await camera.messenger.send(viewer.device, { t: 'grants', camera: camera.camera, grants });
		await until(() => viewer.grantReceiver.refused === 4);
		expect(await viewer.vault.epoch(camera.camera, 9)).toBeNull();
	});

	it('ID24 a home key from a non-owner is refused', async () => {
		const keys = viewer.localDevice.unlocked?.identity.homes.at(-1)?.keys.length;
		await camera.messenger.send(viewer.device, { t: 'home-key', grant: base64urlOf(ascii('x')) });
		await owner.messenger.send(viewer.device, { t: 'home-key', grant: base64urlOf(ascii('x')) });
		await until(() => viewer.grantReceiver.refused === 1);
		expect(viewer.localDevice.unlocked?.identity.homes.at(-1)?.keys.length).toBe(keys);
	});
});

describe('the devices of a home', () => {
	it('ID20 ID40 lists the members by name, with the same safety number on both devices', async () => {
		await until(() => owner.members.list.length === 3 && viewer.members.list.length === 3);
		const names = owner.members.list.map(({ name }) => name);
		expect(names).toEqual([null, 'Door', 'Phone']);
		const of = (by: FakeMember, device: DeviceId) =>
			by.members.list.find((member) => member.device === device);
		await until(() => of(owner, viewer.device)?.online === true);
		expect(of(owner, viewer.device)).toMatchObject({ roles: ['viewer'], self: false });
		expect(of(viewer, viewer.device)?.self).toBe(true);
		expect(owner.lastSeen.seenMs(viewer.device)).not.toBeNull();
		await until(() => of(viewer, owner.device) !== undefined);
		expect(of(owner, viewer.device)?.safety).toBe(of(viewer, owner.device)?.safety);
		expect(of(owner, viewer.device)?.safety).toMatch(/^(\d{5} ){11}\d{5}$/);
		expect([owner, viewer].map(({ members }) => members.owner)).toEqual([true, false]);
	});

	it('ID8 a new name and new roles reach every device', async () => {
		await owner.members.rename(viewer.device, 'Tablet');
		const named = () => viewer.members.list.find(({ self }) => self)?.name;
		await until(() => named() === 'Tablet');
		await owner.members.change(viewer.device, ['viewer', 'owner'], null);
		await until(() => viewer.members.owner);
		await eventually(() => has(viewer, camera, 2));
		await expect(viewer.members.rename(owner.device, '  ')).rejects.toMatchObject({
			kind: 'malformed',
		});
	});

	it('ID33 RL11 revoked: out of the roster, no more keys, no more messages, and the proof of it', async () => {
		const old = await film(camera);
		await eventually(() => has(viewer, camera, 2));
		await until(() =>
			[owner.device, camera.device].every((one) => owner.messenger.online.has(one)),
		);
		const told: RevocationProof[] = [];
		await owner.members.revoke(viewer.device, (revoked) => told.push(revoked));
		await until(() => {
			const last = told.at(-1);
			return last?.relayMs !== null && last?.cameras.every(({ ms }) => ms !== null) === true;
		});
		expect(
			told
				.at(-1)
				?.cameras.map(({ device }) => device)
				.sort(),
		).toEqual([owner.device, camera.device].sort());
		expect(told[0]).toMatchObject({ relayMs: null });
		await until(() => viewer.messenger.state.kind === 'refused');
		expect([owner, camera].map(({ renewed }) => renewed())).toEqual([1, 1]);
		const fresh = await film(camera);
		expect(fresh.run.epoch).toBe(old.run.epoch + 1);
		await eventually(() => has(owner, camera, fresh.run.epoch));
		expect(await opens(owner, fresh)).toBe('moof');
		expect(await opens(viewer, fresh)).toBe('not-found');
		expect(await opens(viewer, old)).toBe('moof');
		await until(() => camera.localDevice.unlocked?.identity.homes.at(-1)?.keys.length === 2);
		expect(await viewer.messenger.send(camera.device, { t: 'ask', nonce: 'ab'.repeat(16) })).toBe(
			'unsent',
		);
	});
});

describe('ID42 home keys', () => {
	const keysOf = (one: FakeMember) =>
		one.localDevice.unlocked?.identity.homes.at(-1)?.keys.map(({ number }) => number);

	async function apart(one: FakeMember): Promise<void> {
		relay.down = true;
		for (const socket of relay.of(homeOf(owner), one.device)) socket.end(1006);
		await until(() => one.messenger.state.kind === 'away');
	}

	async function together(one: FakeMember): Promise<void> {
		relay.down = false;
		one.network.back();
		await until(() => one.messenger.state.kind === 'connected');
	}

	it('revoked while offline: the others get the new key with the next connection, including one that is away then', async () => {
		await apart(owner);
		await apart(camera);
		await owner.members.revoke(viewer.device, () => undefined);
		await together(owner);
		await until(() => relay.waiting(homeOf(owner), camera.device) === 1);
		expect(keysOf(camera)).toEqual([1]);
		await together(camera);
		await until(() => keysOf(camera)?.length === 2);
	});

	it('a member that missed the message gets the newest key when it meets an owner', async () => {
		await apart(camera);
		relay.down = false;
		await owner.members.revoke(viewer.device, () => undefined);
		await until(() => relay.waiting(homeOf(owner), camera.device) === 1);
		// A week later.
		relay.core.mailbox.clear(homeOf(owner), camera.device);
		await together(camera);
		await until(() => keysOf(camera)?.length === 2);
		expect(keysOf(camera)).toEqual(keysOf(owner));
	});
});

describe('a hostile relay', () => {
	it(
		'T4 T5 forged, replayed and rolled-back rosters: 0 grants',
		async () => {
			const seed = Number(process.env['SEED'] ?? 20261126);
			const count = times(2000, 20);
			const below = randomFrom(seed);
			const evil = fakeMember(clock, relay);
			await evil.homeRoster.self();
			const home = homeOf(camera);
			await eventually(() => has(viewer, camera, 2));
			const { seq } = camera.homeRoster.roster ?? { seq: 0 };
			let believed = 0;
			for (let n = 0; n < count; n += 1) {
				const roster =
					n % 7 === 0
						? camera.homeRoster.entries.slice(0, 1 + below(seq))
						: await forgedRoster(camera, evil, below);
				const from = 1 + below(roster.length);
				const learned = await camera.homeRoster.merge(home, from, roster.slice(from - 1));
				if (learned === 'new' || camera.homeRoster.member(evil.device) !== null) believed += 1;
			}
			process.stdout.write(`rosters: ${count}, believed: ${believed}, seed ${seed}\n`);
			expect(believed).toBe(0);
			expect(camera.homeRoster.roster?.seq).toBe(seq);
			expect((await replayRoster(camera.crypto, camera.homeRoster.entries)).seq).toBe(seq);

			const unlocked = camera.localDevice.unlocked;
			if (unlocked === null) throw new Error('not ready');
			const mine = evil.localDevice.unlocked?.identity;
			if (!mine) throw new Error('not ready');
			const identity = { ...mine, home };
			const want = {
				t: 'want-grants',
				earlier: true,
				known: [],
			} satisfies Message;
			const writer = { identity, roster: unlocked.roster };
			const box = await new MessageSealer(evil.crypto, clock).seal(writer, camera.device, {
				message: want,
				beside: {},
			});
			const [socket] = relay.of(home, camera.device);
			const before = camera.messenger.dropped;
			const sentBefore = relay.heard.length;
			for (let id = 1; id <= 20; id += 1) {
				socket?.say({ t: 'letter', id, from: evil.device, box, kept: false });
			}
			await until(() => camera.messenger.dropped === before + 20);
			expect(relay.heard.slice(sentBefore).filter(({ t }) => t === 'letter')).toEqual([]);
		},
		5 * 60_000,
	);
});
