import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageArchive } from '#ports/footage/footage-archive.ts';
import { ArchivedSegments } from './archived-segments.ts';

/** One request; two of them are a minute of video. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_SEGMENTS = 64;
/** While somebody watches live, or the camera has nothing new. */
const IDLE_MS = 1_000;
const RETRY_MS: readonly number[] = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];
const FULL_MS = 60_000;

export type UploadState =
	/** All that may be uploaded is there. */
	| { readonly kind: 'current'; readonly upToMs: number | null }
	/** `minutesLeft`: minutes with footage that are not all there yet, so far as is known. */
	| { readonly kind: 'uploading'; readonly minutesLeft: number }
	/** Somebody watches live, or a person paused it. */
	| { readonly kind: 'paused' }
	| { readonly kind: 'failed'; readonly why: FaultKind | 'full'; readonly againMs: number };

export interface UploaderTools {
	readonly footage: Pick<Footage, 'runs' | 'between' | 'read' | 'watch'>;
	readonly archive: FootageArchive;
	readonly clock: Clock;
	/** The signed run record as of now. */
	readonly signRun: (run: Run) => Promise<Bytes>;
	/** What goes before the rest, most urgent first: what retention takes next, then events. */
	readonly urgent: (camera: CameraId) => Promise<readonly Span[]>;
	/** Spans that are to be uploaded at all (the person's choice). */
	readonly wanted: (span: Span) => boolean;
	/** `false` while live video needs the uplink, or uploading is paused. */
	readonly mayUpload: () => boolean;
}

interface Batch {
	readonly run: Run;
	readonly minute: number;
	readonly segments: readonly Segment[];
}

/**
 * Uploads what a camera saved (SY10). What is left is derived each time, from what is here and what
 * the archive acknowledged; there is no queue that could be lost or differ. Order: the minute of
 * now, urgent spans, then newest to oldest.
 */
export class Uploader {
	readonly #tools: UploaderTools;
	readonly #camera: CameraId;
	readonly #archived: ArchivedSegments;
	readonly #listeners = new Listeners();
	/** Past minutes of closed pages known to be there, so that none is read again and again. */
	readonly #complete = new Set<string>();
	#state: UploadState = { kind: 'current', upToMs: null };
	#failures = 0;
	#stop: () => void = () => undefined;
	#ended = false;

	constructor(tools: UploaderTools, camera: CameraId) {
		this.#tools = tools;
		this.#camera = camera;
		this.#archived = new ArchivedSegments(tools.archive, camera);
	}

	get state(): UploadState {
		return this.#state;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	begin(): void {
		void this.#turn();
	}

	end(): void {
		this.#ended = true;
		this.#stop();
	}

	async #turn(): Promise<void> {
		let waitMs: number;
		try {
			waitMs = await this.#step();
			this.#failures = 0;
		} catch (error) {
			expectFault(error);
			waitMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? IDLE_MS;
			this.#failures += 1;
			this.#show({ kind: 'failed', why: error.kind, againMs: this.#againMs(waitMs) });
		}
		if (this.#ended) return;
		this.#stop = this.#tools.clock.after(waitMs, () => void this.#turn());
	}

	/** One request, or none; returns how long to wait. */
	async #step(): Promise<number> {
		if (!this.#tools.mayUpload()) {
			this.#show({ kind: 'paused' });
			return IDLE_MS;
		}
		if (this.#archived.store === null) await this.#archived.refresh();
		const { batch, minutesLeft, upToMs } = await this.#next();
		if (batch === null) {
			this.#show({ kind: 'current', upToMs });
			return IDLE_MS;
		}
		this.#show({ kind: 'uploading', minutesLeft });
		return this.#send(batch);
	}

