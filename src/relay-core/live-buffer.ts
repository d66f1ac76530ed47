const KEEP_MS = 30_000;
/** For all cameras together: small parts have overhead, too. */
const MAX_PARTS = 100_000;

interface BufferedPart {
	readonly camera: string;
	readonly key: boolean;
	readonly frame: Uint8Array;
	readonly atMs: number;
}

/**
 * Ring buffer of the last 30 s of every camera, in memory only (RL21). Times are monotonic, in ms.
 */
export class LiveBuffer {
	readonly #maxBytes: number;
	/** Oldest first, over all cameras; slots before `#first` are evicted. */
	#all: (BufferedPart | undefined)[] = [];
	#first = 0;
	readonly #cameras = new Map<string, BufferedPart[]>();
	#bytes = 0;

	/** @param maxBytes 0: keeps nothing */
	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	get bytes(): number {
		return this.#bytes;
	}

	add(camera: string, key: boolean, frame: Uint8Array, nowMs: number): void {
		// A small frame may be a view of a much larger socket buffer, which it would keep alive: copy
		// it. Otherwise the whole buffer counts, because it stays in memory.
		const own = frame.buffer.byteLength > 2 * frame.length ? frame.slice() : frame;
		const kept = { camera, key, frame: own, atMs: nowMs };
		this.#all.push(kept);
		const parts = this.#cameras.get(camera);
		if (parts) parts.push(kept);
		else this.#cameras.set(camera, [kept]);
		this.#bytes += own.buffer.byteLength;
		this.tidy(nowMs);
	}

	/** The camera's frames from its newest key part on. */
	since(camera: string): readonly Uint8Array[] {
		const parts = this.#cameras.get(camera) ?? [];
		const from = parts.findLastIndex(({ key }) => key);
		return from < 0 ? [] : parts.slice(from).map(({ frame }) => frame);
	}

	tidy(nowMs: number): void {
		for (;;) {
			const oldest = this.#all[this.#first];
			const fits = this.#bytes <= this.#maxBytes && this.#all.length - this.#first <= MAX_PARTS;
			if (!oldest || (fits && nowMs - oldest.atMs <= KEEP_MS)) break;
			this.#all[this.#first] = undefined;
			this.#first += 1;
			this.#bytes -= oldest.frame.buffer.byteLength;
			const parts = this.#cameras.get(oldest.camera);
			parts?.shift();
			if (parts?.length === 0) this.#cameras.delete(oldest.camera);
		}
		if (this.#first > 1024 && this.#first * 2 > this.#all.length) {
			this.#all = this.#all.slice(this.#first);
			this.#first = 0;
		}
	}
}
