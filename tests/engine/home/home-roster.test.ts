import { beforeEach, describe, expect, it } from 'vitest';
import { ascii, type Bytes } from '#domain/base/bytes.ts';
import { parseHead } from '#domain/footage/head.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Role, Subject } from '#domain/home/roster.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import { deriveKitKeys } from '#engine/home/kit-keys.ts';
import { nextEntry } from '#engine/home/roster.ts';
import { fragmentOf, initOf } from '../sealing/sealing-fixture.ts';
import { joinedTo, RELAY, subjectOf } from '../members/joined.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';

const given = { mime: 'video/mp4; codecs="avc3.42C01F"', anchorUs: 1_795_000_000_000_000 };
const clock = new ManualClock();
let owner: FakeDevice;
let other: FakeDevice;

beforeEach(async () => {
	owner = fakeDevice(clock);
	other = fakeDevice(clock);
	await owner.localDevice.createCamera();
});

function join(as: readonly Role[], into = owner, who = other, name = 'Küche') {
	return joinedTo(into, who, as, name);
}

async function film(of: FakeDevice, camera: CameraId, body: string) {
	const sealer = await of.localDevice.beginRun(camera, given);
	const init = await sealer.init(initOf(ascii('ftypmoov')));
	const fragment = await sealer.fragment(fragmentOf(0, ascii(body)));
	return { run: { ...sealer.start }, init, fragment };
}

function cameraOf({ localDevice }: FakeDevice): CameraId {
	const [camera] = localDevice.state.kind === 'ready' ? localDevice.state.cameras : [];
	if (camera === undefined) throw new Error('no camera');
	return camera.id;
}

describe('entering another home', () => {
	it('ID34 a watch-only device founds its home without a camera', async () => {
		await other.homeRoster.self();
		expect(other.localDevice.state).toMatchObject({ kind: 'ready', cameras: [] });
		expect(other.homeRoster.roster?.seq).toBe(1);
		const [entry] = other.homeRoster.roster?.devices.values() ?? [];
		expect(entry?.roles).toEqual(['viewer', 'owner']);
	});

	it('ID34 it becomes a camera when a person makes it one, and its roster records that', async () => {
		await other.homeRoster.self();
		await other.localDevice.createCamera();
		const camera = cameraOf(other);
		expect(await other.localDevice.currentEpochNumber(camera)).toBe(1);
		expect(other.homeRoster.roster?.seq).toBe(2);
		const [entry] = other.homeRoster.roster?.devices.values() ?? [];
		expect(entry?.roles).toEqual(['camera', 'viewer', 'owner']);
		const again = other.again();
		expect(await again.localDevice.refresh()).toMatchObject({
			kind: 'ready',
			cameras: [{ id: camera }],
		});
	});

	it('ID32 both devices are in one home, also after a reload', async () => {
		await join(['viewer']);
		for (const localDevice of [owner, other].flatMap((one) => [one, one.again()])) {
			await localDevice.localDevice.refresh();
			expect(localDevice.homeRoster.roster?.home).toBe(owner.homeRoster.roster?.home);
			expect(localDevice.homeRoster.roster?.seq).toBe(2);
		}
		expect(other.homeRoster.relay).toBe(RELAY);
		expect(other.homeRoster.owner).toBe(false);
		expect((await other.homeRoster.self()).owner).toBeNull();
	});

	it('ID20 all members can open names in the roster', async () => {
		await join(['viewer'], owner, other, 'Kitchen phone');
		const { device } = await other.homeRoster.self();
		for (const { localDevice, homeRoster } of [owner, other]) {
			const detail = homeRoster.roster?.devices.get(device)?.detail ?? new Uint8Array();
			expect(await localDevice.unlocked?.nameSealer.open(device, detail)).toBe('Kitchen phone');
		}
	});

	it('PR32 a joining device with a taken name gets a number in its first entry', async () => {
		const third = fakeDevice(clock);
		await join(['viewer'], owner, other, 'Chrome on Windows');
		await join(['viewer'], owner, third, 'chrome on windows');
		expect(owner.homeRoster.entries).toHaveLength(3);
		// A device that joins again does not collide with its own name.
		await join(['viewer'], owner, third, 'chrome on windows 2');
		const names = await Promise.all(
			[...(owner.homeRoster.roster?.devices ?? [])].map(async ([device, { detail }]) =>
				detail.length === 0 ? null : owner.localDevice.unlocked?.nameSealer.open(device, detail),
			),
		);
		expect(names).toEqual([null, 'Chrome on Windows', 'chrome on windows 2']);
	});

	it('ID32 ID33 new runs use the new home and a new epoch; old footage still opens', async () => {
		await other.localDevice.createCamera();
		const camera = cameraOf(other);
		const before = await film(other, camera, 'before');
		await other.localDevice.nameCamera(camera, 'Door');
		await join(['camera']);
		const after = await film(other, camera, 'after');
		const homes = [before, after].map(({ init }) => slicesOf(init.bytes)[0]?.header.home);
		expect(homes).toEqual([other.founded, owner.homeRoster.roster?.home]);
		expect([before.run.epoch, after.run.epoch]).toEqual([1, 2]);
		expect(parseHead(after.init.head).head.rosterSeq).toBe(2);
		const again = other.again();
		expect(await again.localDevice.refresh()).toMatchObject({ cameras: [{ name: 'Door' }] });
		for (const [{ run, init, fragment }, body] of [
			[before, 'before'],
			[after, 'after'],
		] as const) {
			await again.localDevice.opener.openInit(run, init);
			const opened = await again.localDevice.opener.open(run, fragment, fragment);
			expect(opened.body).toEqual(ascii(body));
		}
	});

	it('ID32 only a person returns the device to its founded home; other tabs follow', async () => {
		await other.localDevice.createCamera();
		const tab = other.again();
		await tab.localDevice.refresh();
		await join(['camera', 'viewer']);
		const { init } = await film(tab, cameraOf(tab), 'x');
		expect(slicesOf(init.bytes)[0]?.header.home).toBe(owner.homeRoster.roster?.home);
	});

	it('ID24 a joining device gets every home key, so it can read names from before a revocation', async () => {
		await join(['viewer'], owner, other, 'First');
		const third = fakeDevice(clock);
		await join(['viewer'], owner, third, 'Second');
		const { device } = await third.homeRoster.self();
		await owner.homeRoster.revoke((await other.homeRoster.self()).device);
		const fourth = fakeDevice(clock);
		const { homeKey } = await join(['viewer'], owner, fourth, 'Third');
		expect(homeKey).toHaveLength(2 * 241);
		const detail = fourth.homeRoster.roster?.devices.get(device)?.detail ?? new Uint8Array();
		expect(await fourth.localDevice.unlocked?.nameSealer.open(device, detail)).toBe('Second');
	});
});

