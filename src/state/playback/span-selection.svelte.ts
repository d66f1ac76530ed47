import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import type { Pin, Removal } from '#ports/footage/pins-and-trash.ts';
import type { Engine } from '#state/app/engine.ts';
import type { Ribbon } from './ribbon.svelte.ts';

/** The last action on a span, for a notice with undo. */
export type SelectionOutcome =
	| { readonly kind: 'deleted'; readonly removal: Removal }
	| { readonly kind: 'pinned' | 'unpinned'; readonly pin: Pin }
	| { readonly kind: 'restored' | 'is-pinned' | 'full' | 'nothing' | 'too-late' }
	| { readonly kind: 'failed'; readonly fault: Fault };

export interface SelectedRange {
	readonly startMs: number;
	readonly endMs: number;
}

/** What can be done to a span. */
export type SpanAction = 'clip' | 'pin' | 'delete';

const AROUND_MS = 15_000;
const SHORTEST_MS = 1000;
/** TL14: room for both handles, and for what is around the span. */
const SHARE = 0.6;
const MIN_SHARE = 0.2;

/**
 * The span that actions apply to: the selection if one is open, else some seconds around the
 * playhead. Rules: docs/spec/timeline.md, "The span".
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
	/** Visible time before the selection was opened, and since. */
	#spanMs = 0;
	#zoomedMs = 0;
	#off: () => void = () => undefined;

	/** `reload`: drops deleted frames from the player. */
	constructor(engine: Engine, ribbon: Ribbon, reload: () => Promise<void>) {
		this.#engine = engine;
		this.#ribbon = ribbon;
		this.#reload = reload;
	}

	/** Loads removals not purged yet, which can be undone even after a reload. */
	watch(camera: CameraId): void {
		this.#camera = camera;
		this.#off = this.#engine.segments.watch(() => void this.#refresh());
		void this.#refresh();
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

	/** The selection's span. */
	get span(): Span | null {
		return this.range && spanOf(this.range);
	}

	/** TL12: the span that an action applies to now. */
	get effectiveRange(): SelectedRange {
		if (this.range !== null) return this.range;
		const { handMs, fromMs, toMs } = this.#ribbon;
		const startMs = Math.max(fromMs, handMs - AROUND_MS);
		const endMs = Math.max(startMs + SHORTEST_MS, Math.min(toMs, handMs + AROUND_MS));
		return { startMs, endMs };
	}

	/** Opens a selection, unless one is open: a span, or some seconds around the playhead. */
	begin(span: Span | null = null): void {
		if (this.range !== null) return;
		this.range = span
			? { startMs: span.startUs / 1000, endMs: span.endUs / 1000 }
			: this.effectiveRange;
		this.#spanMs = this.#ribbon.spanMs;
		this.#fit();
	}

	/** Fits the ribbon to the selection if an end of it is out of sight, or both are too near. */
	show(): void {
		if (this.range === null) return;
		const { startMs, endMs } = this.range;
		const share = (endMs - startMs) / this.#ribbon.spanMs;
		const seen = this.#ribbon.shows(startMs) && this.#ribbon.shows(endMs);
		if (!seen || share < MIN_SHARE) this.#fit();
	}

	#fit(): void {
		if (this.range === null) return;
		const { startMs, endMs } = this.range;
		const zoomed = this.#zoomedMs > 0 && this.#ribbon.spanMs !== this.#zoomedMs;
		this.#ribbon.spanMs = (endMs - startMs) / SHARE;
		// Somebody zoomed before: closing does not undo that.
		if (zoomed) this.#spanMs = 0;
		this.#zoomedMs = this.#ribbon.spanMs;
		this.#ribbon.fix((startMs + endMs) / 2);
	}

	/** Closes the selection and restores the zoom, unless somebody zoomed. */
	clear(): void {
		if (this.range !== null && this.#ribbon.spanMs === this.#zoomedMs && this.#spanMs > 0) {
			this.#ribbon.spanMs = this.#spanMs;
		}
		this.#zoomedMs = 0;
		this.#ribbon.fix(null);
		this.range = null;
	}

	/**
	 * Moves one end; the other one yields where it must. Returns where that end is now; `null`: there
	 * is no selection.
	 */
	move(side: 'start' | 'end', toMs: number): number | null {
		if (this.range === null) return null;
		const { fromMs, toMs: lastMs } = this.#ribbon;
		const [firstMs, finalMs] =
			side === 'start' ? [fromMs, lastMs - SHORTEST_MS] : [fromMs + SHORTEST_MS, lastMs];
		const ms = Math.max(firstMs, Math.min(toMs, finalMs));
		const { startMs, endMs } = this.range;
		this.range =
			side === 'start'
				? { startMs: ms, endMs: Math.max(endMs, ms + SHORTEST_MS) }
				: { startMs: Math.min(startMs, ms - SHORTEST_MS), endMs: ms };
		return ms;
	}

	/** The pin at the playhead, or at the selection. */
	get pinHere(): Pin | null {
		const { startMs, endMs } = this.range ?? { startMs: this.#ribbon.handMs, endMs: 0 };
		const to = Math.max(startMs, endMs) * 1000;
		return this.pins.find(({ startUs, endUs }) => startUs <= to && endUs > startMs * 1000) ?? null;
	}

	/** Pins the span, or removes the pin that is there. */
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
	 * TL13: deletes the selection; never a span that was not shown as one. On refusal it stays open.
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
			const kind = fault.kind === 'conflict' ? 'is-pinned' : fault.kind === 'quota' ? 'full' : null;
			this.outcome = kind === null ? { kind: 'failed', fault } : { kind };
		}
		await this.#refresh();
	}

	async #refresh(): Promise<void> {
		if (this.#camera === null) return;
		try {
			this.pins = await this.#engine.segments.pins(this.#camera);
		} catch {
			// The next change retries.
		}
	}
}

function spanOf({ startMs, endMs }: SelectedRange): Span {
	return { startUs: startMs * 1000, endUs: endMs * 1000 };
}
