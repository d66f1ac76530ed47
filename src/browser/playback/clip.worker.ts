import { Serial } from '#domain/base/serial.ts';
import { canEncodeAudio } from 'mediabunny';
import { Fault, faultOf, type FaultKind } from '#domain/base/fault.ts';
import type { ClipMuxerOptions, ClipPart } from '#ports/media/clip-muxer.ts';
import { ClipWriter, videoSizeOfPart } from './clip-writer.ts';

/** The worker of `clip-muxer.ts`, for one clip. Each request gets one response with its id. */
export type ClipWorkerRequest = { readonly id: number } & (
	| { readonly kind: 'begin'; readonly order: ClipMuxerOptions }
	| { readonly kind: 'add'; readonly part: ClipPart }
	| { readonly kind: 'size'; readonly part: Pick<ClipPart, 'init' | 'fragment'> }
	| { readonly kind: 'aac' | 'finish' | 'cancel' }
);

export type ClipWorkerResponse =
	| { readonly id: number; readonly answer: unknown }
	| { readonly id: number; readonly failed: FaultKind; readonly message: string };

let writer: ClipWriter | null = null;

async function answerTo(message: ClipWorkerRequest): Promise<unknown> {
	switch (message.kind) {
		case 'begin':
			writer = new ClipWriter(message.order);
			return null;
		case 'aac':
			return canEncodeAudio('aac');
		case 'size':
			return videoSizeOfPart(message.part);
		case 'cancel':
			await writer?.cancel();
			return null;
		case 'add':
			await begun().add(message.part);
			return null;
		case 'finish':
			return begun().finish();
	}
}

function begun(): ClipWriter {
	if (writer === null) throw new Fault('conflict', 'clip worker: no clip begun');
	return writer;
}

const serial = new Serial();

globalThis.onmessage = ({ data }: MessageEvent<ClipWorkerRequest>) => {
	const work = async (): Promise<void> => {
		try {
			const answer: ClipWorkerResponse = { id: data.id, answer: await answerTo(data) };
			globalThis.postMessage(answer);
		} catch (error) {
			const { kind, message, cause } = faultOf(error);
			const said = cause instanceof Error ? `${message}: ${cause.message}` : message;
			const answer: ClipWorkerResponse = { id: data.id, failed: kind, message: said };
			globalThis.postMessage(answer);
		}
	};
	// A cancel must not wait for the work that it cancels.
	if (data.kind === 'cancel') void work();
	else void serial.run(work);
};
