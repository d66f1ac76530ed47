import { downloadFile, fileName, snapshotOf } from '#state/playback/files.ts';
import { togglePictureInPicture } from './picture-in-picture.ts';

/** What shows a live picture: one of them at a time, the other is hidden. */
export interface LivePanes {
	readonly video: HTMLVideoElement;
	readonly canvas: HTMLCanvasElement;
}

/** Saves the live picture as a file. Resolves to whether there was one. */
export async function saveStill(panes: LivePanes | null, name: string): Promise<boolean> {
	if (panes === null) return false;
	const { video, canvas } = panes;
	const pane = video.style.visibility === 'hidden' ? canvas : video;
	const file = await snapshotOf(pane, fileName(name, Date.now()));
	if (file) downloadFile(file);
	return file !== null;
}

/** Opens or closes the small window. Resolves to whether the browser did it. */
export async function toggleSmallWindow(panes: LivePanes | null): Promise<boolean> {
	if (panes === null) return false;
	try {
		await togglePictureInPicture(panes.video, panes.canvas);
		return true;
	} catch {
		return false;
	}
}
