import { BufferSource, Input, MP4, VideoSampleSink } from 'mediabunny';

/** The worker behind `thumbnail-maker.ts`: one movie in, its first frame as a small JPEG out. */
export interface ToThumbnailer {
	readonly id: number;
	/** Init section and fragment, one behind the other. */
	readonly movie: ArrayBuffer;
}

export type FromThumbnailer =
	| { readonly id: number; readonly jpeg: ArrayBuffer }
	| { readonly id: number; readonly failed: string };

const WIDTH = 192;
const QUALITY = 0.6;

async function pictureOf(movie: ArrayBuffer): Promise<ArrayBuffer> {
	const input = new Input({ source: new BufferSource(movie), formats: [MP4] });
	try {
		const track = await input.getPrimaryVideoTrack();
		if (track === null) throw new Error('no video');
		const sink = new VideoSampleSink(track);
		const sample = await sink.getSample(await track.getFirstTimestamp());
		if (sample === null) throw new Error('no frame');
		const { displayWidth, displayHeight } = sample;
		const scale = Math.min(1, WIDTH / Math.max(displayWidth, displayHeight));
		const canvas = new OffscreenCanvas(
			Math.max(1, Math.round(displayWidth * scale)),
			Math.max(1, Math.round(displayHeight * scale)),
		);
		const context = canvas.getContext('2d');
		if (context === null) throw new Error('no canvas');
		sample.draw(context, 0, 0, canvas.width, canvas.height);
		sample.close();
		const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
		return await blob.arrayBuffer();
	} finally {
		input.dispose();
	}
}

globalThis.onmessage = ({ data: { id, movie } }: MessageEvent<ToThumbnailer>) => {
	pictureOf(movie).then(
		(jpeg) => {
			const answer: FromThumbnailer = { id, jpeg };
			globalThis.postMessage(answer, { transfer: [jpeg] });
		},
		(error: unknown) => {
			const answer: FromThumbnailer = { id, failed: String(error) };
			globalThis.postMessage(answer);
		},
	);
};
