import { beforeEach, describe, expect, it } from 'vitest';
import { ascii, type Bytes } from '#domain/base/bytes.ts';
import { parseHead } from '#domain/footage/head.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Role, Subject } from '#domain/home/roster.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import { kitKeysOf } from '#engine/home/kit-keys.ts';
import { nextEntry } from '#engine/home/roster.ts';
import { fragmentOf, initOf } from '../sealing/sealing.ts';
import { joinedTo, RELAY, subjectOf } from '../members/joined.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { homestead, type Homestead } from '../../fakes/homestead.ts';

const given = { mime: 'video/mp4; codecs="avc3.42C01F"', anchorUs: 1_795_000_000_000_000 };
const clock = new ManualClock();
let owner: Homestead;
let other: Homestead;

beforeEach(async () => {
	owner = homestead(clock);
	other = homestead(clock);
	await owner.house.found();
});

function join(as: readonly Role[], into = owner, who = other, name = 'Küche') {
	return joinedTo(into, who, as, name);
}

async function film(of: Homestead, camera: CameraId, body: string) {
	const sealer = await of.house.beginRun(camera, given);
	const init = await sealer.init(initOf(ascii('ftypmoov')));
	const fragment = await sealer.fragment(fragmentOf(0, ascii(body)));
	return { run: { ...sealer.start }, init, fragment };
}

function cameraOf({ house }: Homestead): CameraId {
	const [camera] = house.state.kind === 'ready' ? house.state.cameras : [];
	if (camera === undefined) throw new Error('no camera');
	return camera.id;
}

