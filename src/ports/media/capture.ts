/** A video input of this device. `label` is empty until camera permission is granted. */
export interface Lens {
	readonly id: string;
	readonly label: string;
	readonly facing: 'front' | 'back' | 'unknown';
}

export interface CaptureRequest {
	/** `null`: the browser's default. An id that no longer exists falls back to it as well. */
	readonly lensId: string | null;
	/** Label at the time of choosing; identifies the lens if its id has changed. */
	readonly lensLabel?: string | null;
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	readonly sound: boolean;
}

/** Opaque handle to the video. Only adapters look inside (a MediaStream in a browser). */
declare const picture: unique symbol;
export interface Picture {
	readonly [picture]: true;
}

/**
 * `ended`: unplugged, or lost for good. `denied`: permission withdrawn. `muted`: no frames for now,
 * for example during a call or with the lid closed.
 */
export type CapturedEvent = 'ended' | 'denied' | 'muted' | 'unmuted';

export interface Captured {
	readonly picture: Picture;
	readonly lensId: string;
	readonly label: string;
	/** False if the requested lens was missing and another one was opened. */
	readonly chosen: boolean;
	/** As delivered, which may differ from the request. Live values: they change on rotation. */
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	/** False if sound was not requested, or was refused: video goes on without it. */
	readonly sound: boolean;
	/** Frames delivered since opening. Must count in a hidden page too: the watchdog relies on it. */
	frames(): number;
	/** Frames the lens produced and the browser dropped; 0 if the browser does not report them. */
	lost(): number;
	/**
	 * Requests another size or frame rate. A lens that cannot deliver it goes on as before. Never
	 * throws. Opening the lens a second time is no substitute: Chromium delivers the first request's
	 * format to both and only displays the second one smaller.
	 */
	adjust(format: Pick<CaptureRequest, 'width' | 'height' | 'frameRate'>): Promise<void>;
	on(listener: (event: CapturedEvent) => void): () => void;
	close(): void;
}

/**
 * Opens lenses. Throws a `Fault` with source `camera`: `denied` (by the person or a policy),
 * `system` (the page has permission, the browser does not), `not-found` (no camera), `conflict` (in
 * use by another program), `unreadable` (the camera did not start), `unsupported` (no secure
 * context, or no API), `timeout`, `unavailable`.
 */
export interface Capture {
	lenses(): Promise<Lens[]>;
	open(request: CaptureRequest, signal?: AbortSignal): Promise<Captured>;
	/**
	 * Called when opening may succeed now: a device was plugged in or unplugged, permission was
	 * granted, or the person returned to the page.
	 */
	onLenses(listener: () => void): () => void;
}
