/**
 * A lens (or any video input) of this device. Labels are empty until the person allowed a camera.
 */
export interface Lens {
	readonly id: string;
	readonly label: string;
	readonly facing: 'front' | 'back' | 'unknown';
}

export interface CaptureRequest {
	/** `null`: whatever the browser thinks best. An id that is gone falls back to that, too. */
	readonly lensId: string | null;
	/** What it was called when it was chosen: finds it where its id changed. */
	readonly lensLabel?: string | null;
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	readonly sound: boolean;
}

/** The moving picture itself. Only adapters look inside (a MediaStream in a browser). */
declare const picture: unique symbol;
export interface Picture {
	readonly [picture]: true;
}

/**
 * `ended`: unplugged or taken for good. `denied`: permission withdrawn. `muted`: no frames for now
 * (a call, a lid).
 */
export type CapturedEvent = 'ended' | 'denied' | 'muted' | 'unmuted';

export interface Captured {
	readonly picture: Picture;
	readonly lensId: string;
	readonly label: string;
	/** False where the lens that was asked for is gone and this is another. */
	readonly chosen: boolean;
	/** As delivered, which may differ from what was asked; live values, they change with rotation. */
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	/**
	 * False when sound was not asked for, or asked for and refused: the picture goes on without it.
	 */
	readonly sound: boolean;
	/** Frames delivered since it was opened; the watchdog's pulse, also in a hidden page. */
	frames(): number;
	/** Frames that the lens gave and the browser had no time for; 0 where it does not tell. */
	lost(): number;
	/**
	 * Asks for another size or rate from now on; a lens that cannot goes on as before. Never throws.
	 * What is opened a second time beside it would not do: Chromium gives both what the first asked
	 * for, and only shows the second smaller.
	 */
	adjust(wish: Pick<CaptureRequest, 'width' | 'height' | 'frameRate'>): Promise<void>;
	on(listener: (event: CapturedEvent) => void): () => void;
	close(): void;
}

/**
 * Opens lenses. Throws `Fault` of the camera: `denied` (the person or a policy said no), `system`
 * (the page may, the browser may not), `not-found` (no camera), `conflict` (in use by another
 * program), `unreadable` (it did not start), `unsupported` (no secure context, no API), `timeout`,
 * `unavailable`.
 */
export interface Capture {
	lenses(): Promise<Lens[]>;
	open(request: CaptureRequest, signal?: AbortSignal): Promise<Captured>;
	/** Plugged in, unplugged, allowed, or the person is back on the page: a try may succeed now. */
	onLenses(listener: () => void): () => void;
}
