import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from './span.ts';

/** Where saved footage is read from, nearest first. */
export const ORIGINS = ['here', 'relay', 'camera'] as const;
export type Origin = (typeof ORIGINS)[number];

/** Footage that the same origins have, nearest first. */
export interface OriginSpan extends Span {
	readonly origins: readonly Origin[];
}

/** `reading`: nothing is known yet. `refused`: this device may not see saved footage there. */
export type OriginState = 'ready' | 'reading' | 'away' | 'refused';

/** A camera with footage at some origin, present or past. */
export interface SavedCamera {
	readonly id: CameraId;
	/** `null`: not known here. */
	readonly name: string | null;
	readonly origins: readonly Origin[];
	/** Its device was revoked, or has this camera no more. */
	readonly former: boolean;
}
