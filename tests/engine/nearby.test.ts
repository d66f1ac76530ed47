import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#browser/crypto.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base64url.ts';
import { Fault } from '#domain/fault.ts';
import {
	nearCodeFrom,
	nearOriginBytes,
	nearOriginOf,
	nearText,
	type NearOffer,
} from '#domain/near-code.ts';
import type { Link } from '#engine/link.ts';
import { Nearby } from '#engine/nearby.ts';
import { CODE_MS, Pairing } from '#engine/pairing-controls.ts';
import type { PairingState } from '#engine/pairing.ts';
import type { Message } from '#protocol/message.ts';
import type { Relays } from '#ports/relay.ts';
import { FakeAir } from '../fakes/cables.ts';
import { ManualClock } from '../fakes/clock.ts';
import { homestead, type Homestead } from '../fakes/homestead.ts';
import { until } from './until.ts';

const HERE = 'https://app.example';
/** A static host: something answers, and it is no relay. */
const none: Relays = {
	card: () => Promise.resolve(null),
	connect: () => Promise.reject(new Fault('offline', 'no relay')),
};

/** A device with its person, and everything that needs no screen. */
class Device {
	readonly home: Homestead<ManualClock>;
	readonly near: Nearby;
	readonly pairing: Pairing;
	readonly link: Link;

	constructor(air: FakeAir, clock: ManualClock, before?: Homestead<ManualClock>) {
		this.home = before ?? homestead(clock);
		const { crypto, membership } = this.home;
		this.near = new Nearby({ crypto, clock, membership, cables: air.cables(), relays: none });
		this.pairing = new Pairing({
			...{ crypto, clock, joining: membership, here: HERE },
			...{ relays: this.near, near: this.near, relay: () => membership.relay },
			shown: () => this.link.shown(2000),
		});
		this.link = this.home.linkTo(this.near, this.near);
		this.link.begin();
	}

	get state(): PairingState {
		return this.pairing.state;
	}

	get id() {
		const device = this.home.house.household?.identity.device;
		if (device === undefined) throw new Error('no device');
		return device;
	}

	async in<K extends PairingState['kind']>(kind: K): Promise<Extract<PairingState, { kind: K }>> {
		await until(() => this.state.kind === kind || this.state.kind === 'ended');
		if (this.state.kind !== kind) throw new Error(`never ${kind}: ${JSON.stringify(this.state)}`);
		return this.state as Extract<PairingState, { kind: K }>;
	}

	async text(): Promise<string> {
		return (await this.in('near')).text;
	}

	/** A reload: keys and roster are left, all else is not. */
	reloaded(air: FakeAir, clock: ManualClock): Device {
		return new Device(air, clock, this.home.again());
	}
}

let air: FakeAir;
let clock: ManualClock;
let owner: Device;
let guest: Device;

beforeEach(async () => {
	[air, clock] = [new FakeAir(), new ManualClock()];
	[owner, guest] = [new Device(air, clock), new Device(air, clock)];
	await owner.home.house.found();
});

const members = (device: Device) => device.home.membership.roster?.devices.size ?? 0;

/** Both codes are given; whether and how it goes on is told by the states. */
async function exchange(first: Device, second: Device, answered = first): Promise<void> {
	void second.pairing.join(await first.text(), 'Phone');
	const answer = await second.text();
	void answered.pairing.join(answer, '');
}

async function paired(): Promise<void> {
	await owner.pairing.show('viewer');
	await exchange(owner, guest);
	await owner.in('comparing');
	await owner.pairing.allow('viewer');
	await Promise.all([owner.in('done'), guest.in('done')]);
}

