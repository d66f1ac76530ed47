import { describe, expect, test } from 'vitest';
import { namesOf, readSettings, type Settings } from '#relay/config/settings.ts';

const options = (settings: object = {}, variables: Record<string, string> = {}) => ({
	...{ data: 'data', app: undefined, settings: { ...settings }, variables },
});

function good(document: object | null, more: object = {}): Settings {
	const read = readSettings(document && JSON.stringify(document), options(more));
	if (read.kind === 'wrong') throw new Error(read.sentences.join(' '));
	return read.settings;
}

describe('settings.json', () => {
	test('is optional: every setting has a default', () => {
		expect(good(null)).toMatchObject({
			...{ name: 'spycam.local', host: '::', port: 8080, httpsPort: 8443 },
			...{ footageSocket: null, footageGroup: null },
			...{ publicName: null, origins: [], proxies: [], ice: null, discovery: true, log: 'warn' },
			limits: {
				...{ socketsPerMinute: 60, socketsPerAddress: 200, ringMiB: 256 },
				...{ unprovedPerAddress: 64, unproved: 1024 },
			},
		});
	});

	test('command line and environment override it', () => {
		expect(good({ port: 1, name: 'a' }, { port: 2 })).toMatchObject({ port: 2, name: 'a.local' });
	});

	test('port 0 means any free port for all', () => {
		expect(good({}, { port: 0 })).toMatchObject({ httpsPort: 0 });
		expect(good({ httpsPort: 9 }, { port: 0 })).toMatchObject({ httpsPort: 9 });
	});

	test('host names', () => {
		expect(namesOf(good({ name: 'Garden', names: ['cam.home.arpa'] }))).toEqual(
			expect.arrayContaining(['garden.local', 'localhost', 'cam.home.arpa']),
		);
	});

	test.each([
		['not JSON', '{', 'settings.json is not JSON'],
		['not an object', '[]', 'settings.json must be one object'],
		['an unknown field', '{"prot":1}', 'There is no setting prot.'],
		['an unknown nested field', '{"limits":{"x":1}}', 'There is no setting limits.x.'],
		['a group that is not an object', '{"limits":3}', 'limits must be an object'],
		['a port as text', '{"port":"80"}', 'port must be a number from 0 to 65535.'],
		['a port too large', '{"httpsPort":65536}', 'httpsPort must be a number'],
		['a fractional port', '{"httpsPort":1.5}', 'httpsPort must be a number'],
		['a name with a dot', '{"name":"a.local"}', 'name must be letters, digits and hyphens'],
		['an address as public', '{"public":"https://x"}', 'public must be a name like'],
		['an origin with a path', '{"origins":["https://x/"]}', 'origins must be addresses like'],
		['an invalid origin', '{"origins":["x"]}', 'origins must be'],
		['origins that are not a list', '{"origins":"https://x"}', 'origins must be a list'],
		['a proxy by name', '{"proxies":["nginx"]}', 'proxies must be addresses'],
		['a network too wide', '{"proxies":["10.0.0.0/33"]}', 'proxies must be addresses'],
		['a web address for ice', '{"ice":{"urls":["https://x"]}}', 'ice.urls must be'],
		['a short secret', '{"ice":{"urls":["turn:x"],"secret":"a"}}', 'ice.secret must have 16'],
		['turn without a secret', '{"ice":{"urls":["turn:x"]}}', 'ice.secret is missing'],
		['a limit of nothing', '{"limits":{"ringMiB":0}}', 'limits.ringMiB must be a whole number'],
		['an unknown level', '{"log":"loud"}', 'log must be one of'],
		['a boolean as text', '{"discovery":"yes"}', 'discovery must be true or false'],
		['a port twice', '{"port":8443}', 'port and httpsPort must be different'],
		['half a path', '{"footageSocket":"x.sock"}', 'footageSocket must be a whole path'],
		['a group that is none', '{"footageGroup":true}', 'footageGroup must be the name or'],
		['public without proxies', '{"public":"cam.example.org"}', 'public needs proxies'],
	])('%s: the sentence names it', (_name, text, words) => {
		const read = readSettings(text, options());
		expect(read.kind === 'wrong' ? read.sentences.join('\n') : 'good').toContain(words);
	});

	test('SY15 what an earlier version needed is named, and starts nothing less', () => {
		const unused = (document: object, given: object = {}, variables = {}): readonly string[] => {
			const read = readSettings(JSON.stringify(document), options(given, variables));
			return read.kind === 'good' ? read.unused : ['it does not start'];
		};
		expect(unused({})).toEqual([]);
		for (const value of [8444, 'x', null])
			expect(unused({ storePort: value }).join()).toContain('storePort in settings.json has no');
		expect(unused({}, { storePort: '1' }).join()).toContain('--store-port has no effect');
		const variables = { storePort: 'SPYCAM_STORE_PORT' };
		expect(unused({}, { storePort: '1' }, variables).join()).toContain('SPYCAM_STORE_PORT has no');
	});

	test('all errors are reported at once', () => {
		const read = readSettings('{"port":-1,"log":1,"x":2}', options());
		expect(read.kind === 'wrong' ? read.sentences : []).toHaveLength(3);
	});

	test.each([
		[{ name: 'my cam' }, { name: 'SPYCAM_NAME' }, 'The variable SPYCAM_NAME says "my cam".'],
		[{ discovery: 'yes' }, { discovery: 'SPYCAM_DISCOVERY' }, 'SPYCAM_DISCOVERY says "yes".'],
		[{ proxies: ['nginx'] }, { proxies: 'SPYCAM_PROXIES' }, 'SPYCAM_PROXIES says ["nginx"].'],
		[{ port: 8443 }, { port: 'PORT' }, 'different numbers. The variable PORT says 8443.'],
		[{ public: 'a.example' }, { public: 'SPYCAM_PUBLIC' }, 'SPYCAM_PUBLIC says "a.example".'],
	])(
		'RL41 a wrong value is reported with the name of its variable: %j',
		(given, variables, words) => {
			const read = readSettings(null, options(given, variables));
			expect(read.kind === 'wrong' ? read.sentences.join('\n') : 'good').toContain(words);
			const typed = readSettings(null, options(given));
			expect(typed.kind === 'wrong' ? typed.sentences.join('\n') : 'variable').not.toContain(
				'variable',
			);
		},
	);
});
