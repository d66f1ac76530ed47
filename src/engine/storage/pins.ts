import { Fault } from '#domain/base/fault.ts';
import { MAX_PINNED_SHARE } from '#domain/storage/usage.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf, MINUTE_US } from '#domain/footage/index-page.ts';
import type { Span } from '#domain/footage/span.ts';
import type { PinsAndTrash, Pin } from '#ports/footage/pins-and-trash.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Allowance } from './allowance.ts';

export interface PinCost {
	readonly pin: Pin;
	/** Bytes of the whole minutes that the pin covers. */
	readonly bytes: number;
}

type Store = Pick<SegmentStore, 'cameras' | 'between'> & Pick<PinsAndTrash, 'pins' | 'pin'>;

/** Pins footage and limits how much pins may hold. Rules: docs/spec/space.md, "Levels". */
export class Pins {
	readonly #store: Store;
	readonly #allowance: Pick<Allowance, 'bytes'>;

	constructor(store: Store, allowance: Pick<Allowance, 'bytes'>) {
		this.#store = store;
		this.#allowance = allowance;
	}

	/**
	 * Throws `quota` if pins would leave no room to record (SP15), and what `PinsAndTrash.pin`
	 * throws.
	 */
	async pin(camera: CameraId, span: Span): Promise<Pin> {
		const [others, allowed] = await Promise.all([this.#spans(), this.#allowance.bytes()]);
		const held = await this.#bytesOf([...others, { ...span, camera }]);
		if (held > MAX_PINNED_SHARE * allowed)
			throw new Fault('quota', 'pins would exceed their share');
		return this.#store.pin(camera, span);
	}

	/** Bytes exempt from eviction. */
	async heldBytes(): Promise<number> {
		return this.#bytesOf(await this.#spans());
	}

	/** Oldest first. A minute covered by two pins counts for both. */
	async costs(): Promise<PinCost[]> {
		const costs: PinCost[] = [];
		for (const pin of await this.#spans()) {
			costs.push({ pin, bytes: await this.#bytesOf([pin]) });
		}
		return costs.toSorted((a, b) => a.pin.startUs - b.pin.startUs);
	}

	async #spans(): Promise<Pin[]> {
		const cameras = await this.#store.cameras();
		const pins = await Promise.all(cameras.map((camera) => this.#store.pins(camera)));
		return pins.flat();
	}

	/** Whole minutes, each counted once, because eviction keeps whole pages. */
	async #bytesOf(spans: readonly (Span & { readonly camera: CameraId })[]): Promise<number> {
		let bytes = 0;
		for (const camera of new Set(spans.map((span) => span.camera))) {
			const own = spans.filter((span) => span.camera === camera).map(wholeMinutes);
			for (const { startUs, endUs } of merged(own)) {
				const segments = await this.#store.between(camera, startUs, endUs);
				for (const { startUs: atUs, size } of segments) if (atUs >= startUs) bytes += size;
			}
		}
		return bytes;
	}
}

function wholeMinutes({ startUs, endUs }: Span): Span {
	return {
		startUs: minuteOf(startUs) * MINUTE_US,
		endUs: (minuteOf(Math.max(startUs, endUs - 1)) + 1) * MINUTE_US,
	};
}

function merged(spans: readonly Span[]): Span[] {
	const all: Span[] = [];
	for (const span of spans.toSorted((a, b) => a.startUs - b.startUs)) {
		const last = all.at(-1);
		if (last === undefined || span.startUs > last.endUs) all.push(span);
		else all[all.length - 1] = { ...last, endUs: Math.max(last.endUs, span.endUs) };
	}
	return all;
}