describe('coming into another home', () => {
	it('ID34 a device that only watches founds itself without a camera', async () => {
		await other.membership.self();
		expect(other.house.state).toMatchObject({ kind: 'ready', cameras: [] });
		expect(other.membership.roster?.seq).toBe(1);
		const [entry] = other.membership.roster?.devices.values() ?? [];
		expect(entry?.roles).toEqual(['viewer', 'owner']);
	});

	it('ID34 it becomes a camera when a person says so, and its roster says it', async () => {
		await other.membership.self();
		await other.house.found();
		const camera = cameraOf(other);
		expect(await other.house.epochNow(camera)).toBe(1);
		expect(other.membership.roster?.seq).toBe(2);
		const [entry] = other.membership.roster?.devices.values() ?? [];
		expect(entry?.roles).toEqual(['camera', 'viewer', 'owner']);
		const again = other.again();
		expect(await again.house.look()).toMatchObject({ kind: 'ready', cameras: [{ id: camera }] });
	});

	it('ID32 both are in one home, and both say so after a reload', async () => {
		await join(['viewer']);
		for (const house of [owner, other].flatMap((one) => [one, one.again()])) {
			await house.house.look();
			expect(house.membership.roster?.home).toBe(owner.membership.roster?.home);
			expect(house.membership.roster?.seq).toBe(2);
		}
		expect(other.membership.relay).toBe(RELAY);
		expect(other.membership.owner).toBe(false);
		expect((await other.membership.self()).owner).toBeNull();
	});

	it('ID20 names in the roster open for all members', async () => {
		await join(['viewer'], owner, other, 'Kitchen phone');
		const { device } = await other.membership.self();
		for (const { house, membership } of [owner, other]) {
			const detail = membership.roster?.devices.get(device)?.detail ?? new Uint8Array();
			expect(await house.household?.naming.open(device, detail)).toBe('Kitchen phone');
		}
	});

	it('PR32 who comes with a name that is taken gets a number, at once and in the same entry', async () => {
		const third = homestead(clock);
		await join(['viewer'], owner, other, 'Chrome on Windows');
		await join(['viewer'], owner, third, 'chrome on windows');
		expect(owner.membership.entries).toHaveLength(3);
		// Coming again, a device does not stand in its own way.
		await join(['viewer'], owner, third, 'chrome on windows 2');
		const names = await Promise.all(
			[...(owner.membership.roster?.devices ?? [])].map(async ([device, { detail }]) =>
				detail.length === 0 ? null : owner.house.household?.naming.open(device, detail),
			),
		);
		expect(names).toEqual([null, 'Chrome on Windows', 'chrome on windows 2']);
	});

	it('ID32 ID33 new runs are of the new home and a new epoch; old footage opens as before', async () => {
		await other.house.found();
		const camera = cameraOf(other);
		const before = await film(other, camera, 'before');
		await other.house.name(camera, 'Door');
		await join(['camera']);
		const after = await film(other, camera, 'after');
		const homes = [before, after].map(({ init }) => slicesOf(init.bytes)[0]?.header.home);
		expect(homes).toEqual([other.founded, owner.membership.roster?.home]);
		expect([before.run.epoch, after.run.epoch]).toEqual([1, 2]);
		expect(parseHead(after.init.head).head.rosterSeq).toBe(2);
		const again = other.again();
		expect(await again.house.look()).toMatchObject({ cameras: [{ name: 'Door' }] });
		for (const [{ run, init, fragment }, body] of [
			[before, 'before'],
			[after, 'after'],
		] as const) {
			await again.house.opener.openInit(run, init);
			const opened = await again.house.opener.open(run, fragment, fragment);
			expect(opened.body).toEqual(ascii(body));
		}
	});

	it('ID32 what was come into is left for the founded home only by a person; another tab follows', async () => {
		await other.house.found();
		const tab = other.again();
		await tab.house.look();
		await join(['camera', 'viewer']);
		const { init } = await film(tab, cameraOf(tab), 'x');
		expect(slicesOf(init.bytes)[0]?.header.home).toBe(owner.membership.roster?.home);
	});

	it('ID24 a newcomer gets every home key, so that it reads names from before a revocation', async () => {
		await join(['viewer'], owner, other, 'First');
		const third = homestead(clock);
		await join(['viewer'], owner, third, 'Second');
		const { device } = await third.membership.self();
		await owner.membership.revoke((await other.membership.self()).device);
		const fourth = homestead(clock);
		const { homeKey } = await join(['viewer'], owner, fourth, 'Third');
		expect(homeKey).toHaveLength(2 * 241);
		const detail = fourth.membership.roster?.devices.get(device)?.detail ?? new Uint8Array();
		expect(await fourth.house.household?.naming.open(device, detail)).toBe('Second');
	});
});

