import {
	hourOf,
	mergedDeletion,
	type Deletion,
	type DeletionRule,
} from '#domain/storage/deletion.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { EvictionResult } from '#ports/footage/segment-store.ts';

/**
 * Writes down what was deleted, and never keeps anybody waiting for it. Rules: docs/spec/space.md,
 * "The journal".
 */
export class DeletionJournal {
	readonly #ledger: Pick<Ledger, 'noteDeletion'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	/** What could not be written yet, one for each rule and hour. */
	#waiting: Deletion[] = [];
	#writing: Promise<void> = Promise.resolve();

	constructor(ledger: Pick<Ledger, 'noteDeletion'>, clock: Pick<Clock, 'wallMs'>) {
		this.#ledger = ledger;
		this.#clock = clock;
	}

	note(rule: DeletionRule, { segments, bytes, span }: EvictionResult): void {
		if (bytes === 0 && segments === 0) return;
		const atMs = Math.floor(this.#clock.wallMs());
		const deletion: Deletion = { rule, firstMs: atMs, lastMs: atMs, span, segments, bytes };
		const same = (other: Deletion) => other.rule === rule && hourOf(other) === hourOf(deletion);
		const before = this.#waiting.find(same);
		this.#waiting = this.#waiting.filter((other) => other !== before);
		this.#waiting.push(before === undefined ? deletion : mergedDeletion(before, deletion));
		this.#writing = this.#writing.then(() => this.#write());
	}

	/** When everything noted so far was tried. */
	settled(): Promise<void> {
		return this.#writing;
	}

	async #write(): Promise<void> {
		const deletions = this.#waiting;
		this.#waiting = [];
		for (const [at, deletion] of deletions.entries()) {
			try {
				await this.#ledger.noteDeletion(deletion);
			} catch {
				// SP20: most likely no room. It goes with the next.
				this.#waiting.unshift(...deletions.slice(at));
				return;
			}
		}
	}
}
