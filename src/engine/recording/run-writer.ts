import { Serial } from '#domain/base/serial.ts';
import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
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

/** How much footage a killed page can lose. docs/decisions.md has the cost in bit rate. */
const KEY_FRAME_MS = 1000;
/** RC14: limits of what may wait for a stalled store. */
const MAX_QUEUED = 30;
const MAX_QUEUED_BYTES = 64 * 2 ** 20;
/** RC11: the run's row, holes included, is written with every segment, so it must stay short. */
const MAX_HOLES = 200;
const RETRY_MS = 1000;
/** A store that does not answer must not block the next run. */
const DRAIN_DEADLINE_MS = 15_000;

type WriterSealer = Pick<RunSealer, 'start' | 'init' | 'fragment'>;

export interface RunWriterTools {
	readonly clock: Clock;
	readonly encoder: Encoder;
	readonly segments: Pick<SegmentStore, 'begin' | 'append' | 'close' | 'runs'>;
	readonly retention: Pick<Retention, 'withRoom'>;
	readonly beginRun: (
		camera: CameraId,
		given: { readonly mime: string; readonly anchorUs: number },
	) => Promise<WriterSealer>;
	/** No frame came for a while. */
	readonly stalled?: (camera: CameraId, hole: Hole) => void;
	/** Optional: not every test needs thumbnails. */
	readonly thumbnails?: ThumbnailWriterTools;
}

/** Health of the current encoding; its counts start with this writer. */
export interface EncodingStats extends Omit<FrameTally, 'atMs'> {
	/** As requested. */
	readonly frameRate: number;
	/** Delay of the newest fragment after its last frame; `null`: none came yet. */
	readonly lateMs: number | null;
}

export interface RunWriterEvents {
	saved(run: Run, segment: SealedSegment): void;
	/** Another writer should replace this one, which goes on until then. */
	renewalNeeded(): void;
	/** Cannot go on; `end` resolves once complete fragments are saved. Called at most once. */
	failed(why: RunEnd, fault: Fault): void;
}

/**
 * One encoding and the runs it produces: sealed, then written, strictly in order. A run exists in
 * the store from its first fragment on, so an encoding without a frame leaves nothing behind.
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
	readonly #work = new Serial();
	#waiting = 0;
	#waitingBytes = 0;
	#fragments = 0;
	/** Video frames in those fragments. */
	#frames = 0;
	#anchorMs = 0;
	#lateMs: number | null = null;
	#why: RunEnd | null = null;
	#broken: Fault | null = null;
	#ending: Promise<void> | null = null;

	/**
	 * Starts encoding synchronously. `after`: the end of the previous writer, whose last head the new
	 * run refers to.
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
		void this.#work.run(() => after);
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

	/** Fragments the encoder delivered so far; the watchdog watches it. */
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
	 * Saves what is still in the encoder, then closes the run. Resolves when that is done. The first
	 * reason wins.
	 */
	end(why: RunEnd): Promise<void> {
		this.#why ??= why;
		this.#ending ??= this.#end();
		return this.#ending;
	}

	async #end(): Promise<void> {
		await this.#encoding.stop();
		await Promise.race([this.#work.run(() => undefined), this.#pause(DRAIN_DEADLINE_MS)]);
		if (this.#run === null) return;
		try {
			await this.#tools.segments.close(this.#camera, this.#run.runNo, this.#why ?? 'failed');
		} catch (error) {
			// The next start closes the run as `interrupted`; no footage is lost.
			expectFault(error);
		}
	}

	#enqueue(bytes: number, job: () => Promise<void>): void {
		if (this.#broken !== null) return;
		this.#waiting++;
		this.#waitingBytes += bytes;
		if (this.#waiting > MAX_QUEUED || this.#waitingBytes > MAX_QUEUED_BYTES) {
			this.#break(
				'store',
				new Fault('timeout', 'the segment store does not keep up with the encoder'),
			);
			return;
		}
		void this.#work.run(async () => {
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
		// RC27: another frame size starts a new run.
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

	#write<T>(bytes: number, write: () => Promise<T>): Promise<T> {
		return this.#tools.retention.withRoom(write, {
			bytes,
			evicted: () => this.#findOldestKept(),
			pause: () => this.#pause(RETRY_MS),
		});
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
