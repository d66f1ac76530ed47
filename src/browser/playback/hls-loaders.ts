import type {
	Loader,
	LoaderCallbacks,
	LoaderConfiguration,
	LoaderContext,
	LoaderResponse,
	LoaderStats,
} from 'hls.js';
import type { Reel } from '#ports/media/playback-screen.ts';

/** Nothing is fetched from here, but hls.js requires absolute URLs. */
const BASE = `${globalThis.location.origin}/footage/`;
export const PLAYLIST_URL = `${BASE}playlist.m3u8`;

export function keyOfUrl(url: string): string {
	return url.slice(url.lastIndexOf('/') + 1);
}

type LoadedData = Pick<LoaderResponse, 'data'> & { readonly size: number };

/**
 * What hls.js requires of loaders, undocumented: never call back in the task of `load` (it resets
 * itself and then loads nothing), and fill in the stats.
 */
abstract class AnsweringLoader implements Loader<LoaderContext> {
	context: LoaderContext | null = null;
	readonly stats: LoaderStats = freshStats();
	readonly #abort = new AbortController();
	#callbacks: LoaderCallbacks<LoaderContext> | null = null;

	protected abstract answer(url: string, signal: AbortSignal): Promise<LoadedData>;

	load(
		context: LoaderContext,
		_: LoaderConfiguration,
		callbacks: LoaderCallbacks<LoaderContext>,
	): void {
		this.context = context;
		this.#callbacks = callbacks;
		const { stats } = this;
		stats.loading.start = performance.now();
		this.answer(context.url, this.#abort.signal).then(
			({ data, size }) => {
				stats.loading.first = stats.loading.end = performance.now();
				stats.loaded = stats.total = size;
				const done = this.#settle();
				done?.onSuccess(
					{ url: context.url, code: 200, ...(data ? { data } : {}) },
					stats,
					context,
					null,
				);
			},
			() => {
				stats.loading.end = performance.now();
				this.#settle()?.onError({ code: 404, text: 'not available' }, context, null, stats);
			},
		);
	}

	abort(): void {
		const { context } = this;
		const callbacks = this.#settle();
		if (callbacks === null || context === null) return;
		this.stats.aborted = true;
		this.#abort.abort();
		callbacks.onAbort?.(this.stats, context, null);
	}

	destroy(): void {
		if (this.#settle() !== null) this.stats.aborted = true;
		this.#abort.abort();
		this.context = null;
	}

	/** The callbacks, for the first caller only. */
	#settle(): LoaderCallbacks<LoaderContext> | null {
		const callbacks = this.#callbacks;
		this.#callbacks = null;
		return callbacks;
	}
}

export interface HlsLoaders {
	readonly pLoader: new () => Loader<LoaderContext>;
	readonly fLoader: new () => Loader<LoaderContext>;
}

/** `failed` gets what `load` of the playlist threw, unless hls.js has aborted the request. */
export function loadersOf(
	playlist: Reel,
	failed: (key: string, error: unknown) => void,
): HlsLoaders {
	class PlaylistLoader extends AnsweringLoader {
		protected override async answer(): Promise<LoadedData> {
			await Promise.resolve();
			return { data: playlist.m3u8, size: playlist.m3u8.length };
		}
	}
	class SegmentLoader extends AnsweringLoader {
		protected override async answer(url: string, signal: AbortSignal): Promise<LoadedData> {
			const key = keyOfUrl(url);
			try {
				const bytes = await playlist.load(key, signal);
				const whole = bytes.byteLength === bytes.buffer.byteLength;
				return { data: whole ? bytes.buffer : bytes.slice().buffer, size: bytes.byteLength };
			} catch (error) {
				if (!signal.aborted) failed(key, error);
				throw error;
			}
		}
	}
	return { pLoader: PlaylistLoader, fLoader: SegmentLoader };
}

function freshStats(): LoaderStats {
	return {
		aborted: false,
		loaded: 0,
		retry: 0,
		total: 0,
		chunkCount: 0,
		bwEstimate: 0,
		loading: { start: 0, first: 0, end: 0 },
		parsing: { start: 0, end: 0 },
		buffering: { start: 0, first: 0, end: 0 },
	};
}
