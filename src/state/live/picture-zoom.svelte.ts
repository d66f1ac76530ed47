import { panned, NO_ZOOM, zoomedAt, type FramePoint, type Zoom } from '#domain/timeline/zoom.ts';

const STEP = 1.5;
/** Distance per arrow key press, as a fraction of the frame. */
const MOVE = 0.1;
const TAPPED = 2.5;
const MIDDLE: FramePoint = { x: 0, y: 0 };

/** Zoom and pan of a live picture. */
export class PictureZoom {
	zoom = $state.raw<Zoom>(NO_ZOOM);

	get enlarged(): boolean {
		return this.zoom.scale > 1;
	}

	zoomAt(factor: number, point: FramePoint): void {
		this.zoom = zoomedAt(this.zoom, factor, point);
	}

	pan(by: FramePoint): void {
		this.zoom = panned(this.zoom, by);
	}

	in(): void {
		this.zoomAt(STEP, MIDDLE);
	}

	out(): void {
		this.zoomAt(1 / STEP, MIDDLE);
	}

	whole(): void {
		this.zoom = NO_ZOOM;
	}

	/** Zooms in on the tapped point, or resets the zoom. */
	toggleAt(point: FramePoint): void {
		if (this.enlarged) this.whole();
		else this.zoomAt(TAPPED, point);
	}

	/** `true` if the key was handled. */
	key(key: string): boolean {
		const keys: Readonly<Record<string, () => void>> = {
			'+': () => this.in(),
			'-': () => this.out(),
			'0': () => this.whole(),
			...(this.enlarged && {
				ArrowLeft: () => this.pan({ x: MOVE, y: 0 }),
				ArrowRight: () => this.pan({ x: -MOVE, y: 0 }),
				ArrowUp: () => this.pan({ x: 0, y: MOVE }),
				ArrowDown: () => this.pan({ x: 0, y: -MOVE }),
			}),
		};
		keys[key]?.();
		return keys[key] !== undefined;
	}
}
