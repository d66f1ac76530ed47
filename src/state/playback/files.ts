import { ambiguousTimeOf } from '#domain/footage/ambiguous-time.ts';
import { timezoneOffsetAt } from './timezone-offset.ts';

/** Hands a file to the person: by the system's share sheet, or as a download. */

export function canShareFile(file: File): boolean {
	return 'canShare' in navigator && navigator.canShare({ files: [file] });
}

/** `false`: the person cancelled. */
export async function shareFile(file: File): Promise<boolean> {
	try {
		await navigator.share({ files: [file] });
		return true;
	} catch (error) {
		if (error instanceof DOMException && error.name === 'AbortError') return false;
		throw error;
	}
}

/** How long the object URL must live for a browser to start reading it. */
const HELD_MS = 60_000;

export function downloadFile(file: File): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(file);
	link.download = file.name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS);
}

/** The current frame as a JPEG at its own size; `null`: no frame. */
export async function snapshotOf(
	shown: HTMLVideoElement | HTMLCanvasElement,
	name: string,
): Promise<File | null> {
	const video = shown instanceof HTMLVideoElement;
	const width = video ? shown.videoWidth : shown.width;
	const height = video ? shown.videoHeight : shown.height;
	if (width === 0 || height === 0) return null;
	const canvas = document.createElement('canvas');
	canvas.width = width;
	canvas.height = height;
	canvas.getContext('2d')?.drawImage(shown, 0, 0);
	const blob = await new Promise<Blob | null>((done) => {
		canvas.toBlob(done, 'image/jpeg', 0.92);
	});
	return blob && new File([blob], `${name}.jpg`, { type: 'image/jpeg' });
}

/** As in `UTC+0200`: tells apart the two occurrences of an hour (TL18). */
function utc(ms: number): string {
	const minutes = -timezoneOffsetAt(ms);
	const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
	const two = (n: number) => String(n).padStart(2, '0');
	return `UTC${minutes < 0 ? '-' : '+'}${two(hour)}${two(minute)}`;
}

/** `Hall 2026-11-24 14-02-31`: sorts by time, valid on every file system. */
export function fileName(camera: string, ms: number): string {
	const date = new Date(ms);
	const two = (n: number) => String(n).padStart(2, '0');
	const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	const time = `${two(date.getHours())}-${two(date.getMinutes())}-${two(date.getSeconds())}`;
	const plain = camera.replace(/[^\p{L}\p{N} _-]+/gu, ' ').trim() || 'Spy-cam';
	return `${plain} ${day} ${time}${ambiguousTimeOf(timezoneOffsetAt, ms) === null ? '' : ` ${utc(ms)}`}`;
}
