import { panned, NO_ZOOM, zoomedAt, type FramePoint, type Zoom } from '#domain/timeline/zoom.ts';

const STEP = 1.5;
/** Of the frame, a press of an arrow. */
const MOVE = 0.1;
const TAPPED = 2.5;
const MIDDLE: FramePoint = { x: 0, y: 0 };

/** How a live picture is enlarged. */
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

	/** Enlarges what was tapped, or takes it back. */
	toggleAt(point: FramePoint): void {
		if (this.enlarged) this.whole();
		else this.zoomAt(TAPPED, point);
	}

	/** True: the key meant the zoom. */
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
