import type { Fault } from '#domain/base/fault.ts';
import type { FragmentPart, FramesPart } from '#domain/live/live-part.ts';

export interface PlayerSink {
	/** Draw it in this task. `capturedUs`: by the camera's clock. */
	picture(
		source: CanvasImageSource,
		size: { readonly width: number; readonly height: number },
		capturedUs: number,
	): void;
	failed(fault: Fault): void;
}

/**
 * Turns parts into pictures: starts at a key frame, never goes back, skips ahead when it falls
 * behind (LV8).
 */
export interface PartPlayer {
	slow: boolean;
	decode(part: FramesPart | FragmentPart): void;
	/** Affects only sound inside the parts themselves. */
	mute(muted: boolean): void;
	close(): void;
}
