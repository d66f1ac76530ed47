import type { Picture } from '#ports/media/capture.ts';

/** The light beside a lens. */
export interface Torch {
	/** `null`: this lens has none. */
	lit(picture: Picture): boolean | null;
	/** Throws `unsupported` where there is none. */
	light(picture: Picture, on: boolean): Promise<void>;
}
