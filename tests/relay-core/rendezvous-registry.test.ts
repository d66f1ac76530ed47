import { describe, expect, test } from 'vitest';
import { RendezvousRegistry, type RendezvousParticipant } from '#relay-core/rendezvous-registry.ts';
import { networkKeyOf } from '#relay/base/address.ts';
import { times } from '../faults/support/counts.ts';
import { randomFrom } from '../support/random.ts';

interface Heard extends RendezvousParticipant {
	readonly heard: string[];
}

function party(member: string | null, address = 'a'): Heard {
	const heard: string[] = [];
	return {
		...{ member, address, network: networkKeyOf(address), heard },
		ready: (rid) => heard.push(`met ${rid}`),
		post: (rid, box) => heard.push(`post ${rid} ${box}`),
		aborted: (rid) => heard.push(`burnt ${rid}`),
	};
}

const MINUTE = 60_000;

describe('RL17 a rendezvous', () => {
	test('keeps posts for the other side, both ways', () => {
		const rendezvous = new RendezvousRegistry();
		const [owner, guest] = [party('h/o'), party(null)];
		expect(rendezvous.wait(owner, 'r', null, 0)).toBeNull();
		expect(rendezvous.post(owner, 'r', 'm0', 0)).toBeNull();
		expect(rendezvous.meet(guest, 'r', 0)).toBeNull();
		expect(guest.heard).toEqual(['met r', 'post r m0']);
		expect(owner.heard).toEqual(['met r']);
		rendezvous.leave(owner);
		expect(rendezvous.post(guest, 'r', 'm1', 0)).toBeNull();
		const again = party('h/o');
		expect(rendezvous.wait(again, 'r', null, 0)).toBeNull();
		expect(again.heard).toEqual(['met r', 'post r m1']);
	});

	test('a second joiner is refused, and the rendezvous is aborted', () => {
		const rendezvous = new RendezvousRegistry();
		const [owner, guest, third] = [party('h/o'), party(null), party(null, 'b')];
		rendezvous.wait(owner, 'r', null, 0);
		rendezvous.meet(guest, 'r', 0);
		expect(rendezvous.meet(third, 'r', 0)).toBe('burnt');
		expect(owner.heard.at(-1)).toBe('burnt r');
		expect(guest.heard.at(-1)).toBe('burnt r');
		expect(rendezvous.post(guest, 'r', 'x', 0)).toBe('no-meeting');
		expect(rendezvous.count).toBe(0);
	});

	test('another member cannot take it over', () => {
		const rendezvous = new RendezvousRegistry();
		const owner = party('h/o');
		rendezvous.wait(owner, 'r', null, 0);
		expect(rendezvous.wait(party('h/x'), 'r', null, 0)).toBe('burnt');
		expect(owner.heard).toEqual(['burnt r']);
	});

	test('a guest that lost the connection can return', () => {
		const rendezvous = new RendezvousRegistry();
		const [owner, guest, again] = [party('h/o'), party(null), party(null)];
		rendezvous.wait(owner, 'r', null, 0);
		rendezvous.meet(guest, 'r', 0);
		rendezvous.leave(guest);
		rendezvous.post(owner, 'r', 'm4', 0);
		expect(rendezvous.meet(again, 'r', 0)).toBeNull();
		expect(again.heard).toEqual(['met r', 'post r m4']);
	});

	test('one opened by a guest is for members only, and ends with the guest’s connection', () => {
		const rendezvous = new RendezvousRegistry();
		const guest = party(null);
		expect(rendezvous.wait(guest, 'r', null, 0)).toBeNull();
		expect(rendezvous.meet(party(null, 'b'), 'r', 0)).toBe('not-allowed');
		const owner = party('h/o');
		expect(rendezvous.meet(owner, 'r', 0)).toBeNull();
		expect(guest.heard).toEqual(['met r']);
		rendezvous.leave(owner);
		rendezvous.leave(guest);
		expect(rendezvous.count).toBe(0);
	});

	test('lasts 10 minutes', () => {
		const rendezvous = new RendezvousRegistry();
		const owner = party('h/o');
		rendezvous.wait(owner, 'r', 'ABCDEFGH', 0);
		rendezvous.tidy(10 * MINUTE);
		expect(owner.heard).toEqual(['burnt r']);
		expect(rendezvous.meet(party(null), 'r', 10 * MINUTE)).toBe('no-meeting');
	});

	test('carries 16 posts each way', () => {
		const rendezvous = new RendezvousRegistry();
		const [owner, guest] = [party('h/o'), party(null)];
		rendezvous.wait(owner, 'r', null, 0);
		rendezvous.meet(guest, 'r', 0);
		for (let one = 0; one < 16; one += 1) expect(rendezvous.post(guest, 'r', 'x', 0)).toBeNull();
		expect(rendezvous.post(guest, 'r', 'x', 0)).toBe('too-many');
		expect(owner.heard.at(-1)).toBe('burnt r');
	});

	test('a member has at most 8', () => {
		const rendezvous = new RendezvousRegistry();
		const owner = party('h/o');
		for (let rid = 0; rid < 8; rid += 1)
			expect(rendezvous.wait(owner, String(rid), null, 0)).toBeNull();
		expect(rendezvous.wait(owner, 'more', null, 0)).toBe('too-many');
		expect(rendezvous.wait(party('h/x'), 'more', null, 0)).toBeNull();
	});

	test('only its participants can abort it', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', null, 0);
		expect(rendezvous.abort(party(null), 'r', 0)).toBe('no-meeting');
		expect(rendezvous.count).toBe(1);
	});
});

