import type { Fault } from '#domain/base/fault.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from './capture.ts';

export type Pane = 'video' | 'canvas';

export type LiveScreenEvent =
	/** A new frame was painted. `capturedUs`: by the camera's clock, where the frame tells. */
	| { readonly kind: 'frame'; readonly pane: Pane; readonly capturedUs: number | null }
	/** The canvas shows nothing more: its codec is none of this browser's, or nothing decodes. */
	| { readonly kind: 'failed'; readonly fault: Fault };

/**
 * Where a live picture is seen: a stream in a video, or decoded parts on a canvas. No method
 * throws.
 */
export interface LiveScreen {
	/** Whether parts can be decoded here. */
	readonly decodes: boolean;
	/** Whether sound parts can be heard here. */
	readonly hears: boolean;
	/** False in a hidden page: no frame of a video is painted, and none is told. */
	readonly visible: boolean;
	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void;
	/** In the video; `null` takes it away. */
	play(picture: Picture | null): void;
	/** On the canvas: the newest wins (LV8). */
	decode(part: LivePart): void;
	/** Which of the two is seen. */
	setFront(pane: Pane | null): void;
	mute(muted: boolean): void;
	/** How much of the parts is decoded. */
	setRate(rate: LiveRate): void;
	on(listener: (event: LiveScreenEvent) => void): () => void;
	close(): void;
}
