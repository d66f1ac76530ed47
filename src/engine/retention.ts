import { PAGES_A_PASS, toFree, toFreeAfterQuota } from '#domain/retention.ts';
import type { Evicted, Segments } from '#ports/segments.ts';
import type { Allowance } from './allowance.ts';

const NOTHING: Evicted = { segments: 0, bytes: 0, span: null };

/**
 * Keeps footage within its budget: the oldest minutes leave before new ones are written. Rules:
 * docs/spec/retention.md.
 */
export class Retention {
	readonly #segments: Segments;
	readonly #allowance: Pick<Allowance, 'bytes' | 'refused'>;
	#lastBytes = 0;

	constructor(segments: Segments, allowance: Pick<Allowance, 'bytes' | 'refused'>) {
		this.#segments = segments;
		this.#allowance = allowance;
	}

	/** Before every write, of what is about to be written. Throws what `Segments` throws. */
	async makeRoom(incomingBytes: number): Promise<Evicted> {
		this.#lastBytes = incomingBytes;
		const [used, budget] = await Promise.all([this.#segments.usedBytes(), this.#allowance.bytes()]);
		const bytes = toFree(used, incomingBytes, budget);
		return bytes === 0 ? NOTHING : this.#segments.evict(bytes, PAGES_A_PASS);
	}

	/** After the fault `quota`; then write the same segment again. Nothing evicted: there is no room to make. */
	async afterQuota(): Promise<Evicted> {
		const usedBytes = await this.#segments.usedBytes();
		const evicted = await this.#segments.evict(toFreeAfterQuota(this.#lastBytes), PAGES_A_PASS);
		await this.#allowance.refused(usedBytes);
		return evicted;
	}
}
