/** Hours, minutes, and seconds or none; with a sign between them or not: `9:05`, `140509`. */
export const TIME_PATTERN = String.raw`\s*([01]?\d|2[0-3])[:.]?([0-5]\d)([:.]?([0-5]\d))?\s*`;

/** `HH:MM` or `HH:MM:SS`, as it was given; `null`: this is no time of the day. */
export function timeFrom(text: string): string | null {
	const [, hour, minute, , second] = new RegExp(`^${TIME_PATTERN}$`).exec(text) ?? [];
	if (hour === undefined || minute === undefined) return null;
	return [hour.padStart(2, '0'), minute, ...(second === undefined ? [] : [second])].join(':');
}