describe('RL30 the size of all rendezvous', () => {
	const box = 'A'.repeat(43_691);
	const rid = (n: number) => n.toString(16).padStart(32, '0');
	/** Opens 8 rendezvous from each address and sends all posts allowed in each. */
	function flood(
		rendezvous: RendezvousRegistry,
		addressOf: (n: number) => string,
		count: number,
	): void {
		for (let at = 0; at < count; at += 1) {
			const guest = party(null, addressOf(at));
			for (let n = 0; n < 8; n += 1) {
				const id = rid(1 + at * 8 + n);
				rendezvous.wait(guest, id, null, 0);
				for (let post = 0; post < 16; post += 1) rendezvous.post(guest, id, box, 0);
			}
		}
	}

	test('RL27 one customer with many IPv6 networks evicts only its own', () => {
		const rendezvous = new RendezvousRegistry();
		const phone = party(null, '198.51.100.7');
		expect(rendezvous.wait(phone, 'phone', null, 0)).toBeNull();
		rendezvous.post(phone, 'phone', box, 0);
		for (let n = 0; n < 1_000; n += 1)
			rendezvous.wait(party(null, `2001:db8:1:${n.toString(16)}::`), rid(n), null, 0);
		expect(phone.heard).toEqual([]);
		expect(rendezvous.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
	});

	test('a rendezvous that ends while its posts are delivered leaves nothing behind', () => {
		const rendezvous = new RendezvousRegistry();
		const owner = party('h/o');
		rendezvous.wait(owner, 'r', null, 0);
		for (let n = 0; n < 10; n += 1) rendezvous.post(owner, 'r', box, 0);
		// Delivery closes the guest's connection, and the owner aborts.
		const guest = { ...party(null), post: () => void rendezvous.abort(owner, 'r', 0) };
		rendezvous.meet(guest, 'r', 0);
		expect([rendezvous.count, rendezvous.bytes]).toEqual([0, 0]);
	});

	test('guests from 250 networks hold 4 MiB, and a member can still show its code', () => {
		const rendezvous = new RendezvousRegistry();
		flood(rendezvous, (n) => `2001:db8:0:${n.toString(16)}`, 250);
		expect(rendezvous.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
		expect(rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 1)).toBeNull();
		expect(rendezvous.find(party(null, '192.168.1.77'), 'ABCDEFGH', 1)).toBeNull();
	});

	test('a flooding network evicts only its own: a guest from another network stays', () => {
		const rendezvous = new RendezvousRegistry();
		const phone = party(null, '192.168.1.77');
		expect(rendezvous.wait(phone, 'phone', null, 0)).toBeNull();
		flood(rendezvous, (n) => `fd00:1:2:3:0:0:0:${n.toString(16)}`, 250);
		expect(phone.heard).toEqual([]);
		expect(rendezvous.meet(party('h/o'), 'phone', 1)).toBeNull();
	});

	test('members hold 16 MiB, separate from guests; delivered posts no longer count', () => {
		const rendezvous = new RendezvousRegistry();
		for (let n = 0; n < 100; n += 1) {
			const member = party(`h/${n}`);
			for (let k = 0; k < 8; k += 1) {
				rendezvous.wait(member, rid(n * 8 + k), null, 0);
				for (let post = 0; post < 16; post += 1) rendezvous.post(member, rid(n * 8 + k), box, 0);
			}
		}
		expect(rendezvous.bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
		const guest = party(null);
		expect(rendezvous.wait(guest, 'r', null, 0)).toBeNull();
		const before = rendezvous.bytes;
		rendezvous.post(guest, 'r', box, 0);
		expect(rendezvous.bytes).toBe(before + box.length);
		rendezvous.meet(party('g/o'), 'r', 0);
		expect(rendezvous.bytes).toBe(before);
	});
});

describe('RL18 locators', () => {
	test('an address may be wrong 3 times in 10 minutes; a right one is free', () => {
		const rendezvous = new RendezvousRegistry();
		for (let one = 0; one < 3; one += 1)
			expect(rendezvous.find(party(null), 'WRNGWRNG', 0)).toBe('no-meeting');
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		expect(rendezvous.find(party(null), 'ABCDEFGH', 0)).toBe('too-many');
		expect(rendezvous.find(party(null, 'b'), 'ABCDEFGH', 0)).toBeNull();
		for (let one = 0; one < 3; one += 1)
			expect(rendezvous.find(party(null, 'b'), 'WRNGWRNG', 0)).toBe('no-meeting');
	});

	test('the whole relay allows 100 wrong tries, from however many addresses: 100,000 find nothing', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		const count = { 'no-meeting': 0, 'too-many': 0, other: 0 };
		for (let one = 0; one < 100_000; one += 1) {
			const answer = rendezvous.find(party(null, String(one)), 'WRNGWRNG', 1_000);
			count[answer === 'no-meeting' || answer === 'too-many' ? answer : 'other'] += 1;
		}
		expect(count).toEqual({ 'no-meeting': 100, 'too-many': 99_900, other: 0 });
	});

	test('the limits of 100 and of 3 hold in any ten minutes, with no refill meanwhile', () => {
		const rendezvous = new RendezvousRegistry();
		let [all, mine] = [0, 0];
		for (let s = 0; s < 600; s += 1) {
			if (rendezvous.find(party(null, 'a'), 'WRNGWRNG', s * 1_000) === 'no-meeting') mine += 1;
			for (let n = 0; n < 30; n += 1) {
				const other = party(null, `10.${n}.${s >> 8}.${s & 255}`);
				if (rendezvous.find(other, 'WRNGWRNG', s * 1_000) === 'no-meeting') all += 1;
			}
		}
		expect([mine + all, mine]).toEqual([100, 3]);
		expect(rendezvous.find(party(null, 'b'), 'WRNGWRNG', 10 * MINUTE)).toBe('no-meeting');
	});

	test('an IPv6 network allows 24: a guest using all its addresses leaves tries for others', () => {
		const rendezvous = new RendezvousRegistry();
		let looked = 0;
		for (let n = 0; n < 1_000; n += 1) {
			const guest = party(null, `fd00:1:2:3:0:0:0:${n.toString(16)}`);
			if (rendezvous.find(guest, 'WRNGWRNG', 0) === 'no-meeting') looked += 1;
		}
		expect(looked).toBe(24);
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		expect(rendezvous.find(party(null, '192.168.1.77'), 'ABCDEFGH', 0)).toBeNull();
	});

	test('registering locators reveals others’ only 24 times to members, and never to guests', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		expect(rendezvous.wait(party(null), 's', 'ABCDEFGH', 0)).toBe('not-allowed');
		expect(rendezvous.wait(party(null), 's', 'WRNGWRNG', 0)).toBe('not-allowed');
		const member = party('g/o');
		const answers = new Map<string | null, number>();
		for (let n = 0; n < 1_000; n += 1) {
			const why = rendezvous.wait(member, `s${n}`, n % 2 ? 'ABCDEFGH' : `WRNG${1000 + n}`, 0);
			answers.set(why, (answers.get(why) ?? 0) + 1);
			if (why === null) rendezvous.abort(member, `s${n}`, 0);
		}
		expect(answers.get('too-many')).toBe(976);
		// Others are not affected, and the member may again ten minutes later.
		expect(rendezvous.wait(party('h/p'), 't', 'JKMNPQRS', 0)).toBeNull();
		expect(rendezvous.wait(member, 'u', 'TUVWXYZ2', 10 * MINUTE)).toBeNull();
	});

	test('two rendezvous with the same locator are not mixed up', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		expect(rendezvous.wait(party('g/o'), 's', 'ABCDEFGH', 0)).toBe('burnt');
	});
});

