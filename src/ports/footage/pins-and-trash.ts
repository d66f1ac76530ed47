import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';

/** Footage that retention must not delete. */
export interface Pin extends Span {
	readonly id: number;
	readonly camera: CameraId;
}

/** A deletion that a person can undo until it is purged. Its span covers whole segments. */
export interface Removal extends Span {
	readonly id: number;
	readonly camera: CameraId;
	readonly segments: number;
	/** When it was deleted, ms since 1970. */
	readonly atMs: number;
}

/**
 * Pinned footage and deletions that can be undone. Rules: docs/spec/retention.md, "Pins" and
 * "Deleted by a person". Throws `Fault` like `SegmentStore`, plus the kinds below.
 */
export interface PinsAndTrash {
	pins(camera: CameraId): Promise<Pin[]>;
	/** Throws `malformed` for an empty span. */
	pin(camera: CameraId, span: Span): Promise<Pin>;
	unpin(id: number): Promise<void>;

	/** Removals not purged yet, oldest first. */
	removals(camera: CameraId): Promise<Removal[]>;
	/**
	 * Hides every segment that touches the span; the bytes stay until `purge`. `null`: the span holds
	 * no segment. Throws `conflict` when it touches a pin, `malformed` when it is longer than a day.
	 */
	remove(camera: CameraId, span: Span): Promise<Removal | null>;
	/** Restores exactly the removed segments. `false`: already purged. */
	restore(id: number): Promise<boolean>;
	/** Permanently deletes what was removed before `beforeMs`. Returns the bytes freed. */
	purge(beforeMs: number): Promise<number>;
}
