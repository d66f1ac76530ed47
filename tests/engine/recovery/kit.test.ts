import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { kitFrom, kitGroups, kitLink } from '#domain/pairing/kit.ts';
import type { Subject } from '#domain/home/roster.ts';
import { MessageSealer } from '#engine/messaging/message-sealer.ts';
import { openGrant } from '#engine/home/keys.ts';
import { kitGrantsIn } from '#engine/home/kit-grants.ts';
import { deriveKitKeys, type KitKeys } from '#engine/home/kit-keys.ts';
import type { RecoveryKits } from '#engine/recovery/recovery-kits.ts';
import type { KitRecovery } from '#engine/recovery/kit-recovery.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { recoveryKitsOf, kitRecoveryOf } from '../../fakes/kit.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeMember, type FakeMember } from '../../fakes/member.ts';
import { connect, connectedHome, homeOf, RELAY, subjectOf } from '../members/joined.ts';
import { eventually, until } from '../../support/until.ts';
const HOUR_MS = 3_600_000;
const crypto = new WebCrypto();
let clock: ManualClock;
let relay: FakeRelay;
/** Owner, camera and viewer in one, like a home's first device. */
let owner: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;
let kits: RecoveryKits;

beforeEach(async () => {
	clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, camera, viewer] = await connectedHome(clock, relay);
	kits = recoveryKitsOf(owner, relay);
});

/** Shows everything the owner signed to the given members. */
async function shown(...others: FakeMember[]): Promise<void> {
	const seq = owner.homeRoster.entries.length;
	await until(() => owner.messenger.relaySeq === seq);
	await until(() => others.every(({ homeRoster }) => homeRoster.entries.length >= seq));
}

/** The printed text of an activated kit. */
async function printed(): Promise<string> {
	const { groups } = await kits.generate();
	await kits.activate();
	await shown(camera, viewer);
	return groups.join(' ');
}

function secretOf(text: string): Bytes {
	const kit = kitFrom(text);
	if (typeof kit === 'string') throw new Error(kit);
	return kit.secret;
}

const keysOf = (text: string): Promise<KitKeys> => deriveKitKeys(crypto, secretOf(text));

function lost(one: FakeMember): void {
	for (const socket of relay.of(homeOf(one), one.device)) socket.end(1006);
	relay.lie = (frame) => frame;
}

async function waiting(back: KitRecovery, text: string, at: string | null = null): Promise<void> {
	await back.recover(text, 'New phone', at);
	expect(back.state).toMatchObject({ kind: 'waiting', fresh: true });
}

