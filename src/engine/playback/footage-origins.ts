import type { CameraId } from '#domain/base/ids.ts';
import type { Origin, OriginSpan, OriginState, SavedCamera } from '#domain/footage/origin.ts';

/** Tells where saved footage is; `Footage` of the engine reads it, wherever that is. */
export interface FootageOrigins {
	/** Of all origins that answer; never throws for one that does not. */
	cameras(): Promise<readonly SavedCamera[]>;
	/** Sorted and disjoint. Segments that none has are in no span. */
	spans(camera: CameraId, fromUs: number, toUs: number): Promise<readonly OriginSpan[]>;
	state(origin: Origin): OriginState;
	/** Notifies when a state, or what an origin has, changes. Returns an unsubscribe function. */
	on(listener: () => void): () => void;
}
