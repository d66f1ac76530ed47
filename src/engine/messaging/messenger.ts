import type { DeviceId } from '#domain/base/ids.ts';
import type { Role } from '#domain/home/roster.ts';
import type { ActionMessage, CountedMessage, Message, NoticeMessage } from '#protocol/message.ts';
import type { IceServer } from '#protocol/wire.ts';
import type { Bytes } from '#domain/base/bytes.ts';

/** The author of a message: a member in force, proved by its signature. */
export interface Sender {
	readonly device: DeviceId;
	readonly roles: readonly Role[];
}

export type RelayConnectionState =
	/** This home has no relay, or this device does not need one. */
	| { readonly kind: 'none' }
	| { readonly kind: 'connecting'; readonly origin: string }
	| { readonly kind: 'connected'; readonly origin: string }
	/** `againMs`: wall ms of the next attempt. */
	| { readonly kind: 'away'; readonly origin: string; readonly againMs: number }
	/** The relay rejects this device. */
	| {
			readonly kind: 'refused';
			readonly origin: string;
			readonly why: 'unknown-home' | 'not-a-member' | 'version';
	  };

/**
 * What changed: the state of the connection; which devices are online; how this device's roster and
 * the relay's compare.
 */
export type MessengerChange = 'connection' | 'presence' | 'roster';

/** What the relay reports about a message; `unsent`: no connection, or no report within 5 s. */
export type Delivery = 'taken' | 'away' | 'unsent';

/** Messages and live parts between the devices of this home. Nothing here throws. */
export interface Messenger {
	readonly state: RelayConnectionState;
	readonly online: ReadonlySet<DeviceId>;
	readonly ice: readonly IceServer[];
	on(listener: (change: MessengerChange) => void): () => void;
	/** `keepSeconds`: how long the relay may hold it for a device that is offline. */
	send(to: DeviceId, message: NoticeMessage, keepSeconds?: number): Promise<Delivery>;
	/** Carried out within 5 s or not at all, however long a relay delays it (LT8). */
	sendAction(to: DeviceId, message: ActionMessage): Promise<Delivery>;
	/**
	 * Carried out at most once; may wait `keepSeconds` for a device that is offline (LT10). `unsent`
	 * if the vault is unavailable.
	 */
	sendCounted(to: DeviceId, message: CountedMessage, keepSeconds: number): Promise<Delivery>;
	/** Every message that was opened, in order; those that act only while they are fresh. */
	onMessage(listener: (message: Message, from: Sender) => void): () => void;
	/** `sealed`: one live part of this device's camera; `key`: it starts with a key frame. */
	sendPart(camera: string, key: boolean, sealed: Bytes): void;
	/** Bytes of parts not sent yet: producers slow down by this. */
	readonly waiting: number;
	/** Sealed parts of a camera, starting with the newest key part. Call the result to stop. */
	watchParts(camera: string, listener: (sealed: Bytes, key: boolean) => void): () => void;
	/** Reports which devices the relay forwards the parts of this device's camera to. */
	onWatched(listener: (camera: string, devices: readonly DeviceId[]) => void): () => void;
}
