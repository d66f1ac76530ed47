import { Fault } from '#domain/base/fault.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A file that grows in memory that the browser may move to its disk; only its first part can be
 * written again.
 */
export class BlobParts {
	readonly #type: string;
	#head: Bytes | null = null;
	readonly #rest: Blob[] = [];
	#length = 0;

	constructor(type: string) {
		this.#type = type;
	}

	/** Behind everything, or inside the first part. Throws `internal` elsewhere. */
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
