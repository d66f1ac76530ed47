import type { CameraId } from '#domain/base/ids.ts';
import type { Group } from '#domain/footage/playlist.ts';
import { lastSpot, leap, spotAt, spotOfWall, type Spot } from '#domain/footage/seek.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Gap, Span } from '#domain/footage/timeline.ts';
import type { Segments } from '#ports/footage/segments.ts';
import { coverageOf, DayReel, Sieve, type Opens } from './reel.ts';

export interface FindingTools {
	readonly segments: Segments;
	readonly opener: Opens;
	/** The local calendar day that holds a moment. */
	readonly dayOf: (ms: number) => { readonly startMs: number; readonly endMs: number };
}

/** A frame to show, in its day. */
export interface Target {
	readonly reel: DayReel;
	readonly spot: Spot;
	/** There is no footage where it was asked for: this is the last there is. */
	readonly end: boolean;
}

/** A segment in recording order, and how far into it. */
export type Moment = Pick<Segment, 'runNo' | 'seq'> & { readonly insideUs: number };

/** Finds footage of one camera over its days; keeps the day that was used last. */
export class Finding {
	readonly camera: CameraId;
	readonly sieve = new Sieve();
	readonly #tools: FindingTools;
	#reel: DayReel | null = null;
	#runs: readonly Run[] = [];
	/** Footage came or went since the reel was made. */
	stale = false;

	constructor(tools: FindingTools, camera: CameraId) {
		this.#tools = tools;
		this.camera = camera;
	}

	get runs(): readonly Run[] {
		return this.#runs;
	}

	dayOfUs(us: number): Span {
		const { startMs, endMs } = this.#tools.dayOf(Math.floor(us / 1000));
		return { startUs: startMs * 1000, endUs: endMs * 1000 };
	}

	/** What is kept has changed in the middle: lay it out anew. */
	forget(): void {
		this.#reel = null;
	}

	async refreshRuns(): Promise<readonly Run[]> {
		this.#runs = await this.#tools.segments.runs(this.camera);
		return this.#runs;
	}

	/** The frame recorded last. `null`: there is none. */
	async newest(): Promise<Target | null> {
		await this.refreshRuns();
		return this.#lastBefore(Number.POSITIVE_INFINITY);
	}

	/** The frame at a wall time, else the next footage, else the last. `null`: there is none. */
	async at(wallUs: number): Promise<Target | null> {
		const reel = await this.#reelFor(wallUs);
		const spot = spotOfWall(reel.groups, wallUs);
		if (spot !== null) return { reel, spot, end: false };
		const next = await this.#firstAfter(Math.max(wallUs, reel.day.endUs));
		return next ?? this.#lastBefore(wallUs);
	}

	/** So much further over footage, or back; at the most to its beginning or end. */
	async leap({ reel, spot, end }: Target, byUs: number): Promise<Target> {
		const to = leap(reel.groups, spot.positionUs, byUs);
		if (to.kind === 'here') {
			const there = spotAt(reel.groups, to.positionUs) ?? spot;
			return { reel, spot: there, end: end && byUs >= 0 };
		}
		if (to.kind === 'behind') {
			const next = await this.#firstAfter(reel.day.endUs);
			return next === null ? endOf(reel, spot) : this.leap(next, to.restUs);
		}
		const before = await this.#lastBefore(reel.day.startUs);
		if (before === null) {
			return { reel, spot: spotAt(reel.groups, 0) ?? spot, end: false };
		}
		return this.leap(before, to.restUs);
	}

	/** What was recorded after the end of a reel, and was not in it. */
	async behind(reel: DayReel): Promise<Target | null> {
		const last = reel.groups.at(-1)?.segments.at(-1);
		if (this.stale && last !== undefined) {
			const fresh = await this.#load(reel.day);
			const more = this.from(fresh, { ...last, seq: last.seq + 1, insideUs: 0 });
			if (more !== null) return more;
		}
		return this.#firstAfter(reel.day.endUs);
	}

	/** That moment in a reel, else the first footage recorded after it. */
	from(reel: DayReel, moment: Moment): Target | null {
		for (const [index, group] of reel.groups.entries()) {
			const first = group.segments.find(
				({ runNo, seq }) => runNo > moment.runNo || (runNo === moment.runNo && seq >= moment.seq),
			);
			if (first === undefined) continue;
			const isIt = first.runNo === moment.runNo && first.seq === moment.seq;
			const wallUs = first.startUs + (isIt ? moment.insideUs : 0);
			const positionUs = group.positionUs + (wallUs - group.startUs);
			return { reel, spot: { index, positionUs, wallUs }, end: false };
		}
		return null;
	}

	/** A line that is opened but does not play. */
	reject(group: Group, wholeRun: boolean): void {
		if (wholeRun) this.sieve.addRun(group.runNo);
		else for (const segment of group.segments) this.sieve.add(segment);
	}

	/** The reel without what the sieve has caught since it was made. */
	async sieved(reel: DayReel): Promise<DayReel> {
		const sieved = reel.sieved(await this.refreshRuns());
		if (this.#reel?.day.startUs === reel.day.startUs) this.#reel = sieved;
		return sieved;
	}

	/** The gap a wall time stands in. */
	gapAt(wallUs: number, nowUs: number): Gap | null {
		const day = this.dayOfUs(wallUs);
		const { gaps } = coverageOf(this.#runs, day, nowUs);
		return gaps.find(({ startUs, endUs }) => startUs <= wallUs && wallUs < endUs) ?? null;
	}

	async #reelFor(wallUs: number): Promise<DayReel> {
		const day = this.dayOfUs(wallUs);
		const kept = this.#reel;
		if (kept?.day.startUs === day.startUs) {
			// The past does not change but by what leaves; only its end grows.
			const known = spotOfWall(kept.groups, wallUs) !== null;
			if (!this.stale || known) return kept;
		}
		return this.#load(day);
	}

	async #load(day: Span): Promise<DayReel> {
		this.stale = false;
		const { segments } = this.#tools;
		const [runs, kept] = await Promise.all([
			this.refreshRuns(),
			segments.between(this.camera, day.startUs, day.endUs),
		]);
		const reel = new DayReel(this.#tools, this.camera, day, { runs, segments: kept }, this.sieve);
		this.#reel = reel;
		return reel;
	}

	async #firstAfter(fromUs: number): Promise<Target | null> {
		for (let us = fromUs; ;) {
			const next = await this.#tools.segments.at(this.camera, us);
			if (next === null) return null;
			// It began the day before, and was shown with that day.
			if (next.startUs < us) us = next.startUs + Math.max(1, next.durationUs);
			else {
				const reel = await this.#reelFor(next.startUs);
				const spot = spotOfWall(reel.groups, next.startUs);
				if (spot !== null) return { reel, spot, end: false };
				us = reel.day.endUs;
			}
		}
	}

	async #lastBefore(beforeUs: number): Promise<Target | null> {
		for (let us = beforeUs; ;) {
			let endUs = 0;
			for (const run of this.#runs) {
				if (run.lastSeq > 0 && run.startUs < us) endUs = Math.max(endUs, Math.min(run.endUs, us));
			}
			if (endUs === 0) return null;
			const reel = await this.#reelFor(endUs - 1);
			const last = lastSpot(reel.groups);
			if (last !== null) return { reel, spot: last, end: true };
			us = reel.day.startUs;
		}
	}
}

function endOf(reel: DayReel, spot: Spot): Target {
	return { reel, spot: lastSpot(reel.groups) ?? spot, end: true };
}
