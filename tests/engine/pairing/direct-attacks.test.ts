import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import {
	directCodeFrom,
	directOriginBytes,
	directOriginOf,
	directCodeText,
	type DirectPairingCode,
} from '#domain/pairing/direct-code.ts';
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { Device, exchange, members } from './direct-devices.ts';
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

describe('attacks on pairing without a relay', () => {
	/** The code with another S, as for an attacker who saw the descriptors only. */
	function withoutSecret(text: string): string {
		const code = directCodeFrom(text) as DirectPairingCode;
		return directCodeText({ ...code, secret: new WebCrypto().random(32) });
	}

	it('NB4 without the secret an attacker gets nowhere and learns nothing', async () => {
		await owner.pairing.show('viewer');
		const text = await owner.text();
		void guest.pairing.join(withoutSecret(text), 'Thief');
		void owner.pairing.join(await guest.text(), '');
		const ends = await Promise.all([owner.in('ended'), guest.in('ended')]);
		expect(ends.map(({ why }) => why)).toEqual(['burnt', 'burnt']);
		expect(members(owner)).toBe(1);
	});

	it('NB4 a man in the middle with his own certificates is detected, even if he has the secret', async () => {
		await owner.pairing.show('viewer');
		const code = directCodeFrom(await owner.text()) as DirectPairingCode;
		// It shows the guest its own descriptor in the owner's code, and forwards every frame.
		const between = new FakeDataNetwork();
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
		void victim.pairing.join(directCodeText({ ...code, descriptor: mine.descriptor }), 'Phone');
		const answer = directCodeFrom(await victim.text());
		if (answer === null) throw new Error('no answer');
		const theirs = await air.cables().answer(code.descriptor, {
			up: () => {
				void theirs.open({ text: toGuest.say, ...quiet }).then((channel) => {
					toOwner.to((text) => channel.sendText(text));
					void mine.accept(answer.descriptor);
				});
			},
			down: () => undefined,
			channel: () => ({ text: () => undefined, ...quiet }),
		});
		void owner.pairing.join(directCodeText({ ...answer, descriptor: theirs.descriptor }), '');
		expect(await victim.in('ended')).toMatchObject({ why: 'burnt' });
		expect(await owner.in('ended')).toMatchObject({ why: 'burnt' });
		expect(members(owner)).toBe(1);
	});

	it('NB4 a box changed in transit burns the code, whichever box it is', async () => {
		for (const spoiled of [1, 2, 3, 4]) {
			air = new FakeDataNetwork();
			[owner, guest] = [new Device(air, clock), new Device(air, clock)];
			await owner.home.localDevice.createCamera();
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

	it('NB4 PR1 a second joiner burns the code for both', async () => {
		await owner.pairing.show('viewer');
		const code = directCodeFrom(await owner.text()) as DirectPairingCode;
		const { rid } = code;
		void guest.pairing.join(directCodeText(code), 'Phone');
		const answer = directCodeFrom(await guest.text()) ?? code;
		void owner.pairing.join(directCodeText(answer), '');
		await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		const made = await new WebCrypto().sha256(
			directOriginBytes(code.descriptor, answer.descriptor),
		);
		const second = await guest.directRelays.connect(directOriginOf(made), {
			...{ frame: () => undefined, part: () => undefined, ended: () => undefined },
		});
		second.send({ t: 'meet', version: 1, rid });
		for (const one of [owner, guest]) expect(await one.in('ended')).toMatchObject({ why: 'burnt' });
		await owner.pairing.allow('viewer');
		expect(members(owner)).toBe(1);
	});

	it('NB5 PR8 cut off anywhere, both sides end with a reason, and the roster is complete', async () => {
		await owner.pairing.show('viewer');
		await exchange(owner, guest);
		await Promise.all([owner.in('comparing'), guest.in('comparing')]);
		air.cut();
		expect(await owner.in('ended')).toMatchObject({ why: 'other-side-gone' });
		await until(() => {
			void clock.pass(1000, 100);
			return guest.state.kind === 'returning';
		});
		// NB12: it has consented, so it may have been admitted.
		expect(guest.state).toMatchObject({ apart: true });
		expect([members(owner), members(guest)]).toEqual([1, 1]);
	});

	it('NB5 after a refusal or cancellation the other side ends with that reason', async () => {
		for (const [act, here, there] of [
			['refuse', 'refused', 'refused'],
			['cancel', 'cancelled', 'other-side-gone'],
		] as const) {
			[owner, guest] = [new Device(air, clock), new Device(air, clock)];
			await owner.home.localDevice.createCamera();
			await owner.pairing.show('viewer');
			await exchange(owner, guest);
			await Promise.all([owner.in('comparing'), guest.in('comparing')]);
			await owner.pairing[act]();
			expect(await owner.in('ended')).toMatchObject({ why: here });
			expect(await guest.in('ended')).toMatchObject({ why: there });
		}
	});
});