describe('what is refused', () => {
	const altered = (bytes: Bytes, at: number) => bytes.map((b, i) => (i === at ? b ^ 1 : b));

	it('ID7 a roster without this device, or altered, is not entered', async () => {
		const third = homestead(clock);
		const { roster, homeKey } = await join(['viewer'], owner, third);
		const entered = other.membership.enter(roster, homeKey, RELAY);
		await expect(entered).rejects.toMatchObject({ kind: 'corrupt' });
		const mine = await owner.membership.admit(await subjectOf(other), ['viewer'], 'x');
		for (const at of [0, 1, 2]) {
			const forged = mine.roster.map((entry, i) => (i === at ? altered(entry, 300) : entry));
			const entered = other.membership.enter(forged, mine.homeKey, RELAY);
			await expect(entered).rejects.toMatchObject({ kind: 'corrupt' });
		}
		expect(other.membership.roster?.home).toBe(other.founded);
	});

	it('ID24 a home key for somebody else, altered, or missing is not taken', async () => {
		const third = homestead(clock);
		const theirs = await owner.membership.admit(await subjectOf(third), ['viewer'], 'x');
		const { roster, homeKey } = await owner.membership.admit(
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
			const entered = other.membership.enter(roster, key, RELAY);
			await expect(entered).rejects.toMatchObject({ kind: 'corrupt' });
		}
		expect(other.membership.roster?.home).toBe(other.founded);
	});

	it('ID7 only an owner admits, changes and revokes', async () => {
		await join(['viewer']);
		const { device } = await owner.membership.self();
		const { membership } = other;
		const newcomer = await subjectOf(homestead(clock));
		for (const done of [
			membership.admit(newcomer, ['viewer'], 'x'),
			membership.amend(device, { roles: ['viewer'] }),
			membership.revoke(device),
		]) {
			await expect(done).rejects.toMatchObject({ kind: 'denied' });
		}
	});

	it('ID35 a second owner signs as well, and the last one stays', async () => {
		await join(['viewer']);
		const mine = (await owner.membership.self()).device;
		const theirs = (await other.membership.self()).device;
		await expect(owner.membership.revoke(mine)).rejects.toMatchObject({ kind: 'conflict' });
		const last = owner.membership.amend(mine, { roles: ['camera'] });
		await expect(last).rejects.toMatchObject({ kind: 'conflict' });
		await owner.membership.amend(theirs, { roles: ['viewer', 'owner'] });
		const home = owner.membership.roster?.home ?? other.founded;
		expect(await other.membership.learn(home, 3, owner.membership.entries.slice(2))).toBe('new');
		expect(other.membership.owner).toBe(true);
		await other.membership.revoke(mine);
		expect(await owner.membership.learn(home, 4, other.membership.entries.slice(3))).toBe('new');
		expect(owner.membership.owner).toBe(false);
		expect(owner.membership.member(mine)).toBeNull();
	});

	it('ID37 what does not go on from ours is a fork, and nothing of it counts', async () => {
		await join(['viewer', 'owner']);
		const home = owner.membership.roster?.home ?? other.founded;
		const third = await subjectOf(homestead(clock));
		await owner.membership.admit(third, ['viewer'], 'one');
		await other.membership.admit(third, ['owner'], 'another');
		const theirs = owner.membership.entries;
		expect(await other.membership.learn(home, 3, theirs.slice(2))).toBe('forked');
		expect(await other.membership.learn(home, 1, theirs.slice(0, 2))).toBe('known');
		expect(await other.membership.learn(home, 5, theirs.slice(2))).toBe('gap');
		expect(other.membership.member(third.device)?.roles).toEqual(['owner']);
	});

	it('ID41 nobody comes in, or becomes an owner, with an owner key that is another’s', async () => {
		await join(['viewer']);
		const third = await subjectOf(homestead(clock));
		const { ownerKey } = await owner.membership.self();
		for (const key of [ownerKey, (await other.membership.self()).ownerKey]) {
			const letIn = owner.membership.admit({ ...third, owner: key }, ['viewer'], 'x');
			await expect(letIn).rejects.toMatchObject({ kind: 'corrupt' });
		}
		await takesOwnersKey(third);
		const made = owner.membership.amend(third.device, { roles: ['viewer', 'owner'] });
		await expect(made).rejects.toMatchObject({ kind: 'corrupt' });
		// What it is already it may be again, with its own key.
		await owner.membership.admit(third, ['viewer'], 'Tablet');
		await owner.membership.amend(third.device, { roles: ['viewer', 'owner'] });
		expect(owner.membership.roster?.owners.size).toBe(2);
	});

	it('ID41 who stands in a roster with the owner’s key is renamed and taken out, and the owner stays one', async () => {
		await owner.membership.admitKit(await kitKeysOf(owner.crypto, new Uint8Array(16)));
		const third = await subjectOf(homestead(clock));
		await takesOwnersKey(third);
		await owner.membership.amend(third.device, { name: 'Tablet' });
		expect(owner.membership.owner).toBe(true);
		await owner.membership.revoke(third.device);
		expect(owner.membership.member(third.device)).toBeNull();
		expect(owner.membership.owner).toBe(true);
		await join(['viewer']);
	});

	/** Let in by an app from before ID41. */
	async function takesOwnersKey(newcomer: Subject): Promise<void> {
		const { membership, crypto } = owner;
		const { owner: own } = await membership.self();
		if (own === null || membership.roster === null) throw new Error('no owner');
		const subject = { ...newcomer, owner: own.public };
		const entry = await nextEntry(crypto, own, membership.roster, clock.wallMs(), {
			...{ op: 'add', roles: ['viewer'], notAfterMs: null, subject, detail: new Uint8Array() },
		});
		const { home, seq } = membership.roster;
		expect(await membership.learn(home, seq + 1, [entry])).toBe('new');
	}

	it('ID35 whose time is up is no member', async () => {
		await join(['viewer']);
		const { device } = await other.membership.self();
		const untilMs = clock.wallMs() + 1000;
		await owner.membership.amend(device, { notAfterMs: untilMs });
		expect(owner.membership.member(device)).not.toBeNull();
		clock.advance(1000);
		expect(owner.membership.member(device)).toBeNull();
		expect(owner.membership.member('ab'.repeat(16) as DeviceId)).toBeNull();
	});
});

