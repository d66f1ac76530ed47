/** Whether the browser supports picture-in-picture. */
export function canPictureInPicture(): boolean {
	return document.pictureInPictureEnabled;
}

/** Counts openings and closings. */
let turn = 0;

export function closePictureInPicture(): void {
	turn += 1;
	if (document.pictureInPictureElement === null) return;
	// The user closed it first.
	document.exitPictureInPicture().catch(() => undefined);
}

/** Toggles picture-in-picture. A canvas is shown through a captured stream. */
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
	// It was closed while it was opening.
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
