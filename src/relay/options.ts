import { parseArgs } from 'node:util';

/** What the server was asked to do. Paths are as given: the caller resolves them. */
export interface Options {
	readonly port: number;
	readonly host: string;
	/** The server's own folder; one server at a time uses it. */
	readonly data: string;
	/** The folder of the built app; undefined means the one beside the source. */
	readonly app: string | undefined;
}

export type Wish =
	| { readonly kind: 'serve'; readonly options: Options }
	| { readonly kind: 'help' }
	/** Something is wrong with the command line or environment; the sentence names it. */
	| { readonly kind: 'wrong'; readonly sentence: string };

export const USAGE = `Spy-cam: cameras that only their owners can watch.

  npm start -- [options]

  --port NUMBER   where to listen; 0 takes any free port   (PORT, 8080)
  --host NAME     the name or address to listen on         (HOST, localhost)
  --data FOLDER   the server's own folder                  (SPYCAM_DATA, ./data)
  --app FOLDER    the built app                            (SPYCAM_APP, ./build)
  --help          this text
`;

const variables = { port: 'PORT', host: 'HOST', data: 'SPYCAM_DATA', app: 'SPYCAM_APP' } as const;
type Name = keyof typeof variables;
const names = Object.keys(variables) as Name[];

const wrong = (sentence: string): Wish => ({
	kind: 'wrong',
	sentence: `${sentence} See --help for what there is.`,
});

/**
 * Reads the command line (without the program's own name) and, for what it does not say, the
 * environment. An empty variable counts as not set, as shells and service files leave them so.
 */
export function readOptions(
	argv: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Wish {
	const { tokens } = parseArgs({
		args: [...argv],
		options: {
			help: { type: 'boolean', short: 'h' },
			port: { type: 'string' },
			host: { type: 'string' },
			data: { type: 'string' },
			app: { type: 'string' },
		},
		// The parser's own errors are for developers: ours name what is wrong in a sentence.
		strict: false,
		tokens: true,
	});
	const given = new Map<Name, { value: string; source: string }>();
	for (const name of names) {
		const value = env[variables[name]];
		if (value) given.set(name, { value, source: variables[name] });
	}
	for (const token of tokens) {
		if (token.kind === 'positional')
			return wrong(`Spy-cam does not know what "${token.value}" is.`);
		if (token.kind === 'option-terminator') continue;
		if (token.name === 'help') return { kind: 'help' };
		const name = names.find((known) => known === token.name);
		if (!name) return wrong(`Spy-cam has no option ${token.rawName}.`);
		if (!token.value) return wrong(`The option --${name} needs a value.`);
		given.set(name, { value: token.value, source: `--${name}` });
	}
	const port = given.get('port');
	const portNumber = port && /^\d{1,5}$/.test(port.value) ? Number(port.value) : NaN;
	if (port && !(portNumber <= 65_535))
		return wrong(`${port.source} must be a number from 0 to 65535, not "${port.value}".`);
	return {
		kind: 'serve',
		options: {
			port: port ? portNumber : 8080,
			host: given.get('host')?.value ?? 'localhost',
			data: given.get('data')?.value ?? 'data',
			app: given.get('app')?.value,
		},
	};
}
