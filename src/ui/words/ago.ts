/** How long ago something was, as people say it. */
export function agoOf(locale: string): (ms: number) => string {
	const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' });
	return (ms) => {
		const minutes = Math.max(0, Math.floor(ms / 60_000));
		if (minutes < 1) return format.format(0, 'second');
		if (minutes < 60) return format.format(-minutes, 'minute');
		const hours = Math.floor(minutes / 60);
		return hours < 48
			? format.format(-hours, 'hour')
			: format.format(-Math.floor(hours / 24), 'day');
	};
}
