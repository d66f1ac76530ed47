import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { Message } from '#protocol/message.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { joinedTo, RELAY, subjectOf } from '../members/joined.ts';
import { until } from '../../support/until.ts';
const ask: Message = { t: 'ask', nonce: 'ab'.repeat(16) };
let clock: ManualClock;
let relay: FakeRelay;
let camera: FakeDevice;
let viewer: FakeDevice;
let cameraLink: RelayClient;
let viewerLink: RelayClient;

beforeEach(async () => {
	clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[camera, viewer] = [fakeDevice(clock), fakeDevice(clock)];
	await camera.localDevice.createCamera();
	await camera.homeRoster.setRelay(RELAY);
	await joinedTo(camera, viewer, ['viewer']);
	relay.open(camera.homeRoster.entries, homeOf(camera));
	[cameraLink, viewerLink] = [camera.linkTo(relay), viewer.linkTo(relay)];
});

afterEach(() => {
	relay.down = true;
});

function present<T>(value: T | undefined): T {
	if (value === undefined) throw new Error('missing');
	return value;
}

const homeOf = ({ homeRoster }: FakeDevice) => present(homeRoster.roster?.home);
const deviceOf = ({ localDevice }: FakeDevice): DeviceId =>
	present(localDevice.unlocked?.identity.device);

async function connected(...links: RelayClient[]): Promise<void> {
	for (const messenger of links) messenger.begin();
	await until(() => links.every(({ state }) => state.kind === 'connected'));
}

/** Breaks the connections and waits until they are back. */
async function cut(...links: RelayClient[]): Promise<void> {
	relay.cut();
	await until(() => links.every(({ state }) => state.kind === 'away'));
	for (const { network } of [camera, viewer]) network.back();
	await connected(...links);
}

