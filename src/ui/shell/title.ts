import type { Session } from '#state/app/session.svelte.ts';
import { named } from '#ui/words/format/named.ts';
import type { Words } from '#ui/words/en/index.ts';

/**
 * AP24: the title of the tab. First whether this device records, or should and does not (AP8); then
 * the page, by its own name where it has one (`name`: of a camera); then the app.
 */
export function titleOf(
	{ armed, blind }: Pick<Session, 'armed' | 'blind'>,
	w: Words,
	path: string,
	name: string | null = null,
): string {
	const { nav, settings, help, titles } = w;
	const pages: Readonly<Record<string, string>> = {
		'/camera': nav.record,
		'/more': nav.more,
		'/watch': nav.watch,
		'/saved': nav.saved,
		'/settings': settings.title,
		'/storage': settings.storage,
		'/help': help.title,
		'/pair': titles.pair,
		'/recover': titles.recover,
		'/check': titles.check,
	};
	const place =
		(name === null ? null : named(name)) ??
		pages[path] ??
		(path.startsWith('/watch/') ? nav.watch : null) ??
		(path.startsWith('/saved/') ? nav.saved : null) ??
		(path.startsWith('/settings/') ? settings.title : null);
	const state = blind !== null ? `▲ ${w.camera.notSaving}` : armed ? `● ${w.recordingNow}` : null;
	return [state, place, w.app].filter((part) => part !== null).join(' · ');
}
