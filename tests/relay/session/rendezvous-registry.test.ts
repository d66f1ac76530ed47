import { describe, expect, test } from 'vitest';
import {
	RendezvousRegistry,
	type RendezvousParticipant,
} from '#relay/session/rendezvous-registry.ts';
import { times } from '../../faults/support/counts.ts';
import { randomFrom } from '../../support/random.ts';

interface Heard extends RendezvousParticipant {
	readonly heard: string[];
}

function party(member: string | null, address = 'a'): Heard {
	const heard: string[] = [];
	return {
		...{ member, address, heard },
		ready: (rid) => heard.push(`met ${rid}`),
		post: (rid, box) => heard.push(`post ${rid} ${box}`),
		aborted: (rid) => heard.push(`burnt ${rid}`),
	};
}

const MINUTE = 60_000;

describe('RL17 a meeting', () => {
	test('posts wait for the other side, both ways', () => {
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

	test('a second one who joins is refused, and nobody meets any more', () => {
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

	test('a guest that lost the line comes back', () => {
		const rendezvous = new RendezvousRegistry();
		const [owner, guest, again] = [party('h/o'), party(null), party(null)];
		rendezvous.wait(owner, 'r', null, 0);
		rendezvous.meet(guest, 'r', 0);
		rendezvous.leave(guest);
		rendezvous.post(owner, 'r', 'm4', 0);
		expect(rendezvous.meet(again, 'r', 0)).toBeNull();
		expect(again.heard).toEqual(['met r', 'post r m4']);
	});

	test('one that somebody without a home opened is for members only, and ends with its line', () => {
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

	test('burn ends it, for who is in it only', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', null, 0);
		expect(rendezvous.abort(party(null), 'r', 0)).toBe('no-meeting');
		expect(rendezvous.count).toBe(1);
	});
});

describe('RL30 what meetings hold', () => {
	const box = 'A'.repeat(43_691);
	const rid = (n: number) => n.toString(16).padStart(32, '0');
	/** Opens 8 meetings from each address, and posts all that it may into each. */
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

	test('RL27 one customer with many networks of IPv6 pushes out its own', () => {
		const rendezvous = new RendezvousRegistry();
		const phone = party(null, '198.51.100.7');
		expect(rendezvous.wait(phone, 'phone', null, 0)).toBeNull();
		rendezvous.post(phone, 'phone', box, 0);
		for (let n = 0; n < 1_000; n += 1)
			rendezvous.wait(party(null, `2001:db8:1:${n.toString(16)}::`), rid(n), null, 0);
		expect(phone.heard).toEqual([]);
		expect(rendezvous.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
	});

	test('a meeting that ends while its post is handed out leaves nothing', () => {
		const rendezvous = new RendezvousRegistry();
		const owner = party('h/o');
		rendezvous.wait(owner, 'r', null, 0);
		for (let n = 0; n < 10; n += 1) rendezvous.post(owner, 'r', box, 0);
		// Its line breaks of it, and the owner ends what it opened.
		const guest = { ...party(null), post: () => void rendezvous.abort(owner, 'r', 0) };
		rendezvous.meet(guest, 'r', 0);
		expect([rendezvous.count, rendezvous.bytes]).toEqual([0, 0]);
	});

	test('guests from 250 networks hold 4 MiB, and a member shows its code as ever', () => {
		const rendezvous = new RendezvousRegistry();
		flood(rendezvous, (n) => `2001:db8:0:${n.toString(16)}`, 250);
		expect(rendezvous.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
		expect(rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 1)).toBeNull();
		expect(rendezvous.find(party(null, '192.168.1.77'), 'ABCDEFGH', 1)).toBeNull();
	});

	test('one network that floods pushes out its own: a guest of another stays', () => {
		const rendezvous = new RendezvousRegistry();
		const phone = party(null, '192.168.1.77');
		expect(rendezvous.wait(phone, 'phone', null, 0)).toBeNull();
		flood(rendezvous, (n) => `fd00:1:2:3:0:0:0:${n.toString(16)}`, 250);
		expect(phone.heard).toEqual([]);
		expect(rendezvous.meet(party('h/o'), 'phone', 1)).toBeNull();
	});

	test('members hold 16 MiB, apart from guests; what was read counts no more', () => {
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
	test('an address may be wrong 3 times in 10 minutes; being right costs nothing', () => {
		const rendezvous = new RendezvousRegistry();
		for (let one = 0; one < 3; one += 1)
			expect(rendezvous.find(party(null), 'WRNGWRNG', 0)).toBe('no-meeting');
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		expect(rendezvous.find(party(null), 'ABCDEFGH', 0)).toBe('too-many');
		expect(rendezvous.find(party(null, 'b'), 'ABCDEFGH', 0)).toBeNull();
		for (let one = 0; one < 3; one += 1)
			expect(rendezvous.find(party(null, 'b'), 'WRNGWRNG', 0)).toBe('no-meeting');
	});

	test('the whole relay 100, from however many addresses: 100,000 tries find nothing', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		const count = { 'no-meeting': 0, 'too-many': 0, other: 0 };
		for (let one = 0; one < 100_000; one += 1) {
			const answer = rendezvous.find(party(null, String(one)), 'WRNGWRNG', 1_000);
			count[answer === 'no-meeting' || answer === 'too-many' ? answer : 'other'] += 1;
		}
		expect(count).toEqual({ 'no-meeting': 100, 'too-many': 99_900, other: 0 });
	});

	test('100 in any ten minutes, not 100 and what comes in meanwhile; 3 an address likewise', () => {
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

	test('a network of IPv6 24: a guest with all its addresses leaves tries for the others', () => {
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

	test('nobody learns by showing letters which ones are shown: members 24 times, guests never', () => {
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
		// Nobody else is kept from it, and ten minutes later it may again.
		expect(rendezvous.wait(party('h/p'), 't', 'JKMNPQRS', 0)).toBeNull();
		expect(rendezvous.wait(member, 'u', 'TUVWXYZ2', 10 * MINUTE)).toBeNull();
	});

	test('two with the same letters are not mixed up', () => {
		const rendezvous = new RendezvousRegistry();
		rendezvous.wait(party('h/o'), 'r', 'ABCDEFGH', 0);
		expect(rendezvous.wait(party('g/o'), 's', 'ABCDEFGH', 0)).toBe('burnt');
	});
});

describe('RL18 P a locator', () => {
	test('is not found by 100,000 guesses that the relay looks at, from ever new addresses', () => {
		const rendezvous = new RendezvousRegistry();
		const seed = Number(process.env['SEED'] ?? Date.now() >>> 0);
		const below = randomFrom(seed);
		const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
		const locator = () => Array.from({ length: 8 }, () => letters[below(30)]).join('');
		const count = times(100_000);
		let [looked, refused, nowMs] = [0, 0, 0];
		const met: string[] = [];
		// Somebody waits all the time: as soon as one code is over there is the next.
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
				// A hundred in ten minutes, the whole relay: the guesser waits until there is one more.
				nowMs += 6_000;
				rendezvous.tidy(nowMs);
			}
		}
		expect(met).toEqual([]);
		// So many take longer than any code lives.
		expect(nowMs).toBeGreaterThan((count / 100 - 2) * 10 * MINUTE);
		expect(refused).toBeGreaterThan(count / 2);
	});
});
