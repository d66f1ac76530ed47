import { expectFault, faultOf } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { MINUTE_US } from '#domain/footage/index-page.ts';
import type { RelayAllowance } from '#domain/storage/relay-space.ts';
import { MAX_PAGES_PER_PASS } from '#domain/storage/retention.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Logger } from '#relay/base/log.ts';
import type { FootageIndex } from '#relay/footage/footage-index.ts';
import { IndexRetention } from '#relay/footage/index-retention.ts';
import type { KeptMinute } from '#relay/footage/leaving-queue.ts';
import type { PackFolder } from '#relay/footage/pack-folder.ts';
import type { Ballast } from './ballast.ts';
import type { SpaceLedger } from './space-ledger.ts';

export interface RetentionPassTools {
	readonly index: FootageIndex;
	readonly packs: PackFolder;
	readonly ledger: SpaceLedger;
	readonly ballast: Ballast;
	readonly clock: Pick<Clock, 'wallMs'>;
	readonly log: Pick<Logger, 'info'>;
	readonly isPinned?: (minute: KeptMinute) => boolean;
	readonly left?: (minutes: readonly KeptMinute[]) => void;
	/** Deletes minutes of one camera; returns the bytes freed. */
	readonly discard: (minutes: readonly KeptMinute[]) => Promise<number>;
	/** How much each home gives now, and what for. */
	readonly due: () => Pick<RelayAllowance, 'by'> & { readonly gives: ReadonlyMap<string, number> };
	readonly freed: (bytes: number) => void;
	readonly giveUpBallast: () => Promise<void>;
	readonly failed: (error: unknown) => void;
}

/** Deletes the oldest footage until nothing is due any more (RS5), and writes down what left. */
export class RetentionPasses {
	readonly #tools: RetentionPassTools;
	readonly #retention: IndexRetention;
	#pass: Promise<void> | null = null;
	#again = false;
	#ended = false;

	constructor(tools: RetentionPassTools) {
		this.#tools = tools;
		this.#retention = new IndexRetention(tools.index);
	}

	/** Resolves when no pass is running. */
	get done(): Promise<void> {
		return this.#pass ?? Promise.resolve();
	}

	/** One pass at a time; what is asked for meanwhile is done by one more. */
	begin(): void {
		if (this.#ended) return;
		if (this.#pass !== null) {
			this.#again = true;
			return;
		}
		this.#pass = this.#run()
			.catch((error: unknown) => this.#tools.failed(error))
			.finally(() => {
				this.#pass = null;
			});
	}

	async end(): Promise<void> {
		this.#ended = true;
		await this.#pass;
	}

	async #run(): Promise<void> {
		do {
			this.#again = false;
			while (!this.#ended && (await this.#freeOnce()) > 0);
		} while (this.#isWantedAgain());
	}

	#isWantedAgain(): boolean {
		return this.#again && !this.#ended;
	}

	/** At most an hour of each home; returns the bytes freed. */
	async #freeOnce(): Promise<number> {
		const { due, freed, isPinned = () => false } = this.#tools;
		const { gives, by } = due();
		let all = 0;
		for (const [name, bytes] of gives) {
			const home = name as HomeId;
			const limits = { pages: MAX_PAGES_PER_PASS, bytes };
			const leaving = this.#retention.leavingNext(home, limits, isPinned);
			let gone = 0;
			for (const minutes of Map.groupBy(leaving, ({ camera }) => camera).values()) {
				if (!this.#ended) gone += await this.#discard(minutes);
			}
			if (gone === 0) continue;
			all += gone;
			freed(gone);
			this.#tools.left?.(leaving);
			this.#note(home, by, leaving, gone);
		}
		return all;
	}

	async #discard(minutes: readonly KeptMinute[]): Promise<number> {
		const { ballast, discard, giveUpBallast, packs } = this.#tools;
		try {
			return await discard(minutes);
		} catch (error) {
			if (faultOf(error).kind !== 'quota') throw error;
			// Not even the index can be written. Without a reserve, packs go first: the index forgets
			// what has none.
			if (ballast.bytes > 0) await giveUpBallast();
			else for (const minute of minutes) await packs.delete(minute);
			return discard(minutes);
		}
	}

	#note(home: HomeId, by: RelayAllowance['by'], left: readonly KeptMinute[], bytes: number): void {
		const { clock, ledger, log } = this.#tools;
		const nowMs = clock.wallMs();
		const minutes = left.map(({ minute }) => minute);
		const span = {
			startUs: Math.min(...minutes) * MINUTE_US,
			endUs: (Math.max(...minutes) + 1) * MINUTE_US,
		};
		const segments = left.reduce((sum, page) => sum + page.lastSeq - page.firstSeq + 1, 0);
		const rule = by === 'cap' ? 'budget' : 'refused';
		try {
			ledger.noteDeletion(home, { rule, firstMs: nowMs, lastMs: nowMs, span, segments, bytes });
		} catch (error) {
			// An entry that cannot be written holds nothing up.
			expectFault(error);
		}
		log.info({ home, rule, minutes: left.length, bytes }, 'the oldest footage left');
	}
}
