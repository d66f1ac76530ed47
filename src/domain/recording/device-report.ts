import { TRIALS, type Figures, type DeviceFinding } from './device-check.ts';

/** What a report says about the device: what every site can see, without the model. */
export interface DeviceDescription {
	/** App version. */
	readonly version: string;
	readonly browser: string;
	readonly system: string;
	readonly phone: boolean;
	readonly installed: boolean;
}

/** Kind of video source the check used; never its name (DC6). */
export type CheckSource = 'camera' | 'test picture' | 'the recording that was going on';

/** Order matters: later browsers' tokens also appear in the user agents of earlier ones. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
	[/\bEdgA?\/(\d+)/, 'Edge'],
	[/\bEdgiOS\/(\d+)/, 'Edge on iOS'],
	[/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
	[/\bOPR\/(\d+)/, 'Opera'],
	[/\bFxiOS\/(\d+)/, 'Firefox on iOS'],
	[/\bCriOS\/(\d+)/, 'Chrome on iOS'],
	[/\bFirefox\/(\d+)/, 'Firefox'],
	[/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
	[/\bVersion\/(\d+(?:\.\d+)?).* Safari\//, 'Safari'],
	[/\bAppleWebKit\/(\d+)/, 'WebKit'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
	[/\bAndroid (\d+)/, 'Android'],
	[/\bAndroid\b()/, 'Android'],
	[/\b(?:iPhone )?OS (\d+)_?\d* like Mac/, 'iOS'],
	[/\bCrOS\b()/, 'ChromeOS'],
	[/\bWindows NT (\d+)/, 'Windows NT'],
	[/\bMac OS X\b()/, 'macOS'],
	[/\bLinux\b()/, 'Linux'],
];

/** Name and major version of browser and system, without model, build or language. */
export function agentVersions(userAgent: string): Pick<DeviceDescription, 'browser' | 'system'> {
	const named = (all: typeof BROWSERS): string => {
		for (const [pattern, name] of all) {
			const version = pattern.exec(userAgent)?.[1];
			if (version !== undefined) return `${name} ${version}`.trim();
		}
		return 'other';
	};
	return { browser: named(BROWSERS), system: named(SYSTEMS) };
}

/** DC6: the only strings allowed in a report. No id, key, name or address matches. */
const TYPE = /^(video|audio)\/[a-z\d]+; ?codecs="?[\w.,-]{1,60}"?$/;
const WORD = /^[a-z][a-z\d.-]{0,15}$/i;

function plain(value: Figures[string]): string {
	if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '?';
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	return TYPE.test(value) || WORD.test(value) ? value : '(left out)';
}

/**
 * The report for developers: English, one line per trial. Rules: docs/spec/device-check.md, DC6.
 */
export function reportText(
	about: DeviceDescription,
	source: CheckSource,
	findings: readonly DeviceFinding[],
): string {
	const { version, browser, system, phone, installed } = about;
	const lines = TRIALS.flatMap((trial) => findings.filter((one) => one.trial === trial)).map(
		({ trial, outcome, why, figures }) => {
			const result = outcome === 'unknown' ? 'could not tell' : outcome;
			const shown = Object.entries(figures).map(([name, value]) => `${name} ${plain(value)}`);
			const parts = [why === null ? result : `${result} (${why})`, ...shown];
			return `${trial}: ${parts.join('; ')}`;
		},
	);
	return [
		'Spy-cam, check of a device',
		`app: ${/^[\da-f]{6,64}$/.test(version) ? version.slice(0, 12) : 'development'}`,
		`browser: ${browser}; system: ${system}`,
		`phone: ${plain(phone)}; installed: ${plain(installed)}`,
		`checked with: ${source}`,
		...lines,
	].join('\n');
}
