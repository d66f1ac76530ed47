import type { Picture } from '#ports/media/capture.ts';

/** In a browser a `Picture` is a MediaStream; only adapters may rely on that. */
export function pictureOf(stream: MediaStream): Picture {
	return stream as unknown as Picture;
}

export function streamOf(picture: Picture): MediaStream {
	return picture as unknown as MediaStream;
}

/** Event that the stream dispatches when `replacePicture` changed its track. */
export const REPLACED = 'replaced';
const lenses = new WeakMap<MediaStream, MediaStreamTrack>();

/** The lens's own track, even if the picture shows a scaled version of it. */
export function lensTrackOf(picture: Picture): MediaStreamTrack | undefined {
	const stream = streamOf(picture);
	return lenses.get(stream) ?? stream.getVideoTracks()[0];
}

/** Replaces the video track of the stream by `track`, which is derived from `lens`. */
export function replacePicture(
	stream: MediaStream,
	lens: MediaStreamTrack,
	track: MediaStreamTrack,
): void {
	lenses.set(stream, lens);
	for (const old of stream.getVideoTracks()) stream.removeTrack(old);
	stream.addTrack(track);
	// Streams fire `addtrack` and `removetrack` only for changes that the browser made.
	stream.dispatchEvent(new Event(REPLACED));
}
