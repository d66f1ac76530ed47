import type { Calendar } from '#domain/ribbon.ts';

/** The calendar of this device's time zone. */
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
	momentOf: (ms, hour, minute, second) => new Date(ms).setHours(hour, minute, second, 0),
	dayStart: (year, month, day) => new Date(year, month - 1, day).getTime(),
};
