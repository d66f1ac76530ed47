import { Fault } from '#domain/base/fault.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { mediaSourceClass } from './media-source.ts';

/**
 * Plays faster when this far behind the newest data, beyond the length of one piece; seeks when
 * further behind.
 */
const CATCH_UP_S = 0.25;
const SEEK_S = 1;
const CATCH_UP_RATE = 1.3;
/** Distance from the end after a seek. */
const SEEK_MARGIN_S = 0.08;
const KEPT_S = 4;
const TRIM_EACH_S = 10;
const MAX_QUEUED = 24;

/** Media data with its own timeline. All pieces of a feed have the same type. */
export interface FeedPiece {
	readonly mime: string;
	readonly init: Bytes;
	readonly bytes: Bytes;
	/** Seconds to add to its timestamps. */
	readonly offsetS: number;
	readonly durationS: number;
	/** Decoding can start with it. */
	readonly key: boolean;
}

/**
 * Keeps a media element at the newest end of its data: plays faster or seeks to catch up, and
 * removes what was played.
 */
export class MediaSourceFeed {
	readonly #element: HTMLMediaElement;
	readonly #failed: (fault: Fault) => void;
	readonly #source: MediaSource;
	readonly #url: string;
	#buffer: SourceBuffer | null = null;
	#init: Bytes | null = null;
	#waiting: FeedPiece[] = [];
	/** Longest recent piece: this much data arrives at once. */
	#pieceS = 0;
	#trimmedS = 0;
	#closed = false;

	/** Throws `unsupported`. */
	constructor(element: HTMLMediaElement, failed: (fault: Fault) => void) {
		const Source = mediaSourceClass();
		if (Source === null) throw new Fault('unsupported', 'this browser has no MediaSource');
		this.#element = element;
		this.#failed = failed;
		this.#source = new Source();
		this.#source.onsourceopen = () => {
			this.#next();
		};
		element.onerror = () => {
			this.#fail(new Fault('corrupt', element.error?.message ?? 'the media element failed'));
		};
		// Required by ManagedMediaSource.
		element.disableRemotePlayback = true;
		this.#url = URL.createObjectURL(this.#source);
		element.src = this.#url;
	}

	push(piece: FeedPiece): void {
		if (this.#closed) return;
		if (this.#waiting.length > MAX_QUEUED && piece.key) this.#waiting = [];
		this.#waiting.push(piece);
		this.#next();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#waiting = [];
		this.#element.onerror = null;
		this.#element.removeAttribute('src');
		this.#element.load();
		URL.revokeObjectURL(this.#url);
	}

	#next(): void {
		const [piece] = this.#waiting;
		if (this.#closed || piece === undefined || this.#source.readyState !== 'open') return;
		if (this.#buffer?.updating === true) return;
		try {
			const buffer = (this.#buffer ??= this.#open(piece.mime));
			if (this.#init !== piece.init) {
				this.#init = piece.init;
				buffer.appendBuffer(piece.init);
				return;
			}
			if (Math.abs(buffer.timestampOffset - piece.offsetS) > 1e-6) {
				buffer.timestampOffset = piece.offsetS;
			}
			this.#waiting.shift();
			this.#pieceS = Math.max(this.#pieceS * 0.9, piece.durationS);
			buffer.appendBuffer(piece.bytes);
		} catch (error) {
			this.#fail(error);
		}
	}

	#open(mime: string): SourceBuffer {
		if (mediaSourceClass()?.isTypeSupported(mime) !== true) {
			throw new Fault('unsupported', `this browser does not play ${mime}`);
		}
		const buffer = this.#source.addSourceBuffer(mime);
		buffer.onupdateend = () => {
			if (this.#closed) return;
			this.#catchUp();
			this.#trim(buffer);
			this.#next();
		};
		buffer.onerror = () => {
			this.#fail(new Fault('corrupt', 'the source buffer rejected a piece'));
		};
		return buffer;
	}

	#catchUp(): void {
		const { buffered, currentTime, paused } = this.#element;
		if (buffered.length === 0) return;
		const startS = buffered.start(buffered.length - 1);
		const endS = buffered.end(buffered.length - 1);
		const lagS = endS - currentTime - this.#pieceS;
		if (currentTime < startS - 0.01 || lagS > SEEK_S || currentTime > endS + SEEK_S) {
			this.#element.currentTime = Math.max(startS, endS - this.#pieceS - SEEK_MARGIN_S);
		}
		this.#element.playbackRate = lagS > CATCH_UP_S ? CATCH_UP_RATE : 1;
		if (paused) void this.#element.play().catch(() => undefined);
	}

	#trim(buffer: SourceBuffer): void {
		const untilS = this.#element.currentTime - KEPT_S;
		if (buffer.updating || untilS - this.#trimmedS < TRIM_EACH_S) return;
		this.#trimmedS = untilS;
		buffer.remove(0, untilS);
	}

	#fail(error: unknown): void {
		if (this.#closed) return;
		this.close();
		const fault =
			error instanceof Fault ? error : new Fault('corrupt', 'the media data does not play', error);
		this.#failed(fault);
	}
}