describe('what is refused', () => {
	const altered = (bytes: Bytes, at: number) => bytes.map((b, i) => (i === at ? b ^ 1 : b));

	it('ID7 a roster that was altered or lacks this device is not entered', async () => {
		const third = fakeDevice(clock);
		const { roster, homeKey } = await join(['viewer'], owner, third);
		const entered = other.homeRoster.enter(roster, homeKey, RELAY);
		await expect(entered).rejects.toMatchObject({ kind: 'corrupt' });
		const mine = await owner.homeRoster.admit(await subjectOf(other), ['viewer'], 'x');
		for (const at of [0, 1, 2]) {
			const forged = mine.roster.map((entry, i) => (i === at ? altered(entry, 300) : entry));
			const entered = other.homeRoster.enter(forged, mine.homeKey, RELAY);
			await expect(entered).rejects.toMatchObject({ kind: 'corrupt' });
		}
		expect(other.homeRoster.roster?.home).toBe(other.founded);
	});

	it('ID24 a home key that is missing, altered or for another device is refused', async () => {
		const third = fakeDevice(clock);
		const theirs = await owner.homeRoster.admit(await subjectOf(third), ['viewer'], 'x');
		const { roster, homeKey } = await owner.homeRoster.admit(
			await subjectOf(other),
			['viewer'],
			'x',
		);
		for (const key of [
			theirs.homeKey,
			altered(homeKey, 20),
			altered(homeKey, 240),
			new Uint8Array(),
		]) {
			const entered = other.homeRoster.enter(roster, key, RELAY);
			await expect(entered).rejects.toMatchObject({ kind: 'corrupt' });
		}
		expect(other.homeRoster.roster?.home).toBe(other.founded);
	});

	it('ID7 only an owner can admit, change and revoke', async () => {
		await join(['viewer']);
		const { device } = await owner.homeRoster.self();
		const { homeRoster } = other;
		const newcomer = await subjectOf(fakeDevice(clock));
		for (const done of [
			homeRoster.admit(newcomer, ['viewer'], 'x'),
			homeRoster.amend(device, { roles: ['viewer'] }),
			homeRoster.revoke(device),
		]) {
			await expect(done).rejects.toMatchObject({ kind: 'denied' });
		}
	});

	it('ID35 a second owner can sign as well, and the last one cannot be removed', async () => {
		await join(['viewer']);
		const mine = (await owner.homeRoster.self()).device;
		const theirs = (await other.homeRoster.self()).device;
		await expect(owner.homeRoster.revoke(mine)).rejects.toMatchObject({ kind: 'conflict' });
		const last = owner.homeRoster.amend(mine, { roles: ['camera'] });
		await expect(last).rejects.toMatchObject({ kind: 'conflict' });
		await owner.homeRoster.amend(theirs, { roles: ['viewer', 'owner'] });
		const home = owner.homeRoster.roster?.home ?? other.founded;
		expect(await other.homeRoster.merge(home, 3, owner.homeRoster.entries.slice(2))).toBe('new');
		expect(other.homeRoster.owner).toBe(true);
		await other.homeRoster.revoke(mine);
		expect(await owner.homeRoster.merge(home, 4, other.homeRoster.entries.slice(3))).toBe('new');
		expect(owner.homeRoster.owner).toBe(false);
		expect(owner.homeRoster.member(mine)).toBeNull();
	});

	it('ID37 a roster that does not continue ours is a fork, and nothing of it counts', async () => {
		await join(['viewer', 'owner']);
		const home = owner.homeRoster.roster?.home ?? other.founded;
		const third = await subjectOf(fakeDevice(clock));
		await owner.homeRoster.admit(third, ['viewer'], 'one');
		await other.homeRoster.admit(third, ['owner'], 'another');
		const theirs = owner.homeRoster.entries;
		expect(await other.homeRoster.merge(home, 3, theirs.slice(2))).toBe('forked');
		expect(await other.homeRoster.merge(home, 1, theirs.slice(0, 2))).toBe('known');
		expect(await other.homeRoster.merge(home, 5, theirs.slice(2))).toBe('gap');
		expect(other.homeRoster.member(third.device)?.roles).toEqual(['owner']);
	});

	it('ID41 nobody can join or become an owner with another member’s owner key', async () => {
		await join(['viewer']);
		const third = await subjectOf(fakeDevice(clock));
		const { ownerKey } = await owner.homeRoster.self();
		for (const key of [ownerKey, (await other.homeRoster.self()).ownerKey]) {
			const letIn = owner.homeRoster.admit({ ...third, owner: key }, ['viewer'], 'x');
			await expect(letIn).rejects.toMatchObject({ kind: 'corrupt' });
		}
		await takesOwnersKey(third);
		const made = owner.homeRoster.amend(third.device, { roles: ['viewer', 'owner'] });
		await expect(made).rejects.toMatchObject({ kind: 'corrupt' });
		// A member can be admitted again with its own key.
		await owner.homeRoster.admit(third, ['viewer'], 'Tablet');
		await owner.homeRoster.amend(third.device, { roles: ['viewer', 'owner'] });
		expect(owner.homeRoster.roster?.owners.size).toBe(2);
	});

	it('ID41 a member with the owner’s key can be renamed and revoked, and the owner stays one', async () => {
		await owner.homeRoster.admitKit(await deriveKitKeys(owner.crypto, new Uint8Array(16)));
		const third = await subjectOf(fakeDevice(clock));
		await takesOwnersKey(third);
		await owner.homeRoster.amend(third.device, { name: 'Tablet' });
		expect(owner.homeRoster.owner).toBe(true);
		await owner.homeRoster.revoke(third.device);
		expect(owner.homeRoster.member(third.device)).toBeNull();
		expect(owner.homeRoster.owner).toBe(true);
		await join(['viewer']);
	});

	/** Admitted by an app older than ID41. */
	async function takesOwnersKey(newcomer: Subject): Promise<void> {
		const { homeRoster, crypto } = owner;
		const { owner: own } = await homeRoster.self();
		if (own === null || homeRoster.roster === null) throw new Error('no owner');
		const subject = { ...newcomer, owner: own.public };
		const entry = await nextEntry(crypto, own, homeRoster.roster, clock.wallMs(), {
			...{ op: 'add', roles: ['viewer'], notAfterMs: null, subject, detail: new Uint8Array() },
		});
		const { home, seq } = homeRoster.roster;
		expect(await homeRoster.merge(home, seq + 1, [entry])).toBe('new');
	}

	it('ID35 an expired device is not a member', async () => {
		await join(['viewer']);
		const { device } = await other.homeRoster.self();
		const untilMs = clock.wallMs() + 1000;
		await owner.homeRoster.amend(device, { notAfterMs: untilMs });
		expect(owner.homeRoster.member(device)).not.toBeNull();
		clock.advance(1000);
		expect(owner.homeRoster.member(device)).toBeNull();
		expect(owner.homeRoster.member('ab'.repeat(16) as DeviceId)).toBeNull();
	});
});

