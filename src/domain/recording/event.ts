import type { FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { CommandName, CommandArgument } from '#domain/home/rights.ts';
import type { Span } from '#domain/footage/span.ts';

/** Kinds of events. Each needs a translated sentence. */
export const EVENT_KINDS = [
	/** The picture is dark and flat: something covers the lens. */
	'covered',
	/** The same picture repeats. */
	'frozen',
	/** The device was moved. */
	'moved',
	/** No frames came for a while; then they went on. */
	'stalled',
	/** The recorder failed or delivered nothing; a new one was started. */
	'new-recorder',
	/** The lens failed or delivered nothing; it was reopened. */
	'new-lens',
	/** Nothing else helped; the page was reloaded. */
	'reloaded',
	/** The chosen lens was missing; another one recorded. */
	'other-lens',
	/** Site data was deleted in the browser while the camera was on. */
	'cleared',
	/** The device stopped charging. */
	'unplugged',
	/** Adaptive quality: lower frame rate, smaller frames, better again. */
	'spared-rate',
	'spared-size',
	'restored',
	/** The plan started or stopped recording. */
	'planned-start',
	'planned-stop',
	/** A device watched; `sealed`: it got sealed parts but never a key. */
	'watched',
	'sealed',
	/** A device read what the camera saved at the relay, by the relay's word. */
	'looked',
	/** A device sent a command; it was done or refused. */
	'ordered',
	/** The built-in test picture was recorded instead of a lens. */
	'test-picture',
	/** The relay had acknowledged footage that it does not have, or returned other bytes. */
	'copy-lost',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Who did it, by its name at the time. `device` is `null` if unknown. */
export interface EventActor {
	readonly device: DeviceId | null;
	readonly name: string | null;
}

/** A command to a camera; `fault`: why it was not done. */
export interface EventCommand {
	readonly name: CommandName;
	readonly value: CommandArgument;
	readonly fault: FaultKind | null;
}

/** An event and its span. A momentary event ends when it starts. */
export interface CameraEvent extends Span {
	readonly id: number;
	readonly camera: CameraId;
	readonly kind: EventKind;
	readonly by: EventActor | null;
	readonly order: EventCommand | null;
	/** What was looked at. */
	readonly seen: Span | null;
}

export type EventDetail = Partial<Pick<CameraEvent, 'by' | 'order' | 'seen'>>;
