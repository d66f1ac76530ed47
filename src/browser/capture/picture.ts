import type { Picture } from '#ports/media/capture.ts';

/** In a browser a picture is a MediaStream; only adapters know. */
export function pictureOf(stream: MediaStream): Picture {
	return stream as unknown as Picture;
}

export function streamOf(picture: Picture): MediaStream {
	return picture as unknown as MediaStream;
}

/** Told by the stream when it shows another track. */
export const REPLACED = 'replaced';
const lenses = new WeakMap<MediaStream, MediaStreamTrack>();

/** The lens behind a picture that is made of it. */
export function lensTrackOf(picture: Picture): MediaStreamTrack | undefined {
	const stream = streamOf(picture);
	return lenses.get(stream) ?? stream.getVideoTracks()[0];
}

/** Shows `track`, which is made of the lens, instead of what the picture showed. */
export function replacePicture(
	stream: MediaStream,
	lens: MediaStreamTrack,
	track: MediaStreamTrack,
): void {
	lenses.set(stream, lens);
	for (const old of stream.getVideoTracks()) stream.removeTrack(old);
	stream.addTrack(track);
	// A stream tells only of changes that the browser made.
	stream.dispatchEvent(new Event(REPLACED));
}
