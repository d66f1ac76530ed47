import { Listeners } from '#domain/base/listeners.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import {
	beginsWithKey,
	type FragmentPart,
	type FramesPart,
	type LivePart,
} from '#domain/live/live-part.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { LiveScreen, LiveScreenEvent, Pane } from '#ports/media/live-screen.ts';
import { WebCodecsPlayer } from './web-codecs-player.ts';
import type { SoundPlayer } from './sound-player.ts';
import { onVideoFrame } from './video-frames.ts';
import type { PartPlayer, PlayerSink } from './part-player.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { canPlaySound, mediaSourceClass } from './media-source.ts';

type VisiblePart = FramesPart | FragmentPart;
const MAX_PENDING = 40;

/** A video for streams and a canvas for parts; one is visible at a time. */
export class BrowserLiveScreen implements LiveScreen {
	readonly decodes = typeof VideoDecoder !== 'undefined' || mediaSourceClass() !== null;
	readonly hears = canPlaySound();
	readonly #listeners = new Listeners<[LiveScreenEvent]>();
	/** By kind; `null` while it is loading. */
	readonly #players = new Map<'codec' | 'media-source', PartPlayer | null>();
	readonly #sink: PlayerSink = {
		picture: (source, size, capturedUs) => {
			this.#draw(source, size, capturedUs);
		},
		failed: (fault) => {
			this.#emit({ kind: 'failed', fault });
		},
	};
	/** Parts since the newest key part, kept while their player is loading. */
	#pending: VisiblePart[] = [];
	#video: HTMLVideoElement | null = null;
	#canvas: HTMLCanvasElement | null = null;
	#picture: Picture | null = null;
	#front: Pane | null = null;
	#muted = true;
	/** Plays a stream's sound apart from its picture: a video with sound costs more, even muted. */
	readonly #streamAudio = document.createElement('audio');
	#shown: MediaStream | null = null;
	#sound: SoundPlayer | null = null;
	#loadingSound = false;
	#rate: LiveRate = 'full';
	#stopFrames: () => void = () => undefined;
	#closed = false;

	get visible(): boolean {
		return !document.hidden;
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		if (this.#video !== null && this.#video !== video) this.#video.srcObject = null;
		if (this.#canvas !== canvas) this.#closePlayers();
		this.#video = video;
		this.#canvas = canvas;
		video.playsInline = true;
		this.#playNow();
		this.setFront(this.#front);
	}

	play(picture: Picture | null): void {
		if (this.#picture === picture) return;
		this.#picture = picture;
		this.#shown = picture && new MediaStream(streamOf(picture).getVideoTracks());
		this.#streamAudio.srcObject = null;
		this.#playNow();
	}

	decode(part: LivePart): void {
		if (this.#canvas === null || this.#rate === 'none') return;
		if (part.kind !== 'sound') this.#show(part, this.#canvas);
		else if (this.#audible) this.#soundPlayer()?.play(part);
	}

	setFront(pane: Pane | null): void {
		this.#front = pane;
		if (this.#video) this.#video.style.visibility = pane === 'video' ? 'visible' : 'hidden';
		if (this.#canvas) this.#canvas.style.visibility = pane === 'canvas' ? 'visible' : 'hidden';
		this.#applyMute();
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		this.#applyMute();
	}

	setRate(rate: LiveRate): void {
		this.#rate = rate;
		for (const player of this.#players.values()) if (player) player.slow = rate === 'slow';
	}

	on(listener: (event: LiveScreenEvent) => void): () => void {
		return this.#listeners.add(listener);
	}

	close(): void {
		this.#closed = true;
		this.#applyMute();
		this.#listeners.clear();
		this.#closePlayers();
		this.#stopFrames();
		if (this.#video) this.#video.srcObject = null;
	}

	#show(part: VisiblePart, canvas: HTMLCanvasElement): void {
		const player = this.#playerOf(part, canvas);
		if (player !== null) player.decode(part);
		else if (beginsWithKey(part)) this.#pending = [part];
		else if (this.#pending.length < MAX_PENDING) this.#pending.push(part);
	}

	/** Returns the player for this part and closes the others; `null` while it is loading. */
	#playerOf(part: VisiblePart, canvas: HTMLCanvasElement): PartPlayer | null {
		const kind =
			part.kind === 'frames' && typeof VideoDecoder !== 'undefined' ? 'codec' : 'media-source';
		const loaded = this.#players.get(kind);
		if (loaded !== undefined) return loaded;
		this.#closePlayers();
		if (kind === 'codec') this.#use(kind, new WebCodecsPlayer(this.#sink));
		else void this.#load(canvas);
		return this.#players.get(kind) ?? null;
	}

	#soundPlayer(): SoundPlayer | null {
		if (this.hears && this.#sound === null && !this.#loadingSound) void this.#loadSound();
		return this.#sound;
	}

	async #loadSound(): Promise<void> {
		this.#loadingSound = true;
		try {
			const { createSoundPlayer } = await import('./sound-player.ts');
			if (this.#audible) this.#sound = createSoundPlayer();
		} catch {
			// The next part tries again.
		} finally {
			this.#loadingSound = false;
		}
	}

	#closePlayers(): void {
		for (const player of this.#players.values()) player?.close();
		this.#players.clear();
	}

	/** Players that most browsers do not need are loaded on demand. */
	async #load(canvas: HTMLCanvasElement): Promise<void> {
		this.#players.set('media-source', null);
		try {
			if (mediaSourceClass() === null)
				throw new Fault('unsupported', 'cannot play live parts: no VideoDecoder, no MediaSource');
			const { MediaSourcePlayer } = await import('./media-source-player.ts');
			if (!this.#closed && this.#players.get('media-source') === null) {
				const player = new MediaSourcePlayer(this.#sink, canvas);
				this.#use('media-source', player);
				for (const part of this.#pending.splice(0)) player.decode(part);
			}
		} catch (error) {
			this.#players.delete('media-source');
			this.#emit({ kind: 'failed', fault: faultOf(error) });
		}
	}

	#use(kind: 'codec' | 'media-source', player: PartPlayer): void {
		player.slow = this.#rate === 'slow';
		this.#players.set(kind, player);
		this.#applyMute();
	}

	/** Only a visible picture has sound. */
	get #audible(): boolean {
		return !this.#muted && this.#front === 'canvas' && !this.#closed;
	}

	#applyMute(): void {
		for (const player of this.#players.values()) player?.mute(!this.#audible);
		this.#playStreamSound();
		if (this.#audible) return;
		this.#sound?.close();
		this.#sound = null;
	}

	#playStreamSound(): void {
		const stream = this.#picture === null ? null : streamOf(this.#picture);
		const tracks = stream?.getAudioTracks() ?? [];
		const audible = tracks.length > 0 && !this.#muted && this.#front === 'video' && !this.#closed;
		if (audible === (this.#streamAudio.srcObject !== null)) return;
		this.#streamAudio.srcObject = audible ? new MediaStream(tracks) : null;
		if (audible) void this.#streamAudio.play().catch(() => undefined);
	}

	#playNow(): void {
		const video = this.#video;
		this.#stopFrames();
		if (video === null || this.#closed) return;
		this.#applyMute();
		const stream = this.#shown;
		// Assigning the same stream again would restart the element.
		if (video.srcObject !== stream) video.srcObject = stream;
		video.muted = true;
		if (stream === null) return;
		this.#stopFrames = onVideoFrame(video, () => {
			this.#emit({ kind: 'frame', pane: 'video', capturedUs: null });
		});
		void video.play().catch(() => undefined);
	}

	#draw(
		source: CanvasImageSource,
		{ width, height }: { readonly width: number; readonly height: number },
		capturedUs: number,
	): void {
		const canvas = this.#canvas;
		if (canvas !== null) {
			if (canvas.width !== width || canvas.height !== height) {
				canvas.width = width;
				canvas.height = height;
			}
			canvas.getContext('2d', { alpha: false })?.drawImage(source, 0, 0);
		}
		this.#emit({ kind: 'frame', pane: 'canvas', capturedUs });
	}

	#emit(event: LiveScreenEvent): void {
		if (this.#closed) return;
		this.#listeners.notify(event);
	}
}
