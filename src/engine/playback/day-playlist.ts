import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { coverage, type Coverage } from '#domain/footage/coverage.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import {
	groupsOf,
	playlistKeyFrom,
	playlistOf,
	type SegmentGroup,
} from '#domain/footage/playlist.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, StoredBytes } from '#domain/footage/segment.ts';
import { hasSound, initWithSound, withSilence } from '#domain/media/silence.ts';
import type { Span } from '#domain/footage/span.ts';
import type { Reel } from '#ports/media/playback-screen.ts';
import type { Footage } from '#ports/footage/footage.ts';
import { openedOrNull, openElsewhere } from './open-elsewhere.ts';

/** The part of `Opener` that playback uses; same faults. */
export interface SegmentOpener {
	openInit(run: Run, stored: StoredBytes): Promise<{ readonly body: Bytes }>;
	open(run: Run, segment: Segment, stored: StoredBytes): Promise<{ readonly body: Bytes }>;
}

export interface DayPlaylistTools {
	readonly footage: Footage;
	readonly opener: SegmentOpener;
	/** Where a segment was read from last; `null`: not known. */
	readonly originOf?: (segment: Pick<Segment, 'camera' | 'runNo' | 'seq'>) => Origin | null;
}

/** Segments and runs of one camera that failed to open or play. */
export class Exclusions {
	readonly #segments = new Set<string>();
	readonly #runs = new Set<number>();
	readonly #settingAside = new Map<string, Promise<Bytes | null>>();
	/** Segments that are in the index but do not open. */
	skipped = 0;

	has({ runNo, seq }: Pick<Segment, 'runNo' | 'seq'>): boolean {
		return this.#runs.has(runNo) || this.#segments.has(`${runNo}:${seq}`);
	}

	add({ runNo, seq }: Segment): void {
		this.#segments.add(`${runNo}:${seq}`);
	}

	addRun(runNo: number): void {
		this.#runs.add(runNo);
	}

	/**
	 * Excludes the segment unless `work` opens it after all. `work` runs once; concurrent callers
	 * wait for it.
	 */
	async quarantine(segment: Segment, work: () => Promise<Bytes | null>): Promise<Bytes | null> {
		const key = `${segment.runNo}:${segment.seq}`;
		const setAside = this.#settingAside.get(key) ?? work();
		this.#settingAside.set(key, setAside);
		try {
			const opened = await setAside;
			if (opened === null) this.add(segment);
			else this.#settingAside.delete(key);
			return opened;
		} catch (error) {
			this.add(segment);
			this.#settingAside.delete(key);
			throw error;
		}
	}
}

/**
 * One local day of a camera as a playlist. Segments are opened here, on their way to the screen.
 */
export class DayPlaylist implements Reel {
	readonly camera: CameraId;
	readonly day: Span;
	readonly groups: readonly SegmentGroup[];
	readonly m3u8: string;
	readonly #segments: readonly Segment[];
	readonly #runs: ReadonlyMap<number, Run>;
	readonly #tools: DayPlaylistTools;
	readonly #exclusions: Exclusions;
	/** Runs of the day with a sound track. */
	readonly #heard: readonly Run[];
	/** Init sections as sent to the screen; they hold no footage. */
	readonly #inits = new Map<number, Promise<Bytes | null>>();

	constructor(
		tools: DayPlaylistTools,
		camera: CameraId,
		day: Span,
		kept: { readonly runs: readonly Run[]; readonly segments: readonly Segment[] },
		exclusions: Exclusions,
	) {
		this.#tools = tools;
		this.camera = camera;
		this.day = day;
		this.#exclusions = exclusions;
		this.#runs = new Map(kept.runs.map((run) => [run.runNo, run]));
		// PB8: a segment that crosses midnight belongs to the day it starts in, so it is played once.
		this.#segments = kept.segments.filter(
			({ startUs, runNo }) =>
				startUs >= day.startUs && startUs < day.endUs && this.#runs.has(runNo),
		);
		this.groups = groupsOf(this.#segments, (segment) => exclusions.has(segment));
		this.m3u8 = playlistOf(this.groups);
		const played = new Set(this.groups.map(({ runNo }) => runNo));
		this.#heard = kept.runs.filter(({ runNo, mime }) => played.has(runNo) && hasSound(mime));
	}

