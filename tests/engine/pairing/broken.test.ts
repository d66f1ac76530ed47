import { describe, expect, it } from 'vitest';
import type { Side } from '../../fakes/relay.ts';
import type { Person } from './people.ts';
import { twoPeople } from './people.ts';

/** Advances both clocks, so that lost connections are re-established. */
async function pass(people: readonly Person[], ms: number): Promise<void> {
	await Promise.all(people.map(({ clock }) => clock.pass(ms, 250)));
}

/** Real cryptography takes real time, and deadlines start after it. */
async function passUntilEnded(person: Person) {
	const ticking = setInterval(() => void pass([person], 5000), 5);
	try {
		return await person.until('ended', 15_000);
	} finally {
		clearInterval(ticking);
	}
}

describe('PR8 a pairing that is cut off', () => {
	const sides: readonly Side[] = ['waiter', 'joiner'];
	/** Messages lost together with the connection; M0 is waiting at the relay. */
	const messages = [1, 2, 3, 4];

	it.each(sides.flatMap((side) => messages.map((message) => [side, message] as const)))(
		'the %s loses its line, and with it M%i: it goes on',
		async (side, message) => {
			const { owner, guest, point } = await twoPeople();
			await owner.pairing.show('viewer', 'letters');
			const { text } = await owner.until('showing');
			let lost = 0;
			point.between = (box) => {
				if (box[0] !== message || lost > 0) return [box];
				lost += 1;
				point.cut(1006, side);
				return [];
			};
			void guest.pairing.join(text, 'Phone');
			const comparing = Promise.all([owner.until('comparing'), guest.until('comparing')]);
			const ticking = setInterval(() => void pass([owner, guest], 25), 5);
			try {
				await comparing;
				await owner.enters(guest);
				await owner.pairing.allow('viewer');
				await guest.pairing.allow('viewer');
				await Promise.all([owner.until('done'), guest.until('done')]);
			} finally {
				clearInterval(ticking);
			}
			expect(lost).toBe(1);
			expect(await owner.admissions.members()).toHaveLength(2);
			expect(guest.admissions.entered?.roster).toEqual(owner.admissions.roster);
		},
	);

	it('the relay is gone for good: both sides report it, and nobody was admitted', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer', 'letters');
		const { text } = await owner.until('showing');
		void guest.pairing.join(text, 'Phone');
		await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		point.down = true;
		point.cut();
		await owner.pairing.allow('viewer');
		await pass([owner, guest], 20_000);
		for (const one of [owner, guest]) {
			expect(one.state).toMatchObject({ kind: 'ended', why: 'unreachable' });
		}
		expect(await owner.admissions.members()).toHaveLength(1);
		expect(guest.admissions.entered).toBeNull();
	});

	it('the owner’s page is closed: the new device reports it by itself', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer');
		const link = await owner.link();
		// It never answers M1.
		point.between = (box, from) => (from === 'joiner' ? [] : [box]);
		void guest.pairing.join(link, 'Phone');
		await guest.until('exchanging');
		expect(await passUntilEnded(guest)).toMatchObject({ why: 'other-side-gone' });
	});

	it('the owner vanishes while digits are compared: the new device reports it when the code expires', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), 'Phone');
		await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		// Nothing more from it, not even an end note.
		point.between = (box, from) => (from === 'waiter' ? [] : [box]);
		expect(await passUntilEnded(guest)).toMatchObject({ why: 'expired' });
		expect(guest.admissions.entered).toBeNull();
	});

	it('a relay that accepts the connection and stays silent is given up', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer');
		const link = await owner.link();
		point.lie = (frame) => (frame.t === 'challenge' ? frame : null);
		void guest.pairing.join(link, 'Phone');
		expect(await passUntilEnded(guest)).toMatchObject({ why: 'unreachable' });
	});

	it('a failed admission is reported on both sides and admits nobody', async () => {
		const { Fault } = await import('#domain/base/fault.ts');
		const { owner, guest } = await twoPeople();
		owner.admissions.admit = () => Promise.reject(new Fault('quota', 'no room'));
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), 'Phone');
		await owner.until('comparing');
		await owner.pairing.allow('viewer');
		expect(await owner.until('ended')).toMatchObject({ why: 'failed', fault: { kind: 'quota' } });
		expect(await guest.until('ended')).toMatchObject({ why: 'other-side-gone' });
		expect(guest.admissions.entered).toBeNull();
	});

	it('a new pairing replaces the previous one, whose events are ignored', async () => {
		const { owner, guest } = await twoPeople();
		await owner.pairing.show('viewer');
		const first = await owner.link();
		await owner.pairing.show('camera');
		const second = await owner.link();
		expect(second).not.toBe(first);
		void guest.pairing.join(first, 'Phone');
		expect(await guest.until('ended')).toMatchObject({ why: 'unknown-code' });
		void guest.pairing.join(second, 'Phone');
		expect(await guest.until('comparing')).toMatchObject({ wanted: 'camera' });
	});
});