	async #send({ run, minute, segments }: Batch): Promise<number> {
		const records = await this.#recordsOf(run, segments);
		const runRecord = await this.#tools.signRun(run);
		const { archive } = this.#tools;
		const { runNo } = run;
		if (this.#ended) return IDLE_MS;
		const { store, kept, refused } = await archive.put(this.#camera, runNo, runRecord, records);
		if (!this.#archived.kept(store, runNo, minute, kept)) {
			this.#complete.clear();
			await this.#archived.refresh();
			return 0;
		}
		if (kept.includes(0)) this.#archived.noteRun(runNo);
		if (refused.some(({ why }) => why === 'full')) {
			this.#show({ kind: 'failed', why: 'full', againMs: this.#againMs(FULL_MS) });
			return FULL_MS;
		}
		// Never as it is: not asked for again before the page is opened anew.
		const never = refused.filter(({ why }) => why !== 'full').map(({ seq }) => seq);
		this.#archived.kept(store, runNo, minute, never);
		return 0;
	}

	async #recordsOf(run: Run, segments: readonly Segment[]): Promise<Bytes> {
		const { footage } = this.#tools;
		const parts: Bytes[] = [];
		const { camera, runNo, anchorUs: startUs } = run;
		if (!this.#archived.hasRun(runNo)) {
			const init = await footage.read({ camera, runNo, seq: 0, startUs });
			if (init) parts.push(buildSegmentRecord({ entry: null, ...init }));
		}
		for (const segment of segments) {
			const stored = await footage.read(segment);
			if (stored === null) continue;
			const { seq, startUs: fromUs, durationUs, sound } = segment;
			const times = { seq, startUs: fromUs, durationUs, sound, bad: false };
			const entry = { ...times, size: stored.bytes.length, place: 0 };
			parts.push(buildSegmentRecord({ entry, ...stored }));
		}
		return concatBytes(...parts);
	}

	/** The most urgent batch, and how much is left in all. */
	async #next(): Promise<{
		readonly batch: Batch | null;
		readonly minutesLeft: number;
		readonly upToMs: number | null;
	}> {
		const { footage, clock, urgent } = this.#tools;
		const runs = await footage.runs(this.#camera);
		const nowUs = clock.wallMs() * 1000;
		const soon = (await urgent(this.#camera)).map(({ startUs }) => minuteOf(startUs));
		const first = [minuteOf(nowUs), minuteOf(nowUs) - 1, ...soon];
		let batch: Batch | null = null;
		let minutesLeft = 0;
		for (const minute of first) batch ??= await this.#batchOf(runs, minute);
		for (const run of runs.toReversed()) {
			const oldest = minuteOf(run.startUs);
			for (
				let minute = minuteOf(Math.max(run.startUs, run.endUs - 1));
				minute >= oldest;
				minute -= 1
			) {
				if (!this.#isOpen(run, minute)) continue;
				minutesLeft += 1;
				batch ??= await this.#batchOf([run], minute);
			}
		}
		const last = runs.at(-1);
		return { batch, minutesLeft, upToMs: last === undefined ? null : last.endUs / 1000 };
	}

	#isOpen(run: Run, minute: number): boolean {
		if (this.#complete.has(`${String(run.runNo)} ${String(minute)}`)) return false;
		return this.#tools.wanted({ startUs: minute * MINUTE_US, endUs: (minute + 1) * MINUTE_US });
	}

	/** The first segments of a minute that are not there yet; `null`: all are. */
	async #batchOf(runs: readonly Run[], minute: number): Promise<Batch | null> {
		const [fromUs, toUs] = [minute * MINUTE_US, (minute + 1) * MINUTE_US];
		const here = runs.filter((run) => run.startUs < toUs && run.endUs > fromUs);
		for (const run of here) {
			if (!this.#isOpen(run, minute)) continue;
			const all = await this.#tools.footage.between(this.#camera, fromUs, toUs);
			const own = all.filter(
				({ runNo, startUs, bad }) => runNo === run.runNo && minuteOf(startUs) === minute && !bad,
			);
			const missing = own.filter(({ seq }) => !this.#archived.has(run.runNo, minute, seq));
			if (missing.length > 0) return { run, minute, segments: fitting(missing) };
			const over = run.ended !== null || minuteOf(run.endUs) > minute;
			if (over) this.#complete.add(`${String(run.runNo)} ${String(minute)}`);
		}
		return null;
	}

	#againMs(waitMs: number): number {
		return this.#tools.clock.wallMs() + waitMs;
	}

	#show(state: UploadState): void {
		if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
		this.#state = state;
		this.#listeners.notify();
	}
}

function fitting(segments: readonly Segment[]): readonly Segment[] {
	let bytes = 0;
	const fits: Segment[] = [];
	for (const segment of segments.slice(0, BATCH_SEGMENTS - 1)) {
		bytes += segment.size;
		if (fits.length > 0 && bytes > BATCH_BYTES) break;
		fits.push(segment);
	}
	return fits;
}
