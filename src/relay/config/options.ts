import { parseArgs } from 'node:util';

/** Command line and environment. Paths are as given: the caller resolves them. */
export interface RelayOptions {
	/** The data folder; one server at a time uses it. */
	readonly data: string;
	/** The folder of the built app; undefined: `build/`. */
	readonly app: string | undefined;
	/** Overrides settings.json, by its field names; only numbers are validated yet. */
	readonly settings: Readonly<Record<string, unknown>>;
	/** Fields set by an environment variable → its name: other programs set some, too (RL41). */
	readonly variables: Readonly<Record<string, string>>;
}

const COMMANDS = ['check', 'invite', 'version', 'homes', 'backup', 'restore'] as const;
export type Command = (typeof COMMANDS)[number];

/** What only some commands take. */
export interface CommandArguments {
	/** Of `backup` and `restore`. */
	readonly folder?: string;
	/** `check --repair`. */
	readonly repair?: true;
	/** `homes --delete ID`. */
	readonly delete?: string;
	/** Answers every question. */
	readonly yes?: true;
}

export type CommandLine =
	| {
			readonly kind: 'serve' | Command;
			readonly options: RelayOptions;
			readonly more?: CommandArguments;
	  }
	| { readonly kind: 'help' }
	/** Invalid command line or environment; the sentence says why. */
	| { readonly kind: 'wrong'; readonly sentence: string };

export const USAGE = `Spy-cam: cameras that only their owners can watch.

  npm start -- [options]             the app and its relay
  npm run relay -- check [--repair]  whether the settings are right, and all footage whole
  npm run relay -- homes             the homes here, and what their footage takes
  npm run relay -- homes --delete ID deletes a home here
  npm run relay -- backup FOLDER     copies everything there; the relay may run
  npm run relay -- restore FOLDER    brings a backup back
  npm run relay -- invite [options]  one more invitation to open a home here
  npm run relay -- version           this version, and the hash of the app it serves

  --port NUMBER        HTTP for this machine; 0 takes any free port    (PORT, 8080)
  --https-port NUMBER  HTTPS for everybody                             (SPYCAM_HTTPS_PORT, 8443)
  --host NAME          the name or address to listen on                (HOST, all of this machine's)
  --data FOLDER        the server's own folder, with its settings.json (SPYCAM_DATA, ./data)
  --app FOLDER         the built app                                   (SPYCAM_APP, ./build)
  --help               this text

Other settings are in settings.json (docs/guide/relay.md), or in the environment: SPYCAM_NAME,
SPYCAM_NAMES, SPYCAM_PUBLIC, SPYCAM_ORIGINS, SPYCAM_PROXIES, SPYCAM_DISCOVERY, SPYCAM_LOG,
SPYCAM_FOOTAGE_CAP_GB.
`;

const variables = {
	port: 'PORT',
	'https-port': 'SPYCAM_HTTPS_PORT',
	'store-port': 'SPYCAM_STORE_PORT',
	host: 'HOST',
	data: 'SPYCAM_DATA',
	app: 'SPYCAM_APP',
} as const;
type OptionName = keyof typeof variables;
const optionNames = Object.keys(variables) as OptionName[];
const ports = { port: 'port', 'https-port': 'httpsPort' } as const;

/** Settings with an environment variable but no command line option. */
const settingVariables = {
	SPYCAM_NAME: ['name', (text: string) => text],
	SPYCAM_PUBLIC: ['public', (text: string) => text],
	SPYCAM_NAMES: ['names', listOf],
	SPYCAM_ORIGINS: ['origins', listOf],
	SPYCAM_PROXIES: ['proxies', listOf],
	SPYCAM_DISCOVERY: ['discovery', (text: string) => ({ true: true, false: false })[text] ?? text],
	SPYCAM_LOG: ['log', (text: string) => text],
	SPYCAM_FOOTAGE_CAP_GB: ['footageCapGB', (text: string) => Number(text)],
} as const;

