import type { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { CameraState, CommandName } from '#protocol/message.ts';

/** How the picture comes. `local`: this device's own lens. */
export type Path = 'direct' | 'turn' | 'relayed' | 'local';

/** Why it comes the way it does, or does not come. Each has its sentence. */
export type PathReason =
	| 'best'
	/** No way through the network found; tried again every 30 s. */
	| 'blocked'
	/** The camera serves as many directly as it can. */
	| 'full'
	| 'chosen';

export type ViewState =
	| {
			readonly kind: 'connecting';
			readonly trying: Path | 'relay' | 'camera';
			readonly sinceMs: number;
	  }
	/** `ageMs`: how old the picture on show is, by the camera's own clock in the stream. */
	| {
			readonly kind: 'live';
			readonly path: Path;
			readonly reason: PathReason;
			readonly ageMs: number;
			readonly sound: boolean;
			/**
			 * A second of it at once, and so about two seconds late: the camera's browser encodes no
			 * single frames.
			 */
			readonly fragmented: boolean;
	  }
	/** A picture is there and has grown old (5 s): blurred, with words. */
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
	/** Of all that changes but the age. */
	on(listener: () => void): () => void;
	/** Only what is visible is decoded: `full` rate, a frame every few seconds, or nothing. */
	setRate(rate: 'full' | 'slow' | 'none'): void;
	/**
	 * Where the picture goes. Lay the two over each other: the view sets `visibility` of both, so
	 * that one is seen at a time, and the old one until the new one has its first frame.
	 */
	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void;
	setPath(way: 'best' | 'relayed'): void;
	mute(muted: boolean): void;
	/** Push to talk, while held. Throws `denied`, `unsupported`; `aborted`: let go meanwhile. */
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
	/** What it said last; `null`: nothing yet. */
	readonly state: CameraState | null;
	/**
	 * How it fares now, by its own word, which may come directly as well; `null`: that is not known
	 * (LV32).
	 */
	readonly fares: CameraState['kind'] | null;
	/** It never recorded, as it says (LV30). */
	readonly blank: boolean;
	readonly stateMs: number | null;
}

export interface CameraDirectoryControls {
	readonly cameras: readonly WatchedCamera[];
	on(listener: () => void): () => void;
	/** Lives until it is closed. */
	view(camera: CameraId): LiveViewControls;
	/**
	 * Signed, with acknowledgement. Throws `Fault`: what the camera said, `timeout` after 5 s,
	 * `offline`.
	 */
	sendCommand(camera: CameraId, name: CommandName, value: string | boolean | null): Promise<void>;
}

/** The camera's side: who is watching now, and the way it goes. */
export interface Watcher {
	readonly device: DeviceId;
	readonly name: string | null;
	/** `sealed`: the relay says that it gets the parts; it never asked for their key (LV25). */
	readonly path: 'direct' | 'turn' | 'relayed' | 'sealed';
	readonly sinceMs: number;
}

export interface LiveHostControls {
	readonly watchers: readonly Watcher[];
	/** Came since the person looked last: announced on the camera. */
	readonly newcomers: readonly DeviceId[];
	/** Who speaks through this device now. */
	readonly talking: DeviceId | null;
	/** Who sounded the siren that is to be heard now. */
	readonly siren: DeviceId | null;
	/** A person at the camera ends siren and speech. */
	hush(): void;
	acknowledge(): void;
	on(listener: () => void): () => void;
}
