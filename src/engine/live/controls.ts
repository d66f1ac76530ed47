import type { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { CameraState, CommandName } from '#protocol/message.ts';
import type { LiveScreen } from '#ports/media/live-screen.ts';
import type { LastPicture } from '#ports/storage/last-picture-store.ts';

/** How the picture arrives. `local`: from this device's own lens. */
export type Path = 'direct' | 'turn' | 'relayed' | 'local';

/** Why this path was taken. Each reason has its own sentence in the UI. */
export type PathReason =
	| 'best'
	/** No direct connection was possible; retried every 30 s. */
	| 'blocked'
	/** The camera already serves its maximum of direct viewers. */
	| 'full'
	| 'chosen';

export type ViewState =
	| {
			readonly kind: 'connecting';
			readonly trying: Path | 'relay' | 'camera';
			readonly sinceMs: number;
	  }
	/** `ageMs`: age of the picture on show, by the camera's clock in the stream. */
	| {
			readonly kind: 'live';
			readonly path: Path;
			readonly reason: PathReason;
			readonly ageMs: number;
			readonly sound: boolean;
			/**
			 * The camera's browser cannot encode single frames, so it sends fragments of a second: about
			 * two seconds of delay.
			 */
			readonly fragmented: boolean;
	  }
	/** The picture is older than 5 s: shown blurred, with an explanation. */
	| {
			readonly kind: 'stale';
			readonly path: Path;
			readonly ageMs: number;
			readonly trying: Path | 'relay' | 'camera';
	  }
	| {
			readonly kind: 'ended';
			readonly why: 'revoked' | 'camera-away' | 'camera-off' | 'no-relay' | 'failed';
			readonly fault: Fault | null;
	  };

export interface LiveViewControls {
	readonly state: ViewState;
	/** Called on every change except of the age alone. */
	on(listener: () => void): () => void;
	/** Decodes at the full rate, one frame every few seconds, or not at all. */
	setRate(rate: 'full' | 'slow' | 'none'): void;
	/**
	 * Sets where the picture is drawn. Stack the two elements: the view sets the `visibility` of
	 * both, so that only one is seen, and keeps the old one until the new one has its first frame.
	 */
	attach(...on: Parameters<LiveScreen['attach']>): void;
	setPath(path: 'best' | 'relayed'): void;
	mute(muted: boolean): void;
	/** Push to talk. Throws `denied`, `unsupported`; `aborted` if released meanwhile. */
	talk(on: boolean): Promise<void>;
	retry(): void;
	close(): void;
}

/** A camera of this home, on this device or another. */
export interface WatchedCamera {
	readonly id: CameraId;
	readonly device: DeviceId;
	readonly name: string | null;
	readonly own: boolean;
	readonly online: boolean;
	/** The last status it reported; `null` before the first. */
	readonly state: CameraState | null;
	/** Current status, reported by message or by heartbeat; `null` if unknown (LV32). */
	readonly fares: CameraState['kind'] | null;
	/** It reported that it has never recorded (LV30). */
	readonly blank: boolean;
	readonly stateMs: number | null;
}

export interface CameraDirectoryControls {
	readonly cameras: readonly WatchedCamera[];
	on(listener: () => void): () => void;
	/** Lives until closed. */
	view(camera: CameraId): LiveViewControls;
	/**
	 * Sends a signed command and waits for its result. Throws `Fault`: what the camera answered,
	 * `timeout` after 5 s, `offline`.
	 */
	sendCommand(camera: CameraId, name: CommandName, value: string | boolean | null): Promise<void>;
}

/** LV45: the last picture of each camera of another device. */
export interface LastPictureControls {
	/** `null`: none is kept. */
	find(camera: CameraId): Promise<LastPicture | null>;
	/** The kept one is old enough to be replaced while the camera is on show. */
	isDue(camera: CameraId): boolean;
	/** `jpeg`: at most 20 kB; `ageMs`: of the picture now. Never throws. */
	keep(camera: CameraId, jpeg: LastPicture['jpeg'], ageMs: number): Promise<void>;
}

/** A device that watches this camera, and by which path. */
export interface Watcher {
	readonly device: DeviceId;
	readonly name: string | null;
	/**
	 * `sealed`: the relay reports that it receives the parts, but it never asked for the key (LV25).
	 */
	readonly path: 'direct' | 'turn' | 'relayed' | 'sealed';
	readonly sinceMs: number;
}

export interface LiveHostControls {
	readonly watchers: readonly Watcher[];
	/** Joined since the last `acknowledge`; announced at the camera. */
	readonly newcomers: readonly DeviceId[];
	/** Who is talking through this device. */
	readonly talking: DeviceId | null;
	/** Who started the siren that is sounding. */
	readonly siren: DeviceId | null;
	/** Someone at the camera stops siren and speech. */
	hush(): void;
	acknowledge(): void;
	on(listener: () => void): () => void;
}
