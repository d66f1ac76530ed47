/** Picture-in-picture, where the browser has it. */
export function hasSmallWindow(): boolean {
	return document.pictureInPictureEnabled;
}

/** Opens it, or closes it where it is open. A canvas is shown through a stream of its own. */
export async function toggleSmallWindow(
	video: HTMLVideoElement,
	canvas: HTMLCanvasElement,
): Promise<void> {
	if (document.pictureInPictureElement !== null) {
		await document.exitPictureInPicture();
		return;
	}
	if (video.style.visibility !== 'hidden') {
		await video.requestPictureInPicture();
		return;
	}
	const stream = canvas.captureStream();
	const screen = document.createElement('video');
	screen.muted = true;
	screen.srcObject = stream;
	const stop = (): void => {
		for (const track of stream.getTracks()) track.stop();
		screen.srcObject = null;
	};
	screen.addEventListener('leavepictureinpicture', stop, { once: true });
	try {
		await screen.play();
		await screen.requestPictureInPicture();
	} catch (error) {
		stop();
		throw error;
	}
}
