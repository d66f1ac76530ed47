import { describe, expect, test } from 'vitest';
import { networkKeyOf, clientKeyOf } from '#relay/base/address.ts';

describe('RL27 keys of an address', () => {
	test.each([
		['192.168.1.5', '192.168.1.5', '192.168.1.5'],
		['::ffff:192.168.1.5', '192.168.1.5', '192.168.1.5'],
		['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', '2001:db8:1'],
		['2001:DB8:1:2::9', '2001:db8:1:2::', '2001:db8:1'],
		['2001:db8::1', '2001:db8:0:0::', '2001:db8:0'],
		['2001:0db8:0001::1', '2001:db8:1:0::', '2001:db8:1'],
		['::1', '0:0:0:0::', '0:0:0'],
		['fd00:1:2:3::10', 'fd00:1:2:3:0:0:0:10', 'fd00:1:2'],
		['fd00:1:2:3:0:00:0:0010', 'fd00:1:2:3:0:0:0:10', 'fd00:1:2'],
		['fc00::1', 'fc00:0:0:0:0:0:0:1', 'fc00:0:0'],
		['fe80::abcd', 'fe80:0:0:0:0:0:0:abcd', 'fe80:0:0'],
		['FE80::abcd%eth0', 'fe80:0:0:0:0:0:0:abcd', 'fe80:0:0'],
		['febf::1', 'febf:0:0:0:0:0:0:1', 'febf:0:0'],
		['fec0::1', 'fec0:0:0:0::', 'fec0:0:0'],
		['', '', ''],
	])('%s is counted as %s, in network %s', (address, client, network) => {
		expect([clientKeyOf(address), networkKeyOf(address)]).toEqual([client, network]);
		// Both functions are idempotent.
		expect([clientKeyOf(client), networkKeyOf(client)]).toEqual([client, network]);
		expect(networkKeyOf(network)).toBe(network);
	});
});
