import { describe, expect, test } from 'vitest';
import { readOptions, USAGE } from '#relay/options.ts';

const defaults = { port: 8080, host: 'localhost', data: 'data', app: undefined };
const serve = (changes: Partial<Record<keyof typeof defaults, unknown>>): unknown => ({
	kind: 'serve',
	options: { ...defaults, ...changes },
});

describe('what the server is asked to do', () => {
	test.each([
		['nothing said', [], {}, {}],
		['a port', ['--port', '9000'], {}, { port: 9000 }],
		['with an equals sign', ['--port=9000'], {}, { port: 9000 }],
		['any free port', ['--port', '0'], {}, { port: 0 }],
		['a host and a folder', ['--host', '::1', '--data', '/x'], {}, { host: '::1', data: '/x' }],
		[
			'the environment',
			[],
			{ PORT: '81', HOST: 'h', SPYCAM_DATA: 'd' },
			{ port: 81, host: 'h', data: 'd' },
		],
		['the command line before it', ['--port', '9000'], { PORT: '81' }, { port: 9000 }],
		['an empty variable is not set', [], { PORT: '' }, {}],
		['the last of two', ['--port', '1', '--port', '2'], {}, { port: 2 }],
		['a built app elsewhere', [], { SPYCAM_APP: '/app' }, { app: '/app' }],
	])('%s', (_name, argv, env, changes) => {
		expect(readOptions(argv, env)).toEqual(serve(changes));
	});

	test.each([
		['an option there is not', ['--prot', '1'], {}, '--prot'],
		['a short one', ['-p', '1'], {}, '-p'],
		['a stray word', ['9000'], {}, '"9000"'],
		['a word for a port', ['--port', 'high'], {}, '--port must be a number'],
		['a port too far', ['--port', '65536'], {}, '"65536"'],
		['half a port', ['--port', '80.5'], {}, '"80.5"'],
		['a negative port', ['--port=-1'], {}, '"-1"'],
		['a port with spaces', ['--port', ' 80'], {}, '" 80"'],
		['no value', ['--port'], {}, '--port needs a value'],
		['an empty value', ['--host', ''], {}, '--host needs a value'],
		['a bad variable', [], { PORT: 'abc' }, 'PORT must be a number'],
	])('a sentence that names it: %s', (_name, argv, env, words) => {
		const wish = readOptions(argv, env);
		expect(wish.kind).toBe('wrong');
		expect(wish.kind === 'wrong' ? wish.sentence : '').toContain(words);
	});

	test('help comes before anything else', () => {
		expect(readOptions(['--help', '--port', 'x'], {})).toEqual({ kind: 'help' });
		expect(readOptions(['-h'], {})).toEqual({ kind: 'help' });
		for (const word of ['--port', '--host', '--data', 'PORT', 'HOST', 'SPYCAM_DATA', '8080'])
			expect(USAGE).toContain(word);
	});
});
