import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { endUsOf } from '#domain/footage/index-page.ts';
import { isBefore } from '#domain/sync/footage-check.ts';
import { laterRecord, raisedPin, type HeadPin } from '#domain/sync/head-pin.ts';
import type { RunRecord } from '#domain/sync/run-record.ts';
import type { HeadPinStore } from '#ports/storage/head-pin-store.ts';
import type { CheckedRecord } from './checked-answers.ts';

/** The highest head of each camera that this device has seen (SY47). */
export class SeenHeads {
	readonly #store: HeadPinStore;
	readonly #pins = new Map<CameraId, Promise<HeadPin | null>>();

	constructor(store: HeadPinStore) {
		this.#store = store;
	}

	/** `null`: none; also where nothing can be read. */
	of(camera: CameraId): Promise<HeadPin | null> {
		const pin = this.#pins.get(camera) ?? orNull(this.#store.read(camera));
		this.#pins.set(camera, pin);
		return pin;
	}

	async all(): Promise<readonly HeadPin[]> {
		return (await orNull(this.#store.all())) ?? [];
	}

	async noteRecord(camera: CameraId, { head, entry }: CheckedRecord): Promise<void> {
		const before = await this.of(camera);
		if (entry === null || (before !== null && !isBefore(before, head))) return;
		const { runNo, seq, chain, oldestKept, wallMs } = head;
		const span = { startUs: entry.startUs, endUs: endUsOf(entry) };
		const record = before?.record ?? null;
		await this.#raise({ camera, runNo, seq, chain, oldestKept, wallMs, ...span, record });
	}

	async noteRun(camera: CameraId, { runNo, lastSeq, wallMs }: RunRecord): Promise<void> {
		const before = await this.of(camera);
		if (before === null) return;
		const record = laterRecord(before.record, { runNo, lastSeq, wallMs });
		if (record !== before.record) await this.#raise({ ...before, record });
	}

	/** Where it cannot be stored, it counts for this page. */
	async #raise(pin: HeadPin): Promise<void> {
		this.#pins.set(pin.camera, Promise.resolve(raisedPin(await this.of(pin.camera), pin)));
		await orNull(this.#store.raise(pin));
	}
}

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
	try {
		return await asked;
	} catch (error) {
		expectFault(error);
		return null;
	}
}