describe('pairing without a relay', () => {
	it('NB3 NB4 NB5 an owner shows, the new device answers: the same digits, allowed by the owner', async () => {
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
		expect(guest.home.membership.entries).toEqual(owner.home.membership.entries);
		expect(guest.home.membership.relay).toBeNull();
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
		await until(() => guest.link.online.size === 2 && owner.link.online.size === 2);
	});

	it('NB7 after it letters go both ways, presence is told, and what the owner signs is learned', async () => {
		await paired();
		await until(() => owner.link.online.size === 2 && guest.link.online.size === 2);
		const heard: Message[] = [];
		owner.link.onMessage((message) => heard.push(message));
		guest.link.onMessage((message) => heard.push(message));
		const ask: Message = { t: 'ask', nonce: 'ab'.repeat(16) };
		expect(await guest.link.send(owner.id, ask)).toBe('taken');
		expect(await owner.link.send(guest.id, ask)).toBe('taken');
		await until(() => heard.length === 2);
		await owner.home.membership.amend(guest.id, { roles: ['viewer', 'owner'] });
		await until(() => guest.home.membership.entries.length === 3);
		await guest.home.membership.amend(owner.id, { name: 'Desk' });
		await until(() => owner.home.membership.entries.length === 4);
		const parts: boolean[] = [];
		const watched: number[] = [];
		const camera = 'cd'.repeat(16);
		owner.link.onWatched((_, viewers) => watched.push(viewers));
		const stop = guest.link.watchParts(camera, (_, key) => parts.push(key));
		await until(() => watched.at(-1) === 1);
		owner.link.sendPart(camera, true, new Uint8Array([1, 2, 3]));
		await until(() => parts.length === 1);
		stop();
		await until(() => watched.at(-1) === 0);
	});

	it('NB7 RL11 who is taken out is let go of at once, and let in no more', async () => {
		await paired();
		await until(() => guest.link.state.kind === 'connected');
		await owner.home.membership.revoke(guest.id);
		await until(() => guest.link.state.kind === 'refused');
		expect(guest.link.state).toMatchObject({ why: 'not-a-member' });
		await until(() => owner.link.online.size === 1);
	});

	it('NB6 a reload ends it; two new codes connect again, nobody is asked, and nobody is new', async () => {
		await paired();
		await until(() => guest.link.online.size === 2);
		air.cut();
		await until(() => owner.link.state.kind === 'none' && guest.link.state.kind === 'none');
		[owner, guest] = [owner.reloaded(air, clock), guest.reloaded(air, clock)];
		await Promise.all([owner.home.house.look(), guest.home.house.look()]);
		// Either may show first.
		await guest.pairing.again();
		expect(await guest.text()).toContain('/pair#c2.');
		await exchange(guest, owner);
		await Promise.all([owner.in('linked'), guest.in('linked')]);
		await until(() => owner.link.online.size === 2 && guest.link.online.size === 2);
		expect(members(owner)).toBe(2);
	});

	it('NB6 where one of them was loaded anew and the other does not know yet, new codes count at once', async () => {
		await paired();
		await until(() => owner.link.online.size === 2 && guest.link.online.size === 2);
		for (const first of ['guest', 'owner'] as const) {
			guest = guest.reloaded(air, clock);
			await guest.home.house.look();
			const [shows, answers] = first === 'guest' ? [guest, owner] : [owner, guest];
			await shows.pairing.again();
			await exchange(shows, answers);
			await Promise.all([owner.in('linked'), guest.in('linked')]);
			await until(() => owner.link.online.size === 2 && guest.link.online.size === 2);
			const ask: Message = { t: 'ask', nonce: 'ab'.repeat(16) };
			expect(await guest.link.send(owner.id, ask)).toBe('taken');
			expect(await owner.link.send(guest.id, ask)).toBe('taken');
		}
	});

	it('NB6 a device of another home connects and gets nothing', async () => {
		await paired();
		const stranger = new Device(air, clock);
		await stranger.home.house.found();
		await owner.pairing.again();
		await exchange(owner, stranger);
		await stranger.in('linked');
		const frames: string[] = [];
		const origin = stranger.near.origin ?? '';
		const socket = await stranger.near.connect(origin, {
			frame: ({ t, ...rest }) => frames.push('why' in rest ? `${t} ${rest.why}` : t),
			part: () => frames.push('part'),
			ended: () => frames.push('ended'),
		});
		const [device, home] = [stranger.id, owner.home.founded];
		socket.send({ t: 'roster-since', seq: 0 });
		socket.send({ t: 'wait', rid: 'ab'.repeat(16) });
		socket.send({
			t: 'prove',
			version: 1,
			home,
			device,
			signature: base64urlOf(new Uint8Array(64)),
		});
		socket.send({ t: 'letter', n: 1, to: owner.id, box: '', keep: 0 });
		socket.send({ t: 'append', entries: [] });
		await until(() => frames.length === 6);
		expect(frames).toEqual([
			...['challenge', 'refused not-allowed', 'refused not-allowed', 'refused not-a-member'],
			...['refused not-allowed', 'refused not-allowed'],
		]);
	});
});