describe('RL18 P a locator', () => {
	test('is not found by 100,000 checked guesses from ever new addresses', () => {
		const rendezvous = new RendezvousRegistry();
		const seed = Number(process.env['SEED'] ?? Date.now() >>> 0);
		const below = randomFrom(seed);
		const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
		const locator = () => Array.from({ length: 8 }, () => letters[below(30)]).join('');
		const count = times(100_000);
		let [looked, refused, nowMs] = [0, 0, 0];
		const met: string[] = [];
		// A rendezvous is always open: when one expires the next is opened.
		const owner = { ...party('h/o'), met: (rid: string) => met.push(rid) };
		for (let at = 0; looked < count; at += 1) {
			if (rendezvous.count === 0)
				expect(rendezvous.wait(owner, `rid ${at}`, locator(), nowMs)).toBeNull();
			const guesser = party(null, `address ${at}`);
			const why = rendezvous.find(guesser, locator(), nowMs);
			expect(guesser.heard).toEqual([]);
			if (why === 'no-meeting') looked += 1;
			else {
				expect(why).toBe('too-many');
				refused += 1;
				// The relay checks a hundred in ten minutes: the attacker waits for the next.
				nowMs += 6_000;
				rendezvous.tidy(nowMs);
			}
		}
		expect(met).toEqual([]);
		// That takes longer than any code lives.
		expect(nowMs).toBeGreaterThan((count / 100 - 2) * 10 * MINUTE);
		expect(refused).toBeGreaterThan(count / 2);
	});
});
