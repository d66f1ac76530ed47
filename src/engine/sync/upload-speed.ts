const MIN_REQUESTS = 3;
/** What was sent before counts this much less with each request. */
const FADES = 0.9;

/** How fast uploads go, from the last ones. */
export class UploadSpeed {
	#requests = 0;
	#bytes = 0;
	#ms = 0;
	#doneMs = -Infinity;

	/** A request, by the monotonic clock. They may overlap; pauses between them do not count. */
	add(bytes: number, fromMs: number, toMs: number): void {
		this.#requests += 1;
		this.#bytes = this.#bytes * FADES + bytes;
		this.#ms = this.#ms * FADES + Math.max(1, toMs - Math.max(fromMs, this.#doneMs));
		this.#doneMs = toMs;
	}

	/** Bytes per ms; `null`: too little was sent. */
	get bytesPerMs(): number | null {
		return this.#requests < MIN_REQUESTS ? null : this.#bytes / this.#ms;
	}
}
