import type { Theme } from '#state/app/session.svelte.ts';

/** Applies a theme to the page and to the browser's own UI around it. */
export function applyTheme(theme: Theme): void {
	if (theme === 'system') delete document.documentElement.dataset['theme'];
	else document.documentElement.dataset['theme'] = theme;
	for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
		const own = meta.dataset['theme'] ?? '';
		if (theme === 'system') meta.media = `(prefers-color-scheme: ${own})`;
		else meta.media = theme === own ? 'all' : 'not all';
	}
}
