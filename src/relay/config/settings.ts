import { hostname } from 'node:os';
import * as v from 'valibot';
import { proxiesFrom } from '#relay/base/origin-policy.ts';
import type { LiveSettings } from '#relay/base/ipc.ts';
import type { RelayOptions } from './options.ts';

/** All settings, with defaults applied. */
export interface Settings extends LiveSettings {
	/** Path of the socket where `store` answers; `null`: in the data folder. */
	readonly footageSocket: string | null;
	/** Name or number of a group that may use it, too. */
	readonly footageGroup: string | number | null;
	/** The most that footage may take, in GB; `null`: nobody decided (RS1). */
	readonly footageCapGB: number | null;
	/** Additional host names of this machine, such as `cam.home.arpa`. */
	readonly names: readonly string[];
	/** Whether the name is announced by mDNS. */
	readonly discovery: boolean;
}

const sentence = (text: string) => text;
const hostName = (what: string) =>
	v.pipe(
		v.string(sentence(`${what} must be a name in quotes.`)),
		v.toLowerCase(),
		v.regex(
			/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
			`${what} must be a name like cam.example.org, without https:// and without a port.`,
		),
	);
/** A host name, with the port if it is not 443. */
const publicName = v.pipe(
	v.string('public must be a name in quotes.'),
	v.toLowerCase(),
	v.regex(
		/^(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9]\d{0,4})?$/,
		'public must be a name like cam.example.org or cam.example.org:9443, without https:// and a path.',
	),
	v.check(
		(text) => Number(text.split(':')[1] ?? 443) <= 65_535,
		'public must have a port up to 65535.',
	),
);
const port = (what: string) => {
	const wrong = `${what} must be a number from 0 to 65535.`;
	return v.pipe(v.number(wrong), v.integer(wrong), v.minValue(0, wrong), v.maxValue(65_535, wrong));
};
const number = (what: string, least: number, most: number) => {
	const wrong = `${what} must be a whole number from ${least} to ${most}.`;
	return v.pipe(
		v.number(wrong),
		v.integer(wrong),
		v.minValue(least, wrong),
		v.maxValue(most, wrong),
	);
};
const gigabytes = (what: string) => {
	const wrong = `${what} must be a number of gigabytes, such as 20 or 0.5.`;
	return v.pipe(v.number(wrong), v.minValue(0.01, wrong), v.maxValue(1_000_000, wrong));
};
const list = <S extends v.GenericSchema<unknown, string>>(what: string, each: S) =>
	v.array(each, `${what} must be a list in square brackets.`);
const origin = v.pipe(
	v.string('origins must be addresses in quotes.'),
	v.check(
		(text) => URL.canParse(text) && new URL(text).origin === text,
		'origins must be addresses like https://app.example.org, without a path.',
	),
);
const proxy = v.pipe(
	v.string('proxies must be addresses in quotes.'),
	v.check(
		(text) => proxiesFrom([text]) !== null,
		'proxies must be addresses or networks, as in 127.0.0.1 or 10.0.0.0/8.',
	),
);
const iceUrl = v.pipe(
	v.string('ice.urls must be addresses in quotes.'),
	v.regex(
		/^(stuns?|turns?):\S{1,250}$/,
		'ice.urls must be addresses like turn:turn.example.org:3478.',
	),
);
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const ice = v.strictObject(
	{
		urls: list('ice.urls', iceUrl),
		secret: v.optional(
			v.pipe(
				v.string('ice.secret must be text in quotes.'),
				v.minLength(16, 'ice.secret must have 16 characters or more.'),
			),
		),
		seconds: v.optional(number('ice.seconds', 600, 7 * 86_400), 86_400),
	},
	(issue) => unknownField('ice.', issue),
);

const limits = v.strictObject(
	{
		socketsPerMinute: v.optional(number('limits.socketsPerMinute', 1, 1_000_000), 60),
		socketsPerAddress: v.optional(number('limits.socketsPerAddress', 1, 100_000), 200),
		unprovedPerAddress: v.optional(number('limits.unprovedPerAddress', 1, 100_000), 64),
		unproved: v.optional(number('limits.unproved', 1, 100_000), 1024),
		ringMiB: v.optional(number('limits.ringMiB', 1, 65_536), 256),
	},
	(issue) => unknownField('limits.', issue),
);

