import type { FaultKind } from '#domain/base/fault.ts';
import type { RefusedSpan } from './refused-segments.ts';

/** Why nothing is uploaded although it could be. */
export type HeldBack = 'person' | 'metered' | 'battery' | 'elsewhere';

export interface UploadProgress {
	/** End of the newest footage that is there; `null`: none is, or that is not known. */
	readonly upToMs: number | null;
	/** Minutes with footage that are not all there, before the last two; `null`: not known. */
	readonly minutesLeft: number | null;
	/** Will not be taken as it is. */
	readonly refused: RefusedSpan | null;
	/** Start of a segment that it had acknowledged, and does not have. */
	readonly lostMs: number | null;
	/** The archive has no room for what is older; `null`: it has. */
	readonly roomFromMs: number | null;
}

export type UploadState = UploadProgress &
	(
		| { readonly kind: 'asking' }
		/** All that is wanted is there, but for the last seconds. */
		| { readonly kind: 'current' }
		/** `aboutMs`: how long it takes at this speed; `null`: not known, or it does not catch up. */
		| { readonly kind: 'uploading'; readonly aboutMs: number | null }
		| { readonly kind: 'paused'; readonly why: HeldBack }
		| { readonly kind: 'failed'; readonly why: FaultKind | 'full'; readonly againMs: number }
	);
