/** How long controls over a picture stay after the last touch. */
const SHOWN_MS = 3000;

/**
 * A phone held sideways: a picture has the whole screen there. Not a page zoomed to 400 %, where it
 * would hide more than it shows. Repeated in the styles of what lies over pictures.
 */
export const SIDEWAYS = '(orientation: landscape) and (max-height: 500px) and (min-width: 520px)';

/**
 * Controls over a picture: there while somebody uses them, else out of the picture's way. Only
 * their opacity changes, so they stay where a keyboard and a screen reader find them.
 */
export class OverlayControls {
	/** Nobody has touched anything for a while. */
	asleep = $state(false);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#swallows = false;

	/**
	 * Watches an element for use. `covers`: whether the controls cover the picture; then a touch that
	 * wakes them presses nothing, since nobody saw what was under the finger.
	 */
	watch(element: HTMLElement, covers: () => boolean): () => void {
		const wake = (): void => this.#wake();
		const down = (event: PointerEvent): void => {
			this.#swallows = this.asleep && covers() && event.pointerType !== 'mouse';
			if (this.#swallows) event.stopPropagation();
			this.#wake();
		};
		const click = (event: MouseEvent): void => {
			if (!this.#swallows) return;
			this.#swallows = false;
			event.preventDefault();
			event.stopPropagation();
		};
		element.addEventListener('pointerdown', down, { capture: true });
		element.addEventListener('click', click, { capture: true });
		for (const name of ['pointermove', 'keydown', 'focusin'] as const)
			element.addEventListener(name, wake);
		wake();
		return () => {
			clearTimeout(this.#timer);
			element.removeEventListener('pointerdown', down, { capture: true });
			element.removeEventListener('click', click, { capture: true });
			for (const name of ['pointermove', 'keydown', 'focusin'] as const)
				element.removeEventListener(name, wake);
		};
	}

	#wake(): void {
		this.asleep = false;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => (this.asleep = true), SHOWN_MS);
	}
}
