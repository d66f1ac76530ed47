import type { Picture } from '#ports/capture.ts';

/** In a browser a picture is a MediaStream; only adapters know. */
export function pictureOf(stream: MediaStream): Picture {
	return stream as unknown as Picture;
}

export function streamOf(picture: Picture): MediaStream {
	return picture as unknown as MediaStream;
}
