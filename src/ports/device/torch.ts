import type { Picture } from '#ports/media/capture.ts';

/** The torch of a lens. */
export interface Torch {
	/** `null`: this lens has no torch. */
	lit(picture: Picture): boolean | null;
	/** Throws `unsupported` without a torch. */
	light(picture: Picture, on: boolean): Promise<void>;
}
