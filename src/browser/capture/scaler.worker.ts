import { scaledToFit, type Dimensions } from '#domain/media/scaled-to-fit.ts';

/** Worker of `scaler.ts`: scales frames down to fit the chosen size. */
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

/** Takes ownership of the frame. */
function scaled(frame: VideoFrame): VideoFrame {
	const { displayWidth, displayHeight, timestamp } = frame;
	const { width, height } = scaledToFit({ width: displayWidth, height: displayHeight }, chosen);
	if (context === null || (width === displayWidth && height === displayHeight)) return frame;
	// Setting the size clears the canvas, even to the same value.
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
			// The consumer closes written frames.
			await writer.write(scaled(value));
		}
		await writer.close();
	} catch {
		// The output track was stopped; aborting and cancelling release the streams.
		await writer.abort().catch(() => undefined);
		await reader.cancel().catch(() => undefined);
	}
}

addEventListener('message', ({ data }: MessageEvent<ToScaler>) => {
	({ chosen } = data);
	if (data.kind === 'begin') void pump(data.from, data.to);
});
