import type { Fault } from '#domain/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/ids.ts';

/** How well this browser keeps keys: sealed in it, readable in its database, or gone with the tab. */
export type KeyStrength = 'sealed' | 'readable' | 'memory';

export type HouseState =
	/** Nothing was ever started on this device. */
	| { readonly kind: 'new' }
	| {
			readonly kind: 'ready';
			readonly homeId: HomeId;
			readonly deviceId: DeviceId;
			readonly strength: KeyStrength;
			readonly cameras: readonly NamedCamera[];
	  }
	/** Footage lies here, but keys are missing or do not work: it cannot be opened. Never a new identity by itself. */
	| { readonly kind: 'keyless'; readonly missing: readonly string[]; readonly bytes: number }
	| { readonly kind: 'unavailable'; readonly fault: Fault };

export interface NamedCamera {
	readonly id: CameraId;
	/** What the person called it, opened; `null` while it has no name. */
	readonly name: string | null;
}

export interface HouseControls {
	readonly state: HouseState;
	on(listener: () => void): () => void;
	/** Reads what is here; makes nothing. */
	look(): Promise<HouseState>;
	/** First start: home, owner key, device keys, roster entry, first camera and its epoch. Only from `new`. */
	found(): Promise<HouseState>;
	name(camera: CameraId, name: string): Promise<void>;
	/** From `keyless`, after the person said so: deletes the unreadable footage and the broken keys, then `new`. */
	clear(): Promise<void>;
}
