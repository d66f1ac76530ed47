import { faultOf, type Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import type {
	MarkControls,
	MarkedPin,
	MarkedRemoval,
	MarkPermission,
} from '#engine/sync/marks/footage-marks.ts';
import type { Engine } from '#state/app/engine.ts';
import type { Ribbon } from './ribbon.svelte.ts';

/** The last action on a span, for a notice with undo. */
export type SelectionOutcome =
	/** `state` of the removal says how long it can be undone, or that it is gone or failed. */
	| { readonly kind: 'deleted'; readonly removal: MarkedRemoval }
	| { readonly kind: 'pinned' | 'unpinned'; readonly pin: MarkedPin }
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
	pins = $state.raw<readonly MarkedPin[]>([]);
	/** Whether footage of the camera can be pinned and deleted from here; `null`: not known yet. */
	may = $state.raw<MarkPermission | null>(null);
	outcome = $state.raw<SelectionOutcome | null>(null);
	/** What is selected is not all here, so that deleting it is soon final. */
	undoShort = $state(false);
	readonly #engine: Engine;
	readonly #ribbon: Ribbon;
	readonly #reload: () => Promise<void>;
	#marks: MarkControls | null = null;
	#closed = false;
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
		void this.#begin(camera).catch(() => undefined);
	}

	async #begin(camera: CameraId): Promise<void> {
		const marks = await this.#engine.marks();
		if (this.#closed) return;
		this.#marks = marks;
		const changed = () => void this.#refresh();
		const settle = () => marks.settle();
		const { messenger, members, segments } = this.#engine;
		const ends = [
			marks.on(changed),
			segments.watch(changed),
			messenger.on(changed),
			members.on(changed),
		];
		const page = typeof window === 'undefined' ? null : window;
		page?.addEventListener('pagehide', settle);
		this.#off = () => {
			page?.removeEventListener('pagehide', settle);
			for (const end of ends) end();
			// Whoever leaves does not undo.
			marks.settle();
		};
		await this.#refresh();
		const removal = (await marks.removals(camera)).at(-1);
		if (removal && this.outcome === null) this.outcome = { kind: 'deleted', removal };
	}

	close(): void {
		this.#closed = true;
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
	get pinHere(): MarkedPin | null {
		const { startMs, endMs } = this.range ?? { startMs: this.#ribbon.handMs, endMs: 0 };
		const to = Math.max(startMs, endMs) * 1000;
		return this.pins.find(({ startUs, endUs }) => startUs <= to && endUs > startMs * 1000) ?? null;
	}

	/** Looks where the selected footage is. */
	async weigh(): Promise<void> {
		const [{ span }, camera] = [this, this.#camera];
		if (span === null || camera === null) return;
		try {
			const spans = await this.#engine.origins.spans(camera, span.startUs, span.endUs);
			this.undoShort = spans.some(({ origins }) => !origins.includes('here'));
		} catch {
			// The deletion itself says how long.
		}
	}

	/** Pins the span, or removes the pin that is there. */
	async pin(): Promise<void> {
		await this.#do(async (camera, marks) => {
			const pin = this.pinHere;
			if (pin !== null) {
				await marks.unpin(pin);
				return { kind: 'unpinned', pin };
			}
			return { kind: 'pinned', pin: await marks.pin(camera, spanOf(this.effectiveRange)) };
		});
	}

	/**
	 * TL13: deletes the selection; never a span that was not shown as one. On refusal it stays open.
	 */
	async remove(): Promise<void> {
		const { span } = this;
		if (span === null) return;
		await this.#do(async (camera, marks) => {
			const removal = await marks.remove(camera, span);
			if (removal === null) return { kind: 'nothing' };
			this.clear();
			await this.#reload();
			return { kind: 'deleted', removal };
		});
	}

	get undoable(): boolean {
		const { outcome } = this;
		if (outcome?.kind === 'deleted') return ['here', 'waiting'].includes(outcome.removal.state);
		return outcome?.kind === 'pinned' || outcome?.kind === 'unpinned';
	}

	async undo(): Promise<void> {
		const { outcome: done } = this;
		await this.#do(async (camera, marks) => {
			if (done?.kind === 'deleted') {
				if (!(await marks.restore(done.removal))) return { kind: 'too-late' };
				await this.#reload();
				return { kind: 'restored' };
			}
			if (done?.kind === 'pinned') {
				await marks.unpin(done.pin);
				return { kind: 'unpinned', pin: done.pin };
			}
			if (done?.kind === 'unpinned')
				return { kind: 'pinned', pin: await marks.pin(camera, done.pin) };
			return null;
		});
	}

	/** The notice was read. */
	dismiss(): void {
		if (this.outcome?.kind === 'deleted') this.#marks?.dismiss(this.outcome.removal);
		this.outcome = null;
	}

	async #do(
		work: (camera: CameraId, marks: MarkControls) => Promise<SelectionOutcome | null>,
	): Promise<void> {
		if (this.#camera === null) return;
		try {
			this.outcome = await work(this.#camera, await this.#engine.marks());
		} catch (error) {
			const fault = faultOf(error);
			const kind = REFUSALS[fault.kind];
			this.outcome = kind === undefined ? { kind: 'failed', fault } : { kind };
		}
		await this.#refresh();
	}

	async #refresh(): Promise<void> {
		const [camera, marks] = [this.#camera, this.#marks];
		if (camera === null || marks === null) return;
		try {
			[this.pins, this.may] = await Promise.all([marks.pins(camera), marks.may(camera)]);
			await this.#follow(marks);
		} catch {
			// The next change retries.
		}
	}

	/** What became of the deletion that the notice is about. */
	async #follow(marks: MarkControls): Promise<void> {
		const { outcome } = this;
		if (outcome?.kind !== 'deleted') return;
		const removal = marks.removal(outcome.removal);
		if (removal === outcome.removal) return;
		this.outcome = { kind: 'deleted', removal };
		if (removal.state === 'failed') await this.#reload();
	}
}

const REFUSALS: Partial<Record<FaultKind, 'is-pinned' | 'full' | 'nothing'>> = {
	conflict: 'is-pinned',
	quota: 'full',
	'not-found': 'nothing',
};

function spanOf({ startMs, endMs }: SelectedRange): Span {
	return { startUs: startMs * 1000, endUs: endMs * 1000 };
}
