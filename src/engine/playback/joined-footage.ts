import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { remember } from '#domain/base/remember.ts';
import { endUsOf } from '#domain/footage/index-page.ts';
import {
	isWhole,
	joinedRuns,
	joinedSegments,
	originSpans,
	removedFrom,
} from '#domain/footage/joined.ts';
import type { Origin, OriginSpan, OriginState, SavedCamera } from '#domain/footage/origin.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import { firstOf } from './first-of.ts';
import { OriginReader } from './origin-reader.ts';

/** Until a slow origin has company: well below the 2 s within which the player changes over. */
const CHANGE_OVER_MS = 1_000;
/** Segments of which it is remembered where they came from, or do not open. */
const MAX_NOTED = 4096;
/** Deleted segments in a row that a search passes over. */
const MAX_REMOVED = 100;
const ALWAYS_US = Number.MAX_SAFE_INTEGER;

export interface JoinedFootageTools {
	readonly clock: Pick<Clock, 'after' | 'every' | 'monotonicMs'>;
	/** What this device's cameras saved here. */
	readonly here: Footage;
	/** Elsewhere, the nearest first. */
	readonly elsewhere: readonly { readonly origin: Origin; readonly footage: Footage }[];
	/** `name`: `null` if it is not known. */
	readonly about: (camera: CameraId) => Promise<Pick<SavedCamera, 'name' | 'former'>>;
}

interface RunsAt {
	readonly origin: Origin;
	readonly runs: readonly Run[];
}

/**
 * Footage wherever it is, as one (docs/spec/playback.md, "Wherever it is"). This device answers at
 * once, and alone where it has all there is; what others have comes when they answer.
 */
export class JoinedFootage implements Footage {
	readonly #tools: JoinedFootageTools;
	readonly #readers: readonly OriginReader[];
	readonly #stateListeners = new Listeners();
	/** Where segments came from that were read. */
	readonly #served = new Map<string, Origin>();
	/** Segments that do not open, by origin. */
	readonly #failed = new Map<string, ReadonlySet<Origin>>();

	constructor(tools: JoinedFootageTools) {
		this.#tools = tools;
		this.#readers = tools.elsewhere.map((one) => new OriginReader(one, tools.clock));
	}

	async cameras(): Promise<CameraId[]> {
		const found = await this.#camerasByOrigin();
		return [...new Set(found.flatMap(({ cameras }) => cameras))];
	}

