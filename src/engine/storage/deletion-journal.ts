import { Serial } from '#domain/base/serial.ts';
import {
	hourOf,
	mergedDeletion,
	type Deletion,
	type DeletionRule,
} from '#domain/storage/deletion.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { EvictedPage, EvictionResult } from '#ports/footage/segment-store.ts';

/** Logs deletions without ever blocking the caller. Rules: docs/spec/space.md, "The journal". */
export class DeletionJournal {
	readonly #ledger: Pick<Ledger, 'noteDeletion'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #unsavedBytes: (pages: readonly EvictedPage[]) => number;
	/** Entries not written yet, one per rule and hour. */
	#waiting: Deletion[] = [];
	readonly #writing = new Serial();

	/** `unsavedBytes`: what of it was to be copied to the relay and is not known to be there. */
	constructor(
		ledger: Pick<Ledger, 'noteDeletion'>,
		clock: Pick<Clock, 'wallMs'>,
		unsavedBytes: (pages: readonly EvictedPage[]) => number = () => 0,
	) {
		this.#ledger = ledger;
		this.#clock = clock;
		this.#unsavedBytes = unsavedBytes;
	}

	note(rule: DeletionRule, { segments, bytes, span, pages = [] }: EvictionResult): void {
		if (bytes === 0 && segments === 0) return;
		const atMs = Math.floor(this.#clock.wallMs());
		const unsaved = this.#unsavedBytes(pages);
		const counts = { segments, bytes, ...(unsaved > 0 && { unsaved }) };
		const deletion: Deletion = { rule, firstMs: atMs, lastMs: atMs, span, ...counts };
		const same = (other: Deletion) => other.rule === rule && hourOf(other) === hourOf(deletion);
		const before = this.#waiting.find(same);
		this.#waiting = this.#waiting.filter((other) => other !== before);
		this.#waiting.push(before === undefined ? deletion : mergedDeletion(before, deletion));
		void this.#writing.run(() => this.#write());
	}

	/** Resolves once a write of everything noted so far was attempted. */
	settled(): Promise<void> {
		return this.#writing.run(() => undefined);
	}

	async #write(): Promise<void> {
		const deletions = this.#waiting;
		this.#waiting = [];
		for (const [at, deletion] of deletions.entries()) {
			try {
				await this.#ledger.noteDeletion(deletion);
			} catch {
				// SP20: most likely there is no room. Retried with the next entry.
				this.#waiting.unshift(...deletions.slice(at));
				return;
			}
		}
	}
}
