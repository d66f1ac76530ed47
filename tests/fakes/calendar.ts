import type { Calendar } from '#domain/timeline/ribbon.ts';

/** UTC: no daylight saving. */
export const utcCalendar: Calendar = {
	fieldsOf(ms) {
		const date = new Date(ms);
		return {
			...{ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() },
			...{ hour: date.getUTCHours(), minute: date.getUTCMinutes() },
			weekday: (date.getUTCDay() + 6) % 7,
		};
	},
	dayStart: (year, month, day) => Date.UTC(year, month - 1, day),
	momentOf: (ms, hour, minute, second) => new Date(ms).setUTCHours(hour, minute, second, 0),
};