const document = v.strictObject(
	{
		name: v.optional(
			v.pipe(
				v.string('name must be text in quotes.'),
				v.toLowerCase(),
				v.regex(
					/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
					'name must be letters, digits and hyphens: what stands before .local.',
				),
			),
		),
		names: v.optional(list('names', hostName('names')), []),
		host: v.optional(v.string('host must be a name or an address in quotes.'), '::'),
		port: v.optional(port('port')),
		httpsPort: v.optional(port('httpsPort')),
		/** Of earlier versions (see `unused`). */
		storePort: v.optional(v.unknown()),
		footageSocket: v.optional(
			v.nullable(
				v.pipe(
					v.string('footageSocket must be a path in quotes.'),
					v.startsWith('/', 'footageSocket must be a whole path, from / on.'),
				),
			),
			null,
		),
		footageGroup: v.optional(
			v.nullable(
				v.union(
					[v.pipe(v.string(), v.minLength(1)), v.pipe(v.number(), v.integer(), v.minValue(0))],
					'footageGroup must be the name or the number of a group.',
				),
			),
			null,
		),
		public: v.optional(v.nullable(publicName), null),
		origins: v.optional(list('origins', origin), []),
		proxies: v.optional(list('proxies', proxy), []),
		ice: v.optional(v.nullable(ice), null),
		limits: v.optional(limits, {}),
		footageCapGB: v.optional(v.nullable(gigabytes('footageCapGB')), null),
		discovery: v.optional(v.boolean('discovery must be true or false.'), true),
		log: v.optional(v.picklist(LEVELS, `log must be one of ${LEVELS.join(', ')}.`), 'warn'),
	},
	(issue) => unknownField('', issue),
);

export type SettingsResult =
	| {
			readonly kind: 'good';
			readonly settings: Settings;
			/** A sentence for each setting that has no effect any more. */
			readonly unused: readonly string[];
	  }
	/** Each names the field at fault. */
	| { readonly kind: 'wrong'; readonly sentences: readonly string[] };

/**
 * @param text settings.json, or `null` if there is none. Command line and environment override it.
 */
export function readSettings(text: string | null, options: RelayOptions): SettingsResult {
	let raw: unknown = {};
	try {
		if (text !== null) raw = JSON.parse(text);
	} catch (error) {
		const why = error instanceof Error ? error.message : '';
		return { kind: 'wrong', sentences: [`settings.json is not JSON: ${why}.`] };
	}
	if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
		return { kind: 'wrong', sentences: ['settings.json must be one object in curly brackets.'] };
	const given = Object.fromEntries(
		Object.entries(options.settings).filter(([, value]) => value !== undefined),
	);
	const parsed = v.safeParse(document, { ...raw, ...given });
	const { variables } = options;
	const withSource = (sentence: string, fields: readonly string[]): string =>
		[sentence, ...fields.flatMap((field) => sourceHint(variables[field], given[field]))].join(' ');
	if (!parsed.success)
		return {
			kind: 'wrong',
			sentences: parsed.issues.map((issue) =>
				withSource(issue.message, [String(issue.path?.[0]?.key)]),
			),
		};
	const {
		storePort,
		public: publicHost,
		port: http = 8080,
		name = 'spycam',
		...rest
	} = parsed.output;
	// `port: 0`, any free port, applies to the other ports unless they are set.
	const free = http === 0;
	const settings: Settings = {
		...rest,
		...{ name: `${name}.local`, port: http, variables },
		publicName: publicHost?.split(':')[0] ?? null,
		publicPort: publicHost?.includes(':') ? Number(publicHost.split(':')[1]) : null,
		httpsPort: rest.httpsPort ?? (free ? 0 : 8443),
	};
	const sentences = contradictions(settings).map(([text, fields]) => withSource(text, fields));
	if (sentences.length > 0) return { kind: 'wrong', sentences };
	const where =
		given['storePort'] === undefined
			? 'storePort in settings.json'
			: (variables['storePort'] ?? '--store-port');
	const unused =
		storePort === undefined
			? []
			: [`${where} has no effect any more and can go: there is no second port.`];
	return { kind: 'good', settings, unused };
}

/** Contradictions between valid settings, with the fields involved. */
function contradictions(settings: Settings): [string, string[]][] {
	const found: [string, string[]][] = [];
	const ports = [settings.port, settings.httpsPort].filter((one) => one !== 0);
	if (new Set(ports).size < ports.length)
		found.push(['port and httpsPort must be different numbers.', ['port', 'httpsPort']]);
	if (settings.publicName !== null && settings.proxies.length === 0)
		found.push([
			'public needs proxies: the addresses of what ends TLS in front of Spy-cam.',
			['public'],
		]);
	const turns = settings.ice?.urls.some((url) => url.startsWith('turn'));
	if (turns && settings.ice?.secret === undefined)
		found.push(['ice.secret is missing: a TURN server lets nobody in without it.', []]);
	return found;
}

/** Names the environment variable a value came from: the user may not know it is set (RL41). */
function sourceHint(variable: string | undefined, value: unknown): string[] {
	return variable === undefined ? [] : [`The variable ${variable} says ${JSON.stringify(value)}.`];
}

function unknownField(before: string, issue: v.StrictObjectIssue): string {
	const key = issue.path?.at(-1)?.key;
	if (issue.expected === 'never') return `There is no setting ${before}${String(key)}.`;
	return `${before.replace('.', '') || 'settings.json'} must be an object in curly brackets.`;
}

/** This machine's host names, without its addresses. */
export function namesOf(settings: Settings): string[] {
	const own = hostname().toLowerCase();
	return [
		...new Set([
			settings.name,
			'localhost',
			own,
			`${own.split('.')[0] ?? own}.local`,
			...settings.names,
		]),
	];
}
