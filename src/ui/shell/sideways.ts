/** A phone held sideways: a picture has the whole screen there. */
const SIDEWAYS = '(orientation: landscape) and (max-height: 500px)';

/** How long the controls stay after the last touch. */
const SHOWN_MS = 3000;

/**
 * While a picture is on the page of a phone that is held sideways, what lies over it hides after
 * 3 s and comes back with a touch, a key or the focus: `data-sideways` of the root element is
 * `shown` or `hidden`, else absent. Hidden is transparent only: a screen reader finds all of it.
 */
export function fillSideways(node: HTMLElement): () => void {
	const root = document.documentElement;
	const sideways = matchMedia(SIDEWAYS);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const show = (): void => {
		clearTimeout(timer);
		if (!sideways.matches) {
			delete root.dataset['sideways'];
			return;
		}
		root.dataset['sideways'] = 'shown';
		timer = setTimeout(() => (root.dataset['sideways'] = 'hidden'), SHOWN_MS);
	};
	/** The first touch shows the controls, and presses nothing. */
	let wakes = false;
	const touch = (): void => {
		wakes = root.dataset['sideways'] === 'hidden';
		show();
	};
	const click = (event: Event): void => {
		if (!wakes) return;
		wakes = false;
		event.preventDefault();
		event.stopPropagation();
	};
	sideways.addEventListener('change', show);
	node.addEventListener('pointerdown', touch, true);
	node.addEventListener('click', click, true);
	document.addEventListener('keydown', show);
	document.addEventListener('focusin', show);
	show();
	return () => {
		clearTimeout(timer);
		sideways.removeEventListener('change', show);
		node.removeEventListener('pointerdown', touch, true);
		node.removeEventListener('click', click, true);
		document.removeEventListener('keydown', show);
		document.removeEventListener('focusin', show);
		delete root.dataset['sideways'];
	};
}