	/** See `FootageOrigins`. */
	async savedCameras(): Promise<readonly SavedCamera[]> {
		const found = await this.#camerasByOrigin();
		const ids = [...new Set(found.flatMap(({ cameras }) => cameras))];
		return Promise.all(
			ids.map(async (id) => {
				const having = found.filter(({ cameras }) => cameras.includes(id));
				const origins = having.map(({ origin }) => origin);
				return { id, origins, ...(await this.#tools.about(id)) };
			}),
		);
	}

	async runs(camera: CameraId, fromUs = 0, toUs = ALWAYS_US): Promise<Run[]> {
		const { all } = await this.#runsOf(camera, fromUs, toUs);
		return joinedRuns(all.map(({ runs }) => runs)).filter(
			({ startUs, endUs }) => startUs < toUs && endUs > fromUs,
		);
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		const own = this.#here(() => this.#tools.here.runs(camera), []);
		const near = this.#here(() => this.#tools.here.between(camera, fromUs, toUs), []);
		const [runs, segments] = await Promise.all([own, near]);
		const others: Segment[][] = [];
		if (toUs > fromUs && !isWhole(runs.value, fromUs, toUs)) {
			const removed = removedFrom(runs.value);
			const found = await this.#elsewhere(
				{
					name: `between ${camera} ${String(fromUs)} ${String(toUs)}`,
					work: (footage) => footage.between(camera, fromUs, toUs),
					long: true,
				},
				true,
			);
			for (const { value } of found) others.push(value.filter((one) => !removed(one)));
		}
		const all = joinedSegments([segments.value, ...others]);
		if (all.length === 0) segments.rethrow();
		return all;
	}

	async firstAt(camera: CameraId, us: number): Promise<Segment | null> {
		const near = await this.#here(() => this.#tools.here.firstAt(camera, us), null);
		if (near.value !== null && near.value.startUs <= us) return near.value;
		const { value: runs } = await this.#here(() => this.#tools.here.runs(camera), []);
		const removed = removedFrom(runs);
		let first = near.value;
		for (const reader of this.#readers) {
			const found = await this.#firstAt(reader, camera, us, removed);
			if (found === null) continue;
			const earlier = first === null || found.startUs < first.startUs;
			const covers = found.startUs <= us && endUsOf(found) > us;
			if (earlier || (covers && first !== null && found.runNo > first.runNo)) first = found;
		}
		if (first === null) near.rethrow();
		return first;
	}

	async read(segment: SegmentKey): Promise<StoredBytes | null> {
		const name = nameOf(segment);
		const { here } = this.#tools;
		const corrupt: Footage[] = [];
		const failed = this.#failed.get(name);
		/** This device's store answered, with nothing that can be read. */
		const lost = { value: failed?.has('here') === true };
		const attempts = this.#nearestFirst()
			.filter(({ origin }) => failed?.has(origin) !== true)
			.map(({ origin, footage }) => async () => {
				try {
					const stored = await footage.read(segment);
					if (stored === null) {
						lost.value ||= footage === here;
						return null;
					}
					remember(this.#served, name, origin, MAX_NOTED);
					for (const one of corrupt.splice(0)) void one.damaged(segment).catch(expectFault);
					return stored;
				} catch (error) {
					expectFault(error);
					if (error.kind === 'corrupt') {
						corrupt.push(footage);
						lost.value ||= footage === here;
					}
					throw error;
				}
			});
		try {
			return await firstOf(attempts, this.#tools.clock, CHANGE_OVER_MS);
		} catch (error) {
			// What is listed here is damaged, whatever those that are away might have.
			const waits = this.#readers.some(({ state }) => state === 'ready');
			if (waits || !lost.value || !(await this.#isListedHere(segment))) throw error;
			return null;
		}
	}

	/** Says so where it came from: elsewhere it may be whole. */
	async damaged(segment: SegmentKey): Promise<boolean> {
		const name = nameOf(segment);
		const from = this.#served.get(name);
		const failed = this.#failed.get(name) ?? new Set();
		const all = this.#nearestFirst().filter(({ origin }) => !failed.has(origin));
		const about = all.filter(({ origin }) =>
			from === undefined ? ['ready', 'reading'].includes(this.state(origin)) : origin === from,
		);
		this.#served.delete(name);
		remember(
			this.#failed,
			name,
			new Set([...failed, ...about.map(({ origin }) => origin)]),
			MAX_NOTED,
		);
		let marked = false;
		for (const { footage } of about) marked = (await footage.damaged(segment)) || marked;
		return marked || (from !== undefined && about.length < all.length);
	}

	watch(changed: () => void): () => void {
		const stops = [
			this.#tools.here.watch(changed),
			...this.#readers.map((reader) =>
				reader.on((change) => {
					if (change === 'footage') changed();
				}),
			),
			...this.#readers.map((reader) => reader.watch()),
		];
		return () => {
			for (const stop of stops) stop();
		};
	}

	async spans(camera: CameraId, fromUs: number, toUs: number): Promise<readonly OriginSpan[]> {
		const { all } = await this.#runsOf(camera, fromUs, toUs);
		return originSpans(all, fromUs, toUs);
	}

	state(origin: Origin): OriginState {
		if (origin === 'here') return 'ready';
		return this.#readers.find((reader) => reader.origin === origin)?.state ?? 'away';
	}

	/** Where a segment was read from last; `null`: it was not read, or long ago. */
	originOf(segment: Pick<SegmentKey, 'camera' | 'runNo' | 'seq'>): Origin | null {
		return this.#served.get(nameOf(segment)) ?? null;
	}

	on(listener: () => void): () => void {
		const stops = [this.watch(listener), ...this.#readers.map((reader) => reader.on(listener))];
		return () => {
			for (const stop of stops) stop();
		};
	}

	async #camerasByOrigin(): Promise<{ origin: Origin; cameras: readonly CameraId[] }[]> {
		const here = await this.#here(() => this.#tools.here.cameras(), []);
		const ask = { name: 'cameras', work: (footage: Footage) => footage.cameras() };
		const others = await this.#elsewhere(ask, here.value.length === 0);
		if (others.length === 0) here.rethrow();
		return [
			{ origin: 'here', cameras: here.value },
			...others.map(({ origin, value }) => ({ origin, cameras: value })),
		];
	}

	/** What each origin has of a camera, without what a person deleted here. */
	async #runsOf(
		camera: CameraId,
		fromUs: number,
		toUs: number,
	): Promise<{ readonly all: readonly RunsAt[] }> {
		const here = await this.#here(() => this.#tools.here.runs(camera), []);
		const all: RunsAt[] = [{ origin: 'here', runs: here.value }];
		const whole = isWhole(here.value, fromUs, toUs);
		// All of it is for drawing: that grows. A part is for playing, and must be complete.
		const wait = fromUs <= 0 ? here.value.length === 0 : !whole;
		if (!whole) {
			const work = (footage: Footage): Promise<Run[]> => footage.runs(camera);
			const others = await this.#elsewhere({ name: `runs ${camera}`, work }, wait);
			for (const { origin, value } of others)
				all.push({ origin, runs: withoutRemoved(value, here.value) });
			if (others.length === 0) here.rethrow();
		}
		return { all };
	}

	async #firstAt(
		reader: OriginReader,
		camera: CameraId,
		fromUs: number,
		removed: (segment: Segment) => boolean,
	): Promise<Segment | null> {
		let us = fromUs;
		for (let tries = 0; tries < MAX_REMOVED; tries += 1) {
			const at = us;
			const found = await reader.ask({
				name: `first ${camera} ${String(at)}`,
				work: (footage) => footage.firstAt(camera, at),
				wait: true,
			});
			if (found === null || !removed(found)) return found;
			us = Math.max(at + 1, endUsOf(found));
		}
		return null;
	}

	async #elsewhere<T>(
		ask: {
			readonly name: string;
			readonly work: (footage: Footage) => Promise<T>;
			readonly long?: boolean;
		},
		wait: boolean,
	): Promise<{ readonly origin: Origin; readonly value: T }[]> {
		const answers = await Promise.all(
			this.#readers.map(async (reader) => {
				return { origin: reader.origin, value: await reader.ask({ ...ask, wait }) };
			}),
		);
		return answers.flatMap(({ origin, value }) => (value === null ? [] : [{ origin, value }]));
	}

	/** A store here that does not answer must not hide what others have. */
	async #here<T>(
		work: () => Promise<T>,
		otherwise: T,
	): Promise<{ readonly value: T; readonly rethrow: () => void }> {
		try {
			return { value: await work(), rethrow: () => undefined };
		} catch (error) {
			expectFault(error);
			const rethrow = (): void => {
				throw error;
			};
			return { value: otherwise, rethrow };
		}
	}

	async #isListedHere({ camera, runNo, seq, startUs }: SegmentKey): Promise<boolean> {
		const { here } = this.#tools;
		if (seq === 0) return (await here.runs(camera)).some((run) => run.runNo === runNo);
		const listed = await here.between(camera, startUs, startUs + 1);
		return listed.some((one) => one.runNo === runNo && one.seq === seq);
	}

	/** Those that do not answer at the moment are the last resort. */
	#nearestFirst(): { readonly origin: Origin; readonly footage: Footage }[] {
		const asked = this.#readers.filter(({ state }) => state !== 'refused');
		return [
			{ origin: 'here', footage: this.#tools.here },
			...asked.filter(({ state }) => state !== 'away'),
			...asked.filter(({ state }) => state === 'away'),
		];
	}
}

/** What a person deleted here is not there either, even if it is not said there yet. */
function withoutRemoved(runs: readonly Run[], here: readonly Run[]): Run[] {
	return runs.map((run) => {
		const same = here.find(({ runNo, runId }) => runNo === run.runNo && runId === run.runId);
		const removed = same?.holes.filter(({ why }) => why === 'deleted') ?? [];
		return removed.length === 0 ? run : { ...run, holes: [...run.holes, ...removed] };
	});
}

function nameOf({ camera, runNo, seq }: Pick<SegmentKey, 'camera' | 'runNo' | 'seq'>): string {
	return `${camera} ${String(runNo)} ${String(seq)}`;
}
