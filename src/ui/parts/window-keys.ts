import type { Session } from '#state/app/session.svelte.ts';

/** Fields that need the keys themselves. */
const FIELDS = 'input:not([type="range"]), textarea, select';

/**
 * Whether a key pressed anywhere on the page may act: every handler of the window asks here. Not
 * while a person types, a dialog is open, a modifier is held, or something nearer has taken it; and
 * a letter, digit or sign only while single keys are on (AP25). Arrows, Space and Escape are none.
 */
export function actsOnPage(session: Pick<Session, 'singleKeys'>, event: KeyboardEvent): boolean {
	const { key, target } = event;
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
	if (target instanceof Element && target.matches(FIELDS)) return false;
	if (document.querySelector('dialog[open]') !== null) return false;
	return session.singleKeys || key.length !== 1 || key === ' ';
}
