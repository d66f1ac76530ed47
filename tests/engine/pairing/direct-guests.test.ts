import { beforeEach, describe, expect, it } from 'vitest';
import { IN_PAGE_RELAY_ORIGIN } from '#domain/pairing/direct-code.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { Device, exchange, members, pairedUp } from './direct-devices.ts';
import { until } from '../../support/until.ts';

let air: FakeDataNetwork;
let clock: ManualClock;
let owner: Device;
let guest: Device;

beforeEach(async () => {
	[air, clock] = [new FakeDataNetwork(), new ManualClock()];
	[owner, guest] = [new Device(air, clock), new Device(air, clock)];
	await owner.home.localDevice.createCamera();
});

async function connected(): Promise<void> {
	await pairedUp(owner, guest);
	await until(() => guest.messenger.state.kind === 'connected');
}

describe('NB11 devices of other homes do not keep a page from its relay', () => {
	it('a stranger whose answer was scanned is disconnected', async () => {
		const stranger = new Device(air, clock);
		await stranger.home.localDevice.createCamera();
		await owner.pairing.connectMember();
		await exchange(owner, stranger);
		await owner.in('linked');
		expect(owner.directRelays.origin).toBe(IN_PAGE_RELAY_ORIGIN);
		await clock.pass(91_000, 1000);
		expect(owner.directRelays.origin).toBeNull();
		await until(() => stranger.directRelays.origin === null);
	});

	it('a revoked device is disconnected, a member stays', async () => {
		await connected();
		await clock.pass(180_000, 1000);
		expect(owner.directRelays.origin).toBe(IN_PAGE_RELAY_ORIGIN);
		await owner.home.homeRoster.revoke(guest.id);
		await clock.pass(91_000, 1000);
		expect(owner.directRelays.origin).toBeNull();
	});

	it('NB10 a connection that broke during the admission is not used', async () => {
		await owner.pairing.show('viewer');
		await exchange(owner, guest);
		await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		owner.home.homeRoster.on(() => air.cut());
		await owner.pairing.allow('viewer');
		// PR24: it cannot have sent `acted` yet.
		await owner.in('waiting');
		expect(members(owner)).toBe(2);
		expect(owner.directRelays.origin).toBeNull();
	});

	it('RL11 a member whose time is up is disconnected and gets no parts, although no entry was signed since', async () => {
		await connected();
		const camera = await cameraIdOf(owner.home.crypto, owner.id, 1);
		const [parts, watched]: [number[], string[]] = [[], []];
		guest.messenger.watchParts(camera, ({ length }) => parts.push(length));
		owner.messenger.onWatched((_, devices) => watched.push(devices.join()));
		await until(() => watched.at(-1) === guest.id);
		await owner.home.homeRoster.amend(guest.id, { notAfterMs: clock.wallMs() + 5000 });
		owner.messenger.sendPart(camera, true, new Uint8Array([1]));
		await until(() => parts.length === 1);
		await clock.pass(6000, 1000);
		owner.messenger.sendPart(camera, true, new Uint8Array([1, 2]));
		await until(() => guest.messenger.state.kind === 'refused');
		expect(guest.messenger.state).toMatchObject({ why: 'not-a-member' });
		await until(() => owner.messenger.online.size === 1);
		expect(parts).toEqual([1]);
	});
});

it('NB7 RL19 only the camera’s device is told who watches', async () => {
	await connected();
	const heard: string[] = [];
	guest.messenger.onWatched((camera) => heard.push(camera));
	const letter = new Promise<void>((resolve) => guest.messenger.onMessage(() => resolve()));
	const reported: string[] = [];
	owner.messenger.onWatched((camera) => reported.push(camera));
	const camera = await cameraIdOf(owner.home.crypto, owner.id, 1);
	guest.messenger.watchParts(camera, () => undefined);
	await until(() => reported.includes(camera));
	// Messages are ordered, so a `watched` frame would have arrived before this one.
	expect(await owner.messenger.send(guest.id, { t: 'ask', nonce: 'ab'.repeat(16) })).toBe('taken');
	await letter;
	expect(heard).toEqual([]);
});

it('NB7 RL20 a device without the right to record sends no parts, whatever camera id it uses', async () => {
	await connected();
	await owner.home.homeRoster.amend(guest.id, { roles: ['viewer'] });
	const theirs = await cameraIdOf(owner.home.crypto, guest.id, 1);
	const parts: number[] = [];
	owner.messenger.watchParts(theirs, ({ length }) => parts.push(length));
	guest.messenger.sendPart(theirs, true, new Uint8Array([1]));
	await owner.home.homeRoster.amend(guest.id, { roles: ['viewer', 'camera'] });
	await until(() => guest.home.homeRoster.member(guest.id)?.roles.includes('camera') === true);
	guest.messenger.sendPart(theirs, true, new Uint8Array([1, 2]));
	await until(() => parts.length > 0);
	expect(parts).toEqual([2]);
});

it('NB9 a connection has four sessions, and the page itself always gets one', async () => {
	await connected();
	const ended: number[] = [];
	const events = { frame: () => undefined, part: () => undefined, ended: () => ended.push(1) };
	for (let n = 0; n < 40; n += 1)
		await guest.directRelays.connect(guest.directRelays.origin ?? '', events);
	// One of them is its connection to the home.
	await until(() => ended.length === 37);
	await owner.directRelays.connect(IN_PAGE_RELAY_ORIGIN, events);
	expect(guest.messenger.state.kind).toBe('connected');
});
