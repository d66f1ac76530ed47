import type { Fault } from '#domain/base/fault.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from './capture.ts';

/** `HTMLVideoElement` and `HTMLCanvasElement`, of which the screen alone makes use. */
interface VideoElement {
	readonly videoWidth: number;
}
interface CanvasElement {
	readonly width: number;
}

export type Pane = 'video' | 'canvas';

export type LiveScreenEvent =
	/**
	 * A new frame was painted. `capturedUs`: by the camera's clock, `null` if the frame does not
	 * carry it.
	 */
	| { readonly kind: 'frame'; readonly pane: Pane; readonly capturedUs: number | null }
	/** The canvas will show nothing more: the codec is unknown here, or nothing decodes. */
	| { readonly kind: 'failed'; readonly fault: Fault };

/**
 * Shows a live picture: a stream in a video element, or decoded parts on a canvas. No method
 * throws.
 */
export interface LiveScreen {
	/** Whether this browser can decode parts. */
	readonly decodes: boolean;
	/** Whether this browser can play sound parts. */
	readonly hears: boolean;
	/** False in a hidden page, where no video frame is painted or reported. */
	readonly visible: boolean;
	attach(video: VideoElement, canvas: CanvasElement): void;
	/** Plays in the video; `null` clears it. */
	play(picture: Picture | null): void;
	/** Draws on the canvas; the newest part wins (LV8). */
	decode(part: LivePart): void;
	/** Selects which of the two is visible. */
	setFront(pane: Pane | null): void;
	mute(muted: boolean): void;
	/** Sets how many of the parts are decoded. */
	setRate(rate: LiveRate): void;
	on(listener: (event: LiveScreenEvent) => void): () => void;
	close(): void;
}