describe('making a kit', () => {
	it('KT3 a generated kit opens nothing before it is activated, nor after it is discarded', async () => {
		const { groups, link, relay: at } = await kits.generate();
		expect([at, link.startsWith(`${RELAY}/recover#k1.`)]).toEqual([RELAY, true]);
		expect(kits.madeMs).toBeNull();
		const back = kitRecoveryOf(fakeMember(clock, relay), relay);
		await back.recover(groups.join(''), 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'unknown-kit' });
		kits.discard();
		await expect(kits.activate()).rejects.toMatchObject({ kind: 'conflict' });
	});

	it('KT3 once activated it is a member with every home key, later ones included', async () => {
		const text = await printed();
		const kit = await keysOf(text);
		expect(owner.homeRoster.roster?.devices.get(kit.device)?.roles).toEqual(['recovery']);
		expect(kits.madeMs).toBe(clock.wallMs());
		await owner.members.revoke(viewer.device, () => undefined);
		await shown(camera);
		const grants = kitGrantsIn(camera.homeRoster.entries, kit.device);
		expect([...grants.keys()]).toEqual([1, 2]);
		const raws: string[] = [];
		for (const [number, grant] of grants) {
			const subject = { home: homeOf(owner), camera: null, number, recipient: kit.device };
			const signers = [...(owner.homeRoster.roster?.past.owners.values() ?? [])];
			raws.push(hexOf(await openGrant(crypto, grant, subject, kit.kem, signers)));
		}
		expect(new Set(raws).size).toBe(2);
		expect(await kits.test(text)).toBe('works');
	});

	it('KT3 a new kit invalidates earlier ones', async () => {
		const first = await printed();
		const second = await printed();
		expect(await kits.test(first)).toBe('old');
		expect(await kits.test(second)).toBe('works');
		const back = kitRecoveryOf(fakeMember(clock, relay), relay);
		await back.recover(first, 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'taken-out' });
	});

	it('KT15 a kit is granted no epoch, neither by message nor on request', async () => {
		const kit = await keysOf(await printed());
		await owner.members.revoke(viewer.device, () => undefined);
		await eventually(async () => (await owner.vault.epoch(camera.camera, 2)) !== null);
		expect(relay.waiting(homeOf(owner), kit.device)).toBe(0);
		const unlocked = owner.localDevice.unlocked!;
		const asKit = { ...unlocked, identity: { ...unlocked.identity, ...kit } };
		const asks = { t: 'want-grants' as const, earlier: true, known: [] };
		const said = { message: asks, beside: { nonce: '00'.repeat(16) } };
		const box = await new MessageSealer(crypto, clock).seal(asKit, camera.device, said);
		const told = relay.heard.length;
		const [line] = relay.of(homeOf(owner), camera.device);
		line?.say({ t: 'letter', id: 999, from: kit.device, box, kept: true });
		await until(() => relay.heard.slice(told).some(({ t }) => t === 'got'));
		await camera.localDevice.currentEpochNumber(camera.camera);
		expect(relay.heard.slice(told).filter((f) => f.t === 'letter' && f.to === kit.device)).toEqual(
			[],
		);
	});

	it('KT10 testing changes nothing and recognizes the home’s kits', async () => {
		const text = await printed();
		const seq = owner.homeRoster.entries.length;
		const other = recoveryKitsOf(viewer, relay);
		expect(await other.test(text.toLowerCase().replaceAll('0', 'O'))).toBe('works');
		expect(other.triedMs).toBe(clock.wallMs());
		expect(await other.test(kitGroups(new Uint8Array(16)).join(''))).toBe('other');
		expect(await other.test('ABC')).toBe('length');
		expect(owner.homeRoster.entries).toHaveLength(seq);
	});

	it('KT3 only an owner with a relay can make one', async () => {
		const other = recoveryKitsOf(viewer, relay);
		expect(other.hindrance).toBe('not-owner');
		await expect(other.generate()).rejects.toMatchObject({ kind: 'denied' });
		await owner.homeRoster.setRelay(null);
		expect(kits.hindrance).toBe('no-relay');
		await expect(kits.generate()).rejects.toMatchObject({ kind: 'conflict' });
	});
});