describe('epochs', () => {
	it('ID33 a revocation, a role taken, an end that came: the next run has a new epoch; a newcomer changes nothing', async () => {
		const camera = cameraOf(owner);
		const epoch = () => owner.house.epochNow(camera);
		expect(await epoch()).toBe(1);
		await join(['viewer', 'owner']);
		const { device } = await other.membership.self();
		expect(await epoch()).toBe(1);
		await owner.membership.amend(device, { roles: ['viewer'] });
		expect(await epoch()).toBe(2);
		expect(await epoch()).toBe(2);
		await owner.membership.amend(device, { roles: ['viewer', 'live'] });
		expect(await epoch()).toBe(3);
		await owner.membership.amend(device, { notAfterMs: clock.wallMs() + 5000 });
		expect(await epoch()).toBe(3);
		clock.advance(5000);
		expect(await epoch()).toBe(4);
		await owner.membership.revoke(device);
		expect(await epoch()).toBe(5);
		const again = owner.again();
		await again.house.look();
		expect(await again.house.epochNow(camera)).toBe(5);
	});

	it('ID24 a revocation brings a new home key, granted to everybody left and to nobody else', async () => {
		await join(['viewer']);
		const third = homestead(clock);
		await join(['viewer'], owner, third);
		const gone = (await other.membership.self()).device;
		const left = (await third.membership.self()).device;
		const { seq, grants } = await owner.membership.revoke(gone);
		expect(seq).toBe(4);
		expect([...grants.keys()]).toEqual([left]);
		const grant = grants.get(left) ?? new Uint8Array();
		await expect(other.membership.takeHomeKey(grant)).rejects.toMatchObject({ kind: 'corrupt' });
		const home = owner.membership.roster?.home ?? third.founded;
		await third.membership.learn(home, 4, owner.membership.entries.slice(3));
		await third.membership.takeHomeKey(grant);
		await third.membership.takeHomeKey(grant);
		await owner.membership.amend(left, { name: 'After' });
		await third.membership.learn(home, 5, owner.membership.entries.slice(4));
		const detail = third.membership.roster?.devices.get(left)?.detail ?? new Uint8Array();
		expect(await third.house.household?.naming.open(left, detail)).toBe('After');
	});

	it('ID24 an owner that never got the other’s new home key makes one of another number', async () => {
		await join(['viewer', 'owner']);
		const [third, fourth] = [homestead(clock), homestead(clock)];
		for (const one of [third, fourth]) await join(['viewer'], owner, one);
		const home = owner.membership.roster?.home ?? other.founded;
		await owner.membership.revoke((await third.membership.self()).device);
		await other.membership.learn(home, 3, owner.membership.entries.slice(2));
		await other.membership.revoke((await fourth.membership.self()).device);
		const numbers = [owner, other].map(({ house }) =>
			house.household?.identity.homes
				.find((kept) => kept.home === home)
				?.keys.map(({ number }) => number),
		);
		expect(numbers).toEqual([
			[1, 2],
			[1, 3],
		]);
	});
});
