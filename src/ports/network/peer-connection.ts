import type { IceServer } from '#protocol/wire.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';

export type PeerEvent =
	/** To be told to the other side. */
	| { readonly kind: 'candidate'; readonly candidate: string; readonly mid: string | null }
	| { readonly kind: 'connected' }
	/** Nothing comes through for the moment; ICE looks for another way. */
	| { readonly kind: 'cut' }
	| { readonly kind: 'failed' }
	/** The data channel can be used. */
	| { readonly kind: 'open' }
	/** Over the data channel. */
	| { readonly kind: 'said'; readonly text: string };

/**
 * One end of a WebRTC connection. Descriptions are what the caller has checked. After `close`
 * nothing is heard.
 */
interface PeerConnection {
	/** A candidate of the other side; one that cannot be used is left out. */
	candidate(candidate: string, mid: string | null): Promise<void>;
	/** Over the data channel; nothing while it is not open. */
	send(text: string): void;
	/** The way of the chosen pair of candidates; `null` while there is none. */
	path(): Promise<'direct' | 'turn' | null>;
	close(): void;
}

/**
 * The camera's end: it offers. Calls reject with `Fault` `malformed` for what the browser does not
 * take.
 */
export interface CameraPeer extends PeerConnection {
	offer(restart: boolean): Promise<string>;
	accept(answer: string): Promise<void>;
	/** Another lens, from the next frame on. */
	replacePicture(picture: Picture): Promise<void>;
	setRate(rate: LiveRate): void;
	/** Half duplex: while the viewer speaks it is played, and this end's own sound is not sent. */
	playVoice(on: boolean): void;
}

export interface ViewerPeer extends PeerConnection {
	/** What arrives; tracks come and go in it. */
	readonly picture: Picture;
	answer(offer: string): Promise<string>;
	/**
	 * Sends this device's microphone. Throws `denied`, `not-found`, `unsupported`; `aborted`: let go
	 * meanwhile.
	 */
	sendVoice(on: boolean): Promise<void>;
}

/** Makes them. Throws `unsupported` where there is no WebRTC. */
export interface PeerConnections {
	camera(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		picture: Picture,
		heard: (event: PeerEvent) => void,
	): CameraPeer;
	viewer(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		heard: (event: PeerEvent) => void,
	): ViewerPeer;
}
