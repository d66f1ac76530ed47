import { Fault, faultOf } from '#domain/base/fault.ts';
import {
	beginsWithKey,
	type FilmPart,
	type FramesPart,
	type LivePart,
} from '#domain/live/live-part.ts';
import type { LiveRate } from '#protocol/channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { LiveScreen, LiveScreenEvent, Pane } from '#ports/media/live-screen.ts';
import { LiveDecoder } from './live-decoder.ts';
import type { SoundPlayer } from './live-sound.ts';
import { eachPainted } from './painted.ts';
import type { PartPlayer, PlayerSink } from './part-player.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { hearsParts, sourceMaker } from './source-maker.ts';

type Seen = FramesPart | FilmPart;
const MOST_EARLY = 40;

/** A video for streams and a canvas for parts, of which one is seen at a time. */
export class PaneScreen implements LiveScreen {
	readonly decodes = typeof VideoDecoder !== 'undefined' || sourceMaker() !== null;
	readonly hears = hearsParts();
	readonly #listeners = new Set<(event: LiveScreenEvent) => void>();
	/** By how they play; `null`: it is being loaded. */
	readonly #players = new Map<'codec' | 'film', PartPlayer | null>();
	readonly #sink: PlayerSink = {
		picture: (source, size, capturedUs) => {
			this.#draw(source, size, capturedUs);
		},
		failed: (fault) => {
			this.#tell({ kind: 'failed', fault });
		},
	};
	/** From the newest key part on, while what plays them is loaded. */
	#early: Seen[] = [];
	#video: HTMLVideoElement | null = null;
	#canvas: HTMLCanvasElement | null = null;
	#picture: Picture | null = null;
	#front: Pane | null = null;
	#muted = true;
	/** What is heard of a stream, apart from its picture: a video with sound costs, muted or not. */
	readonly #voice = document.createElement('audio');
	#shown: MediaStream | null = null;
	#sound: SoundPlayer | null = null;
	#loadsSound = false;
	#rate: LiveRate = 'full';
	#stopPainted: () => void = () => undefined;
	#closed = false;

	get seen(): boolean {
		return !document.hidden;
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		if (this.#video !== null && this.#video !== video) this.#video.srcObject = null;
		if (this.#canvas !== canvas) this.#dismiss();
		this.#video = video;
		this.#canvas = canvas;
		video.playsInline = true;
		this.#playNow();
		this.front(this.#front);
	}

	play(picture: Picture | null): void {
		if (this.#picture === picture) return;
		this.#picture = picture;
		this.#shown = picture && new MediaStream(streamOf(picture).getVideoTracks());
		this.#voice.srcObject = null;
		this.#playNow();
	}

	decode(part: LivePart): void {
		if (this.#canvas === null || this.#rate === 'none') return;
		if (part.kind !== 'sound') this.#show(part, this.#canvas);
		else if (this.#audible) this.#soundNow()?.play(part);
	}

	front(pane: Pane | null): void {
		this.#front = pane;
		if (this.#video) this.#video.style.visibility = pane === 'video' ? 'visible' : 'hidden';
		if (this.#canvas) this.#canvas.style.visibility = pane === 'canvas' ? 'visible' : 'hidden';
		this.#hush();
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		this.#hush();
	}

	rate(rate: LiveRate): void {
		this.#rate = rate;
		for (const player of this.#players.values()) if (player) player.slow = rate === 'slow';
	}

	on(listener: (event: LiveScreenEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#closed = true;
		this.#hush();
		this.#listeners.clear();
		this.#dismiss();
		this.#stopPainted();
		if (this.#video) this.#video.srcObject = null;
	}

	#show(part: Seen, canvas: HTMLCanvasElement): void {
		const player = this.#playerOf(part, canvas);
		if (player !== null) player.decode(part);
		else if (beginsWithKey(part)) this.#early = [part];
		else if (this.#early.length < MOST_EARLY) this.#early.push(part);
	}

	/** One that can play this part; the others go. `null`: not yet. */
	#playerOf(part: Seen, canvas: HTMLCanvasElement): PartPlayer | null {
		const how = part.kind === 'frames' && typeof VideoDecoder !== 'undefined' ? 'codec' : 'film';
		const there = this.#players.get(how);
		if (there !== undefined) return there;
		this.#dismiss();
		if (how === 'codec') this.#use(how, new LiveDecoder(this.#sink));
		else void this.#load(canvas);
		return this.#players.get(how) ?? null;
	}

	#soundNow(): SoundPlayer | null {
		if (this.hears && this.#sound === null && !this.#loadsSound) void this.#loadSound();
		return this.#sound;
	}

	async #loadSound(): Promise<void> {
		this.#loadsSound = true;
		try {
			const { soundPlayer } = await import('./live-sound.ts');
			if (this.#audible) this.#sound = soundPlayer();
		} catch {
			// The next part tries again.
		} finally {
			this.#loadsSound = false;
		}
	}

	#dismiss(): void {
		for (const player of this.#players.values()) player?.close();
		this.#players.clear();
	}

	/** What most browsers do without is loaded where it is needed. */
	async #load(canvas: HTMLCanvasElement): Promise<void> {
		this.#players.set('film', null);
		try {
			if (sourceMaker() === null) throw new Fault('unsupported', 'nothing here plays live parts');
			const { FilmPlayer } = await import('./live-film.ts');
			if (!this.#closed && this.#players.get('film') === null) {
				const player = new FilmPlayer(this.#sink, canvas);
				this.#use('film', player);
				for (const part of this.#early.splice(0)) player.decode(part);
			}
		} catch (error) {
			this.#players.delete('film');
			this.#tell({ kind: 'failed', fault: faultOf(error) });
		}
	}

	#use(how: 'codec' | 'film', player: PartPlayer): void {
		player.slow = this.#rate === 'slow';
		this.#players.set(how, player);
		this.#hush();
	}

	/** Only what is seen is heard. */
	get #audible(): boolean {
		return !this.#muted && this.#front === 'canvas' && !this.#closed;
	}

	#hush(): void {
		for (const player of this.#players.values()) player?.mute(!this.#audible);
		this.#speak();
		if (this.#audible) return;
		this.#sound?.close();
		this.#sound = null;
	}

	#speak(): void {
		const stream = this.#picture === null ? null : streamOf(this.#picture);
		const tracks = stream?.getAudioTracks() ?? [];
		const audible = tracks.length > 0 && !this.#muted && this.#front === 'video' && !this.#closed;
		if (audible === (this.#voice.srcObject !== null)) return;
		this.#voice.srcObject = audible ? new MediaStream(tracks) : null;
		if (audible) void this.#voice.play().catch(() => undefined);
	}

	#playNow(): void {
		const video = this.#video;
		this.#stopPainted();
		if (video === null || this.#closed) return;
		this.#hush();
		const stream = this.#shown;
		// The same again would make the element begin anew.
		if (video.srcObject !== stream) video.srcObject = stream;
		video.muted = true;
		if (stream === null) return;
		this.#stopPainted = eachPainted(video, () => {
			this.#tell({ kind: 'frame', pane: 'video', capturedUs: null });
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
		this.#tell({ kind: 'frame', pane: 'canvas', capturedUs });
	}

	#tell(event: LiveScreenEvent): void {
		if (this.#closed) return;
		for (const listener of this.#listeners) listener(event);
	}
}
