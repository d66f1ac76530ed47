/**
 * Tells whenever it may have changed whether the picture within an element is higher than wide: a
 * phone that records upright. Returns what stops it.
 */
export function watchShape(stage: HTMLElement, tell: (upright: boolean) => void): () => void {
	const look = (): void => {
		for (const pane of stage.querySelectorAll<HTMLVideoElement | HTMLCanvasElement>(
			'video, canvas',
		)) {
			const video = pane instanceof HTMLVideoElement;
			const width = video ? pane.videoWidth : pane.width;
			const height = video ? pane.videoHeight : pane.height;
			// A canvas nobody has drawn on yet is 300 by 150.
			const drawn = video ? width > 0 : pane.hasAttribute('width');
			if (drawn && pane.checkVisibility({ visibilityProperty: true, opacityProperty: true })) {
				tell(height > width);
				return;
			}
		}
	};
	// A video tells of its size, a canvas has it as an attribute; either may be shown only later.
	const observer = new MutationObserver(look);
	const attributeFilter = ['width', 'height', 'style', 'class'];
	observer.observe(stage, { subtree: true, attributeFilter });
	stage.addEventListener('resize', look, true);
	look();
	return () => {
		observer.disconnect();
		stage.removeEventListener('resize', look, true);
	};
}