	/** The same day, minus what has been excluded since. */
	withExclusions(runs: readonly Run[]): DayPlaylist {
		const kept = { runs, segments: this.#segments };
		return new DayPlaylist(this.#tools, this.camera, this.day, kept, this.#exclusions);
	}

	/** Where a segment of it was read from; `null`: not known. */
	originOf({ runNo, seq }: Pick<Segment, 'runNo' | 'seq'>): Origin | null {
		return this.#tools.originOf?.({ camera: this.camera, runNo, seq }) ?? null;
	}

	anchorUs(group: SegmentGroup): number {
		return this.#runs.get(group.runNo)?.anchorUs ?? 0;
	}

	/**
	 * Throws `corrupt` when something did not open: it is excluded, and a rebuilt playlist does
	 * without it.
	 */
	async load(key: string, signal: AbortSignal): Promise<Bytes> {
		const named = playlistKeyFrom(key);
		if (named?.kind === 'init') return this.#loadInit(named.runNo);
		const group = named === null ? undefined : this.groups[named.index];
		const run = group === undefined ? undefined : this.#runs.get(group.runNo);
		if (group === undefined || run === undefined)
			throw new Fault('not-found', 'no such group in the playlist');
		const opened = await Promise.all(
			group.segments.map(async (segment) => (signal.aborted ? null : this.#open(run, segment))),
		);
		if (signal.aborted) throw new Fault('aborted', 'segment load aborted');
		const bodies = opened.filter((body) => body !== null);
		if (bodies.length < opened.length)
			throw new Fault('corrupt', 'segments of the group did not open');
		return concatBytes(...(await this.#sounding(run, group, bodies)));
	}

	/** PB24: fills holes in the sound, if any run of the day has sound. */
	async #sounding(
		run: Run,
		group: SegmentGroup,
		bodies: readonly Bytes[],
	): Promise<readonly Bytes[]> {
		if (this.#heard.length === 0) return bodies;
		const init = await this.#init(run);
		if (init === null) return bodies;
		const fragments = bodies.map((bytes, at) => {
			const next = group.segments[at + 1]?.startUs ?? group.startUs + group.durationUs;
			return { bytes, untilS: (next - run.anchorUs) / 1e6 };
		});
		return withSilence(init, fragments);
	}

	/** PB23: adds a sound track if another run of the day has one. `null`: does not open. */
	#init(run: Run): Promise<Bytes | null> {
		const known = this.#inits.get(run.runNo) ?? this.#openInit(run);
		this.#inits.set(run.runNo, known);
		known.catch(() => this.#inits.delete(run.runNo));
		return known;
	}

	async #openInit(run: Run): Promise<Bytes | null> {
		const open = async (one: Run): Promise<Bytes | null> => {
			const [key, how] = [{ ...one, seq: 0 }, this.#initOf(one)];
			const body = await openedOrNull(this.#tools.footage, key, how);
			return body ?? (await openElsewhere(this.#tools.footage, key, how)).opened;
		};
		const init = await open(run);
		if (init === null || hasSound(run.mime)) return init;
		for (const other of this.#heard) {
			const model = await open(other);
			if (model !== null) return initWithSound(init, model);
		}
		return init;
	}

	#initOf(run: Run): (stored: StoredBytes) => Promise<Bytes> {
		return async (stored) => (await this.#tools.opener.openInit(run, stored)).body;
	}

	async #loadInit(runNo: number): Promise<Bytes> {
		const run = this.#runs.get(runNo);
		if (run === undefined) throw new Fault('not-found', 'no such run in the playlist');
		const body = await this.#init(run);
		if (body !== null) return body;
		this.#inits.delete(runNo);
		this.#exclusions.addRun(runNo);
		for (const segment of this.#segments) {
			if (segment.runNo === runNo && !segment.bad) this.#exclusions.skipped += 1;
		}
		throw new Fault('corrupt', 'the init section of the run did not open');
	}

	async #open(run: Run, segment: Segment): Promise<Bytes | null> {
		const open = async (stored: StoredBytes): Promise<Bytes> =>
			(await this.#tools.opener.open(run, segment, stored)).body;
		const body = await openedOrNull(this.#tools.footage, segment, open);
		if (body !== null) return body;
		return this.#exclusions.quarantine(segment, async () => {
			const { opened, lost } = await openElsewhere(this.#tools.footage, segment, open);
			// Else evicted since the playlist was built, so no damage (PB15).
			if (lost) this.#exclusions.skipped += 1;
			return opened;
		});
	}
}

/** The day's footage and gaps. The rest of today is no gap (PB9). */
export function coverageOf(runs: readonly Run[], day: Span, nowUs: number): Coverage {
	const lastUs = runs.reduce((max, { endUs }) => Math.max(max, endUs), nowUs);
	return coverage(runs, day.startUs, Math.max(day.startUs, Math.min(day.endUs, lastUs)));
}

/** All footage and the gaps in between; the time before the first footage is no gap. */
export function wholeCoverage(runs: readonly Run[], nowUs: number): Coverage {
	const always = { startUs: 0, endUs: Number.MAX_SAFE_INTEGER };
	const { footage, gaps } = coverageOf(runs, always, nowUs);
	return { footage, gaps: gaps.filter(({ why }) => why !== 'not-started') };
}
