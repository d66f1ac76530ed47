import { Fault, faultOf } from '#domain/base/fault.ts';
import { clockSampleOf, wallUsAt, type ClockSample } from '#domain/footage/clock-sample.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { OldestKept } from '#domain/footage/head.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { Hole, Run, RunEnd } from '#domain/footage/run.ts';
import type { FrameTally } from '#domain/recording/quality-ladder.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Encoder, Encoding, Fragment, InitSection } from '#ports/media/encoder.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Retention } from '#engine/storage/retention.ts';
import type { RunSealer } from '#engine/sealing/run-sealer.ts';
import { ThumbnailWriter, type ThumbnailWriterTools } from './thumbnail-writer.ts';

/** One key frame a second: what a kill can cost. docs/decisions.md has the price in bits. */
const KEY_FRAME_MS = 1000;
/** What may wait for a store that stalls before the person is told that nothing is saved. */
const MAX_QUEUED = 30;
const MAX_QUEUED_BYTES = 64 * 2 ** 20;
/** A run whose row grows longer is replaced: it is written with every segment. */
const MAX_HOLES = 200;
const MAX_TRIES = 3;
const RETRY_MS = 1000;
/** A store that answers nothing must not keep the next run from beginning. */
const DRAIN_DEADLINE_MS = 15_000;

type WriterSealer = Pick<RunSealer, 'start' | 'init' | 'fragment'>;

export interface RunWriterTools {
	readonly clock: Clock;
	readonly encoder: Encoder;
	readonly segments: Pick<SegmentStore, 'begin' | 'append' | 'close' | 'runs'>;
	readonly retention: Pick<Retention, 'makeRoom' | 'afterQuota'>;
	readonly beginRun: (
		camera: CameraId,
		given: { readonly mime: string; readonly anchorUs: number },
	) => Promise<WriterSealer>;
	/** No picture came for a while. */
	readonly stalled?: (camera: CameraId, hole: Hole) => void;
	/** Not every test needs pictures. */
	readonly thumbnails?: ThumbnailWriterTools;
}

/** How the recording of now goes; counts are its recorder's. */
export interface EncodingStats extends Omit<FrameTally, 'atMs'> {
	/** Asked for. */
	readonly frameRate: number;
	/** How long after its last picture the newest fragment came; `null`: none came yet. */
	readonly lateMs: number | null;
}

export interface RunWriterEvents {
	saved(run: Run, segment: SealedSegment): void;
	/** Another take should follow this one, which goes on until then. */
	renewalNeeded(): void;
	/** It cannot go on; `end` tells when what was whole is saved. Called once at most. */
	failed(why: RunEnd, fault: Fault): void;
}

/**
 * One encoding and the runs it becomes: sealed, then written, strictly in order. A run exists in
 * the store from its first fragment on, so that a take without a picture leaves nothing behind.
 */
export class RunWriter {
	readonly begun: ClockSample;
	readonly #tools: RunWriterTools;
	readonly #camera: CameraId;
	readonly #events: RunWriterEvents;
	readonly #captured: Captured;
	readonly #frameRate: number;
	readonly #encoding: Encoding;
	#sealer: WriterSealer | null = null;
	#run: Run | null = null;
	#thumbnails: ThumbnailWriter | null = null;
	#oldestKept: OldestKept | undefined;
	#work: Promise<void>;
	#waiting = 0;
	#waitingBytes = 0;
	#fragments = 0;
	/** Pictures in them. */
	#frames = 0;
	#anchorMs = 0;
	#lateMs: number | null = null;
	#why: RunEnd | null = null;
	#broken: Fault | null = null;
	#ending: Promise<void> | null = null;

