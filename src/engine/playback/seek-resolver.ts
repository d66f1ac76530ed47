import type { CameraId } from '#domain/base/ids.ts';
import type { SegmentGroup } from '#domain/footage/playlist.ts';
import {
	lastSeekPoint,
	skipTargetOf,
	seekPointAt,
	seekPointOfWall,
	type SeekPoint,
} from '#domain/footage/seek.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Gap, Span } from '#domain/footage/span.ts';
import { coverageOf, DayPlaylist, Exclusions, type DayPlaylistTools } from './day-playlist.ts';

export interface SeekResolverTools extends DayPlaylistTools {
	/** The local calendar day that contains a moment. */
	readonly dayOf: (ms: number) => { readonly startMs: number; readonly endMs: number };
}

/** A frame to show, and its day. */
export interface SeekTarget {
	readonly playlist: DayPlaylist;
	readonly point: SeekPoint;
	/** No footage at the requested time: this is the last frame there is. */
	readonly end: boolean;
}

/** A segment in recording order, and an offset into it. */
export type SegmentOffset = Pick<Segment, 'runNo' | 'seq'> & { readonly insideUs: number };

/** Finds footage of one camera across days; caches the day used last. */
export class SeekResolver {
	readonly camera: CameraId;
	readonly exclusions = new Exclusions();
	readonly #tools: SeekResolverTools;
	#playlist: DayPlaylist | null = null;
	#runs: readonly Run[] = [];
	/** Footage was added or deleted since the playlist was built. */
	stale = false;

