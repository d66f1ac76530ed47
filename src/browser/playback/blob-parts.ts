import { Fault } from '#domain/base/fault.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A file built of blobs, which the browser may move to disk; only its first part can be rewritten.
 */
export class BlobParts {
	readonly #type: string;
	#head: Bytes | null = null;
	readonly #rest: Blob[] = [];
	#length = 0;

	constructor(type: string) {
		this.#type = type;
	}

	/** Appends, or overwrites within the first part. Throws `internal` elsewhere. */
	write(data: Bytes, position: number): void {
		if (position === this.#length) {
			if (this.#head === null) this.#head = data.slice();
			else this.#rest.push(new Blob([data]));
			this.#length += data.length;
		} else if (this.#head !== null && position + data.length <= this.#head.length) {
			this.#head.set(data, position);
		} else throw new Fault('internal', `a write to ${position} of ${this.#length}`);
	}

	blob(): Blob {
		return new Blob(this.#head === null ? [] : [this.#head, ...this.#rest], { type: this.#type });
	}
}
