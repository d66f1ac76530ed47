/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import { equalBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import {
	endUsOf,
	minuteOf,
	MINUTE_US,
	segmentOf,
	type IndexEntry,
} from '#domain/footage/index-page.ts';
import {
	EvictionPlan,
	evictionVerdict,
	type PlannedEviction,
	type EvictionLimits,
} from '#domain/storage/eviction-plan.ts';
import { mayGrow } from '#domain/storage/retention.ts';
import type { Run, RunEnd, RunStart } from '#domain/footage/run.ts';
import { begunRun, holedRun, appendedRun, shortenedRun } from '#domain/footage/run-change.ts';
import type { SealedSegment, Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type { PinsAndTrash, Pin } from '#ports/footage/pins-and-trash.ts';
import type { EvictionResult, SegmentStore } from '#ports/footage/segment-store.ts';

interface PlacedRun extends Run {
	readonly initPlace: number;
}

interface Page {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly minute: number;
	entries: IndexEntry[];
}

const isPinned = ({ camera, entries }: Page, pin: Pin) =>
	pin.camera === camera &&
	pin.startUs < Math.max(...entries.map(endUsOf)) &&
	pin.endUs > (entries[0]?.startUs ?? 0);
const sizeOf = (entries: readonly IndexEntry[]) => entries.reduce((sum, { size }) => sum + size, 0);

/** Without what only this store knows. */
function plain(run: PlacedRun): Run {
	const known: Run & { initPlace?: number } = { ...run };
	delete known.initPlace;
	return known;
}

/**
 * The store in memory, under the same contract as the real one. Faults on demand; pins, but no
 * undo.
 */
export class MemorySegmentStore
	implements SegmentStore, Pick<PinsAndTrash, 'pins' | 'pin' | 'unpin' | 'purge'>
{
	/** Capacity for sealed bytes; beyond it writes throw `quota`. */
	roomBytes = Infinity;
	/** Thrown by the next writes, one each. */
	readonly failures: Fault[] = [];
	readonly #bytes = new Map<number, StoredBytes>();
	#runs: PlacedRun[] = [];
	#pages: Page[] = [];
	#place = 0;
	#pins: Pin[] = [];
	readonly #watchers = new Set<() => void>();

	async begin(start: RunStart, init: Pick<SealedSegment, 'bytes' | 'head'>): Promise<Run> {
		const later = this.#runs.find((run) => run.camera === start.camera && run.runNo >= start.runNo);
		if (later !== undefined) {
			const again = later.runId === start.runId && later.lastSeq === 0 && later.ended === null;
			if (again) return plain(later);
			throw new Fault('conflict', `run ${start.runNo} is not the next one`);
		}
		const run = { ...begunRun(start, init.bytes.length), initPlace: this.#keep(init) };
		this.#runs.push(run);
		this.#changed();
		return plain(run);
	}

	async append(camera: CameraId, runNo: number, segment: SealedSegment): Promise<Run> {
		const { seq, startUs, durationUs, sound, bytes } = segment;
		if (durationUs > MINUTE_US) throw new Fault('malformed', 'a segment lasts at most a minute');
		const run = this.#run(camera, runNo);
		const pages = this.#pagesOf(camera, runNo);
		const newest = pages.at(-1);
		const last = newest?.entries.at(-1);
		if (run !== undefined && last !== undefined && seq === run.lastSeq) {
			if (equalBytes(this.#bytes.get(last.place)?.head ?? new Uint8Array(0), segment.head))
				return plain(run);
		}
		if (run === undefined) throw new Fault('cleared', `run ${runNo} is not here any more`);
		if (run.ended !== null || seq !== run.lastSeq + 1) {
			throw new Fault('conflict', `segment ${seq} is not the next one of run ${runNo}`);
		}
		const minute = Math.max(minuteOf(startUs), newest?.minute ?? 0);
		if (minute - minuteOf(startUs) > 1 || (last !== undefined && startUs < last.startUs)) {
			throw new Fault('malformed', `segment ${seq} starts before the one before`);
		}
		const place = this.#keep(segment);
		const entry = { seq, startUs, durationUs, size: bytes.length, place, sound, bad: false };
		const before = [...(newest?.entries ?? [])];
		if (newest?.minute === minute) newest.entries.push(entry);
		else this.#pages.push({ camera, runNo, minute, entries: [entry] });
		const grown = this.#put(appendedRun(run, before, entry));
		this.#changed();
		return plain(grown);
	}

	async close(camera: CameraId, runNo: number, why: RunEnd): Promise<void> {
		const run = this.#run(camera, runNo);
		if (run?.lastSeq === 0) this.#remove(run);
		else if (run?.ended === null) this.#put({ ...run, ended: why });
		this.#changed();
	}

	async cameras(): Promise<CameraId[]> {
		return [...new Set(this.#runs.map(({ camera }) => camera))];
	}

	async runs(camera: CameraId, fromUs = 0, toUs = Number.MAX_SAFE_INTEGER): Promise<Run[]> {
		return this.#runs
			.filter((run) => run.camera === camera && run.startUs < toUs)
			.filter((run) => fromUs <= 0 || run.endUs > fromUs)
			.sort((a, b) => a.runNo - b.runNo)
			.map(plain);
	}

	async lastRun(camera: CameraId): Promise<Run | null> {
		return (await this.runs(camera)).at(-1) ?? null;
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		if (toUs <= fromUs) return [];
		return this.#all(camera).filter((one) => one.startUs < toUs && endUsOf(one) > fromUs);
	}

	async firstAt(camera: CameraId, us: number): Promise<Segment | null> {
		const good = this.#all(camera).filter(({ bad }) => !bad);
		const shown = good.findLast((one) => one.startUs <= us && endUsOf(one) > us);
		const next = good
			.filter(({ startUs }) => startUs >= us)
			.sort((a, b) => a.startUs - b.startUs || b.runNo - a.runNo || b.seq - a.seq);
		return shown ?? next[0] ?? null;
	}

	async read({ camera, runNo, seq }: SegmentKey): Promise<StoredBytes | null> {
		const entries = this.#pagesOf(camera, runNo).flatMap(({ entries }) => entries);
		const place =
			seq === 0
				? this.#run(camera, runNo)?.initPlace
				: entries.find((entry) => entry.seq === seq)?.place;
		const stored = this.#bytes.get(place ?? 0);
		return stored === undefined ? null : { bytes: stored.bytes.slice(), head: stored.head.slice() };
	}

	async damaged({ camera, runNo, seq }: SegmentKey): Promise<boolean> {
		for (const page of this.#pagesOf(camera, runNo)) {
			const entry = page.entries.find((entry) => entry.seq === seq);
			const run = this.#run(camera, runNo);
			if (entry === undefined || entry.bad || run === undefined) continue;
			page.entries = page.entries.map((one) => (one === entry ? { ...one, bad: true } : one));
			this.#put(holedRun(run, { startUs: entry.startUs, endUs: endUsOf(entry), why: 'damaged' }));
			this.#changed();
			return true;
		}
		return false;
	}

	async usedBytes(): Promise<number> {
		return this.#runs.reduce((sum, { bytes }) => sum + bytes, 0);
	}

	expire(beforeUs: number, maxPages: number): Promise<EvictionResult> {
		return this.evict(0, maxPages, beforeUs);
	}

	async planEviction(limits: EvictionLimits): Promise<PlannedEviction> {
		const plan = new EvictionPlan(limits);
		for (const page of this.#inOrder()) {
			const { camera, runNo, entries } = page;
			const run = this.#run(camera, runNo);
			if (run === undefined) continue;
			const pages = this.#pagesOf(camera, runNo).length;
			const initBytes = this.#bytes.get(run.initPlace)?.bytes.length ?? 0;
			const more = plan.add({
				...{ ...this.#standing(page), startUs: entries[0]!.startUs },
				...{ segments: entries.length, bytes: sizeOf(entries) },
				run: { name: `${camera} ${String(runNo)}`, pages, initBytes },
			});
			if (!more) break;
		}
		return plan.planned;
	}

	async evict(bytes: number, maxPages: number, beforeUs = -Infinity): Promise<EvictionResult> {
		let freed = 0;
		let segments = 0;
		let span = null as EvictionResult['span'];
		for (let pages = 0; pages < maxPages; pages += 1) {
			const page = this.#oldest({ bytes: bytes - freed, beforeUs });
			const run = page && this.#run(page.camera, page.runNo);
			if (page === null || run === undefined || run === null) break;
			this.#pages = this.#pages.filter((other) => other !== page);
			for (const { place } of page.entries) this.#bytes.delete(place);
			const startUs = page.entries[0]!.startUs;
			const endUs = Math.max(...page.entries.map(endUsOf));
			span = {
				startUs: Math.min(span?.startUs ?? startUs, startUs),
				endUs: Math.max(span?.endUs ?? endUs, endUs),
			};
			segments += page.entries.length;
			freed += sizeOf(page.entries);
			const [next] = this.#pagesOf(run.camera, run.runNo);
			const [first] = next?.entries ?? [];
			if (next !== undefined && next.minute < page.minute) {
				const shorter = { ...run, bytes: run.bytes - sizeOf(page.entries) };
				this.#put(holedRun(shorter, { startUs, endUs, why: 'deleted' }));
			} else if (first !== undefined) {
				this.#put(shortenedRun(run, first, sizeOf(page.entries)));
			} else {
				freed += this.#bytes.get(run.initPlace)?.bytes.length ?? 0;
				this.#remove(run);
			}
		}
		if (segments > 0) this.#changed();
		return { segments, bytes: freed, span };
	}

	async pins(camera: CameraId): Promise<Pin[]> {
		return this.#pins.filter((pin) => pin.camera === camera);
	}

	async pin(camera: CameraId, { startUs, endUs }: Span): Promise<Pin> {
		if (endUs <= startUs) throw new Fault('malformed', 'a pin needs a span');
		const pin = { id: (this.#pins.at(-1)?.id ?? 0) + 1, camera, startUs, endUs };
		this.#pins.push(pin);
		return pin;
	}

	async unpin(id: number): Promise<void> {
		this.#pins = this.#pins.filter((pin) => pin.id !== id);
	}

	async purge(): Promise<number> {
		return 0;
	}

	watch(changed: () => void): () => void {
		this.#watchers.add(changed);
		return () => this.#watchers.delete(changed);
	}

	damagedRows(): number {
		return 0;
	}

	dispose(): void {
		this.#watchers.clear();
	}

	#keep({ bytes, head }: Pick<SealedSegment, 'bytes' | 'head'>): number {
		const failure = this.failures.shift();
		if (failure !== undefined) throw failure;
		const used = this.#runs.reduce((sum, run) => sum + run.bytes, 0);
		if (used + bytes.length > this.roomBytes) throw new Fault('quota', 'no room for more');
		this.#place += 1;
		this.#bytes.set(this.#place, { bytes: bytes.slice(), head: head.slice() });
		return this.#place;
	}

	/** The oldest page that may be evicted. */
	#oldest(limits: EvictionLimits): Page | null {
		for (const page of this.#inOrder()) {
			const becomes = evictionVerdict(this.#standing(page), limits);
			if (becomes !== 'stays') return becomes === 'leaves' ? page : null;
		}
		return null;
	}

	#inOrder(): Page[] {
		return this.#pages.toSorted((a, b) => a.entries[0]!.place - b.entries[0]!.place);
	}

	#standing(page: Page) {
		const { camera, runNo, entries } = page;
		const run = this.#run(camera, runNo);
		const later = this.#runs.find((one) => one.camera === camera && one.runNo > runNo);
		const newest = this.#pagesOf(camera, runNo).at(-1) === page;
		return {
			pinned: this.#pins.some((pin) => isPinned(page, pin)),
			grows: newest && run !== undefined && mayGrow(run, later ?? null),
			endUs: Math.max(...entries.map(endUsOf)),
		};
	}

	#run(camera: CameraId, runNo: number): PlacedRun | undefined {
		return this.#runs.find((run) => run.camera === camera && run.runNo === runNo);
	}

	#put(run: PlacedRun): PlacedRun {
		this.#runs = this.#runs.map((old) =>
			old.camera === run.camera && old.runNo === run.runNo ? run : old,
		);
		return run;
	}

	#remove(run: PlacedRun): void {
		this.#bytes.delete(run.initPlace);
		this.#runs = this.#runs.filter((other) => other !== run);
	}

	#pagesOf(camera: CameraId, runNo: number): Page[] {
		return this.#pages
			.filter((page) => page.camera === camera && page.runNo === runNo)
			.sort((a, b) => a.minute - b.minute);
	}

	#all(camera: CameraId): Segment[] {
		return this.#pages
			.filter((page) => page.camera === camera)
			.sort((a, b) => a.runNo - b.runNo || a.minute - b.minute)
			.flatMap(({ runNo, entries }) => entries.map((one) => segmentOf(camera, runNo, one)));
	}

	#changed(): void {
		for (const watcher of this.#watchers) watcher();
	}
}
