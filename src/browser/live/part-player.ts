import type { Fault } from '#domain/base/fault.ts';
import type { FragmentPart, FramesPart } from '#domain/live/live-part.ts';

export interface PlayerSink {
	/** To be drawn in this very task. `capturedUs`: by the camera's clock. */
	picture(
		source: CanvasImageSource,
		size: { readonly width: number; readonly height: number },
		capturedUs: number,
	): void;
	failed(fault: Fault): void;
}

/**
 * Parts in, pictures out: begins at a key frame, never goes back, leaps ahead when it falls behind
 * (LV8).
 */
export interface PartPlayer {
	slow: boolean;
	decode(part: FramesPart | FragmentPart): void;
	/** Of what the parts themselves carry. */
	mute(muted: boolean): void;
	close(): void;
}
