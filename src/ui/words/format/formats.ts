import type { TickKind } from '#domain/timeline/ribbon.ts';
import { ambiguousTimeOf } from '#domain/footage/ambiguous-time.ts';
import { timezoneOffsetAt } from '#state/playback/timezone-offset.ts';

const comesTwice = (ms: number): boolean => ambiguousTimeOf(timezoneOffsetAt, ms) !== null;

/** Labels with an hour in them. */
const HOURS: ReadonlySet<TickKind> = new Set(['minute', 'second']);

/** As in `+2`: a label of the ribbon has no room for more. */
function shortOffset(ms: number): string {
	const hours = -timezoneOffsetAt(ms) / 60;
	return `${hours < 0 ? '−' : '+'}${Math.abs(hours)}`;
}

/**
 * Dates, times and numbers as a language writes them; `hours` and `days` are its short words for
 * them.
 */
function formatsOf(locale: string, { hours, days }: { hours: string; days: string }) {
	const format = (options: Intl.DateTimeFormatOptions) =>
		new Intl.DateTimeFormat(locale, { hour12: false, ...options });
	const day = format({ weekday: 'short', day: 'numeric', month: 'long' });
	const time = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
	const dates = format({ weekday: 'short', day: 'numeric', month: 'short' });
	const weekdays = format({ weekday: 'short' });
	const months = format({ month: 'long', year: 'numeric' });
	const ticks: Readonly<Record<TickKind, Intl.DateTimeFormat>> = {
		month: dates,
		day: dates,
		date: format({ day: 'numeric', month: 'short' }),
		minute: format({ hour: '2-digit', minute: '2-digit' }),
		second: time,
		fraction: format({ minute: '2-digit', second: '2-digit', fractionalSecondDigits: 1 }),
	};
	const zones = format({ timeZoneName: 'short' });
	/** What tells the two apart where a time comes twice (TL16). */
	const zone = (ms: number): string =>
		zones.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
	const told = (text: string, ms: number): string =>
		comesTwice(ms) ? `${text} ${zone(ms)}` : text;
	const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
	const percent = new Intl.NumberFormat(locale, { style: 'percent' });
	const exact = new Intl.NumberFormat(locale);
	const plural = new Intl.PluralRules(locale);
	return {
		count: (n: number, one: string, other: string) =>
			`${number.format(n)} ${plural.select(n) === 'one' ? one : other}`,
		/** A length of time, short. */
		across: (ms: number): string => {
			if (ms < 60e3) return `${number.format(ms / 1e3)} s`;
			if (ms < 3600e3) return `${number.format(ms / 60e3)} min`;
			return ms < 48 * 3600e3
				? `${number.format(ms / 3600e3)} ${hours}`
				: `${number.format(ms / 86_400e3)} ${days}`;
		},
		/** What every screen uses. */
		shared: {
			day: (ms: number) => day.format(ms),
			time: (ms: number) => told(time.format(ms), ms),
			/** As a field for a time takes it. */
			clock: (ms: number) => time.format(ms),
			zone,
			weekday: (ms: number) => weekdays.format(ms),
			month: (ms: number) => months.format(ms),
			tick: (ms: number, kind: TickKind) =>
				ticks[kind].format(ms) + (HOURS.has(kind) && comesTwice(ms) ? shortOffset(ms) : ''),
			moment: (ms: number) => told(`${day.format(ms)}, ${time.format(ms)}`, ms),
			/** A time of the day nobody needs the second of. */
			minute: (ms: number) => told(ticks.minute.format(ms), ms),
			/** A part of the whole, 0 to 1. */
			percent: (share: number) => percent.format(share),
			number: (n: number) => number.format(n),
			/** A moment nobody needs the second of. */
			about: (ms: number) => told(`${day.format(ms)}, ${ticks.minute.format(ms)}`, ms),
			/** A speed of playing. */
			rate: (times: number) => `${exact.format(times)} ×`,
			bytes(n: number): string {
				if (n >= 1e9) return `${number.format(n / 1e9)} GB`;
				if (n >= 1e5) return `${number.format(n / 1e6)} MB`;
				return `${number.format(n / 1e3)} kB`;
			},
		},
	};
}

export const ENGLISH = formatsOf('en-GB', { hours: 'h', days: 'days' });
export const GERMAN = formatsOf('de-DE', { hours: 'Std.', days: 'Tage' });
