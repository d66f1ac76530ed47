/** Cuts off the main thread. One worker serves one encoding and is ended with it. */
import { Cutter } from './cutter.ts';

export type ToCutter =
	| { readonly kind: 'begin'; readonly frameRate: number }
	| { readonly kind: 'chunk'; readonly bytes: ArrayBuffer }
	| { readonly kind: 'end' };

let cutter = new Cutter(30);

addEventListener('message', ({ data }: MessageEvent<ToCutter>) => {
	try {
		if (data.kind === 'begin') cutter = new Cutter(data.frameRate);
		else if (data.kind === 'end') postMessage({ kind: 'ended' });
		else {
			for (const cut of cutter.push(new Uint8Array(data.bytes))) {
				const { buffer } = cut.kind === 'init' ? cut.bytes : cut.fragment.bytes;
				postMessage(cut, { transfer: [buffer] });
			}
		}
	} catch (error) {
		postMessage({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' });
	}
});