describe('pairing without a relay, attacked', () => {
	/** The code with another S: what somebody knows who saw contacts only. */
	function withoutSecret(text: string): string {
		const code = nearCodeFrom(text) as NearOffer;
		return nearText({ ...code, secret: new WebCrypto().random(32) });
	}

	it('NB4 who lacks the secret comes to nothing, and gets nothing', async () => {
		await owner.pairing.show('viewer');
		const text = await owner.text();
		void guest.pairing.join(withoutSecret(text), 'Thief');
		void owner.pairing.join(await guest.text(), '');
		const ends = await Promise.all([owner.in('ended'), guest.in('ended')]);
		expect(ends.map(({ why }) => why)).toEqual(['burnt', 'burnt']);
		expect(members(owner)).toBe(1);
	});

	it('NB4 who stands between with certificates of its own is found out, even when it has the secret', async () => {
		await owner.pairing.show('viewer');
		const code = nearCodeFrom(await owner.text()) as NearOffer;
		// It shows the guest its own contact in the owner's code, and hands on every frame.
		const between = new FakeAir();
		const pipe = (): { say: (text: string) => void; to: (say: (text: string) => void) => void } => {
			const early: string[] = [];
			let hand: ((text: string) => void) | null = null;
			return {
				say: (text) => (hand === null ? void early.push(text) : hand(text)),
				to: (say) => {
					hand = say;
					for (const text of early.splice(0)) say(text);
				},
			};
		};
		const [toGuest, toOwner] = [pipe(), pipe()];
		const quiet = { bytes: () => undefined, ended: () => undefined };
		const mine = await between.cables().offer({
			...{ up: () => undefined, down: () => undefined },
			channel: (channel) => {
				toGuest.to((text) => channel.sendText(text));
				return { text: toOwner.say, ...quiet };
			},
		});
		const victim = new Device(between, clock);
		void victim.pairing.join(nearText({ ...code, contact: mine.contact }), 'Phone');
		const answer = nearCodeFrom(await victim.text());
		if (answer === null) throw new Error('no answer');
		const theirs = await air.cables().answer(code.contact, {
			up: () => {
				void theirs.open({ text: toGuest.say, ...quiet }).then((channel) => {
					toOwner.to((text) => channel.sendText(text));
					void mine.accept(answer.contact);
				});
			},
			down: () => undefined,
			channel: () => ({ text: () => undefined, ...quiet }),
		});
		void owner.pairing.join(nearText({ ...answer, contact: theirs.contact }), '');
		expect(await victim.in('ended')).toMatchObject({ why: 'burnt' });
		expect(await owner.in('ended')).toMatchObject({ why: 'burnt' });
		expect(members(owner)).toBe(1);
	});

	it('NB4 a box that was changed on the way burns the code, whichever it is', async () => {
		for (const spoiled of [1, 2, 3, 4]) {
			air = new FakeAir();
			[owner, guest] = [new Device(air, clock), new Device(air, clock)];
			await owner.home.house.found();
			let posts = 0;
			air.between = (message) => {
				const frame = JSON.parse(message as string) as { t: string; box?: string };
				if (frame.t !== 'post' || frame.box === undefined) return message;
				posts += 1;
				if (posts !== spoiled) return message;
				const box = bytesOfBase64url(frame.box);
				box[box.length - 1] = (box.at(-1) ?? 0) ^ 1;
				return JSON.stringify({ ...frame, box: base64urlOf(box) });
			};
			await owner.pairing.show('viewer');
			await exchange(owner, guest);
			await until(() => ['comparing', 'ended'].includes(owner.state.kind));
			await owner.pairing.allow('viewer');
			const ended = spoiled === 4 ? [guest] : [owner, guest];
			for (const one of ended) expect(await one.in('ended')).toMatchObject({ why: 'burnt' });
			expect(members(guest)).toBeLessThan(2);
		}
	});

	it('NB4 PR1 a second one who joins burns it for both', async () => {
		await owner.pairing.show('viewer');
		const code = nearCodeFrom(await owner.text()) as NearOffer;
		const { rid } = code;
		void guest.pairing.join(nearText(code), 'Phone');
		const answer = nearCodeFrom(await guest.text()) ?? code;
		void owner.pairing.join(nearText(answer), '');
		await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		const made = await new WebCrypto().sha256(nearOriginBytes(code.contact, answer.contact));
		const second = await guest.near.connect(nearOriginOf(made), {
			...{ frame: () => undefined, part: () => undefined, ended: () => undefined },
		});
		second.send({ t: 'meet', version: 1, rid });
		for (const one of [owner, guest]) expect(await one.in('ended')).toMatchObject({ why: 'burnt' });
		await owner.pairing.allow('viewer');
		expect(members(owner)).toBe(1);
	});

	it('NB5 PR8 cut off anywhere, both end in words, and the roster is whole', async () => {
		await owner.pairing.show('viewer');
		await exchange(owner, guest);
		await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		air.cut();
		expect(await owner.in('ended')).toMatchObject({ why: 'other-side-gone' });
		await until(() => {
			void clock.pass(1000, 100);
			return guest.state.kind === 'ended';
		});
		expect(guest.state).toMatchObject({ why: 'other-side-gone' });
		expect([members(owner), members(guest)]).toEqual([1, 1]);
	});

	it('NB5 refused, and given up: the other side ends in the words for it', async () => {
		for (const [act, here, there] of [
			['refuse', 'refused', 'refused'],
			['cancel', 'cancelled', 'other-side-gone'],
		] as const) {
			[owner, guest] = [new Device(air, clock), new Device(air, clock)];
			await owner.home.house.found();
			await owner.pairing.show('viewer');
			await exchange(owner, guest);
			await Promise.all([owner.in('comparing'), guest.in('comparing')]);
			await owner.pairing[act]();
			expect(await owner.in('ended')).toMatchObject({ why: here });
			expect(await guest.in('ended')).toMatchObject({ why: there });
		}
	});
});

