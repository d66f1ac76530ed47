import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import type { Pin, Removal } from '#ports/footage/pins-and-trash.ts';
import type { Engine } from '#state/app/engine.ts';
import type { Ribbon } from './ribbon.svelte.ts';

/** What has just been done to a span, for a sentence and an undo. */
export type SelectionOutcome =
	| { readonly kind: 'deleted'; readonly removal: Removal }
	| { readonly kind: 'pinned' | 'unpinned'; readonly pin: Pin }
	| { readonly kind: 'restored' | 'is-pinned' | 'full' | 'nothing' | 'too-late' }
	| { readonly kind: 'failed'; readonly fault: Fault };

export interface SelectedRange {
	readonly startMs: number;
	readonly endMs: number;
}

const AROUND_MS = 15_000;
const SHORTEST_MS = 1000;
/**
 * TL14: less of the ribbon than this, and the handles are too near; more, and they are out of
 * sight.
 */
const [MIN_SHARE, BEST_SHARE, MAX_SHARE] = [0.3, 0.6, 0.9];

/**
 * The span that a person acts on: that of the selection while one is open, else some seconds around
 * the hand. Rules: docs/spec/timeline.md, "The span".
 */
export class SpanSelection {
	/** The selection; `null`: none is open. */
	range = $state.raw<SelectedRange | null>(null);
	pins = $state.raw<readonly Pin[]>([]);
	outcome = $state.raw<SelectionOutcome | null>(null);
	readonly #engine: Engine;
	readonly #ribbon: Ribbon;
	readonly #reload: () => Promise<void>;
	#camera: CameraId | null = null;
	/** Across the ribbon: before a selection was opened, and since. */
	#spanMs = 0;
	#zoomedMs = 0;
	#off: () => void = () => undefined;

	/** `reload`: makes the player forget what is gone. */
	constructor(engine: Engine, ribbon: Ribbon, reload: () => Promise<void>) {
		this.#engine = engine;
		this.#ribbon = ribbon;
		this.#reload = reload;
	}

	/** What is not purged yet can still be undone, after a reload, too. */
	watch(camera: CameraId): void {
		this.#camera = camera;
		this.#off = this.#engine.segments.watch(() => void this.#look());
		void this.#look();
		void this.#engine.segments.removals(camera).then(
			(removals) => {
				const removal = removals.at(-1);
				if (removal && this.outcome === null) this.outcome = { kind: 'deleted', removal };
			},
			() => undefined,
		);
	}

	close(): void {
		this.#off();
	}

	/** Of the selection. */
	get span(): Span | null {
		return this.range && spanOf(this.range);
	}

	/** TL12: what an action takes now. */
	get effectiveRange(): SelectedRange {
		if (this.range !== null) return this.range;
		const { handMs, fromMs, toMs } = this.#ribbon;
		const startMs = Math.max(fromMs, handMs - AROUND_MS);
		const endMs = Math.max(startMs + SHORTEST_MS, Math.min(toMs, handMs + AROUND_MS));
		return { startMs, endMs };
	}

	/** Opens a selection around the hand, unless one is open. */
	begin(): void {
		if (this.range !== null) return;
		this.range = this.effectiveRange;
		const { spanMs } = this.#ribbon;
		const share = (this.range.endMs - this.range.startMs) / spanMs;
		this.#spanMs = spanMs;
		if (share < MIN_SHARE || share > MAX_SHARE) this.#ribbon.spanMs = (share / BEST_SHARE) * spanMs;
		this.#zoomedMs = this.#ribbon.spanMs;
	}

	/** The selection is closed, and the ribbon is as before unless somebody zoomed. */
	clear(): void {
		if (this.range !== null && this.#ribbon.spanMs === this.#zoomedMs) {
			this.#ribbon.spanMs = this.#spanMs;
		}
		this.range = null;
	}

	/** Moves one end; the other gives way where it must. */
	move(side: 'start' | 'end', toMs: number): void {
		if (this.range === null) return;
		const { fromMs, toMs: lastMs } = this.#ribbon;
		const ms = Math.min(Math.max(toMs, fromMs), lastMs);
		const { startMs, endMs } = this.range;
		this.range =
			side === 'start'
				? { startMs: ms, endMs: Math.max(endMs, ms + SHORTEST_MS) }
				: { startMs: Math.min(startMs, ms - SHORTEST_MS), endMs: ms };
	}

	/** The pin that the hand, or the selection, lies in. */
	get pinHere(): Pin | null {
		const { startMs, endMs } = this.range ?? { startMs: this.#ribbon.handMs, endMs: 0 };
		const to = Math.max(startMs, endMs) * 1000;
		return this.pins.find(({ startUs, endUs }) => startUs <= to && endUs > startMs * 1000) ?? null;
	}

	/** Pins the span; a pin that is there already is taken away. */
	async pin(): Promise<void> {
		const { segments } = this.#engine;
		await this.#do(async (camera) => {
			const pin = this.pinHere;
			if (pin !== null) {
				await segments.unpin(pin.id);
				return { kind: 'unpinned', pin };
			}
			return {
				kind: 'pinned',
				pin: await this.#engine.pins.pin(camera, spanOf(this.effectiveRange)),
			};
		});
	}

	/**
	 * TL13: deletes the selection, and nothing that was not shown as one. A refusal leaves it open.
	 */
	async remove(): Promise<void> {
		const { span } = this;
		if (span === null) return;
		await this.#do(async (camera) => {
			const removal = await this.#engine.segments.remove(camera, span);
			if (removal === null) return { kind: 'nothing' };
			this.clear();
			await this.#reload();
			return { kind: 'deleted', removal };
		});
	}

	get undoable(): boolean {
		const { kind } = this.outcome ?? {};
		return kind === 'deleted' || kind === 'pinned' || kind === 'unpinned';
	}

	async undo(): Promise<void> {
		const { outcome: done } = this;
		const { segments } = this.#engine;
		await this.#do(async (camera) => {
			if (done?.kind === 'deleted') {
				if (!(await segments.restore(done.removal.id))) return { kind: 'too-late' };
				await this.#reload();
				return { kind: 'restored' };
			}
			if (done?.kind === 'pinned') {
				await segments.unpin(done.pin.id);
				return { kind: 'unpinned', pin: done.pin };
			}
			if (done?.kind === 'unpinned') {
				return { kind: 'pinned', pin: await this.#engine.pins.pin(camera, done.pin) };
			}
			return null;
		});
	}

	async #do(work: (camera: CameraId) => Promise<SelectionOutcome | null>): Promise<void> {
		if (this.#camera === null) return;
		try {
			this.outcome = await work(this.#camera);
		} catch (error) {
			const fault = faultOf(error);
			const told = fault.kind === 'conflict' ? 'is-pinned' : fault.kind === 'quota' ? 'full' : null;
			this.outcome = told === null ? { kind: 'failed', fault } : { kind: told };
		}
		await this.#look();
	}

	async #look(): Promise<void> {
		if (this.#camera === null) return;
		try {
			this.pins = await this.#engine.segments.pins(this.#camera);
		} catch {
			// The next change asks again.
		}
	}
}

function spanOf({ startMs, endMs }: SelectedRange): Span {
	return { startUs: startMs * 1000, endUs: endMs * 1000 };
}
