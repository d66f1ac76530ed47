/**
 * Calls back for each frame that a video paints, with its media time, until the returned function
 * is called. Without `requestVideoFrameCallback` it polls on every animation frame.
 */
export function onVideoFrame(
	video: HTMLVideoElement,
	painted: (mediaS: number) => void,
): () => void {
	let stopped = false;
	const supported = 'requestVideoFrameCallback' in (video as Partial<HTMLVideoElement>);
	let lastS = -1;
	const poll = (): void => {
		if (stopped) return;
		requestAnimationFrame(poll);
		const { currentTime, readyState } = video;
		if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || currentTime === lastS) return;
		lastS = currentTime;
		painted(currentTime);
	};
	const onFrame = (_nowMs: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
		if (stopped) return;
		video.requestVideoFrameCallback(onFrame);
		painted(mediaTime);
	};
	if (supported) video.requestVideoFrameCallback(onFrame);
	else requestAnimationFrame(poll);
	return () => {
		stopped = true;
	};
}
