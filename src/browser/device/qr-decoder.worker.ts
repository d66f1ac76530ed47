import { decodeQR } from 'qr/decode.js';

/** The worker behind `code-reader.ts`: takes a frame, returns the text of its QR code. */
export interface DecodeRequest {
	readonly frame: ImageBitmap;
}
export interface DecodeReply {
	/** `null`: no QR code found. */
	readonly text: string | null;
}

let canvas: OffscreenCanvas | null = null;

function decodeQrCode(frame: ImageBitmap): string | null {
	const { width, height } = frame;
	canvas ??= new OffscreenCanvas(width, height);
	canvas.width = width;
	canvas.height = height;
	const context = canvas.getContext('2d', { willReadFrequently: true });
	context?.drawImage(frame, 0, 0);
	frame.close();
	const data = context?.getImageData(0, 0, width, height).data;
	try {
		return data === undefined ? null : decodeQR({ width, height, data });
	} catch {
		return null;
	}
}

globalThis.onmessage = ({ data }: MessageEvent<DecodeRequest>) => {
	const answer: DecodeReply = { text: decodeQrCode(data.frame) };
	globalThis.postMessage(answer);
};
