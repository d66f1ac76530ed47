import type { DeviceId } from '#domain/base/ids.ts';
import type { Role } from '#domain/home/roster.ts';
import type { ActionMessage, CountedMessage, Message, NoticeMessage } from '#protocol/message.ts';
import type { IceServer } from '#protocol/wire.ts';
import type { Bytes } from '#domain/base/bytes.ts';

/** Who wrote: a member in force, proved by its signature. */
export interface Sender {
	readonly device: DeviceId;
	readonly roles: readonly Role[];
}

export type RelayConnectionState =
	/** This home has no relay, or nothing here asks for one. */
	| { readonly kind: 'none' }
	| { readonly kind: 'connecting'; readonly origin: string }
	| { readonly kind: 'connected'; readonly origin: string }
	/** `again`: wall ms of the next try. */
	| { readonly kind: 'away'; readonly origin: string; readonly againMs: number }
	/** The relay does not let this device in, and trying again is of no use. */
	| {
			readonly kind: 'refused';
			readonly origin: string;
			readonly why: 'unknown-home' | 'not-a-member' | 'version';
	  };

/**
 * What became of a letter, as the relay says; `unsent`: no line, or the relay said nothing for 5 s.
 */
export type Delivery = 'taken' | 'away' | 'unsent';

/** Letters and live parts between the devices of this home. Nothing here throws. */
export interface Messenger {
	readonly state: RelayConnectionState;
	readonly online: ReadonlySet<DeviceId>;
	readonly ice: readonly IceServer[];
	on(listener: () => void): () => void;
	/** `keepSeconds`: how long it may wait for a device that is away. */
	send(to: DeviceId, message: NoticeMessage, keepSeconds?: number): Promise<Delivery>;
	/** What happens within 5 s or not at all, however long a relay holds it back (LT8). */
	sendAction(to: DeviceId, message: ActionMessage): Promise<Delivery>;
	/**
	 * What happens once, and may wait so long for a device that is away (LT10). `unsent` where the
	 * vault is away, too.
	 */
	sendCounted(to: DeviceId, message: CountedMessage, keepSeconds: number): Promise<Delivery>;
	/** Every letter that was read, in order; what acts only while it is fresh. */
	onMessage(listener: (message: Message, from: Sender) => void): () => void;
	/** A camera's sealed live part, and whether it begins with a key frame. */
	sendPart(camera: string, key: boolean, sealed: Bytes): void;
	/** Bytes of parts that wait to go: who makes them slows down. */
	readonly waiting: number;
	/**
	 * Sealed parts of a camera from the newest key part on, until the returned function is called.
	 */
	watchParts(camera: string, listener: (sealed: Bytes, key: boolean) => void): () => void;
	/** Whom the parts of this device's camera go to, as the relay says. */
	onWatched(listener: (camera: string, devices: readonly DeviceId[]) => void): () => void;
}
