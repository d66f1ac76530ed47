import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { base64urlOf } from '#domain/base/base64url.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { ARRIVAL_TIMEOUT_MS } from '#engine/members/arrivals.ts';
import { entryHash } from '#engine/home/roster.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { FakeVault } from '../../fakes/vault.ts';
import { CutRelay, ORIGIN, Page, settled, START_MS, type Disk } from './cut-world.ts';
import { subjectOf } from '../members/joined.ts';

const crypto = new WebCrypto();
let relay: CutRelay;
let owner: Page;
let fresh: Page;
let disks: { owner: Disk; fresh: Disk; second: Disk };
let wallMs: number;

const disk = (): Disk => ({ vault: new FakeVault(), segments: new MemorySegmentStore() });

async function opened(name: string, on: Disk): Promise<Page> {
	const page = new Page(name, on, { relay, air: new FakeDataNetwork() }, wallMs);
	await page.open();
	await settled();
	return page;
}

/** Runs the given pages and the relay in steps of a second. */
async function pass(ms: number, ...pages: readonly Page[]): Promise<void> {
	for (let left = ms; left > 0; left -= 1000) {
		wallMs += 1000;
		relay.pass(1000);
		for (const page of pages) page.clock.advance(1000);
		await settled();
	}
}

const waiting = (page: Page) => page.arrivals.list.map(({ takenBackMs }) => takenBackMs === null);

beforeEach(async () => {
	wallMs = START_MS;
	relay = new CutRelay();
	disks = { owner: disk(), fresh: disk(), second: disk() };
	owner = await opened('owner', disks.owner);
	fresh = await opened('new', disks.fresh);
	await owner.localDevice.createViewer();
	await fresh.localDevice.createViewer();
	await relay.world.relay.homes.open(owner.homeRoster.entries);
	await owner.homeRoster.setRelay(ORIGIN);
	await pass(3000, owner);
});

/** The row that the joiner stores before M3. */
async function kept(more: Partial<PendingJoin> = {}): Promise<PendingJoin> {
	const { home, ownerKey, roster } = await owner.homeRoster.self();
	const newest = roster.at(-1) ?? new Uint8Array();
	const head = await entryHash(crypto, newest);
	const untilMs = wallMs + 2 * ARRIVAL_TIMEOUT_MS;
	return {
		...{ home, owner: ownerKey, seq: roster.length, head, relay: ORIGIN, untilMs },
		...more,
	};
}

/** State after Allow: the owner has signed, and M4 is lost. */
async function admitted(): Promise<void> {
	await owner.arrivals.admit(await subjectOf(fresh), ['viewer'], 'Phone');
	await pass(1000, owner);
}

async function reloaded(page: Page, on: Disk): Promise<Page> {
	page.die();
	return opened(page.name, on);
}

