import type { Calendar } from '#domain/timeline/ribbon.ts';

const MINUTE_MS = 60_000;

/** The calendar in this device's time zone. */
export const localCalendar: Calendar = {
	fieldsOf(ms) {
		const date = new Date(ms);
		return {
			year: date.getFullYear(),
			month: date.getMonth() + 1,
			day: date.getDate(),
			hour: date.getHours(),
			minute: date.getMinutes(),
			weekday: (date.getDay() + 6) % 7,
		};
	},
	momentOf(ms, hour, minute, second) {
		const date = new Date(ms);
		let at = date.setHours(hour, minute, second, 0);
		if (date.getHours() === hour && date.getMinutes() === minute) return at;
		// The clock skips this time (TL17): use the end of the skipped hour.
		const offset = date.getTimezoneOffset();
		at = date.setSeconds(0);
		while (new Date(at - MINUTE_MS).getTimezoneOffset() === offset) at -= MINUTE_MS;
		return at;
	},
	dayStart: (year, month, day) => new Date(year, month - 1, day).getTime(),
};
