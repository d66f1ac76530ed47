/** Picture-in-picture, where the browser has it. */
export function canPictureInPicture(): boolean {
	return document.pictureInPictureEnabled;
}

/** Counts who opened and who closed it. */
let turn = 0;

export function closePictureInPicture(): void {
	turn += 1;
	if (document.pictureInPictureElement === null) return;
	// The person was quicker.
	document.exitPictureInPicture().catch(() => undefined);
}

/** Opens it, or closes it where it is open. A canvas is shown through a stream of its own. */
export async function togglePictureInPicture(
	video: HTMLVideoElement,
	canvas: HTMLCanvasElement,
): Promise<void> {
	if (document.pictureInPictureElement !== null) {
		closePictureInPicture();
		return;
	}
	const mine = (turn += 1);
	if (video.style.visibility === 'hidden') await openCanvas(canvas);
	else await video.requestPictureInPicture();
	// It was to be closed before it was open.
	if (mine !== turn) closePictureInPicture();
}

async function openCanvas(canvas: HTMLCanvasElement): Promise<void> {
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
