/**
 * Browsers and systems that have a name for people here and steps of their own (relay's `/trust`).
 */
export const SYSTEMS = ['android', 'ios', 'windows', 'mac', 'chromeos', 'linux'] as const;
export type OperatingSystem = (typeof SYSTEMS)[number];

/** As their makers write them, in every language. */
export const SYSTEM_NAMES: Readonly<Record<OperatingSystem, string>> = {
	...{ android: 'Android', ios: 'iPad', windows: 'Windows', mac: 'Mac' },
	...{ chromeos: 'ChromeOS', linux: 'Linux' },
};

/** What a browser says about itself. It only chooses words: nothing is decided by it. */
export interface UserAgent {
	/** As people call it, in every language; `null`: none we know. */
	readonly browser: string | null;
	readonly system: OperatingSystem | null;
	/** A device that is called by its kind, as in "iPhone". */
	readonly device: 'iPhone' | 'iPad' | null;
}

/** The first that fits: each browser also names those that it wants to be taken for. */
const BROWSERS = [
	[/\b(?:Edg|EdgA|EdgiOS)\//, 'Edge'],
	[/\b(?:OPR|OPT)\//, 'Opera'],
	[/\bSamsungBrowser\//, 'Samsung Internet'],
	[/\b(?:Firefox|FxiOS)\//, 'Firefox'],
	[/(?:\bCriOS|Chrome)\//, 'Chrome'],
	[/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
] as const;

const SYSTEM_PATTERNS: readonly (readonly [RegExp, OperatingSystem])[] = [
	[/\biP(?:hone|ad|od)\b/, 'ios'],
	[/\bAndroid\b/, 'android'],
	[/\bCrOS\b/, 'chromeos'],
	[/\bWindows\b/, 'windows'],
	[/\bMacintosh\b/, 'mac'],
	[/\bLinux\b/, 'linux'],
];

/**
 * @param touches an iPad that asks for the desktop's pages is a Mac with a touch screen; 0: not
 *   known
 */
export function parseUserAgent(text: string, touches = 0): UserAgent {
	const touchMac = /\bMacintosh\b/.test(text) && touches > 1;
	const browser = BROWSERS.find(([sign]) => sign.test(text))?.[1] ?? null;
	const system = touchMac
		? 'ios'
		: (SYSTEM_PATTERNS.find(([sign]) => sign.test(text))?.[1] ?? null);
	const device = /\biPhone\b/.test(text) ? 'iPhone' : system === 'ios' ? 'iPad' : null;
	return { browser, system, device };
}
