import type { FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { CommandName, CommandArgument } from '#domain/home/rights.ts';
import type { Span } from '#domain/footage/span.ts';

/** What may happen at a camera. Every kind has its sentence in every language. */
export const EVENT_KINDS = [
	/** The picture is dark and flat: something lies over the lens. */
	'covered',
	/** The very same picture comes again and again. */
	'frozen',
	/** The device was moved. */
	'moved',
	/** No picture came for a while, and then went on. */
	'stalled',
	/** Nothing came out of the recorder; another one was started. */
	'new-recorder',
	/** Nothing came out of the lens; it was opened anew. */
	'new-lens',
	/** Nothing else helped; the page was loaded anew. */
	'reloaded',
	/** The chosen lens was not there; another one was used. */
	'other-lens',
	/** Data of this site was deleted in the browser while the camera was on. */
	'cleared',
	/** The device no longer charges. */
	'unplugged',
	/** The device was spared: fewer pictures, a smaller one; and better ones again. */
	'spared-rate',
	'spared-size',
	'restored',
	/** The plan says so. */
	'planned-start',
	'planned-stop',
	/** A device watched; `sealed`: it got sealed parts and never a key. */
	'watched',
	'sealed',
	/** A device asked for something; it was done or refused. */
	'ordered',
	/** What was recorded is the built-in test picture, and nothing that a lens saw. */
	'test-picture',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Who did it: its name as it was then. `device` is `null` where nobody knows. */
export interface EventActor {
	readonly device: DeviceId | null;
	readonly name: string | null;
}

/** What was asked of a camera; `fault`: why it was not done. */
export interface EventCommand {
	readonly name: CommandName;
	readonly value: CommandArgument;
	readonly fault: FaultKind | null;
}

/** Something that happened, and when. A moment ends where it begins. */
export interface CameraEvent extends Span {
	readonly id: number;
	readonly camera: CameraId;
	readonly kind: EventKind;
	readonly by: EventActor | null;
	readonly order: EventCommand | null;
}

export type EventDetail = Partial<Pick<CameraEvent, 'by' | 'order'>>;
