import { describe, expect, test } from 'vitest';
import { readOptions, USAGE } from '#relay/config/options.ts';

const serve = (settings: object, more: object = {}): unknown => ({
	kind: 'serve',
	options: expect.objectContaining({
		...{ data: 'data', app: undefined, settings, ...more },
	}) as unknown,
});

describe('command line and environment', () => {
	test.each([
		['nothing set', [], {}, {}],
		['a port', ['--port', '9000'], {}, { port: 9000 }],
		['with an equals sign', ['--port=9000'], {}, { port: 9000 }],
		['any free port', ['--port', '0'], {}, { port: 0 }],
		[
			'the other port, and one of before',
			['--https-port', '1', '--store-port', 'x'],
			{},
			{ httpsPort: 1, storePort: 'x' },
		],
		['a host', ['--host', '::1'], {}, { host: '::1' }],
		['the environment', [], { PORT: '81', HOST: 'h' }, { port: 81, host: 'h' }],
		['the command line overrides it', ['--port', '9000'], { PORT: '81' }, { port: 9000 }],
		['an empty variable is not set', [], { PORT: '', SPYCAM_NAME: '' }, {}],
		['the last of two', ['--port', '1', '--port', '2'], {}, { port: 2 }],
		[
			'settings that only the environment has',
			[],
			{ SPYCAM_NAME: 'cam', SPYCAM_PROXIES: '10.0.0.1, ::1', SPYCAM_DISCOVERY: 'false' },
			{ name: 'cam', proxies: ['10.0.0.1', '::1'], discovery: false },
		],
	])('%s', (_name, argv, env, settings) => {
		expect(readOptions(argv, env)).toEqual(serve(settings));
	});

	test.each([
		['check', ['check', '--repair'], { repair: true }],
		['homes', ['homes', '--delete', 'ab'], { delete: 'ab' }],
		['backup', ['backup', '/b'], { folder: '/b' }],
		['restore', ['restore', '/b', '--yes', '--data', '/d'], { folder: '/b', yes: true }],
	])('RS13 RS14 RS15 what %s takes', (kind, argv, more) => {
		expect(readOptions(argv, {})).toMatchObject({ kind, more });
		expect(readOptions(argv.slice(0, 1), {})).not.toHaveProperty('more');
	});

	test.each([
		['no folder', ['backup'], 'The command backup needs a folder.'],
		['no id', ['homes', '--delete'], 'The option --delete needs the id of a home.'],
		['of another command', ['--repair'], 'Spy-cam has no option --repair.'],
		['a second folder', ['backup', 'a', 'b'], 'does not know what "b" is'],
	])('RS15 refused: %s', (_name, argv, sentence) => {
		const read = readOptions(argv, {});
		expect(read.kind === 'wrong' && read.sentence).toContain(sentence);
	});

	test('folders', () => {
		expect(readOptions(['--data', '/x'], {})).toEqual(serve({}, { data: '/x' }));
		const env = { SPYCAM_DATA: 'd', SPYCAM_APP: '/app' };
		expect(readOptions([], env)).toEqual(serve({}, { data: 'd', app: '/app' }));
	});

	test('RL41 values from variables are marked as such, typed ones are not', () => {
		const env = {
			...{ HOST: 'h', PORT: '81', SPYCAM_HTTPS_PORT: '82', SPYCAM_DATA: 'd' },
			...{ SPYCAM_APP: 'a', SPYCAM_NAME: 'cam' },
		};
		expect(readOptions(['--port', '1', '--app', 'b'], env)).toMatchObject({
			options: {
				variables: {
					...{ host: 'HOST', httpsPort: 'SPYCAM_HTTPS_PORT', data: 'SPYCAM_DATA' },
					name: 'SPYCAM_NAME',
				},
			},
		});
		const commandLine = readOptions(['--port', '1', '--app', 'b'], env);
		const known = 'options' in commandLine ? Object.keys(commandLine.options.variables) : [];
		expect(known).not.toContain('port');
		expect(known).not.toContain('app');
	});

	test.each(['check', 'invite', 'version'])('the command %s', (kind) => {
		expect(readOptions([kind, '--port', '1'], {})).toEqual({
			kind,
			options: { data: 'data', app: undefined, settings: { port: 1 }, variables: {} },
		});
	});

	test.each([
		['an option there is not', ['--prot', '1'], {}, '--prot'],
		['a short one', ['-p', '1'], {}, '-p'],
		['a stray word', ['9000'], {}, '"9000"'],
		['two commands', ['check', 'invite'], {}, '"invite"'],
		['a word for a port', ['--port', 'high'], {}, '--port must be a number'],
		['a port too far', ['--https-port', '65536'], {}, '"65536"'],
		['half a port', ['--port', '80.5'], {}, '"80.5"'],
		['a negative port', ['--port=-1'], {}, '"-1"'],
		['a port with spaces', ['--https-port', ' 80'], {}, '" 80"'],
		['no value', ['--port'], {}, '--port needs a value'],
		['an empty value', ['--host', ''], {}, '--host needs a value'],
		['a bad variable', [], { PORT: 'abc' }, 'PORT must be a number'],
	])('a sentence that names it: %s', (_name, argv, env, words) => {
		const commandLine = readOptions(argv, env);
		expect(commandLine.kind).toBe('wrong');
		expect(commandLine.kind === 'wrong' ? commandLine.sentence : '').toContain(words);
	});

	test('help takes precedence', () => {
		expect(readOptions(['--help', '--port', 'x'], {})).toEqual({ kind: 'help' });
		expect(readOptions(['-h'], {})).toEqual({ kind: 'help' });
		for (const word of ['--port', '--host', '--data', 'PORT', 'HOST', 'SPYCAM_DATA', '8080'])
			expect(USAGE).toContain(word);
	});
});
