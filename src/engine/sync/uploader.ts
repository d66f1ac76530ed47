import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import type { EvictedPage } from '#ports/footage/segment-store.ts';
import type { ArchiveResult } from '#ports/footage/footage-archive.ts';
import { ArchivedSegments } from './archived-segments.ts';
import { Backlog, type Batch, type Found } from './backlog.ts';
import { RefusedSegments } from './refused-segments.ts';
import { recordsOf } from './segment-records.ts';
import { SpotCheck } from './spot-check.ts';
import type { UploaderTools } from './uploader-tools.ts';
import { UploadSpeed } from './upload-speed.ts';
import type { UploadProgress, UploadState } from './upload-state.ts';

/** While there is nothing new, or something else needs the uplink. */
const IDLE_MS = 1_000;
const MINUTE_MS = MINUTE_US / 1000;
/** Nothing changed here: what is wanted may have. */
const LOOK_MS = 30_000;
const RETRY_MS: readonly number[] = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];
const FULL_MS = 60_000;
/** Older footage, for which there is no room. */
const OLD_FULL_MS = 10 * 60_000;
/** While somebody watches live: requests of at most this, and that many times as long without. */
const GENTLE_BYTES = 1024 * 1024;
const GENTLE_PAUSES = 3;
/** One request; two of them are a minute of video. */
const BATCH_BYTES = 4 * 1024 * 1024;
const AT_ONCE = 2;
/** A run record is signed anew this often while the run goes on. */
const RECORD_MS = 5 * 60_000;
/** What the archive mended, or had to let go, is told when it is asked (SY18). */
const ASK_MS = 10 * 60_000;

/**
 * Uploads what a camera saved (SY10). What is left is derived each time, from what is here and what
 * the archive acknowledged; there is no queue that could be lost or differ.
 */
export class Uploader {
	readonly #tools: UploaderTools;
	readonly #camera: CameraId;
	readonly #archived: ArchivedSegments;
	readonly #backlog: Backlog;
	readonly #spotCheck: SpotCheck;
	readonly #refused = new RefusedSegments();
	readonly #speed = new UploadSpeed();
	readonly #listeners = new Listeners();
	readonly #unsubscribe: readonly (() => void)[];
	#state: UploadState;
	#found: Found | null = null;
	#upToUs: number | null = null;
	#lostMs: number | null = null;
	#noRoom: { readonly minute: number; readonly untilMs: number } | null = null;
	/** When it was asked what it has. */
	#askedMs = -Infinity;
	#underWay = 0;
	#failures = 0;
	#notBeforeMs = -Infinity;
	/** Nothing beside segments is sent before. */
	#besideMs = -Infinity;
	#changed = true;
	#lookedMs = -Infinity;
	#wake: () => void = () => undefined;
	#ended = false;