describe('epochs', () => {
	it('ID33 a revocation, a role taken away or an end date reached starts a new epoch with the next run; a joining device does not', async () => {
		const camera = cameraOf(owner);
		const epoch = () => owner.localDevice.currentEpochNumber(camera);
		expect(await epoch()).toBe(1);
		await join(['viewer', 'owner']);
		const { device } = await other.homeRoster.self();
		expect(await epoch()).toBe(1);
		await owner.homeRoster.amend(device, { roles: ['viewer'] });
		expect(await epoch()).toBe(2);
		expect(await epoch()).toBe(2);
		await owner.homeRoster.amend(device, { roles: ['viewer', 'live'] });
		expect(await epoch()).toBe(3);
		await owner.homeRoster.amend(device, { notAfterMs: clock.wallMs() + 5000 });
		expect(await epoch()).toBe(3);
		clock.advance(5000);
		expect(await epoch()).toBe(4);
		await owner.homeRoster.revoke(device);
		expect(await epoch()).toBe(5);
		const again = owner.again();
		await again.localDevice.refresh();
		expect(await again.localDevice.currentEpochNumber(camera)).toBe(5);
	});

	it('ID24 a revocation makes a new home key, granted to all remaining members and nobody else', async () => {
		await join(['viewer']);
		const third = fakeDevice(clock);
		await join(['viewer'], owner, third);
		const gone = (await other.homeRoster.self()).device;
		const left = (await third.homeRoster.self()).device;
		const { seq, grants } = await owner.homeRoster.revoke(gone);
		expect(seq).toBe(4);
		expect([...grants.keys()]).toEqual([left]);
		const grant = grants.get(left) ?? new Uint8Array();
		await expect(other.homeRoster.acceptHomeKey(grant)).rejects.toMatchObject({ kind: 'corrupt' });
		const home = owner.homeRoster.roster?.home ?? third.founded;
		await third.homeRoster.merge(home, 4, owner.homeRoster.entries.slice(3));
		await third.homeRoster.acceptHomeKey(grant);
		await third.homeRoster.acceptHomeKey(grant);
		await owner.homeRoster.amend(left, { name: 'After' });
		await third.homeRoster.merge(home, 5, owner.homeRoster.entries.slice(4));
		const detail = third.homeRoster.roster?.devices.get(left)?.detail ?? new Uint8Array();
		expect(await third.localDevice.unlocked?.nameSealer.open(left, detail)).toBe('After');
	});

	it('ID24 an owner that never got the other’s new home key makes one with a different number', async () => {
		await join(['viewer', 'owner']);
		const [third, fourth] = [fakeDevice(clock), fakeDevice(clock)];
		for (const one of [third, fourth]) await join(['viewer'], owner, one);
		const home = owner.homeRoster.roster?.home ?? other.founded;
		await owner.homeRoster.revoke((await third.homeRoster.self()).device);
		await other.homeRoster.merge(home, 3, owner.homeRoster.entries.slice(2));
		await other.homeRoster.revoke((await fourth.homeRoster.self()).device);
		const numbers = [owner, other].map(({ localDevice }) =>
			localDevice.unlocked?.identity.homes
				.find((kept) => kept.home === home)
				?.keys.map(({ number }) => number),
		);
		expect(numbers).toEqual([
			[1, 2],
			[1, 3],
		]);
	});
});