describe('a relay connection', () => {
	it('LK1 a device alone, without a relay, makes no request', async () => {
		const alone = fakeDevice(clock);
		await alone.localDevice.createCamera();
		const messenger = alone.linkTo(relay);
		const timers = clock.waiting;
		messenger.begin();
		await clock.pass(60_000, 1000);
		expect(messenger.state).toEqual({ kind: 'none' });
		expect(relay.tries).toBe(0);
		expect(clock.waiting).toBe(timers);
		expect(await messenger.send(deviceOf(alone), ask)).toBe('unsent');
	});

	it('LK1 devices authenticate and see each other online', async () => {
		await connected(cameraLink, viewerLink);
		const both = [deviceOf(camera), deviceOf(viewer)].sort();
		await until(() => [cameraLink, viewerLink].every(({ online }) => online.size === 2));
		expect([...viewerLink.online].sort()).toEqual(both);
		expect(viewerLink.token).toBe(`token-${deviceOf(viewer)}`);
	});

	it('LK1 a device authenticates again when asked, on the same connection', async () => {
		await connected(viewerLink);
		const [socket] = relay.sockets;
		const proofs = () => relay.heard.filter(({ t }) => t === 'prove').length;
		socket?.challenge();
		await until(() => proofs() === 2);
		expect(viewerLink.state.kind).toBe('connected');
		expect(relay.tries).toBe(1);
	});

	it('LK2 it reconnects after 0.5 to 30 s, with random delays', async () => {
		await connected(viewerLink);
		const waits: number[] = [];
		relay.down = true;
		relay.cut();
		for (let n = 0; n < 12; n += 1) {
			await until(() => viewerLink.state.kind === 'away');
			const { state } = viewerLink;
			const waitMs = state.kind === 'away' ? state.againMs - clock.wallMs() : -1;
			expect(waitMs).toBeGreaterThanOrEqual(500);
			expect(waitMs).toBeLessThanOrEqual(30_000);
			waits.push(waitMs);
			clock.advance(waitMs);
			expect(viewerLink.state.kind).toBe('connecting');
		}
		expect(new Set(waits.map(Math.round)).size).toBeGreaterThan(5);
		expect(Math.max(...waits.slice(5))).toBeGreaterThan(2000);
		relay.down = false;
		await until(() => viewerLink.state.kind === 'away');
		const { state } = viewerLink;
		clock.advance(state.kind === 'away' ? state.againMs - clock.wallMs() : 0);
		await until(() => viewerLink.state.kind === 'connected');
	});

	it('LK2 it reconnects at once when the network is back', async () => {
		relay.down = true;
		viewerLink.begin();
		await until(() => viewerLink.state.kind === 'away');
		relay.down = false;
		viewer.network.back();
		await until(() => viewerLink.state.kind === 'connected');
	});

	it('LK3 a relay that is silent for 25 s is given up', async () => {
		await connected(viewerLink);
		relay.silent = true;
		await clock.pass(20_000, 1000);
		expect(viewerLink.state.kind).toBe('connected');
		clock.advance(10_000);
		expect(viewerLink.state.kind).toBe('away');
		expect(relay.heard.filter(({ t }) => t === 'ping').length).toBeGreaterThanOrEqual(2);
	});

	it('LK3 a relay that never admits the device is given up, too', async () => {
		relay.lie = (frame) => (frame.t === 'welcome' ? null : frame);
		viewerLink.begin();
		await clock.pass(8000, 1000);
		await until(() => viewerLink.state.kind === 'away');
	});

	it('LK4 a refused device reports the reason and retries after a minute', async () => {
		relay.homes.clear();
		viewerLink.begin();
		await until(() => viewerLink.state.kind === 'refused');
		expect(viewerLink.state).toMatchObject({ why: 'unknown-home', origin: RELAY });
		relay.open(camera.homeRoster.entries, homeOf(camera));
		clock.advance(60_000);
		await until(() => viewerLink.state.kind === 'connected');
	});

	it('LK4 not-a-member is retried within a second and believed the third time', async () => {
		relay.homes.clear();
		relay.open(camera.homeRoster.entries.slice(0, 1), homeOf(camera));
		viewerLink.begin();
		await until(() => viewerLink.state.kind === 'away');
		await clock.pass(1000, 100);
		await until(() => viewerLink.state.kind === 'away');
		relay.homes.clear();
		relay.open(camera.homeRoster.entries, homeOf(camera));
		await clock.pass(1000, 100);
		await until(() => viewerLink.state.kind === 'connected');

		relay.cut();
		relay.homes.clear();
		relay.open(camera.homeRoster.entries.slice(0, 1), homeOf(camera));
		const { tries } = relay;
		for (let n = 0; n < 20 && viewerLink.state.kind !== 'refused'; n += 1) {
			await until(() => viewerLink.state.kind !== 'connecting');
			await clock.pass(500, 100);
		}
		expect(relay.tries - tries).toBe(3);
		expect(viewerLink.state).toMatchObject({ why: 'not-a-member' });
	});

	it('LK9 it waits until the relay has the new entries, and no longer than told', async () => {
		await connected(cameraLink);
		await until(() => cameraLink.relaySeq === camera.homeRoster.entries.length);
		await cameraLink.rosterPublished(2000);
		// The author is told twice.
		relay.lie = (frame) => (['appended', 'roster'].includes(frame.t) ? null : frame);
		await camera.homeRoster.amend(deviceOf(viewer), { name: 'Hall' });
		let over = false;
		const shown = cameraLink.rosterPublished(2000).then(() => (over = true));
		await clock.pass(1900, 100);
		expect(over).toBe(false);
		await clock.pass(200, 100);
		await shown;
	});

	it('LK8 entries answered with too-many are published again', async () => {
		await connected(cameraLink);
		await until(() => cameraLink.relaySeq === camera.homeRoster.entries.length);
		relay.busy = 2;
		await camera.homeRoster.revoke(deviceOf(viewer));
		await until(() => relay.busy === 1);
		await clock.pass(2100, 100);
		await until(() => relay.busy === 0);
		await clock.pass(4100, 100);
		await until(() => cameraLink.relaySeq === camera.homeRoster.entries.length);
		expect(relay.homes.get(homeOf(camera))).toHaveLength(camera.homeRoster.entries.length);
	});

	it('LK4 a relay of another version is not tried again', async () => {
		relay.lie = (frame) => (frame.t === 'challenge' ? { ...frame, versions: [7] } : frame);
		viewerLink.begin();
		await until(() => viewerLink.state.kind === 'refused');
		expect(viewerLink.state).toMatchObject({ why: 'version' });
		const { tries } = relay;
		await clock.pass(120_000, 5000);
		expect(relay.tries).toBe(tries);
	});

	it('LK5 the app’s own origin comes first if a relay serves it', async () => {
		const here = new FakeRelay(clock, 'https://app.example');
		here.open(camera.homeRoster.entries, homeOf(camera));
		const messenger = viewer.linkTo(here);
		await connected(messenger);
		expect(messenger.state).toMatchObject({ origin: 'https://app.example' });
	});
});