describe('PR21 PR22 a joiner comes back as a member', () => {
	it('with the stored home and owner key, and all home keys', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		await admitted();
		fresh = await reloaded(fresh, disks.fresh);
		expect(fresh.state).toMatchObject({ kind: 'returning', apart: false });
		await pass(10_000, owner, fresh);
		expect(fresh.state).toMatchObject({ kind: 'done', side: 'new', wanted: 'viewer' });
		expect(fresh.homeRoster.entries).toEqual(owner.homeRoster.entries);
		expect(fresh.homeRoster.relay).toBe(ORIGIN);
		// PR24: the owner has noticed, too.
		expect(owner.arrivals.list).toEqual([]);
		expect(await disks.fresh.vault.pendingJoin()).toBeNull();
	});

	it('PR24 if its acted is lost on a connection that holds, it is sent again', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		await admitted();
		fresh = await reloaded(fresh, disks.fresh);
		const send = fresh.messenger.send.bind(fresh.messenger);
		const tried: string[] = [];
		let lost = true;
		fresh.messenger.send = (to, message, keepSeconds) => {
			if (message.t !== 'acted') return send(to, message, keepSeconds);
			tried.push(fresh.messenger.state.kind);
			return lost ? Promise.resolve('unsent') : send(to, message, keepSeconds);
		};
		await pass(60_000, owner, fresh);
		// Every 5 s, and at once for what happens at the start: tries must not multiply.
		expect(tried.length, tried.join()).toBeGreaterThan(10);
		expect(tried.length, tried.join()).toBeLessThan(20);
		lost = false;
		await pass(6000, owner, fresh);
		expect(owner.arrivals.list).toEqual([]);
		expect(await disks.fresh.vault.pendingJoin()).toBeNull();
	});

	it('PR25 the keys wait at the relay while the owner’s page is closed', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		await admitted();
		await pass(5000, owner);
		owner.die();
		fresh = await reloaded(fresh, disks.fresh);
		await pass(10_000, fresh);
		expect(fresh.state).toMatchObject({ kind: 'done' });
		expect(await disks.owner.vault.arrivals()).toHaveLength(1);
		owner = await opened('owner', disks.owner);
		await pass(3000, owner, fresh);
		expect(owner.arrivals.list).toEqual([]);
	});

	it.each([
		['another owner key', async () => ({ owner: (await fresh.homeRoster.self()).ownerKey })],
		['another newest entry', () => ({ head: new Uint8Array(32) })],
		['an entry that let it in before M2', () => ({ seq: 2 })],
		['another home', () => ({ home: 'ab'.repeat(16) as HomeId })],
	])('%s than was agreed on: it stays out', async (_, other) => {
		await admitted();
		await disks.fresh.vault.setPendingJoin(await kept({ ...(await kept()), ...(await other()) }));
		fresh = await reloaded(fresh, disks.fresh);
		const { home } = await fresh.homeRoster.self();
		await pass(30_000, owner, fresh);
		expect((await fresh.homeRoster.self()).home).toBe(home);
		expect(fresh.state.kind).toBe('returning');
	});

	it('it stays out if another owner than agreed on admitted it', async () => {
		const second = await opened('second', disks.second);
		await second.localDevice.createViewer();
		const pending = await kept();
		const given = await owner.homeRoster.admit(
			await subjectOf(second),
			['viewer', 'owner'],
			'Second',
		);
		await second.homeRoster.enter(given.roster, given.homeKey, ORIGIN);
		await pass(3000, owner, second);
		await second.arrivals.admit(await subjectOf(fresh), ['viewer'], 'Phone');
		await pass(3000, owner, second);
		await disks.fresh.vault.setPendingJoin(pending);
		fresh = await reloaded(fresh, disks.fresh);
		await pass(30_000, owner, second, fresh);
		expect(fresh.state.kind).toBe('returning');
	});

	it('keys from a member that is not that owner are ignored', async () => {
		const second = await opened('second', disks.second);
		await second.localDevice.createViewer();
		const pending = await kept();
		const given = await owner.homeRoster.admit(await subjectOf(second), ['viewer'], 'Second');
		await second.homeRoster.enter(given.roster, given.homeKey, ORIGIN);
		await pass(3000, owner, second);
		await admitted();
		owner.die();
		await pass(1000, second);
		await disks.fresh.vault.setPendingJoin(pending);
		fresh = await reloaded(fresh, disks.fresh);
		const { device } = await fresh.homeRoster.self();
		const grant = base64urlOf(given.homeKey.slice(0, 241));
		await second.messenger.send(device, { t: 'home-key', grant }, 600);
		await pass(30_000, second, fresh);
		expect(fresh.state.kind).toBe('returning');
	});

	it('PR23 once a person has stopped it, it does not resume, not even after a reload', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		fresh = await reloaded(fresh, disks.fresh);
		await fresh.pairing.cancel();
		await admitted();
		await pass(20_000, owner, fresh);
		fresh = await reloaded(fresh, disks.fresh);
		await pass(20_000, owner, fresh);
		expect(fresh.state.kind).toBe('idle');
		expect(fresh.homeRoster.entries).toHaveLength(1);
	});

	it('PR21 it expires after twenty minutes', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		fresh = await reloaded(fresh, disks.fresh);
		await pass(2 * ARRIVAL_TIMEOUT_MS + 20_000, owner, fresh);
		expect(fresh.state.kind).toBe('idle');
	});
});

