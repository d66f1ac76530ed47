import type { CameraId } from './ids.ts';
import type { Span } from './timeline.ts';

/** What may happen at a camera. Every kind has its sentence in every language. */
export const EVENT_KINDS = [
	/** The picture is dark and flat: something lies over the lens. */
	'covered',
	/** The very same picture comes again and again. */
	'frozen',
	/** The device was moved. */
	'moved',
	/** Nothing came out of the recorder; another one was started. */
	'new-recorder',
	/** Nothing came out of the lens; it was opened anew. */
	'new-lens',
	/** Nothing else helped; the page was loaded anew. */
	'reloaded',
	/** The device no longer charges. */
	'unplugged',
	/** The device was spared: fewer pictures, a smaller one; and better ones again. */
	'spared-rate',
	'spared-size',
	'restored',
	/** The plan says so. */
	'planned-start',
	'planned-stop',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened, and when. A moment ends where it begins. */
export interface CameraEvent extends Span {
	readonly id: number;
	readonly camera: CameraId;
	readonly kind: EventKind;
}
