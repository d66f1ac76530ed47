import type { Bytes } from '#domain/base/bytes.ts';

/** The two elements of a live picture, of which one is visible. */
export interface Panes {
	readonly video: HTMLVideoElement;
	readonly canvas: HTMLCanvasElement;
}

const MAX_WIDTH = 480;
const MAX_BYTES = 20_000;
const QUALITIES = [0.7, 0.5, 0.3, 0.15];

/** A small JPEG, at most 20 kB, of the frame on show now; `null`: there is none. */
export async function stillOf({ video, canvas }: Panes): Promise<Bytes | null> {
	const isDrawn = canvas.style.visibility !== 'hidden';
	const [source, width, height] = isDrawn
		? ([canvas, canvas.width, canvas.height] as const)
		: ([video, video.videoWidth, video.videoHeight] as const);
	if (width === 0 || height === 0) return null;
	const small = document.createElement('canvas');
	small.width = Math.min(width, MAX_WIDTH);
	small.height = Math.max(1, Math.round((height * small.width) / width));
	const pen = small.getContext('2d');
	if (pen === null) return null;
	pen.drawImage(source, 0, 0, small.width, small.height);
	for (const quality of QUALITIES) {
		const blob = await new Promise<Blob | null>((done) => {
			small.toBlob(done, 'image/jpeg', quality);
		});
		if (blob === null) return null;
		if (blob.size <= MAX_BYTES) return new Uint8Array(await blob.arrayBuffer());
	}
	return null;
}
