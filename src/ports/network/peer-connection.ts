import type { IceServer } from '#protocol/wire.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';

export type PeerEvent =
	/** To be sent to the other side. */
	| { readonly kind: 'candidate'; readonly candidate: string; readonly mid: string | null }
	| { readonly kind: 'connected' }
	/** Disconnected: the other end closed, or ICE looks for another path. */
	| { readonly kind: 'cut' }
	| { readonly kind: 'failed' }
	/** The data channel is open, before or after `connected`. Once: it outlives restarts. */
	| { readonly kind: 'open' }
	/** A message on the data channel. */
	| { readonly kind: 'said'; readonly text: string };

/**
 * One end of a WebRTC connection. The caller has checked the descriptions. No event after `close`.
 */
interface PeerConnection {
	/** A candidate of the other side; unusable ones are ignored. */
	candidate(candidate: string, mid: string | null): Promise<void>;
	/**
	 * On the data channel; dropped while it is not open. What was sent just before `close` may be
	 * lost.
	 */
	send(text: string): void;
	/** The path of the selected candidate pair; `null` while there is none. */
	path(): Promise<'direct' | 'turn' | null>;
	close(): void;
}

/**
 * The camera's end, which makes the offer. Methods reject with `Fault` `malformed` if the browser
 * rejects a description.
 */
export interface CameraPeer extends PeerConnection {
	offer(restart: boolean): Promise<string>;
	accept(answer: string): Promise<void>;
	/** Switches to another lens from the next frame on. */
	replacePicture(picture: Picture): Promise<void>;
	setRate(rate: LiveRate): void;
	/** Half duplex: plays the viewer's voice and mutes this end's own sound. */
	playVoice(on: boolean): void;
}

export interface ViewerPeer extends PeerConnection {
	/** Tracks are added and removed as they arrive. */
	readonly picture: Picture;
	answer(offer: string): Promise<string>;
	/**
	 * Sends this device's microphone. Throws `denied`, `not-found`, `unsupported` (also before an
	 * offer was answered); `aborted` if it was turned off meanwhile.
	 */
	sendVoice(on: boolean): Promise<void>;
}

/** Throws `unsupported` without WebRTC. */
export interface PeerConnections {
	camera(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		picture: Picture,
		onEvent: (event: PeerEvent) => void,
	): CameraPeer;
	viewer(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		onEvent: (event: PeerEvent) => void,
	): ViewerPeer;
}
