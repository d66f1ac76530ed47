/**
 * Tells of every frame that a video paints, with its media time, until the returned function is
 * called. Old browsers tell of none: there it is looked when the screen is drawn.
 */
export function onVideoFrame(
	video: HTMLVideoElement,
	painted: (mediaS: number) => void,
): () => void {
	let over = false;
	const called = 'requestVideoFrameCallback' in (video as Partial<HTMLVideoElement>);
	let lastS = -1;
	const look = (): void => {
		if (over) return;
		requestAnimationFrame(look);
		const { currentTime, readyState } = video;
		if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || currentTime === lastS) return;
		lastS = currentTime;
		painted(currentTime);
	};
	const see = (_nowMs: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
		if (over) return;
		video.requestVideoFrameCallback(see);
		painted(mediaTime);
	};
	if (called) video.requestVideoFrameCallback(see);
	else requestAnimationFrame(look);
	return () => {
		over = true;
	};
}
