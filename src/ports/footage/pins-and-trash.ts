import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';

/** Footage that retention must not delete. */
export interface Pin extends Span {
	readonly id: number;
	readonly camera: CameraId;
}

/**
 * What a person deleted and can have back until it is purged. Its span is that of whole segments.
 */
export interface Removal extends Span {
	readonly id: number;
	readonly camera: CameraId;
	readonly segments: number;
	/** When it was deleted, ms since 1970. */
	readonly atMs: number;
}

/**
 * What a person keeps and throws away. Rules: docs/spec/retention.md, "Pins" and "Deleted by a
 * person". Throws `Fault`: what `Segments` throws, and what is said below.
 */
export interface PinsAndTrash {
	pins(camera: CameraId): Promise<Pin[]>;
	/** `malformed` for an empty span. */
	pin(camera: CameraId, span: Span): Promise<Pin>;
	unpin(id: number): Promise<void>;

	/** Not purged yet, oldest first. */
	removals(camera: CameraId): Promise<Removal[]>;
	/**
	 * Takes every segment that touches the span out of sight; the bytes stay until `purge`. `null`:
	 * there was none. `conflict`: a pin lies in it. `malformed`: longer than a day.
	 */
	remove(camera: CameraId, span: Span): Promise<Removal | null>;
	/** Puts the very same segments back. False: it was purged. */
	restore(id: number): Promise<boolean>;
	/** Deletes for good what was removed before `beforeMs`; bytes freed. */
	purge(beforeMs: number): Promise<number>;
}