	constructor(tools: SeekResolverTools, camera: CameraId) {
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

	/** Drops the cached day, because footage in the middle of it changed. */
	invalidate(): void {
		this.#playlist = null;
	}

	async refreshRuns(): Promise<readonly Run[]> {
		this.#runs = await this.#tools.footage.runs(this.camera);
		return this.#runs;
	}

	/** The frame recorded last; `null` if there is none. */
	async newest(): Promise<SeekTarget | null> {
		await this.refreshRuns();
		return this.#lastBefore(Number.POSITIVE_INFINITY);
	}

	/**
	 * The frame at a wall time, else the next footage, else the last frame; `null` if there is none.
	 */
	async at(wallUs: number): Promise<SeekTarget | null> {
		const playlist = await this.#playlistFor(wallUs);
		const point = seekPointOfWall(playlist.groups, wallUs);
		if (point !== null) return { playlist, point, end: false };
		const next = await this.#firstAfter(Math.max(wallUs, playlist.day.endUs));
		return next ?? this.#lastBefore(wallUs);
	}

	/** Skips over footage, forward or back, stopping at its start or end. */
	async skip({ playlist, point, end }: SeekTarget, byUs: number): Promise<SeekTarget> {
		const to = skipTargetOf(playlist.groups, point.positionUs, byUs);
		if (to.kind === 'here') {
			const there = seekPointAt(playlist.groups, to.positionUs) ?? point;
			return { playlist, point: there, end: end && byUs >= 0 };
		}
		if (to.kind === 'behind') {
			const next = await this.#firstAfter(playlist.day.endUs);
			return next === null ? endOf(playlist, point) : this.skip(next, to.restUs);
		}
		const before = await this.#lastBefore(playlist.day.startUs);
		if (before === null) {
			return { playlist, point: seekPointAt(playlist.groups, 0) ?? point, end: false };
		}
		return this.skip(before, to.restUs);
	}

	/** The first footage recorded after a playlist's end. */
	async after(playlist: DayPlaylist): Promise<SeekTarget | null> {
		const last = playlist.groups.at(-1)?.segments.at(-1);
		if (this.stale && last !== undefined) {
			const fresh = await this.#load(playlist.day);
			const more = this.locate(fresh, { ...last, seq: last.seq + 1, insideUs: 0 });
			if (more !== null) return more;
		}
		return this.#firstAfter(playlist.day.endUs);
	}

	/** The offset's position in a playlist, else the first footage recorded after it. */
	locate(playlist: DayPlaylist, moment: SegmentOffset): SeekTarget | null {
		for (const [index, group] of playlist.groups.entries()) {
			const first = group.segments.find(
				({ runNo, seq }) => runNo > moment.runNo || (runNo === moment.runNo && seq >= moment.seq),
			);
			if (first === undefined) continue;
			const isIt = first.runNo === moment.runNo && first.seq === moment.seq;
			const wallUs = first.startUs + (isIt ? moment.insideUs : 0);
			const positionUs = group.positionUs + (wallUs - group.startUs);
			return { playlist, point: { index, positionUs, wallUs }, end: false };
		}
		return null;
	}

	/** Excludes a group that opens but does not play. */
	exclude(group: SegmentGroup, wholeRun: boolean): void {
		if (wholeRun) this.exclusions.addRun(group.runNo);
		else for (const segment of group.segments) this.exclusions.add(segment);
	}

	/** The playlist rebuilt without the current exclusions. */
	async withExclusions(playlist: DayPlaylist): Promise<DayPlaylist> {
		const rebuilt = playlist.withExclusions(await this.#runsOf(playlist.day));
		if (this.#playlist?.day.startUs === playlist.day.startUs) this.#playlist = rebuilt;
		return rebuilt;
	}

	/** The gap that contains a wall time. */
	gapAt(wallUs: number, nowUs: number): Gap | null {
		const day = this.dayOfUs(wallUs);
		const { gaps } = coverageOf(this.#runs, day, nowUs);
		return gaps.find(({ startUs, endUs }) => startUs <= wallUs && wallUs < endUs) ?? null;
	}

	async #playlistFor(wallUs: number): Promise<DayPlaylist> {
		const day = this.dayOfUs(wallUs);
		const kept = this.#playlist;
		if (kept?.day.startUs === day.startUs) {
			const point = seekPointOfWall(kept.groups, wallUs);
			if (!this.stale || (point !== null && !(await this.#knowsEarlier(wallUs, point))))
				return kept;
		}
		return this.#load(day);
	}

	/**
	 * Whether there is footage between a moment in a gap and what follows it there: another origin
	 * told of it since.
	 */
	async #knowsEarlier(wallUs: number, point: SeekPoint): Promise<boolean> {
		if (point.wallUs <= wallUs) return false;
		const first = await this.#tools.footage.firstAt(this.camera, wallUs);
		return first !== null && first.startUs < point.wallUs;
	}

	/** Those of a day are complete, which all that are known at once may not be. */
	async #runsOf(day: Span): Promise<readonly Run[]> {
		const [, runs] = await Promise.all([
			this.refreshRuns(),
			this.#tools.footage.runs(this.camera, day.startUs, day.endUs),
		]);
		return runs;
	}

	async #load(day: Span): Promise<DayPlaylist> {
		this.stale = false;
		const { footage } = this.#tools;
		const [runs, kept] = await Promise.all([
			this.#runsOf(day),
			footage.between(this.camera, day.startUs, day.endUs),
		]);
		const playlist = new DayPlaylist(
			this.#tools,
			this.camera,
			day,
			{ runs, segments: kept },
			this.exclusions,
		);
		this.#playlist = playlist;
		return playlist;
	}

	async #firstAfter(fromUs: number): Promise<SeekTarget | null> {
		for (let us = fromUs; ;) {
			const next = await this.#tools.footage.firstAt(this.camera, us);
			if (next === null) return null;
			// It started the day before, and was played with that day (PB8).
			if (next.startUs < us) us = next.startUs + Math.max(1, next.durationUs);
			else {
				const playlist = await this.#playlistFor(next.startUs);
				const point = seekPointOfWall(playlist.groups, next.startUs);
				if (point !== null) return { playlist, point, end: false };
				us = playlist.day.endUs;
			}
		}
	}

	async #lastBefore(beforeUs: number): Promise<SeekTarget | null> {
		for (let us = beforeUs; ;) {
			let endUs = 0;
			for (const run of this.#runs) {
				if (run.lastSeq > 0 && run.startUs < us) endUs = Math.max(endUs, Math.min(run.endUs, us));
			}
			if (endUs === 0) return null;
			const playlist = await this.#playlistFor(endUs - 1);
			const last = lastSeekPoint(playlist.groups);
			if (last !== null) return { playlist, point: last, end: true };
			us = playlist.day.startUs;
		}
	}
}

function endOf(playlist: DayPlaylist, point: SeekPoint): SeekTarget {
	return { playlist, point: lastSeekPoint(playlist.groups) ?? point, end: true };
}