describe('messages and live parts', () => {
	it('LT2 messages arrive in order and name their sender', async () => {
		await connected(cameraLink, viewerLink);
		const got: [Message, string][] = [];
		cameraLink.onMessage((message, { device }) => got.push([message, device]));
		const nonces = ['11', '22', '33'].map((two) => two.repeat(16));
		const sent = nonces.map((nonce) => viewerLink.send(deviceOf(camera), { t: 'ask', nonce }));
		expect(await Promise.all(sent)).toEqual(['taken', 'taken', 'taken']);
		await until(() => got.length === 3);
		expect(got).toEqual(nonces.map((nonce) => [{ t: 'ask', nonce }, deviceOf(viewer)]));
	});

	it('RL15 a message for an offline device is reported away, or waits and is read once', async () => {
		await connected(viewerLink);
		expect(await viewerLink.send(deviceOf(camera), ask)).toBe('away');
		expect(await viewerLink.send(deviceOf(camera), ask, 3600)).toBe('taken');
		let got = 0;
		cameraLink.onMessage(() => (got += 1));
		await connected(cameraLink);
		await until(() => got === 1);
		await until(() => relay.waiting(homeOf(camera), deviceOf(camera)) === 0);
		await cut(cameraLink);
		expect(got).toBe(1);
	});

	it('LT6 a waiting message that cannot be read is confirmed, or it would come again for a week', async () => {
		await connected(viewerLink);
		expect(await viewerLink.send(deviceOf(camera), ask, 3600)).toBe('taken');
		const { mailbox, host } = relay.core;
		const [letter] = mailbox.clear(homeOf(camera), deviceOf(camera));
		const spoiled = bytesOfBase64url(letter!.box);
		spoiled[40]! ^= 1;
		for (const box of [base64urlOf(spoiled), 'AAAA'])
			mailbox.add({ ...letter!, id: mailbox.nextId(host.wallMs()), box });
		let got = 0;
		cameraLink.onMessage(() => (got += 1));
		await connected(cameraLink);
		await until(() => relay.waiting(homeOf(camera), deviceOf(camera)) === 0);
		expect(got).toBe(0);
		expect(relay.heard.filter(({ t }) => t === 'got')).toHaveLength(2);
	});

	it('LK6 nothing is sent without a connection, and a relay that does not answer is not waited for', async () => {
		expect(await viewerLink.send(deviceOf(camera), ask)).toBe('unsent');
		await connected(viewerLink);
		expect(await viewerLink.send('ab'.repeat(16) as DeviceId, ask)).toBe('unsent');
		relay.silent = true;
		const sent = viewerLink.send(deviceOf(camera), ask);
		await until(() => relay.heard.some(({ t }) => t === 'letter'));
		clock.advance(5000);
		expect(await sent).toBe('unsent');
	});

	it('LK7 parts reach the watchers, also on a new connection, and the camera is told who watches', async () => {
		const id =
			camera.localDevice.state.kind === 'ready'
				? (camera.localDevice.state.cameras[0]?.id ?? '')
				: '';
		const viewers: (readonly string[])[] = [];
		cameraLink.onWatched((_, devices) => viewers.push(devices));
		const device = deviceOf(viewer);
		await connected(cameraLink, viewerLink);
		const got: [string, boolean][] = [];
		const stop = viewerLink.watchParts(id, (sealed, key) =>
			got.push([String.fromCharCode(...sealed), key]),
		);
		await until(() => viewers.at(-1)?.join() === device);
		cameraLink.sendPart(id, true, ascii('one'));
		await until(() => got.length === 1);
		await cut(cameraLink, viewerLink);
		expect(viewers).toContainEqual([]);
		await until(() => viewers.at(-1)?.join() === device);
		// RL21: the relay has kept the newest key part.
		await until(() => got.length === 2);
		cameraLink.sendPart(id, false, ascii('two'));
		await until(() => got.length === 3);
		expect(got).toEqual([
			['one', true],
			['one', true],
			['two', false],
		]);
		stop();
		await until(() => viewers.at(-1)?.length === 0);
	});
});

