import type { Ribbon } from '#state/playback/ribbon.svelte.ts';

interface RibbonActions {
	/** Moves the playhead. */
	readonly go: (ms: number) => void;
	readonly toEvent: (by: 1 | -1) => void;
}

/** What a key does while a ribbon has the focus (TL9). Takes the key if it does something. */
export function ribbonKey(
	event: KeyboardEvent,
	ribbon: Ribbon,
	{ go, toEvent }: RibbonActions,
): void {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const step = ribbon.keyStepMs * (event.shiftKey ? 6 : 1);
	const steps: Readonly<Record<string, () => void>> = {
		ArrowLeft: () => go(ribbon.handMs - step),
		ArrowDown: () => go(ribbon.handMs - step),
		ArrowRight: () => go(ribbon.handMs + step),
		ArrowUp: () => go(ribbon.handMs + step),
		PageDown: () => go(ribbon.handMs - ribbon.spanMs / 2),
		PageUp: () => go(ribbon.handMs + ribbon.spanMs / 2),
		Home: () => go(ribbon.fromMs),
		End: () => go(ribbon.toMs),
		'+': () => ribbon.stop(false),
		'=': () => ribbon.stop(false),
		'-': () => ribbon.stop(true),
		n: () => toEvent(1),
		p: () => toEvent(-1),
	};
	const act = steps[event.key];
	if (!act) return;
	event.preventDefault();
	event.stopPropagation();
	act();
}
