import { Serial } from '#domain/base/serial.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { PlannedEviction } from '#domain/storage/eviction-plan.ts';
import {
	MAX_PAGES_PER_PASS,
	bytesToFree,
	bytesToFreeAfterQuota,
} from '#domain/storage/retention.ts';
import { reserveBytesOf } from '#domain/storage/allowance.ts';
import type { Reserve } from '#ports/storage/reserve.ts';
import type { EvictionResult, SegmentStore } from '#ports/footage/segment-store.ts';
import type { Allowance } from './allowance.ts';
import type { DeletionJournal } from './deletion-journal.ts';

const PAGES_A_SMALL_PASS = 10;
const TRIES = 3;
/** About a minute of segments. */
const MAX_UNREAD_WRITES = 60;
const NOTHING: EvictionResult = { segments: 0, bytes: 0, span: null };

export interface RetentionTools {
	readonly segments: SegmentStore;
	readonly allowance: Pick<Allowance, 'bytes' | 'footageBytes' | 'recordRefusal'>;
	readonly reserve: Reserve;
	readonly journal: Pick<DeletionJournal, 'note'>;
}

/** RC13: makes room first, and retries after a store that did not answer, too. */
export interface FootageWrite {
	readonly bytes: number;
	/** Footage was deleted. */
	evicted(): Promise<void>;
	/** Before a store that did not answer is tried again. */
	pause(): Promise<void>;
}

/**
 * Keeps footage within its allowance: the oldest minutes are evicted before new ones are written.
 * Rules: docs/spec/retention.md.
 */
export class Retention {
	readonly #tools: RetentionTools;
	#lastBytes = 0;
	/** Bytes kept, at most: as last read, and all that was to be written since. */
	#keptBytes = Infinity;
	/** Writes since they were read. */
	#unread = 0;
	/** Total allowance at the last pass. */
	#allowed = Infinity;
	/** Serialised: two passes at once would each free what both need. */
	readonly #passes = new Serial();

	constructor(tools: RetentionTools) {
		this.#tools = tools;
	}

	/**
	 * Call before writing `incomingBytes`. Reads no database while there is certainly room (RT22).
	 * Throws like `SegmentStore`.
	 */
	makeRoom(incomingBytes: number): Promise<EvictionResult> {
		this.#lastBytes = incomingBytes;
		return this.#passes.run(async () => {
			const limit = await this.#limit();
			this.#unread += 1;
			const isRoomy = bytesToFree(this.#keptBytes, incomingBytes, limit) === 0;
			const evicted =
				isRoomy && this.#unread <= MAX_UNREAD_WRITES
					? NOTHING
					: await this.#evict(incomingBytes, limit, MAX_PAGES_PER_PASS);
			this.#keptBytes += incomingBytes;
			return evicted;
		});
	}

	/** A small pass for times without writes, so that no write waits long behind it. */
	enforceBudget(): Promise<EvictionResult> {
		return this.#passes.run(async () => this.#evict(0, await this.#limit(), PAGES_A_SMALL_PASS));
	}

	/**
	 * RT18: what `enforceBudget` would delete under this budget, plus what ended before `beforeUs`.
	 * Deletes nothing.
	 */
	async planEviction(budgetBytes: number | null, beforeUs?: number): Promise<PlannedEviction> {
		const { segments, allowance } = this.#tools;
		const [used, limit] = await Promise.all([
			segments.usedBytes(),
			allowance.footageBytes(budgetBytes),
		]);
		return segments.planEviction({
			bytes: bytesToFree(used, 0, limit),
			...(beforeUs && { beforeUs }),
		});
	}

	/** Bytes allowed to footage. */
	async #limit(): Promise<number> {
		// Shrinking the reserve must not hold up footage.
		await this.#fitReserve().catch(expectFault);
		return this.#tools.allowance.footageBytes();
	}

	async #evict(incomingBytes: number, limit: number, maxPages: number): Promise<EvictionResult> {
		const { segments, journal } = this.#tools;
		this.#keptBytes = await segments.usedBytes();
		this.#unread = 0;
		const bytes = bytesToFree(this.#keptBytes, incomingBytes, limit);
		if (bytes === 0) return NOTHING;
		const evicted = await segments.evict(bytes, maxPages);
		this.#keptBytes -= evicted.bytes;
		journal.note('budget', evicted);
		return evicted;
	}

	/** RT19: the reserve shrinks before any footage is deleted. */
	async #fitReserve(): Promise<void> {
		const { allowance, reserve } = this.#tools;
		const allowed = await allowance.bytes();
		if (allowed < this.#allowed) {
			const wanted = reserveBytesOf(allowed);
			if ((await reserve.held()) > wanted) await reserve.hold(wanted);
		}
		this.#allowed = allowed;
	}

	/**
	 * Writes; when `quota` is thrown, evicts the oldest footage and writes the same again. Throws
	 * what `write` throws.
	 */
	async withRoom<T>(write: () => Promise<T>, footage?: FootageWrite): Promise<T> {
		for (let tried = 1; ; tried++) {
			try {
				if (footage && (await this.makeRoom(footage.bytes)).segments > 0) await footage.evicted();
				return await write();
			} catch (error) {
				expectFault(error);
				if (tried >= TRIES) throw error;
				if (error.kind === 'quota') {
					const { bytes, segments } = await this.afterQuota();
					if (bytes === 0) throw error;
					if (segments > 0) await footage?.evicted();
				} else if (error.kind === 'timeout' || error.kind === 'unavailable') {
					if (footage === undefined) throw error;
					await footage.pause();
				} else throw error;
			}
		}
	}

	/**
	 * Call after a `quota` fault, then write the same segment again. Zero bytes freed: there is
	 * nothing left to free.
	 */
	async afterQuota(): Promise<EvictionResult> {
		const { segments, allowance, reserve, journal } = this.#tools;
		const usedBytes = await segments.usedBytes();
		// SP13: the reserve is released first, whatever the eviction does.
		const spent = await reserve.spend().catch((error: unknown) => {
			expectFault(error);
			return 0;
		});
		const evicted = await segments.evict(
			bytesToFreeAfterQuota(this.#lastBytes),
			MAX_PAGES_PER_PASS,
		);
		this.#keptBytes = Infinity;
		await allowance.recordRefusal(usedBytes + spent);
		journal.note('refused', evicted);
		return { ...evicted, bytes: evicted.bytes + spent };
	}
}
