import { scaledToFit, type Dimensions } from '#domain/media/scaled-to-fit.ts';

/** The worker behind `scaler.ts`: pictures in, the same pictures no larger than asked for out. */
export type ToScaler =
	| {
			readonly kind: 'begin';
			readonly from: ReadableStream<VideoFrame>;
			readonly to: WritableStream<VideoFrame>;
			readonly chosen: Dimensions;
	  }
	| { readonly kind: 'chosen'; readonly chosen: Dimensions };

let chosen: Dimensions = { width: 0, height: 0 };
const canvas = new OffscreenCanvas(2, 2);
const context = canvas.getContext('2d', { alpha: false });

/** Takes the frame over. */
function scaled(frame: VideoFrame): VideoFrame {
	const { displayWidth, displayHeight, timestamp } = frame;
	const { width, height } = scaledToFit({ width: displayWidth, height: displayHeight }, chosen);
	if (context === null || (width === displayWidth && height === displayHeight)) return frame;
	// To set a size clears the canvas.
	if (canvas.width !== width || canvas.height !== height) {
		[canvas.width, canvas.height] = [width, height];
	}
	context.drawImage(frame, 0, 0, width, height);
	frame.close();
	return new VideoFrame(canvas, { timestamp });
}

async function pump(
	from: ReadableStream<VideoFrame>,
	to: WritableStream<VideoFrame>,
): Promise<void> {
	const [reader, writer] = [from.getReader(), to.getWriter()];
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			// What is written is closed by who reads it.
			await writer.write(scaled(value));
		}
		await writer.close();
	} catch {
		// The track that was written to is gone, or its end is told by closing.
		await writer.abort().catch(() => undefined);
		await reader.cancel().catch(() => undefined);
	}
}

addEventListener('message', ({ data }: MessageEvent<ToScaler>) => {
	({ chosen } = data);
	if (data.kind === 'begin') void pump(data.from, data.to);
});