	constructor(tools: UploaderTools, camera: CameraId) {
		this.#tools = tools;
		this.#camera = camera;
		this.#archived = new ArchivedSegments(tools.archive, camera);
		this.#backlog = new Backlog(tools, camera, this.#archived, this.#refused);
		this.#spotCheck = new SpotCheck(tools, camera, this.#archived);
		this.#state = { ...this.#progress(), kind: 'asking' };
		this.#unsubscribe = [
			tools.footage.watch(() => (this.#changed = true)),
			tools.slots.on(() => this.#wake()),
		];
	}

	get state(): UploadState {
		return this.#state;
	}

	/** The newest segment that is there; `null`: none, or that is not known. */
	get newest(): { readonly runNo: number; readonly seq: number } | null {
		return this.#archived.newest;
	}

	/** Bytes per hour, while it has much to send; `null`: not known. */
	get bytesPerHour(): number | null {
		const { bytesPerMs } = this.#speed;
		return bytesPerMs === null ? null : bytesPerMs * 3_600_000;
	}

	/** Where the oldest minute begins that is wanted and not all there, µs; `null`: all is. */
	get oldestLeftUs(): number | null {
		return this.#found === null || this.#found.oldestLeft === null
			? null
			: this.#found.oldestLeft * MINUTE_US;
	}

	/** Bytes of a page that are wanted, and not known to be there. */
	unsavedBytes({ runNo, minute, segments }: EvictedPage): number {
		if (!this.#tools.wanted(minute)) return 0;
		return segments.reduce(
			(sum, { seq, size }) => sum + (this.#archived.isSettled(runNo, minute, seq) ? 0 : size),
			0,
		);
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	begin(): void {
		void this.#run();
	}

	/** Takes what a person changed into account at once. */
	look(): void {
		this.#changed = true;
		this.#wake();
	}

	/** Others miss these there (SY49). */
	recheck(runNo: number, seqs: readonly SeqRange[]): void {
		this.#spotCheck.tell(runNo, seqs);
		this.#wake();
	}

	/** The relay is there again: no more waiting, and it is asked what it has. */
	askAgain(): void {
		this.#askedMs = -Infinity;
		this.#notBeforeMs = -Infinity;
		this.look();
	}

	end(): void {
		this.#ended = true;
		for (const off of this.#unsubscribe) off();
		this.#tools.slots.leave(this);
		this.#wake();
	}

	async #run(): Promise<void> {
		while (!this.#ended) {
			let waitMs: number;
			try {
				waitMs = await this.#step();
			} catch (error) {
				waitMs = this.#failed(error);
			}
			if (waitMs > 0) await this.#sleep(waitMs);
		}
	}

	#sleep(ms: number): Promise<void> {
		if (this.#ended) return Promise.resolve();
		return new Promise((resolve) => {
			const stop = this.#tools.clock.after(ms, resolve);
			this.#wake = () => {
				stop();
				resolve();
			};
		});
	}

	/** Begins one request, or none; returns how long to wait. */
	async #step(): Promise<number> {
		const { clock, slots, heldBack, pace } = this.#tools;
		const why = heldBack();
		if (why !== null) {
			slots.leave(this);
			this.#show({ ...this.#progress(), kind: 'paused', why });
			return IDLE_MS;
		}
		const leftMs = this.#notBeforeMs - clock.monotonicMs();
		if (leftMs > 0) return leftMs;
		const { due } = this.#spotCheck;
		// Before a check, too: what had to leave since is not missing.
		if (due || clock.monotonicMs() - this.#askedMs >= ASK_MS) await this.#refresh();
		if (clock.monotonicMs() >= (this.#noRoom?.untilMs ?? Infinity)) this.#setNoRoom(null);
		if (due) await this.#check();
		const idle = this.#state.kind === 'current' && this.#underWay === 0;
		const lookedMs = clock.monotonicMs() - this.#lookedMs;
		if (idle && !this.#changed && lookedMs < LOOK_MS) return IDLE_MS;
		[this.#changed, this.#lookedMs] = [false, clock.monotonicMs()];
		if (pace() !== 'wait') await this.#sendBeside();
		const gentle = pace() === 'gentle';
		this.#found = await this.#backlog.next(gentle ? GENTLE_BYTES : BATCH_BYTES);
		this.#showProgress();
		const { batch } = this.#found;
		if (batch === null) slots.leave(this);
		const most = gentle ? 1 : AT_ONCE;
		if (batch === null || this.#underWay >= most || pace() === 'wait') return IDLE_MS;
		// A request may have ended meanwhile.
		if (this.#notBeforeMs > clock.monotonicMs()) return 0;
		const release = slots.take(this);
		// Told when it is its turn.
		if (release === null) return IDLE_MS;
		void this.#sendInSlot(batch, release);
		return this.#underWay < most ? 0 : IDLE_MS;
	}

	async #sendInSlot(batch: Batch, release: () => void): Promise<void> {
		const { clock, pace } = this.#tools;
		const fromMs = clock.monotonicMs();
		this.#underWay += 1;
		const done = this.#backlog.begin(batch);
		try {
			const bytes = await this.#send(batch);
			const toMs = clock.monotonicMs();
			const pauseMs = pace() === 'gentle' ? GENTLE_PAUSES * (toMs - fromMs) : 0;
			if ((this.#found?.minutesLeft ?? 0) > 0) this.#speed.add(bytes, fromMs, toMs + pauseMs);
			if (pauseMs > 0) this.#notBeforeMs = toMs + pauseMs;
			this.#failures = 0;
		} catch (error) {
			this.#failed(error);
		}
		done();
		this.#changed = true;
		this.#underWay -= 1;
		release();
		this.#wake();
	}

	/** Returns the bytes sent. Throws as `FootageArchive` does. */
	async #send(batch: Batch): Promise<number> {
		const { clock } = this.#tools;
		const { run, minute, segments } = batch;
		const { runNo } = run;
		const init = !this.#archived.hasInit(runNo);
		const { records, unreadable } = await recordsOf(this.#tools.footage, batch, init);
		this.#archived.noteInitTried(runNo);
		for (const seq of unreadable) this.#refused.add(run, seq, segments, 'unreadable');
		const sent = this.#archived.runRecord(runNo);
		const nowMs = clock.wallMs();
		const due = sent?.ended !== run.ended || Math.abs(nowMs - sent.wallMs) >= RECORD_MS;
		if (this.#ended || (records.length === 0 && !due)) return 0;
		const signed = due ? await this.#tools.signRun(run) : null;
		const answer = await this.#put(batch, signed, records);
		if (answer === null) return 0;
		const { store, kept, refused } = answer;
		if (!this.#archived.kept(store, runNo, minute, kept)) {
			await this.#refresh();
			return records.length;
		}
		if (due) this.#archived.noteRunRecord(runNo, { ended: run.ended, wallMs: nowMs });
		for (const segment of segments)
			if (kept.includes(segment.seq)) this.#isThere(segment.startUs + segment.durationUs);
		for (const { seq, why } of refused)
			if (why !== 'full' && why !== 'old') this.#refused.add(run, seq, segments, why);
		if (refused.some(({ why }) => why === 'full' || why === 'old'))
			this.#full(
				minute,
				refused.some(({ why }) => why === 'old'),
			);
		return records.length;
	}

	/** `null`: it will not take this as it is, and nothing behind it must wait for it. */
	async #put(batch: Batch, signed: Bytes | null, records: Bytes): Promise<ArchiveResult | null> {
		const { run, segments } = batch;
		try {
			return await this.#tools.archive.put(this.#camera, run.runNo, signed, records);
		} catch (error) {
			expectFault(error);
			if (error.kind !== 'conflict' && error.kind !== 'malformed') throw error;
			const why = error.kind === 'conflict' ? 'conflict' : 'invalid';
			for (const { seq } of segments) this.#refused.add(run, seq, segments, why);
			if (segments.length === 0) this.#backlog.setRecordRefused(run);
			return null;
		}
	}

	/** What is older than all that it has may find no room, and must not hold up the newest. */
	#full(minute: number, old: boolean): void {
		const { clock } = this.#tools;
		if (old || minute < minuteOf(clock.wallMs() * 1000) - 1) {
			const before = this.#noRoom?.minute ?? minute;
			const untilMs = clock.monotonicMs() + OLD_FULL_MS;
			this.#setNoRoom({ minute: Math.max(before, minute), untilMs });
			return;
		}
		this.#notBeforeMs = clock.monotonicMs() + FULL_MS;
		const againMs = clock.wallMs() + FULL_MS;
		this.#show({ ...this.#progress(), kind: 'failed', why: 'full', againMs });
	}

	#setNoRoom(noRoom: { readonly minute: number; readonly untilMs: number } | null): void {
		this.#noRoom = noRoom;
		this.#backlog.setNoRoomFor(noRoom?.minute ?? null);
	}

	async #refresh(): Promise<void> {
		const before = this.#archived.store;
		const lost = await this.#archived.refresh();
		for (const page of lost) this.#backlog.lookAgainAt(page);
		if (lost[0] !== undefined) this.#nameLost(lost[0].minute * MINUTE_US);
		this.#spotCheck.noteLost(lost);
		const { store } = this.#archived;
		[this.#askedMs, this.#changed] = [this.#tools.clock.monotonicMs(), true];
		if (store === null || store === before) return;
		this.#backlog.forget();
		this.#refused.clear();
		this.#setNoRoom(null);
		this.#upToUs = await this.#backlog.archivedToUs();
		this.#tools.storeIs(store);
	}

	/** A fault there must not hold up the rest. */
	async #sendBeside(): Promise<void> {
		const { clock, sendBeside } = this.#tools;
		if (clock.monotonicMs() < this.#besideMs) return;
		try {
			await sendBeside(this.#camera, {
				has: (minute) => this.#archived.hasMinute(minute),
				oldest: this.#archived.oldestMinute,
			});
		} catch (error) {
			expectFault(error);
			this.#besideMs = clock.monotonicMs() + FULL_MS;
		}
	}

	/** A fault there must not hold up the rest. */
	async #check(): Promise<void> {
		try {
			const lost = await this.#spotCheck.run();
			if (!this.#spotCheck.bad) this.#lostMs = null;
			for (const { segment } of lost) {
				this.#nameLost(segment.startUs);
				this.#backlog.forgetMinute(segment);
				this.#changed = true;
			}
		} catch (error) {
			expectFault(error);
		}
	}

	#nameLost(startUs: number): void {
		if (this.#lostMs === null) this.#tools.lost(this.#camera, startUs);
		this.#lostMs = startUs / 1000;
	}

	#isThere(endUs: number): void {
		this.#upToUs = Math.max(this.#upToUs ?? 0, endUs);
	}

	/** Returns how long to wait. */
	#failed(error: unknown): number {
		expectFault(error);
		const { kind: why } = error;
		const waitMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? IDLE_MS;
		this.#failures += 1;
		this.#notBeforeMs = this.#tools.clock.monotonicMs() + waitMs;
		const againMs = this.#tools.clock.wallMs() + waitMs;
		this.#show({ ...this.#progress(), kind: 'failed', why, againMs });
		return waitMs;
	}

	#progress(): UploadProgress {
		return {
			upToMs: this.#upToUs === null ? null : this.#upToUs / 1000,
			minutesLeft: this.#found?.minutesLeft ?? null,
			refused: this.#refused.span,
			lostMs: this.#lostMs,
			roomFromMs: this.#noRoom === null ? null : (this.#noRoom.minute + 1) * MINUTE_MS,
		};
	}

	#showProgress(): void {
		const { minutesLeft = 0, bytesLeft = 0, bytesPerMs = 0 } = this.#found ?? {};
		if (minutesLeft === 0) {
			this.#show({ ...this.#progress(), kind: 'current' });
			return;
		}
		const spare = (this.#speed.bytesPerMs ?? 0) - bytesPerMs;
		const aboutMs = spare > 0 ? Math.ceil(bytesLeft / spare / 1000) * 1000 : null;
		this.#show({ ...this.#progress(), kind: 'uploading', aboutMs });
	}

	#show(state: UploadState): void {
		if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
		this.#state = state;
		this.#listeners.notify();
	}
}
