import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';

/** A sealed event and the wall time (µs since 1970) at which it starts. */
export interface StoredEvent {
	readonly id: number;
	readonly wallUs: number;
	readonly bytes: Bytes;
}

/** Sealed events of this device's cameras. Throws `Fault` like `SegmentStore`. */
export interface EventStore {
	/** Stores a new event and returns its id. Over the limit, the oldest are deleted. */
	add(camera: CameraId, event: Omit<StoredEvent, 'id'>): Promise<number>;
	/** Replaces the event with the same id. No-op if it no longer exists. */
	replace(event: StoredEvent): Promise<void>;
	/** Events that start in [fromUs, toUs), oldest first. */
	between(camera: CameraId, fromUs: number, toUs: number): Promise<StoredEvent[]>;
	/** Resolves if the store can be read. */
	probe(): Promise<void>;
	/** Notifies of changes made here or in another tab. Returns an unsubscribe function. */
	watch(changed: () => void): () => void;
}