describe('coming back', () => {
	it('KT5 KT7 KT9 the only owner is lost: a day later the new device owns the home and reads its names and footage', async () => {
		const text = await printed();
		lost(owner);
		const fresh = fakeMember(clock, relay);
		const back = kitRecoveryOf(fresh, relay);
		await waiting(back, text);
		await until(() => camera.homeRoster.roster?.claims.size === 1);
		expect(fresh.homeRoster.roster?.home).not.toBe(homeOf(owner));

		clock.step(23 * HOUR_MS);
		await back.recover(text, 'New phone', null);
		expect(back.state).toMatchObject({ kind: 'waiting', fresh: false });
		clock.step(HOUR_MS);
		await back.recover(text, 'door', null);
		expect(back.state).toEqual({ kind: 'done' });

		expect(fresh.homeRoster.roster?.home).toBe(homeOf(owner));
		expect(fresh.homeRoster.owner).toBe(true);
		await connect(fresh);
		await until(() => camera.homeRoster.member(fresh.device)?.roles.includes('owner') === true);
		await until(() => fresh.members.list.some(({ name }) => name === 'Door'));
		// PR32: the camera has that name already.
		await until(() => camera.members.list.some(({ name }) => name === 'door 2'));
		// The camera grants it keys of earlier recordings.
		const kept = await camera.vault.epoch(camera.camera, 1);
		expect(kept).not.toBeNull();
		const granted = () => fresh.vault.epoch(camera.camera, 1);
		await expect.poll(granted, { timeout: 10_000 }).not.toBeNull();

		await fresh.members.revoke(owner.device, () => undefined);
		await until(() => camera.homeRoster.member(owner.device) === null);
	});

	it('KT5 a viewer of the home becomes its owner in the same way, and stays a member meanwhile', async () => {
		const text = await printed();
		expect(await viewer.vault.epoch(camera.camera, 1)).toBeNull();
		const back = kitRecoveryOf(viewer, relay);
		await waiting(back, text);
		await until(() => viewer.homeRoster.roster?.claims.has(viewer.device) === true);
		expect(viewer.homeRoster.member(viewer.device)?.roles).toEqual(['viewer']);
		clock.step(24 * HOUR_MS);
		await back.recover(text, 'Phone', null);
		expect(back.state).toEqual({ kind: 'done' });
		expect(viewer.homeRoster.owner).toBe(true);
		// As a viewer it had keys since it joined; now it asks for earlier ones.
		const granted = () => viewer.vault.epoch(camera.camera, 1);
		await expect.poll(granted, { timeout: 10_000 }).not.toBeNull();
		await back.recover(text, 'Phone', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'owner' });
	});

	it('KT9 an interruption after the relay stored the entry is resumed by the next visit', async () => {
		const text = await printed();
		const fresh = fakeMember(clock, relay);
		const back = kitRecoveryOf(fresh, relay);
		await waiting(back, text);
		clock.step(24 * HOUR_MS);
		relay.lie = (frame) => (frame.t === 'appended' ? null : frame);
		const coming = back.recover(text, 'New', null);
		const over = async () => {
			await clock.pass(1000);
			return back.state.kind;
		};
		await expect.poll(over, { timeout: 20_000, interval: 20 }).toBe('ended');
		await coming;
		expect(back.state).toMatchObject({ kind: 'ended', why: 'unreachable' });
		relay.lie = (frame) => frame;
		await back.recover(text, 'New', null);
		expect(back.state).toEqual({ kind: 'done' });
	});

	it('KT16 with a passphrase, the sheet alone finds no home, and both together do', async () => {
		const { groups, link, guarded } = await kits.generate(' Vier  kleine\tWörter ');
		expect([guarded, link.includes('#k2.')]).toEqual([true, true]);
		await kits.activate();
		await shown(camera, viewer);
		const back = kitRecoveryOf(fakeMember(clock, relay), relay);
		for (const wrong of [null, '', 'Vier kleine Worte']) {
			await back.recover(groups.join(' '), 'New phone', null, wrong);
			expect(back.state).toMatchObject({ kind: 'ended', why: 'unknown-kit' });
			expect(await kits.test(groups.join(' '), wrong)).toBe('other');
		}
		// NFD, as some keyboards produce it.
		expect(await kits.test(link, 'Vier kleine Wörter'.normalize('NFD'))).toBe('works');
		await back.recover(link, 'New phone', null, 'Vier kleine Wörter');
		expect(back.state).toMatchObject({ kind: 'waiting', fresh: true });
	});

	it.each([
		['nothing', '', 'length'],
		['a typing error', 'ZZZZZ ZZZZZ ZZZZZ ZZZZZ ZZZZZY', 'slip'],
		['an unknown kit', kitGroups(new Uint8Array(16)).join(''), 'unknown-kit'],
	])('KT4 %s is rejected', async (_what, text, why) => {
		const back = kitRecoveryOf(fakeMember(clock, relay), relay);
		await back.recover(text, 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why });
	});

	it('KT11 a relay leads a kit into a home of its own: the kit was not made there', async () => {
		const text = await printed();
		const kit = await keysOf(text);
		const trap = fakeMember(clock, relay);
		await trap.localDevice.createCamera();
		// Its owner knows the kit's public keys and grants it a home key, as the real one did.
		const theirs = await deriveKitKeys(crypto, crypto.random(16));
		await trap.homeRoster.admitKit({ ...kit, sign: { ...kit.sign, key: theirs.sign.key } });
		relay.homes.clear();
		relay.open(trap.homeRoster.entries, homeOf(trap));
		const back = kitRecoveryOf(fakeMember(clock, relay), relay);
		await back.recover(text, 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'unknown-kit' });
	});

	it('KT4 KT13 an unreachable relay, and another address', async () => {
		const text = await printed();
		const back = kitRecoveryOf(fakeMember(clock, relay), relay);
		relay.down = true;
		await back.recover(text, 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'unreachable' });
		relay.down = false;
		await back.recover(text, 'New', 'https://other.local:8443');
		expect(back.state).toMatchObject({ kind: 'ended', why: 'unreachable' });
		// KT13: a sheet from before the relay moved.
		const old = kitLink(RELAY, secretOf(text), 'https://old.local:8443');
		await back.recover(old, 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'unreachable' });
		await waiting(back, old, RELAY);
	});
});

