import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { OriginSpan } from '#domain/footage/origin.ts';
import { holedRun } from '#domain/footage/run-change.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import { endUsOf } from '#domain/footage/index-page.ts';
import type { Footage } from '#ports/footage/footage.ts';

/** What a person has just deleted elsewhere, by camera: hidden here until it is gone there. */
export class HiddenSpans {
	readonly #spans = new Map<CameraId, readonly Span[]>();
	readonly #listeners = new Listeners();

	of(camera: CameraId): readonly Span[] {
		return this.#spans.get(camera) ?? [];
	}

	hide(camera: CameraId, span: Span): void {
		this.#spans.set(camera, [...this.of(camera), span]);
		this.#listeners.notify();
	}

	/** The span that was hidden, itself. */
	show(camera: CameraId, span: Span): void {
		const others = this.of(camera).filter((one) => one !== span);
		this.#spans.set(camera, others);
		this.#listeners.notify();
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}
}

/** Footage without the segments that touch hidden spans (SY41): like deleted ones. */
export class FootageWithoutHidden implements Footage {
	readonly #footage: Footage;
	readonly #hidden: HiddenSpans;

	constructor(footage: Footage, hidden: HiddenSpans) {
		this.#footage = footage;
		this.#hidden = hidden;
	}

	cameras(): Promise<CameraId[]> {
		return this.#footage.cameras();
	}

	async runs(camera: CameraId, fromUs?: number, toUs?: number): Promise<Run[]> {
		const runs = await this.#footage.runs(camera, fromUs, toUs);
		return runs.map((run) =>
			this.#hidden.of(camera).reduce<Run>((left, { startUs, endUs }) => {
				const within = {
					startUs: Math.max(startUs, run.startUs),
					endUs: Math.min(endUs, run.endUs),
				};
				return holedRun(left, { ...within, why: 'deleted' });
			}, run),
		);
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		const all = await this.#footage.between(camera, fromUs, toUs);
		return all.filter((segment) => this.#over(camera, segment) === null);
	}

	async firstAt(camera: CameraId, us: number): Promise<Segment | null> {
		for (let atUs = us; ;) {
			const found = await this.#footage.firstAt(camera, atUs);
			const over = found && this.#over(camera, found);
			if (over === null || found === null) return found;
			atUs = Math.max(over.endUs, endUsOf(found), atUs + 1);
		}
	}

	read(segment: SegmentKey): Promise<StoredBytes | null> {
		return this.#footage.read(segment);
	}

	damaged(segment: SegmentKey): Promise<boolean> {
		return this.#footage.damaged(segment);
	}

	watch(changed: () => void): () => void {
		const ends = [this.#footage.watch(changed), this.#hidden.on(changed)];
		return () => {
			for (const end of ends) end();
		};
	}

	/** The hidden span that a segment touches. */
	#over(camera: CameraId, { startUs, durationUs }: Segment): Span | null {
		const span = { startUs, endUs: endUsOf({ startUs, durationUs }) };
		return this.#hidden.of(camera).find((one) => spansOverlap(one, span)) ?? null;
	}
}

/** What is left of spans when others are hidden. */
export function withoutHidden(
	spans: readonly OriginSpan[],
	hidden: readonly Span[],
): readonly OriginSpan[] {
	let left = spans;
	for (const { startUs, endUs } of hidden)
		left = left.flatMap((span) => {
			if (!spansOverlap(span, { startUs, endUs })) return [span];
			const parts = [
				{ ...span, endUs: startUs },
				{ ...span, startUs: endUs },
			];
			return parts.filter((part) => part.endUs > part.startUs);
		});
	return left;
}
