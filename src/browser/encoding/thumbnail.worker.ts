import { BufferSource, Input, MP4, VideoSampleSink } from 'mediabunny';

/** Worker of `thumbnail-maker.ts`: renders the first frame of an MP4 as a small JPEG. */
export interface ToThumbnailer {
	readonly id: number;
	/** Init section followed by one fragment. */
	readonly movie: ArrayBuffer;
}

export type FromThumbnailer =
	| { readonly id: number; readonly jpeg: ArrayBuffer; readonly brightness: readonly number[] }
	| { readonly id: number; readonly failed: string };

const WIDTH = 192;
const QUALITY = 0.6;
/** Fields of the brightness grid (docs/spec/events.md). */
const GRID_COLUMNS = 16;
const GRID_ROWS = 9;

interface DrawnThumbnail {
	readonly jpeg: ArrayBuffer;
	readonly brightness: readonly number[];
}

async function pictureOf(movie: ArrayBuffer): Promise<DrawnThumbnail> {
	const input = new Input({ source: new BufferSource(movie), formats: [MP4] });
	try {
		const track = await input.getPrimaryVideoTrack();
		if (track === null) throw new Error('the fragment has no video track');
		const sink = new VideoSampleSink(track);
		const sample = await sink.getSample(await track.getFirstTimestamp());
		if (sample === null) throw new Error('the fragment has no decodable frame');
		const { displayWidth, displayHeight } = sample;
		const scale = Math.min(1, WIDTH / Math.max(displayWidth, displayHeight));
		const canvas = new OffscreenCanvas(
			Math.max(1, Math.round(displayWidth * scale)),
			Math.max(1, Math.round(displayHeight * scale)),
		);
		const context = canvas.getContext('2d');
		if (context === null) throw new Error('no 2D canvas context');
		sample.draw(context, 0, 0, canvas.width, canvas.height);
		sample.close();
		const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
		return { jpeg: await blob.arrayBuffer(), brightness: brightnessOf(context) };
	} finally {
		input.dispose();
	}
}

/** Mean luma of each field (BT.601 weights). */
function brightnessOf(context: OffscreenCanvasRenderingContext2D): number[] {
	const { width, height } = context.canvas;
	const { data } = context.getImageData(0, 0, width, height);
	const sums = new Float64Array(GRID_COLUMNS * GRID_ROWS);
	const counts = new Float64Array(GRID_COLUMNS * GRID_ROWS);
	for (let y = 0; y < height; y += 1) {
		for (let x = 0; x < width; x += 1) {
			const at = 4 * (y * width + x);
			const field =
				Math.floor((y * GRID_ROWS) / height) * GRID_COLUMNS +
				Math.floor((x * GRID_COLUMNS) / width);
			const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
			sums[field] = (sums[field] ?? 0) + 0.299 * red + 0.587 * green + 0.114 * blue;
			counts[field] = (counts[field] ?? 0) + 1;
		}
	}
	return Array.from(sums, (sum, field) => sum / Math.max(1, counts[field] ?? 1));
}

globalThis.onmessage = ({ data: { id, movie } }: MessageEvent<ToThumbnailer>) => {
	pictureOf(movie).then(
		(drawn) => {
			const answer: FromThumbnailer = { id, ...drawn };
			globalThis.postMessage(answer, { transfer: [drawn.jpeg] });
		},
		(error: unknown) => {
			const answer: FromThumbnailer = { id, failed: String(error) };
			globalThis.postMessage(answer);
		},
	);
};
