import { describe, expect, test } from 'vitest';
import { UnprovedConnections } from '#relay/http/unproved-connections.ts';
import { FairQuota } from '#relay-core/fair-quota.ts';

describe('a fair quota', () => {
	test('evicts from the largest owner, oldest first', () => {
		const quota = new FairQuota<string>(10);
		for (const [owner, thing, size] of [
			...[['a', 'a1', 3] as const, ['b', 'b1', 2] as const, ['a', 'a2', 4] as const],
		])
			quota.add(owner, thing, size);
		expect(quota.excess).toBeNull();
		quota.add('b', 'b2', 3);
		expect([quota.taken, quota.excess]).toEqual([12, 'a1']);
		quota.remove('a', 'a1');
		quota.remove('a', 'a1');
		expect([quota.taken, quota.excess]).toEqual([9, null]);
		quota.add('b', 'b1', 3);
		expect(quota.excess).toBe('b1');
	});
});

describe('RL26 unauthenticated connections', () => {
	const limits = { unprovedPerAddress: 64, unproved: 200 };
	const open = (connections: UnprovedConnections, address: string, count: number) => {
		const ended: number[] = [];
		const places = Array.from({ length: count }, (_, at) =>
			connections.acquire(address, () => ended.push(at)),
		);
		return { places, ended, let: places.filter((slot) => slot !== null).length };
	};

	test('64 per address; one that authenticates or closes makes room for another', () => {
		const connections = new UnprovedConnections(limits);
		const one = open(connections, '10.0.0.1', 70);
		expect([one.let, one.ended]).toEqual([64, []]);
		expect(connections.acquire('10.0.0.2', () => undefined)).not.toBeNull();
		one.places[0]!.release();
		one.places[0]!.release();
		expect(open(connections, '10.0.0.1', 2).let).toBe(1);
		expect(connections.unproved).toBe(65);
	});

	test('when all slots are taken, the oldest of the largest network is closed', () => {
		const connections = new UnprovedConnections(limits);
		const camera = open(connections, '192.168.1.20', 1);
		// A guest with as many addresses in the network as it likes.
		const floods = Array.from({ length: 20 }, (_, at) =>
			open(connections, `fd00:1:2:3::${at.toString(16)}`, 64),
		);
		expect(connections.unproved).toBe(200);
		expect(camera.ended).toEqual([]);
		expect(floods[0]!.ended).toHaveLength(64);
		const phone = open(connections, 'fd00:1:2:3::c0de', 1);
		expect(phone).toMatchObject({ let: 1, ended: [] });
		// It authenticated before it became the oldest: no flood closes it then.
		phone.places[0]!.release();
		for (let at = 0; at < 5; at += 1) open(connections, `fd00:1:2:3::f${at}`, 64);
		expect(phone.ended).toEqual([]);
	});

	test('RL27 one customer with 65,536 IPv6 networks evicts only its own connections', () => {
		const connections = new UnprovedConnections({ unprovedPerAddress: 64, unproved: 1024 });
		const flood = (at: number) => open(connections, `2001:db8:1:${at.toString(16)}::1`, 1);
		for (let at = 0; at < 1024; at += 1) flood(at);
		const phone = open(connections, '198.51.100.7', 6);
		for (let at = 1024; at < 1100; at += 1) flood(at);
		expect(phone).toMatchObject({ let: 6, ended: [] });
		expect(connections.unproved).toBe(1024);
	});
});
