/** Systems with a display name and their own instructions (the relay's `/trust` page). */
export const SYSTEMS = ['android', 'ios', 'windows', 'mac', 'chromeos', 'linux'] as const;
export type OperatingSystem = (typeof SYSTEMS)[number];

/** Vendor spelling; not translated. */
export const SYSTEM_NAMES: Readonly<Record<OperatingSystem, string>> = {
	...{ android: 'Android', ios: 'iPad', windows: 'Windows', mac: 'Mac' },
	...{ chromeos: 'ChromeOS', linux: 'Linux' },
};

/** Parsed user agent. Used for wording only, never for decisions. */
export interface UserAgent {
	/** Common name, not translated; `null`: unknown. */
	readonly browser: string | null;
	readonly system: OperatingSystem | null;
	/** Device kind that people use as a name; `null`: none. */
	readonly device: 'iPhone' | 'iPad' | null;
}

/** First match wins: a browser's user agent also contains the names of those it imitates. */
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
 * @param touches `navigator.maxTouchPoints`; 0: unknown. An iPad that requests desktop sites claims
 *   to be a Mac, but has a touch screen.
 */
export function parseUserAgent(text: string, touches = 0): UserAgent {
	const isIpad = /\bMacintosh\b/.test(text) && touches > 1;
	const browser = BROWSERS.find(([sign]) => sign.test(text))?.[1] ?? null;
	const system = isIpad ? 'ios' : (SYSTEM_PATTERNS.find(([sign]) => sign.test(text))?.[1] ?? null);
	const device = /\biPhone\b/.test(text) ? 'iPhone' : system === 'ios' ? 'iPad' : null;
	return { browser, system, device };
}
