import { Fault } from '#domain/base/fault.ts';
import type { Reel, PlaybackScreen, PlaybackScreenEvent } from '#ports/media/playback-screen.ts';

interface Line {
	readonly key: string;
	readonly init: string;
	readonly startS: number;
	readonly endS: number;
}

/**
 * Reads playlists as hls.js does, loads what a position needs, and paints a frame there. Plays when
 * told to.
 */
export class FakeScreen implements PlaybackScreen {
	/** Every key that was loaded, in order. */
	readonly loaded: string[] = [];
	/** Playlists that were shown. */
	readonly shows: string[] = [];
	/** Keys that open but do not decode. */
	readonly undecodable = new Set<string>();
	/** While set, nothing is painted. */
	stuck = false;
	positionS: number | null = null;
	/** Frames report a time earlier by this much: browsers round. */
	earlyS = 0;
	moving = false;
	playsAt = 1;
	readonly #listeners = new Set<(event: PlaybackScreenEvent) => void>();
	#playlist: Reel | null = null;
	#lines: Line[] = [];
	#turn = 0;

	show(playlist: Reel, positionS: number, signal: AbortSignal): Promise<void> {
		this.clear();
		this.shows.push(playlist.m3u8);
		this.#playlist = playlist;
		this.#lines = linesOf(playlist.m3u8);
		return this.#paint(positionS, signal);
	}

	seek(positionS: number, signal: AbortSignal): Promise<void> {
		return this.#paint(positionS, signal);
	}

	play(): Promise<void> {
		this.moving = true;
		return Promise.resolve();
	}

	pause(): void {
		this.moving = false;
	}

	rate(rate: number): void {
		this.playsAt = rate;
	}

	preload(): void {
		// Nothing to load there.
	}

	on(listener: (event: PlaybackScreenEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	clear(): void {
		this.#turn += 1;
		this.#playlist = null;
		this.positionS = null;
		this.moving = false;
	}

	get lengthS(): number {
		return this.#lines.at(-1)?.endS ?? 0;
	}

	/** Plays a step of at most one playlist line; starves where loading fails. */
	async advance(seconds: number): Promise<void> {
		if (!this.moving || this.positionS === null) return;
		const toS = this.positionS + seconds;
		if (toS >= this.lengthS) {
			this.moving = false;
			this.#tell({ kind: 'ended' });
			return;
		}
		try {
			await this.#paint(toS, new AbortController().signal);
		} catch {
			this.#tell({ kind: 'starved' });
		}
	}

	async #paint(positionS: number, signal: AbortSignal): Promise<void> {
		const turn = (this.#turn += 1);
		const line = this.#lines.findLast(({ startS }) => startS <= positionS);
		const playlist = this.#playlist;
		if (line === undefined || playlist === null) throw new Fault('conflict', 'nothing is shown');
		for (const key of [line.init, line.key]) {
			this.loaded.push(key);
			try {
				await playlist.load(key, signal);
			} catch (error) {
				if (turn !== this.#turn || !(error instanceof Fault)) throw error;
				this.#tell({ kind: 'failed', why: 'load', fault: error, key });
				throw error;
			}
		}
		if (this.undecodable.has(line.key)) {
			const fault = new Fault('corrupt', 'not playable');
			this.#tell({ kind: 'failed', why: 'media', fault, key: line.key });
			throw fault;
		}
		if (this.stuck) await new Promise((done) => signal.addEventListener('abort', done));
		if (turn !== this.#turn || signal.aborted)
			throw new Fault('aborted', 'something else is shown');
		this.positionS = positionS;
		this.#tell({ kind: 'frame', positionS: positionS - this.earlyS });
	}

	#tell(event: PlaybackScreenEvent): void {
		for (const listener of [...this.#listeners]) listener(event);
	}
}

function linesOf(playlist: string): Line[] {
	const lines: Line[] = [];
	let [init, startS, durationS] = ['', 0, 0];
	for (const text of playlist.split('\n')) {
		const map = /^#EXT-X-MAP:URI="(.+)"$/.exec(text);
		const duration = /^#EXTINF:([\d.]+),$/.exec(text);
		if (map?.[1] !== undefined) init = map[1];
		else if (duration) durationS = Number(duration[1]);
		else if (text !== '' && !text.startsWith('#')) {
			lines.push({ key: text, init, startS, endS: startS + durationS });
			startS += durationS;
		}
	}
	return lines;
}
