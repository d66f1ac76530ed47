import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf, segmentOf } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
import { entriesOf } from '#domain/sync/page-entries.ts';
import type { FootageReader, ReadableRun } from '#ports/footage/footage-archive.ts';

const DAY_MINUTES = 1440;
/** Of segments, about 10 MB a day. */
const MAX_MINUTES = 4 * DAY_MINUTES;
const MAX_CAMERAS = 64;
export const LAST_MINUTE = minuteOf(Number.MAX_SAFE_INTEGER);

/** Wall minutes since 1970, both included. */
export interface Minutes {
	readonly from: number;
	readonly to: number;
}

interface KeptRuns {
	readonly runs: readonly ReadableRun[];
	/** Minutes that changed since. */
	stale: Minutes | null;
}

/**
 * Runs and segments of an archive, as it says. While `remembers`, they are asked for once, and anew
 * where `forget` was told that something changed.
 */
export class ArchiveIndex {
	/** Whether somebody hears what changes. */
	remembers = false;
	readonly #reader: Pick<FootageReader, 'runs' | 'pages'>;
	readonly #runs = new Map<CameraId, KeptRuns>();
	readonly #minutes = new Map<CameraId, Map<number, readonly Segment[]>>();
	/** Answers under way: what is forgotten meanwhile they must not bring back. */
	readonly #underWay = new Set<{ readonly camera: CameraId; readonly changed: Minutes[] }>();

	constructor(reader: Pick<FootageReader, 'runs' | 'pages'>) {
		this.#reader = reader;
	}

	/** Without a camera: all there is. */
	forget(camera?: CameraId, changed: Minutes = { from: 0, to: LAST_MINUTE }): void {
		for (const [of, kept] of this.#runs)
			if (camera === undefined || of === camera) kept.stale = united(kept.stale, changed);
		for (const [of, minutes] of this.#minutes) {
			if (camera !== undefined && of !== camera) continue;
			for (const minute of [...minutes.keys()])
				if (isWithin(changed, minute)) minutes.delete(minute);
		}
		for (const one of this.#underWay)
			if (camera === undefined || one.camera === camera) one.changed.push(changed);
	}

	/** The newest minute of which something is known; `null`: nothing is. */
	get newestMinute(): number | null {
		let newest: number | null = null;
		for (const { runs } of this.#runs.values())
			for (const { endUs } of runs) newest = Math.max(newest ?? 0, minuteOf(endUs));
		return newest;
	}

	async runs(camera: CameraId): Promise<readonly ReadableRun[]> {
		const kept = this.remembers ? this.#runs.get(camera) : undefined;
		if (kept?.stale === null) return kept.runs;
		const asked = kept === undefined ? null : around(kept.runs, kept.stale);
		const { from, to } = asked ?? { from: 0, to: LAST_MINUTE };
		const { value: found, changed } = await this.#asking(camera, () =>
			this.#reader.runs(camera, from, to),
		);
		const others = (kept?.runs ?? []).filter(
			(run) => asked !== null && !touches(minutesOf(run), asked),
		);
		const numbers = new Set(found.map(({ runNo }) => runNo));
		const runs = [...others.filter(({ runNo }) => !numbers.has(runNo)), ...found];
		runs.sort((a, b) => a.runNo - b.runNo);
		if (this.#runs.size >= MAX_CAMERAS && kept === undefined) this.#runs.clear();
		const stale = changed.reduce<Minutes | null>(united, null);
		if (this.remembers) this.#runs.set(camera, { runs, stale });
		return runs;
	}

	/** In recording order, of the pages of these minutes. */
	async segments(camera: CameraId, { from, to }: Minutes): Promise<Segment[]> {
		const kept = this.#kept(camera, to - from + 1);
		const found: (readonly Segment[])[] = [];
		const asked: Promise<readonly Segment[]>[] = [];
		for (let minute = from; minute <= to; minute += 1) {
			const known = kept?.get(minute);
			if (known !== undefined) {
				found.push(known);
				continue;
			}
			let last = minute;
			while (last < to && last - minute < DAY_MINUTES - 1 && !kept?.has(last + 1)) last += 1;
			asked.push(this.#ask(camera, { from: minute, to: last }, kept));
			minute = last;
		}
		found.push(...(await Promise.all(asked)));
		return found.flat().sort((a, b) => a.runNo - b.runNo || a.seq - b.seq);
	}

	/** Where minutes are kept; `null`: nowhere, for a long look, or one without a memory. */
	#kept(camera: CameraId, count: number): Map<number, readonly Segment[]> | null {
		if (!this.remembers || count > MAX_MINUTES / 2) return null;
		const all = [...this.#minutes.values()].reduce((sum, { size }) => sum + size, count);
		if (all > MAX_MINUTES) this.#minutes.clear();
		const kept = this.#minutes.get(camera) ?? new Map<number, readonly Segment[]>();
		this.#minutes.set(camera, kept);
		return kept;
	}

	async #ask(
		camera: CameraId,
		{ from, to }: Minutes,
		kept: Map<number, readonly Segment[]> | null,
	): Promise<readonly Segment[]> {
		const { value: pages, changed } = await this.#asking(camera, () =>
			this.#reader.pages(camera, from, to),
		);
		const found = new Map<number, Segment[]>();
		for (const { runNo, minute, entries } of pages) {
			if (minute < from || minute > to) continue;
			// What is damaged there hides nothing else.
			const { entries: whole } = entriesOf(entries);
			const segments = found.get(minute) ?? [];
			for (const entry of whole) segments.push(segmentOf(camera, runNo, entry));
			found.set(minute, segments);
		}
		for (let minute = from; minute <= to; minute += 1)
			if (!changed.some((one) => isWithin(one, minute))) kept?.set(minute, found.get(minute) ?? []);
		return [...found.values()].flat();
	}

	async #asking<T>(
		camera: CameraId,
		ask: () => Promise<T>,
	): Promise<{ readonly value: T; readonly changed: readonly Minutes[] }> {
		const one = { camera, changed: [] as Minutes[] };
		this.#underWay.add(one);
		try {
			return { value: await ask(), changed: one.changed };
		} finally {
			this.#underWay.delete(one);
		}
	}
}

function minutesOf({ startUs, endUs }: ReadableRun): Minutes {
	return { from: Math.max(0, minuteOf(startUs) - 1), to: minuteOf(endUs) };
}

/** Of a run that changed in part, all is asked for: it may be another one, or gone. */
function around(runs: readonly ReadableRun[], changed: Minutes): Minutes {
	return runs
		.map(minutesOf)
		.reduce((all, run) => (touches(run, changed) ? united(all, run) : all), changed);
}

function touches(one: Minutes, other: Minutes): boolean {
	return one.from <= other.to && one.to >= other.from;
}

function united(one: Minutes | null, other: Minutes): Minutes {
	if (one === null) return other;
	return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
}

function isWithin({ from, to }: Minutes, minute: number): boolean {
	return minute >= from && minute <= to;
}
