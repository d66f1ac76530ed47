import { describe, expect, test } from 'vitest';
import { LocalName, othersIn, type OtherHost } from '#relay/config/local-name.ts';

const BASE = 'spycam';
const relay = (name: string, id = '11111111'): OtherHost => ({ name, id });
const first = [relay('spycam.local')];

describe('RL39 the name of a relay when another host has the wanted one', () => {
	test.each<[string, OtherHost[], string]>([
		['nobody else', [], 'spycam.local'],
		['another name', [relay('garden.local')], 'spycam.local'],
		['one before', first, 'spycam-2.local'],
		['one before with a greater id', [relay('spycam.local', '9')], 'spycam-2.local'],
		['two before', [...first, relay('spycam-2.local')], 'spycam-3.local'],
		['something that is no relay', [{ name: 'spycam.local', id: '' }], 'spycam-2.local'],
	])('at the start: %s', (_name, others, expected) => {
		const name = new LocalName('spycam.local', BASE, '55555555');
		name.choose(others);
		expect(name.current).toBe(expected);
	});

	test('of two that start at once the lesser id keeps the name', () => {
		const name = new LocalName('spycam.local', BASE, '55555555');
		name.choose([]);
		expect(name.choose([relay('spycam.local', '9')])).toBe(false);
		expect(name.current).toBe('spycam.local');
		expect(name.choose(first)).toBe(true);
		expect(name.current).toBe('spycam-2.local');
	});

	test('takes the name its devices know back once that stays free', () => {
		const name = new LocalName('spycam.local', BASE, '55555555');
		name.choose([...first, relay('spycam-2.local')]);
		expect(name.current).toBe('spycam-3.local');
		// The second relay left; devices that joined meanwhile know this one as the third.
		for (const others of [first, [], first, []]) expect(name.choose(others)).toBe(false);
		expect(name.choose([])).toBe(true);
		expect(name.current).toBe('spycam.local');
	});

	test('a new relay keeps the name it got', () => {
		const name = new LocalName('spycam.local', BASE, '55555555');
		name.choose(first);
		name.keep();
		for (let looks = 0; looks < 5; looks += 1) expect(name.choose([])).toBe(false);
		expect(name.current).toBe('spycam-2.local');
	});

	test('with a hundred others it falls back to the wanted name', () => {
		const ends = ['', ...Array.from({ length: 98 }, (_, n) => `-${n + 2}`)];
		const name = new LocalName('spycam.local', BASE, '55555555');
		name.choose(ends.map((end) => relay(`spycam${end}.local`)));
		expect(name.current).toBe('spycam.local');
	});
});

describe('RL39 other hosts in an mDNS answer', () => {
	const self = { service: 'Spy-cam 55555555._https._tcp.local', addresses: ['10.0.0.1'] };
	const service = (id: string, target: string, ttl = 120) => ({
		...{ type: 'SRV', name: `Spy-cam${id}._https._tcp.local`, ttl, data: { port: 1, target } },
	});
	const address = (name: string, data: string) => ({ type: 'A', name, ttl: 120, data });

	test.each([
		[
			'this relay itself',
			[service(' 55555555', 'spycam.local'), address('spycam.local', '10.0.0.1')],
			[],
		],
		['another relay', [service(' 1A2B3C4D', 'SpyCam.local')], [relay('spycam.local', '1A2B3C4D')]],
		[
			'another relay on this machine',
			[service(' 1A2B3C4D', 'spycam.local'), address('spycam.local', '10.0.0.1')],
			[relay('spycam.local', '1A2B3C4D')],
		],
		['a relay of an earlier version', [service('', 'spycam.local')], [relay('spycam.local', '')]],
		['a relay that is leaving', [service(' 1A2B3C4D', 'spycam.local', 0)], []],
		['another machine', [address('spycam.local', '10.0.0.9')], [relay('spycam.local', '')]],
		['another program on this machine', [address('spycam.local', '10.0.0.1')], []],
		['an invalid record', [{ type: 'SRV', name: 'x._https._tcp.local', data: null }], []],
	])('%s', (_name, records, others) => {
		expect(othersIn(records, self)).toEqual(others);
	});
});
