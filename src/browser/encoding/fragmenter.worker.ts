/** Runs a `Fragmenter` off the main thread. One worker per encoding. */
import { Fragmenter } from '#web/fragmenter.ts';

export type ToFragmenter =
	| { readonly kind: 'begin'; readonly frameRate: number }
	| { readonly kind: 'chunk'; readonly bytes: ArrayBuffer }
	| { readonly kind: 'end' };

let fragmenter = new Fragmenter(30);

addEventListener('message', ({ data }: MessageEvent<ToFragmenter>) => {
	try {
		if (data.kind === 'begin') fragmenter = new Fragmenter(data.frameRate);
		else if (data.kind === 'end') postMessage({ kind: 'ended' });
		else {
			for (const part of fragmenter.push(new Uint8Array(data.bytes))) {
				const { buffer } = part.kind === 'init' ? part.bytes : part.fragment.bytes;
				postMessage(part, { transfer: [buffer] });
			}
		}
	} catch (error) {
		postMessage({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' });
	}
});