function listOf(text: string): string[] {
	return text.split(',').map((one) => one.trim());
}

const usageError = (sentence: string): CommandLine => ({
	kind: 'wrong',
	sentence: `${sentence} See --help for what there is.`,
});

/** The settings field that an option is about. */
function fieldOf(name: OptionName): string {
	return name === 'store-port'
		? 'storePort'
		: name in ports
			? ports[name as keyof typeof ports]
			: name;
}

/**
 * Parses the command line (without the program name), then the environment. Empty variables count
 * as unset, as shells and service files leave them.
 */
export function readOptions(
	argv: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): CommandLine {
	const { tokens } = parseArgs({
		args: [...argv],
		options: {
			help: { type: 'boolean', short: 'h' },
			repair: { type: 'boolean' },
			yes: { type: 'boolean' },
			delete: { type: 'string' },
			...Object.fromEntries(optionNames.map((name) => [name, { type: 'string' as const }])),
		},
		// The parser's own errors are for developers; ours are for users.
		strict: false,
		tokens: true,
	});
	const given = new Map<OptionName, { value: string; source: string }>();
	for (const name of optionNames) {
		const value = env[variables[name]];
		if (value) given.set(name, { value, source: variables[name] });
	}
	let kind: 'serve' | Command = 'serve';
	const more: { -readonly [Name in keyof CommandArguments]: CommandArguments[Name] } = {};
	for (const token of tokens) {
		if (token.kind === 'positional') {
			const command = COMMANDS.find((known) => known === token.value);
			if ((kind === 'backup' || kind === 'restore') && more.folder === undefined) {
				more.folder = token.value;
				continue;
			}
			if (!command || kind !== 'serve')
				return usageError(`Spy-cam does not know what "${token.value}" is.`);
			kind = command;
			continue;
		}
		if (token.kind === 'option-terminator') continue;
		if (token.name === 'help') return { kind: 'help' };
		if (token.name === 'repair' && kind === 'check') {
			more.repair = true;
			continue;
		}
		if (token.name === 'yes' && kind !== 'serve') {
			more.yes = true;
			continue;
		}
		if (token.name === 'delete' && kind === 'homes') {
			if (!token.value) return usageError('The option --delete needs the id of a home.');
			more.delete = token.value;
			continue;
		}
		const name = optionNames.find((known) => known === token.name);
		if (!name) return usageError(`Spy-cam has no option ${token.rawName}.`);
		if (!token.value) return usageError(`The option --${name} needs a value.`);
		given.set(name, { value: token.value, source: `--${name}` });
	}
	const settings: Record<string, unknown> = {};
	const sources: Record<string, string> = {};
	for (const [variable, [field, read]] of Object.entries(settingVariables)) {
		const text = env[variable];
		if (!text) continue;
		settings[field] = read(text);
		sources[field] = variable;
	}
	for (const [name, { source }] of given)
		if (source === variables[name]) sources[fieldOf(name)] = source;
	for (const [name, field] of Object.entries(ports)) {
		const option = given.get(name as OptionName);
		if (!option) continue;
		const port = /^\d{1,5}$/.test(option.value) ? Number(option.value) : NaN;
		if (!(port <= 65_535))
			return usageError(
				`${option.source} must be a number from 0 to 65535, not "${option.value}".`,
			);
		settings[field] = port;
	}
	// Of earlier versions: named as no longer used, because a service file may still give it.
	const storePort = given.get('store-port');
	if (storePort) settings['storePort'] = storePort.value;
	const host = given.get('host')?.value;
	if (host !== undefined) settings['host'] = host;
	const data = given.get('data')?.value ?? 'data';
	if ((kind === 'backup' || kind === 'restore') && more.folder === undefined)
		return usageError(`The command ${kind} needs a folder.`);
	return {
		kind,
		options: { data, app: given.get('app')?.value, settings, variables: sources },
		...(Object.keys(more).length > 0 ? { more } : {}),
	};
}
