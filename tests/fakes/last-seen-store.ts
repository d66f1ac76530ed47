import { mergeSeen, type SeenDevices } from '#domain/home/seen-device.ts';
import type { LastSeenStore } from '#ports/storage/last-seen-store.ts';
import { seenDocument, seenFrom } from '#protocol/seen.ts';

/** Reads pass through validation, as from disk. */
export class MemoryLastSeenStore implements LastSeenStore {
	writes = 0;
	#stored: unknown;

	constructor(stored?: unknown) {
		this.#stored = stored;
	}

	read(): Promise<SeenDevices> {
		return Promise.resolve(seenFrom(structuredClone(this.#stored)));
	}

	write(seen: SeenDevices, nowMs: number): Promise<void> {
		const kept = seenFrom(this.#stored);
		const both = [...seen].map(
			([device, one]) => [device, mergeSeen(nowMs, kept.get(device), one)] as const,
		);
		this.#stored = seenDocument(new Map(both));
		this.writes += 1;
		return Promise.resolve();
	}
}
