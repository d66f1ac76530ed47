import type { HomeId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 5 * 60_000;
/** Less says nothing about a rate. */
const LEAST_MS = 60_000;

interface Slot {
	readonly fromMs: number;
	bytes: number;
}

/** How much each home uploads, over the last hour. Only homes that upload take room here. */
export class ReceivedRates {
	readonly #clock: Pick<Clock, 'monotonicMs'>;
	readonly #slots = new Map<HomeId, Slot[]>();

	constructor(clock: Pick<Clock, 'monotonicMs'>) {
		this.#clock = clock;
	}

	add(home: HomeId, bytes: number): void {
		const nowMs = this.#clock.monotonicMs();
		const slots = this.#recent(home);
		const last = slots.at(-1);
		if (last !== undefined && nowMs - last.fromMs < SLOT_MS) last.bytes += bytes;
		else slots.push({ fromMs: nowMs, bytes });
		this.#slots.set(home, slots);
	}

	/** 0: nothing came, or too little to tell. */
	bytesPerMs(home: HomeId): number {
		const slots = this.#recent(home);
		const ms = this.#clock.monotonicMs() - (slots[0]?.fromMs ?? Infinity);
		return ms < LEAST_MS || ms === -Infinity
			? 0
			: slots.reduce((sum, { bytes }) => sum + bytes, 0) / ms;
	}

	#recent(home: HomeId): Slot[] {
		const sinceMs = this.#clock.monotonicMs() - HOUR_MS;
		const recent = (this.#slots.get(home) ?? []).filter(({ fromMs }) => fromMs >= sinceMs);
		if (recent.length === 0) this.#slots.delete(home);
		return recent;
	}
}
