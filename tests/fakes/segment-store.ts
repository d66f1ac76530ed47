import type { Fault } from '#domain/base/fault.ts';
import { FootageStore } from '#engine/storage/footage-store.ts';
import { MemoryDisk, MemoryFootageRows } from './footage-rows.ts';

/** The store over rows in memory. Faults on demand. */
export class MemorySegmentStore extends FootageStore {
	readonly #disk: MemoryDisk;

	constructor(disk = new MemoryDisk()) {
		super(new MemoryFootageRows(disk), { wallMs: () => Date.now() });
		this.#disk = disk;
	}

	/** Capacity for sealed bytes; beyond it writes throw `quota`. */
	get roomBytes(): number {
		return this.#disk.roomBytes;
	}

	set roomBytes(bytes: number) {
		this.#disk.roomBytes = bytes;
	}

	/** Thrown by the next writes, one each. */
	get failures(): Fault[] {
		return this.#disk.failures;
	}
}
