import { beforeEach, describe, expect, it } from 'vitest';
import { base64urlOf } from '#domain/base/base64url.ts';
import { Fault } from '#domain/base/fault.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import { DirectRelays } from '#engine/pairing/direct-relays.ts';
import { CODE_MS, PairingController } from '#engine/pairing/controller.ts';
import type { Message } from '#protocol/message.ts';
import type { FromDevice } from '#protocol/wire.ts';
import { InPageRelay } from '#relay-core/in-page-relay.ts';
import type { Relays } from '#ports/network/relay.ts';
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { Device, exchange, HERE, members, none, pairedUp } from './direct-devices.ts';
import { eventually, until } from '../../support/until.ts';

let air: FakeDataNetwork;
let clock: ManualClock;
let owner: Device;
let guest: Device;

beforeEach(async () => {
	[air, clock] = [new FakeDataNetwork(), new ManualClock()];
	[owner, guest] = [new Device(air, clock), new Device(air, clock)];
	await owner.home.localDevice.createCamera();
});

const paired = (): Promise<void> => pairedUp(owner, guest);

describe('pairing without a relay', () => {
	it('NB3 NB4 NB5 an owner shows, the new device answers: same digits, allowed by the owner', async () => {
		await owner.pairing.show('viewer');
		expect(await owner.text()).toMatch(/^https:\/\/app\.example\/pair#p2\.[\w.-]+$/);
		await exchange(owner, guest);
		const [here, there] = await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		expect(here).toMatchObject({ side: 'owner', asks: true, name: 'Phone' });
		expect(there).toMatchObject({ side: 'new', asks: false, digits: here.digits });
		expect(members(owner)).toBe(1);
		await owner.pairing.allow('viewer');
		await Promise.all([owner.in('done'), guest.in('done')]);
		expect(members(owner)).toBe(2);
		expect(guest.home.homeRoster.entries).toEqual(owner.home.homeRoster.entries);
		expect(guest.home.homeRoster.relay).toBeNull();
	});

	it('NB3 PR5 the new device shows, the owner answers: both people compare', async () => {
		await guest.pairing.offer('Hall', 'camera');
		expect(await guest.text()).toContain('/pair#n2.');
		await exchange(guest, owner);
		const [here, there] = await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		expect(here).toMatchObject({ side: 'owner', name: 'Hall', wanted: 'camera' });
		expect(there).toMatchObject({ asks: true, digits: here.digits });
		await guest.pairing.allow('viewer');
		await owner.pairing.allow('camera');
		await Promise.all([owner.in('done'), guest.in('done')]);
		await until(() => guest.messenger.online.size === 2 && owner.messenger.online.size === 2);
	});

	it('NB7 afterwards messages go both ways, presence is reported, and new roster entries are learned', async () => {
		await paired();
		await until(() => owner.messenger.online.size === 2 && guest.messenger.online.size === 2);
		const heard: Message[] = [];
		const hear = (message: Message): void => {
			if (message.t === 'ask') heard.push(message);
		};
		for (const { messenger } of [owner, guest]) messenger.onMessage(hear);
		const ask: Message = { t: 'ask', nonce: 'ab'.repeat(16) };
		expect(await guest.messenger.send(owner.id, ask)).toBe('taken');
		expect(await owner.messenger.send(guest.id, ask)).toBe('taken');
		await until(() => heard.length === 2);
		await owner.home.homeRoster.amend(guest.id, { roles: ['viewer', 'owner'] });
		await until(() => guest.home.homeRoster.entries.length === 3);
		await guest.home.homeRoster.amend(owner.id, { name: 'Desk' });
		await until(() => owner.home.homeRoster.entries.length === 4);
		const parts: boolean[] = [];
		const watched: (readonly string[])[] = [];
		const camera = await cameraIdOf(owner.home.crypto, owner.id, 1);
		owner.messenger.onWatched((_, devices) => watched.push(devices));
		const stop = guest.messenger.watchParts(camera, (_, key) => parts.push(key));
		await until(() => watched.at(-1)?.join() === guest.id);
		// NB7: it forwards nothing of another device's camera.
		guest.messenger.sendPart(camera, false, new Uint8Array([4]));
		owner.messenger.sendPart(camera, true, new Uint8Array([1, 2, 3]));
		await until(() => parts.length === 1);
		expect(parts).toEqual([true]);
		stop();
		await until(() => watched.at(-1)?.length === 0);
	});

	it('NB7 RG1 T6 the in-page relay sends parts to no device that may not or may no longer watch', async () => {
		await paired();
		await until(() => owner.messenger.online.size === 2 && guest.messenger.online.size === 2);
		const watched: (readonly string[])[] = [];
		const parts: boolean[] = [];
		const [camera, second, third] = await Promise.all(
			[1, 2, 3].map((number) => cameraIdOf(owner.home.crypto, owner.id, number)),
		);
		if (!camera || !second || !third) throw new Error('no cameras');
		owner.messenger.onWatched((_, devices) => watched.push(devices));
		guest.messenger.watchParts(camera, (_, key) => parts.push(key));
		await until(() => watched.at(-1)?.join() === guest.id);
		await owner.home.homeRoster.amend(guest.id, { roles: ['camera'] });
		await until(() => watched.at(-1)?.length === 0);
		guest.messenger.watchParts(second, (_, key) => parts.push(key));
		owner.messenger.sendPart(camera, true, new Uint8Array([1, 2, 3]));
		owner.messenger.sendPart(second, true, new Uint8Array([1, 2, 3]));
		await owner.home.homeRoster.amend(guest.id, { roles: ['viewer', 'live'] });
		await until(() => guest.home.homeRoster.entries.length === 4);
		guest.messenger.watchParts(third, (_, key) => parts.push(key));
		await until(() => watched.at(-1)?.join() === guest.id);
		owner.messenger.sendPart(third, false, new Uint8Array([1, 2, 3]));
		await until(() => parts.length > 0);
		expect(parts).toEqual([false]);
	});

	it('NB7 RL11 a revoked device is disconnected at once and not admitted again', async () => {
		await paired();
		await until(() => guest.messenger.state.kind === 'connected');
		await owner.home.homeRoster.revoke(guest.id);
		await until(() => guest.messenger.state.kind === 'refused');
		expect(guest.messenger.state).toMatchObject({ why: 'not-a-member' });
		await until(() => owner.messenger.online.size === 1);
	});

	it('NB6 a reload ends it; two new codes reconnect, with no question and no new member', async () => {
		await paired();
		await until(() => guest.messenger.online.size === 2);
		air.cut();
		await until(
			() => owner.messenger.state.kind === 'none' && guest.messenger.state.kind === 'none',
		);
		[owner, guest] = [owner.reloaded(air, clock), guest.reloaded(air, clock)];
		await Promise.all([owner.home.localDevice.refresh(), guest.home.localDevice.refresh()]);
		// Either device may show first.
		await guest.pairing.connectMember();
		expect(await guest.text()).toContain('/pair#c2.');
		await exchange(guest, owner);
		await Promise.all([owner.in('linked'), guest.in('linked')]);
		await until(() => owner.messenger.online.size === 2 && guest.messenger.online.size === 2);
		expect(members(owner)).toBe(2);
	});

	it('NB6 if one page was reloaded and the other has not noticed, new codes work at once', async () => {
		await paired();
		await until(() => owner.messenger.online.size === 2 && guest.messenger.online.size === 2);
		for (const first of ['guest', 'owner'] as const) {
			guest = guest.reloaded(air, clock);
			await guest.home.localDevice.refresh();
			const [shows, answers] = first === 'guest' ? [guest, owner] : [owner, guest];
			await shows.pairing.connectMember();
			await exchange(shows, answers);
			await Promise.all([owner.in('linked'), guest.in('linked')]);
			await until(() => owner.messenger.online.size === 2 && guest.messenger.online.size === 2);
			const ask: Message = { t: 'ask', nonce: 'ab'.repeat(16) };
			expect(await guest.messenger.send(owner.id, ask)).toBe('taken');
			expect(await owner.messenger.send(guest.id, ask)).toBe('taken');
		}
	});

	it('NB13 for 20 minutes a joiner says that it has arrived, whenever the owner comes online', async () => {
		let acted = 0;
		const counted = (device: Device): Device => {
			device.messenger.onMessage(({ t }, { device: from }) => {
				if (t === 'acted' && from === guest.id) acted += 1;
			});
			return device;
		};
		counted(owner);
		await paired();
		await until(() => acted === 1);
		const reconnected = async (): Promise<void> => {
			air.cut();
			await until(
				() => owner.messenger.state.kind === 'none' && guest.messenger.state.kind === 'none',
			);
			[owner, guest] = [owner.reloaded(air, clock), guest.reloaded(air, clock)];
			await Promise.all([owner.home.localDevice.refresh(), guest.home.localDevice.refresh()]);
			counted(owner);
			await guest.pairing.connectMember();
			await exchange(guest, owner);
			await until(() => owner.messenger.online.size === 2 && guest.messenger.online.size === 2);
		};
		await reconnected();
		await until(() => acted === 2);
		expect(await guest.home.vault.pendingJoin()).not.toBeNull();
		clock.step(20 * 60_000 + 1);
		await reconnected();
		await eventually(async () => (await guest.home.vault.pendingJoin()) === null);
		expect(acted).toBe(2);
	});

	it('NB6 a device of another home connects and gets nothing', async () => {
		await paired();
		const stranger = new Device(air, clock);
		await stranger.home.localDevice.createCamera();
		await owner.pairing.connectMember();
		await exchange(owner, stranger);
		await stranger.in('linked');
		const origin = stranger.directRelays.origin ?? '';
		const [device, home] = [stranger.id, owner.home.founded];
		const signature = base64urlOf(new Uint8Array(64));
		const tries: [FromDevice, string][] = [
			[{ t: 'roster-since', seq: 0 }, 'not-allowed'],
			[{ t: 'wait', rid: 'ab'.repeat(16) }, 'not-allowed'],
			[{ t: 'prove', version: 1, home, device, signature }, 'not-a-member'],
			[{ t: 'letter', n: 1, to: owner.id, box: '', keep: 0 }, 'not-allowed'],
			[{ t: 'append', entries: [] }, 'not-allowed'],
		];
		for (const [frame, why] of tries) {
			const heard: string[] = [];
			const socket = await stranger.directRelays.connect(origin, {
				frame: ({ t, ...rest }) => heard.push('why' in rest ? rest.why : t),
				part: () => heard.push('part'),
				ended: ({ code }) => heard.push(String(code)),
			});
			socket.send(frame);
			await until(() => heard.length === 3);
			expect(heard).toEqual(['challenge', why, '4401']);
		}
	});
});

describe('direct codes that lead nowhere', () => {
	it('NB5 two devices that cannot reach each other are told so after 8 s', async () => {
		air.open = false;
		await owner.pairing.show('viewer');
		await exchange(owner, guest);
		await owner.in('exchanging');
		await until(() => {
			void clock.pass(100, 100);
			return owner.state.kind === 'ended';
		});
		expect(owner.state).toMatchObject({ why: 'no-way' });
		expect(guest.state).toMatchObject({ kind: 'near', step: 'answer' });
	});

	it('NB5 a code lives ten minutes, on both screens', async () => {
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.text(), 'Phone');
		const answer = await guest.text();
		await clock.pass(CODE_MS + 1000, 5000);
		for (const one of [owner, guest]) expect(one.state).toMatchObject({ why: 'expired' });
		await owner.pairing.join(answer, '');
		expect(owner.state).toMatchObject({ why: 'stale-answer' });
	});

	it('NB5 what is not an answer to this code is reported, and the code stays', async () => {
		await owner.pairing.show('viewer');
		const text = await owner.text();
		const other = new Device(air, clock);
		await other.home.localDevice.createCamera();
		await other.pairing.show('viewer');
		void guest.pairing.join(await other.text(), 'Phone');
		for (const wrong of ['hello', await guest.text(), text, `${await guest.text()}A`]) {
			await owner.pairing.join(wrong, '');
			expect(owner.state).toMatchObject({ kind: 'near', step: 'offer', text, wrong: true });
		}
		await guest.pairing.cancel();
		await exchange(owner, guest);
		await owner.in('comparing');
	});

	it('NB5 an own code, a damaged code, and a joiner’s code read by a device that is no owner', async () => {
		await owner.pairing.show('viewer');
		const own = await owner.text();
		await owner.pairing.cancel();
		await owner.pairing.join(own, '');
		expect(owner.state).toMatchObject({ why: 'own-code' });
		await owner.pairing.join(own.slice(0, -9), '');
		expect(owner.state).toMatchObject({ why: 'unknown-code' });
		await paired();
		const fresh = new Device(air, clock);
		await fresh.pairing.offer('New', 'viewer');
		await guest.pairing.join(await fresh.text(), '');
		expect(guest.state).toMatchObject({ why: 'not-owner' });
	});

	it('NB5 when the browser stops waiting, another answer replaces the first', async () => {
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.text(), 'Phone');
		const first = await guest.text();
		air.tire();
		await until(() => guest.state.kind === 'near' && guest.state.text !== first);
		void owner.pairing.join(await guest.text(), '');
		await owner.in('comparing');
	});

	it('NB3 with a relay no direct code is shown, and missing WebRTC is reported', async () => {
		const offline: Relays = { ...none, info: () => Promise.reject(new Fault('offline', 'away')) };
		const { crypto, homeRoster, arrivals } = owner.home;
		const inPageRelay = new InPageRelay({ crypto, clock, homeRoster });
		const dataConnections = air.cables();
		const relays = new DirectRelays({
			crypto,
			clock,
			inPageRelay: () => Promise.resolve(inPageRelay),
			dataConnections,
			relays: offline,
		});
		const shown = (): Promise<void> => Promise.resolve();
		const tools = { crypto, clock, admissions: arrivals, here: HERE, relays, shown };
		const kept = new PairingController({
			...tools,
			directRelays: relays,
			relay: () => 'https://cam.local',
		});
		await kept.show('viewer');
		expect(kept.state).toMatchObject({ why: 'unreachable' });
		const bare = new PairingController({ ...tools, directRelays: relays, relay: () => null });
		await bare.show('viewer');
		expect(bare.state).toMatchObject({ kind: 'near' });
		dataConnections.offer = () => Promise.reject(new Fault('unsupported', 'no WebRTC'));
		await bare.show('viewer');
		expect(bare.state).toMatchObject({ why: 'no-relay' });
		dataConnections.offer = () => Promise.reject(new Fault('offline', 'no address'));
		await bare.show('viewer');
		expect(bare.state).toMatchObject({ why: 'no-network' });
	});
});
