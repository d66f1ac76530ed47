import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';

/** A sealed event, and the wall time (µs since 1970) of its beginning. */
export interface StoredEvent {
	readonly id: number;
	readonly wallUs: number;
	readonly bytes: Bytes;
}

/** Sealed events of this device's cameras. Throws `Fault` as `Segments` does. */
export interface EventStore {
	/** Keeps a new one, and its number; the oldest leave when there are too many. */
	add(camera: CameraId, event: Omit<StoredEvent, 'id'>): Promise<number>;
	/** Puts another in its place; nothing where it is gone. */
	replace(event: StoredEvent): Promise<void>;
	/** Those that began in [fromUs, toUs), oldest first. */
	between(camera: CameraId, fromUs: number, toUs: number): Promise<StoredEvent[]>;
	/** Tells when something changed here or in another tab. Returns the way to stop it. */
	watch(changed: () => void): () => void;
}