describe('KT8 the veto', () => {
	it('an owner sees the claim and refuses it, and the kit is worthless', async () => {
		const text = await printed();
		const thief = fakeMember(clock, relay);
		const back = kitRecoveryOf(thief, relay);
		await waiting(back, text);
		await until(() => kits.claims.length === 1);
		expect(kits.claims).toMatchObject([
			{ device: thief.device, name: 'New phone', readyMs: clock.wallMs() + 24 * HOUR_MS },
		]);
		await kits.rollBackClaims();
		await shown(camera, viewer);
		expect(kits.claims).toEqual([]);
		expect(kits.madeMs).toBeNull();
		clock.step(25 * HOUR_MS);
		await back.recover(text, 'New', null);
		expect(back.state).toMatchObject({ kind: 'ended', why: 'taken-out' });
		expect(back.claimedMs).toBeNull();
		expect(camera.homeRoster.roster?.owners.size).toBe(1);
	});

	it('a relay that helps a thief: early entries do not count, and an owner can still refuse', async () => {
		const text = await printed();
		const kit = await keysOf(text);
		// The thief backdates the claim by a day, and the relay ignores it.
		const thief = await subjectOf(fakeMember(clock, relay));
		const early = await twice(kit, thief, clock.wallMs() - 24 * HOUR_MS);
		const seq = camera.homeRoster.entries.length;
		relay.homes.set(homeOf(owner), [...camera.homeRoster.entries, ...early]);
		expect(await camera.homeRoster.merge(homeOf(owner), seq + 1, early)).toBe('early');
		expect(camera.homeRoster.entries).toHaveLength(seq + 1);
		expect(camera.homeRoster.member(thief.device)).toBeNull();
		expect(await viewer.homeRoster.merge(homeOf(owner), seq + 1, early.slice(0, 1))).toBe('new');
		const again = viewer.again();
		await again.localDevice.refresh();
		clock.step(23 * HOUR_MS);
		for (const one of [camera, viewer, again]) {
			expect(await one.homeRoster.merge(homeOf(owner), seq + 2, early.slice(1))).toBe('early');
			expect(one.homeRoster.roster?.owners.size).toBe(1);
		}
		// A day after it was first seen, and nobody refused.
		clock.step(HOUR_MS);
		for (const one of [camera, again]) {
			expect(await one.homeRoster.merge(homeOf(owner), seq + 2, early.slice(1))).toBe('new');
			expect(one.homeRoster.member(thief.device)?.roles).toEqual(['viewer', 'owner']);
		}
	});

	it('LK8 a connection whose entries came too early asks again by itself', async () => {
		const kit = await keysOf(await printed());
		const thief = await subjectOf(fakeMember(clock, relay));
		const early = await twice(kit, thief, clock.wallMs() - 24 * HOUR_MS);
		const seq = camera.homeRoster.entries.length;
		relay.homes.set(homeOf(owner), [...owner.homeRoster.entries, ...early]);
		const asked = () => relay.heard.filter(({ t }) => t === 'roster-since').length;
		const before = asked();
		for (const socket of relay.of(homeOf(owner), camera.device)) {
			socket.say({
				t: 'roster',
				from: seq + 1,
				entries: early.map((one) => Buffer.from(one).toString('base64url')),
			});
		}
		await until(() => camera.homeRoster.entries.length === seq + 1);
		// The relay sends nothing but what is asked for.
		relay.lie = (frame) => (frame.t === 'roster' && asked() === before ? null : frame);
		clock.step(24 * HOUR_MS);
		await expect
			.poll(
				async () => {
					await clock.pass(60_000, 1000);
					return camera.homeRoster.entries.length;
				},
				{ timeout: 15_000, interval: 5 },
			)
			.toBe(seq + 2);
		expect(asked()).toBeGreaterThan(before);
	});
});

/** A claim and its completion a day later, both signed at once. */
async function twice(kit: KitKeys, subject: Subject, claimMs: number): Promise<Bytes[]> {
	const { entries } = owner.homeRoster;
	const said = { roles: ['viewer', 'owner'], notAfterMs: null, subject } as const;
	const detail = new Uint8Array();
	const claim = await nextEntry(crypto, kit.owner, await replayRoster(crypto, entries), claimMs, {
		...{ op: 'add', ...said, detail },
	});
	const roster = await replayRoster(crypto, [...entries, claim]);
	const good = await nextEntry(crypto, kit.owner, roster, claimMs + 24 * HOUR_MS, {
		...{ op: 'rotate', ...said, detail },
	});
	return [claim, good];
}
