import { Fault } from '#domain/fault.ts';
import type { LivePart } from '#domain/live-part.ts';
import type { LiveRate } from '#protocol/channel.ts';
import type { Picture } from '#ports/capture.ts';
import type { LiveScreen, LiveScreenEvent, Pane } from '#ports/live-screen.ts';
import { LiveDecoder } from './live-decoder.ts';
import { streamOf } from './picture.ts';

/** A video for streams and a canvas for decoded parts, of which one is seen at a time. */
export class PaneScreen implements LiveScreen {
	readonly decodes = typeof VideoDecoder !== 'undefined';
	readonly #listeners = new Set<(event: LiveScreenEvent) => void>();
	readonly #decoder = new LiveDecoder({
		frame: (frame) => {
			this.#draw(frame);
		},
		failed: (fault) => {
			this.#tell({ kind: 'failed', fault });
		},
	});
	#video: HTMLVideoElement | null = null;
	#canvas: HTMLCanvasElement | null = null;
	#picture: Picture | null = null;
	#front: Pane | null = null;
	#muted = true;
	#rate: LiveRate = 'full';
	/** Counts the streams: a callback of an earlier one says nothing about this. */
	#turn = 0;
	#closed = false;

	get seen(): boolean {
		return !document.hidden;
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		if (this.#video !== null && this.#video !== video) this.#video.srcObject = null;
		this.#video = video;
		this.#canvas = canvas;
		video.playsInline = true;
		this.#playNow();
		this.front(this.#front);
	}

	play(picture: Picture | null): void {
		if (this.#picture === picture) return;
		this.#picture = picture;
		this.#playNow();
	}

	decode(part: LivePart): void {
		if (!this.decodes) {
			this.#tell({ kind: 'failed', fault: new Fault('unsupported', 'no video decoder here') });
		} else if (this.#canvas !== null && this.#rate !== 'none') this.#decoder.decode(part);
	}

	front(pane: Pane | null): void {
		this.#front = pane;
		if (this.#video) this.#video.style.visibility = pane === 'video' ? 'visible' : 'hidden';
		if (this.#canvas) this.#canvas.style.visibility = pane === 'canvas' ? 'visible' : 'hidden';
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		if (this.#video === null) return;
		this.#video.muted = muted;
		if (!muted) void this.#video.play().catch(() => undefined);
	}

	rate(rate: LiveRate): void {
		this.#rate = rate;
		this.#decoder.slow = rate === 'slow';
	}

	on(listener: (event: LiveScreenEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#closed = true;
		this.#listeners.clear();
		this.#decoder.close();
		this.#turn += 1;
		if (this.#video) this.#video.srcObject = null;
	}

	#playNow(): void {
		const video = this.#video;
		this.#turn += 1;
		if (video === null || this.#closed) return;
		const stream = this.#picture === null ? null : streamOf(this.#picture);
		// The same again would make the element begin anew.
		if (video.srcObject !== stream) video.srcObject = stream;
		video.muted = this.#muted;
		if (stream === null) return;
		const turn = this.#turn;
		const see = (): void => {
			if (turn !== this.#turn) return;
			video.requestVideoFrameCallback(see);
			this.#tell({ kind: 'frame', pane: 'video', capturedUs: null });
		};
		video.requestVideoFrameCallback(see);
		// Where sound needs a person's touch first, the picture goes on without it.
		video.play().catch(() => {
			if (turn !== this.#turn || video.muted) return;
			video.muted = true;
			void video.play().catch(() => undefined);
		});
	}

	#draw(frame: VideoFrame): void {
		const canvas = this.#canvas;
		const { displayWidth, displayHeight, timestamp } = frame;
		if (canvas !== null) {
			if (canvas.width !== displayWidth || canvas.height !== displayHeight) {
				canvas.width = displayWidth;
				canvas.height = displayHeight;
			}
			const pen = canvas.getContext('2d', { alpha: false });
			pen?.drawImage(frame, 0, 0);
		}
		frame.close();
		this.#tell({ kind: 'frame', pane: 'canvas', capturedUs: timestamp });
	}

	#tell(event: LiveScreenEvent): void {
		if (this.#closed) return;
		for (const listener of this.#listeners) listener(event);
	}
}