describe('PR26 a device that does not arrive is revoked', () => {
	it('after ten minutes, across a reload of the owner’s page, and PR27 the note about it is shown', async () => {
		await admitted();
		await pass(5 * 60_000, owner);
		expect(waiting(owner)).toEqual([true]);
		owner = await reloaded(owner, disks.owner);
		await pass(4 * 60_000, owner);
		expect(owner.homeRoster.roster?.devices.size).toBe(2);
		await pass(3 * 60_000, owner);
		expect(owner.homeRoster.roster?.devices.size).toBe(1);
		expect(owner.arrivals.list).toMatchObject([{ name: 'Phone' }]);
		expect(waiting(owner)).toEqual([false]);
		owner = await reloaded(owner, disks.owner);
		expect(waiting(owner)).toEqual([false]);
		const { device } = await fresh.homeRoster.self();
		await owner.arrivals.dismiss(device);
		expect(owner.arrivals.list).toEqual([]);
	});

	it('not while the owner is offline: the device’s message may be waiting at the relay', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		await admitted();
		await pass(5000, owner);
		owner.die();
		fresh = await reloaded(fresh, disks.fresh);
		await pass(10_000, fresh);
		fresh.die();
		owner = new Page('owner', disks.owner, { relay, air: new FakeDataNetwork() }, wallMs);
		owner.online = false;
		await owner.open();
		await pass(3 * ARRIVAL_TIMEOUT_MS, owner);
		expect(owner.homeRoster.roster?.devices.size).toBe(2);
		owner.online = true;
		owner.network.back();
		await pass(60_000, owner);
		expect(owner.homeRoster.roster?.devices.size).toBe(2);
		expect(owner.arrivals.list).toEqual([]);
	});

	it('not by a page that slept, before it has received what came meanwhile', async () => {
		await disks.fresh.vault.setPendingJoin(await kept());
		await admitted();
		await pass(5000, owner);
		// The connection is dead, but the page has not noticed.
		for (const end of [...owner.sockets]) owner.sockets.delete(end);
		owner.asleep = true;
		fresh = await reloaded(fresh, disks.fresh);
		await pass(ARRIVAL_TIMEOUT_MS + 60_000, fresh);
		owner.asleep = false;
		owner.clock.advance(ARRIVAL_TIMEOUT_MS + 60_000);
		await settled();
		await pass(60_000, owner, fresh);
		expect(owner.homeRoster.roster?.devices.size).toBe(2);
		expect(owner.arrivals.list).toEqual([]);
	});

	it('never a member that was admitted once more', async () => {
		const given = await owner.homeRoster.admit(await subjectOf(fresh), ['viewer'], 'Phone');
		await fresh.homeRoster.enter(given.roster, given.homeKey, ORIGIN);
		await pass(3000, owner, fresh);
		fresh.die();
		await owner.arrivals.admit(await subjectOf(fresh), ['viewer'], 'Phone');
		await pass(ARRIVAL_TIMEOUT_MS + 60_000, owner);
		expect(owner.homeRoster.roster?.devices.size).toBe(2);
		expect(owner.arrivals.list).toEqual([]);
	});

	it('PR24 an older message of the device does not count, a current one does', async () => {
		const given = await owner.homeRoster.admit(await subjectOf(fresh), ['viewer'], 'Phone');
		await fresh.homeRoster.enter(given.roster, given.homeKey, ORIGIN);
		await pass(3000, owner, fresh);
		const { device } = await fresh.homeRoster.self();
		const { device: to } = await owner.homeRoster.self();
		await owner.homeRoster.revoke(device);
		await pass(3000, owner);
		await owner.arrivals.admit(await subjectOf(fresh), ['viewer'], 'Phone');
		fresh.network.back();
		await pass(90_000, owner, fresh);
		await fresh.messenger.send(to, { t: 'acted', rosterSeq: 2 });
		await pass(1000, owner, fresh);
		expect(waiting(owner)).toEqual([true]);
		await fresh.messenger.send(to, { t: 'acted', rosterSeq: fresh.homeRoster.entries.length });
		await pass(1000, owner, fresh);
		expect(owner.arrivals.list).toEqual([]);
	});

	it('of two owners that are awake one signs the revocation, and nothing forks', async () => {
		const second = await opened('second', disks.second);
		await second.localDevice.createViewer();
		const roles = ['viewer', 'owner'] as const;
		const given = await owner.homeRoster.admit(await subjectOf(second), roles, 'Second');
		await second.homeRoster.enter(given.roster, given.homeKey, ORIGIN);
		await pass(3000, owner, second);
		await admitted();
		await pass(ARRIVAL_TIMEOUT_MS + 60_000, owner, second);
		expect(owner.homeRoster.roster?.devices.size).toBe(2);
		expect(second.homeRoster.entries).toEqual(owner.homeRoster.entries);
		expect([owner.messenger.forked, second.messenger.forked]).toEqual([false, false]);
		expect(second.arrivals.list).toEqual([]);
	});
});