describe('codes without a relay that lead nowhere', () => {
	it('NB5 two devices that do not reach each other hear it after 8 s', async () => {
		air.open = false;
		await owner.pairing.show('viewer');
		await exchange(owner, guest);
		await owner.in('exchanging');
		await until(() => {
			void clock.pass(1000, 100);
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

	it('NB5 what is no answer to this code is told, and the code stays', async () => {
		await owner.pairing.show('viewer');
		const text = await owner.text();
		const other = new Device(air, clock);
		await other.home.house.found();
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

	it('NB5 an own code, a damaged one, and a newcomer that shows one to who is no owner', async () => {
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

	it('NB5 where the browser waits no longer, another answer takes the place of the first', async () => {
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.text(), 'Phone');
		const first = await guest.text();
		air.tire();
		await until(() => guest.state.kind === 'near' && guest.state.text !== first);
		void owner.pairing.join(await guest.text(), '');
		await owner.in('comparing');
	});

	it('NB3 with a relay nothing goes without one, and without WebRTC it is said', async () => {
		const offline: Relays = { ...none, card: () => Promise.reject(new Fault('offline', 'away')) };
		const { crypto, membership } = owner.home;
		const cables = air.cables();
		const relays = new Nearby({ crypto, clock, membership, cables, relays: offline });
		const shown = (): Promise<void> => Promise.resolve();
		const tools = { crypto, clock, joining: membership, here: HERE, relays, shown };
		const kept = new Pairing({ ...tools, near: relays, relay: () => 'https://cam.local' });
		await kept.show('viewer');
		expect(kept.state).toMatchObject({ why: 'unreachable' });
		const bare = new Pairing({ ...tools, near: relays, relay: () => null });
		await bare.show('viewer');
		expect(bare.state).toMatchObject({ kind: 'near' });
		cables.offer = () => Promise.reject(new Fault('unsupported', 'no WebRTC'));
		await bare.show('viewer');
		expect(bare.state).toMatchObject({ why: 'no-relay' });
		cables.offer = () => Promise.reject(new Fault('offline', 'no address'));
		await bare.show('viewer');
		expect(bare.state).toMatchObject({ why: 'no-network' });
	});
});
