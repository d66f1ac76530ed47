import type { CameraId } from '#domain/base/ids.ts';
import { MAX_HEAD_PINS, raisedPin, type HeadPin } from '#domain/sync/head-pin.ts';
import type { HeadPinStore } from '#ports/storage/head-pin-store.ts';
import { headPinFrom } from '#protocol/head-pin.ts';

/** Reads pass through validation, as from disk. */
export class MemoryHeadPinStore implements HeadPinStore {
	readonly #rows = new Map<string, unknown>();

	constructor(stored: readonly (readonly [CameraId, unknown])[] = []) {
		for (const [camera, row] of stored) this.#rows.set(camera, row);
	}

	read(camera: CameraId): Promise<HeadPin | null> {
		return Promise.resolve(headPinFrom(this.#rows.get(camera)));
	}

	all(): Promise<HeadPin[]> {
		return Promise.resolve([...this.#rows.values()].flatMap((row) => headPinFrom(row) ?? []));
	}

	raise(pin: HeadPin): Promise<void> {
		const before = headPinFrom(this.#rows.get(pin.camera));
		this.#rows.set(pin.camera, structuredClone(raisedPin(before, pin)));
		const pins = [...this.#rows.values()].flatMap((row) => headPinFrom(row) ?? []);
		const [oldest] = pins.toSorted((a, b) => a.wallMs - b.wallMs);
		if (oldest !== undefined && this.#rows.size > MAX_HEAD_PINS) this.#rows.delete(oldest.camera);
		return Promise.resolve();
	}
}