	/**
	 * Starts encoding in this very task. `after`: the end of the take before, whose last head this
	 * run names.
	 */
	constructor(
		tools: RunWriterTools,
		camera: CameraId,
		captured: Captured,
		profile: Profile,
		events: RunWriterEvents,
		after: Promise<unknown>,
	) {
		this.#tools = tools;
		this.#camera = camera;
		this.#events = events;
		this.#captured = captured;
		this.#frameRate = profile.frameRate;
		this.#work = after.then(() => undefined);
		this.begun = clockSampleOf(tools.clock);
		this.#encoding = tools.encoder.start(
			captured,
			{
				bitsPerSecond: profile.bitsPerSecond,
				frameRate: profile.frameRate,
				keyFrameMs: KEY_FRAME_MS,
				sound: captured.sound,
			},
			{
				init: (section) => {
					this.#anchorMs = section.anchorMs;
					this.#enqueue(section.bytes.length, () => this.#begin(section));
				},
				fragment: (fragment) => {
					this.#count(fragment);
					this.#enqueue(fragment.bytes.length, () => this.#append(fragment));
				},
				renewalNeeded: () => events.renewalNeeded(),
				ended: (fault) => {
					if (fault !== null) this.#break('failed', fault);
				},
			},
		);
	}

	get soundMissing(): boolean {
		return this.#encoding.soundMissing;
	}

	/** Fragments the encoder gave so far: the watchdog's pulse. */
	get fragments(): number {
		return this.#fragments;
	}

	get stats(): EncodingStats {
		return {
			begunMs: this.begun.monotonicMs,
			delivered: this.#captured.frames() + this.#captured.lost(),
			recorded: this.#frames,
			frameRate: this.#frameRate,
			lateMs: this.#lateMs,
		};
	}

	#count({ frames, mediaTicks, durationTicks, timescale }: Fragment): void {
		this.#fragments++;
		this.#frames += frames;
		const endMs = this.#anchorMs + ((mediaTicks + durationTicks) / timescale) * 1000;
		this.#lateMs = this.#tools.clock.monotonicMs() - endMs;
	}

	/**
	 * Ends it: what is still in the encoder is saved, then the run is closed. Resolves when that is
	 * done.
	 */
	end(why: RunEnd): Promise<void> {
		this.#why ??= why;
		this.#ending ??= this.#end();
		return this.#ending;
	}

	async #end(): Promise<void> {
		await this.#encoding.stop();
		await Promise.race([this.#work, this.#pause(DRAIN_DEADLINE_MS)]);
		if (this.#run === null) return;
		try {
			await this.#tools.segments.close(this.#camera, this.#run.runNo, this.#why ?? 'failed');
		} catch (error) {
			// The next start closes it as interrupted; nothing of it is lost.
			if (!(error instanceof Fault)) throw error;
		}
	}

	#enqueue(bytes: number, job: () => Promise<void>): void {
		if (this.#broken !== null) return;
		this.#waiting++;
		this.#waitingBytes += bytes;
		if (this.#waiting > MAX_QUEUED || this.#waitingBytes > MAX_QUEUED_BYTES) {
			this.#break('store', new Fault('timeout', 'the store does not keep up'));
			return;
		}
		this.#work = this.#work.then(async () => {
			try {
				if (this.#broken === null) await job();
			} catch (error) {
				const fault = faultOf(error);
				this.#break(fault.kind === 'quota' ? 'quota' : 'store', fault);
			} finally {
				this.#waiting--;
				this.#waitingBytes -= bytes;
			}
		});
	}

	#break(why: RunEnd, fault: Fault): void {
		if (this.#broken !== null || this.#why !== null) return;
		this.#broken = fault;
		void this.end(why);
		this.#events.failed(why, fault);
	}

	async #begin(section: InitSection): Promise<void> {
		const { beginRun, segments } = this.#tools;
		const before = this.#run;
		// RC27: pictures of another size are a run of their own.
		if (before !== null) {
			await this.#write(0, () => segments.close(this.#camera, before.runNo, 'rotated'));
		}
		const anchorUs = wallUsAt(this.begun, section.anchorMs);
		const { mime, bytes } = section;
		const sealer = await this.#write(bytes.length, () =>
			beginRun(this.#camera, { mime, anchorUs }),
		);
		const init = await sealer.init(section);
		this.#run = await this.#write(init.bytes.length, () => segments.begin(sealer.start, init));
		this.#sealer = sealer;
		const { thumbnails } = this.#tools;
		if (thumbnails) {
			this.#thumbnails = new ThumbnailWriter(thumbnails, this.#camera, section.bytes);
		}
	}

	async #append(fragment: Fragment): Promise<void> {
		const { segments } = this.#tools;
		const sealer = this.#sealer;
		if (sealer === null) return;
		const segment = await sealer.fragment(fragment, this.#oldestKept);
		const { runNo } = sealer.start;
		this.#run = await this.#write(segment.bytes.length, () =>
			segments.append(this.#camera, runNo, segment),
		);
		this.#events.saved(this.#run, segment);
		const { holes } = this.#run;
		const stall = holes.find(({ why, endUs }) => why === 'stalled' && endUs === segment.startUs);
		if (stall !== undefined) this.#tools.stalled?.(this.#camera, stall);
		if (holes.length === MAX_HOLES) this.#events.renewalNeeded();
		if (fragment.keyFrame) void this.#thumbnails?.offer(fragment.bytes, segment.startUs);
	}

	/** Writes one thing; the very same thing again when there was no room or no answer. */
	async #write<T>(bytes: number, write: () => Promise<T>): Promise<T> {
		const { retention } = this.#tools;
		for (let tried = 1; ; tried++) {
			try {
				const evicted = await retention.makeRoom(bytes);
				if (evicted.segments > 0) await this.#findOldestKept();
				return await write();
			} catch (error) {
				if (!(error instanceof Fault) || tried >= MAX_TRIES) throw error;
				if (error.kind === 'quota') {
					const evicted = await retention.afterQuota();
					if (evicted.bytes === 0) throw error;
					await this.#findOldestKept();
				} else if (error.kind === 'timeout' || error.kind === 'unavailable') {
					await this.#pause(RETRY_MS);
				} else throw error;
			}
		}
	}

	async #findOldestKept(): Promise<void> {
		const [oldest] = await this.#tools.segments.runs(this.#camera);
		if (oldest) this.#oldestKept = { runNo: oldest.runNo, seq: Math.max(1, oldest.firstSeq) };
	}

	#pause(ms: number): Promise<void> {
		return new Promise((done) => {
			this.#tools.clock.after(ms, done);
		});
	}
}