describe('rosters', () => {
	it('RL14 an entry signed by one device reaches the others, and a new member is heard at once', async () => {
		await connected(cameraLink, viewerLink);
		const third = fakeDevice(clock);
		await joinedTo(camera, third, ['viewer']);
		await until(() => viewer.homeRoster.roster?.seq === 3);
		expect(cameraLink.relaySeq).toBe(3);
		const thirdLink = third.linkTo(relay);
		let from = '';
		viewerLink.onMessage((_, { device }) => (from = device));
		await connected(thirdLink);
		expect(await thirdLink.send(deviceOf(viewer), ask)).toBe('taken');
		await until(() => from === deviceOf(third));
	});

	it('RL14 an entry signed offline is published on the next connection', async () => {
		for (let n = 0; n < 40; n += 1) {
			await camera.homeRoster.amend(deviceOf(viewer), { name: `Name ${n}` });
		}
		await connected(cameraLink);
		await until(() => cameraLink.relaySeq === 42);
		await connected(viewerLink);
		await until(() => viewer.homeRoster.roster?.seq === 42);
		expect(viewerLink.forked || cameraLink.forked).toBe(false);
	});

	it('LT2 a waiting message is read once the roster says who wrote it', async () => {
		await connected(cameraLink);
		const third = fakeDevice(clock);
		await joinedTo(camera, third, ['viewer']);
		await until(() => cameraLink.relaySeq === 3);
		const thirdLink = third.linkTo(relay);
		await connected(thirdLink);
		expect(await thirdLink.send(deviceOf(viewer), ask, 3600)).toBe('taken');
		let got = 0;
		viewerLink.onMessage(() => (got += 1));
		await connected(viewerLink);
		await until(() => got === 1);
	});

	it('ID37 a roster that does not continue ours is reported as a fork, and none of it counts', async () => {
		await camera.homeRoster.amend(deviceOf(viewer), { roles: ['viewer', 'owner'] });
		await viewer.homeRoster.merge(homeOf(camera), 3, camera.homeRoster.entries.slice(2));
		await viewer.homeRoster.amend(deviceOf(camera), { name: 'Mine' });
		const stranger = await subjectOf(fakeDevice(clock));
		await camera.homeRoster.admit(stranger, ['viewer'], 'Theirs');
		relay.open(camera.homeRoster.entries, homeOf(camera));
		await connected(viewerLink);
		await until(() => viewerLink.forked);
		expect(viewer.homeRoster.roster?.seq).toBe(4);
		expect(viewer.homeRoster.member(stranger.device)).toBeNull();
	});

	it('ID37 a rolled-back roster changes nothing and is repaired', async () => {
		await connected(cameraLink);
		const entries = camera.homeRoster.entries;
		await camera.homeRoster.amend(deviceOf(viewer), { name: 'New' });
		await until(() => cameraLink.relaySeq === 3);
		relay.open(entries, homeOf(camera));
		await cut(cameraLink);
		await until(() => cameraLink.relaySeq === 3);
		expect(camera.homeRoster.roster?.seq).toBe(3);
		expect(relay.homes.get(homeOf(camera))).toEqual(camera.homeRoster.entries);
		expect(cameraLink.forked).toBe(false);
	});

	it('ID37 a forged entry is rejected', async () => {
		const entries = camera.homeRoster.entries;
		await camera.homeRoster.amend(deviceOf(viewer), { roles: ['viewer', 'owner'] });
		const forged = camera.homeRoster.entries.at(-1)?.slice() ?? new Uint8Array();
		forged[3] = 1;
		relay.open(entries, homeOf(camera));
		relay.lie = (frame) => {
			if (frame.t === 'welcome') return { ...frame, rosterSeq: 3 };
			if (frame.t !== 'roster') return frame;
			return { ...frame, entries: [...frame.entries, base64urlOf(forged)] };
		};
		await connected(viewerLink);
		await until(() => viewerLink.forked);
		expect(viewer.homeRoster.roster?.seq).toBe(2);
		expect(viewer.homeRoster.member(deviceOf(viewer))?.roles).toEqual(['viewer']);
	});

	it('RL11 a revoked device is disconnected and reports it', async () => {
		await connected(cameraLink, viewerLink);
		await camera.homeRoster.revoke(deviceOf(viewer));
		await until(() => viewerLink.state.kind === 'refused');
		expect(viewerLink.state).toMatchObject({ why: 'not-a-member' });
	});
});
