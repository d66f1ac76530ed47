import { findingOf, lensFinding, paceFinding } from '#domain/recording/device-check.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { FramesPart } from '#domain/live/live-part.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Encoder } from '#ports/media/encoder.ts';
import type { LiveEncoder } from '#ports/media/live-encoder.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { RunWriter, type RunWriterTools } from '#engine/recording/run-writer.ts';
import type { TrialRunner } from './trial-runner.ts';

export interface TrialChoice {
	readonly lensId: string | null;
	readonly profile: Profile;
	readonly sound: boolean;
}

/** A recording to be read back. */
export interface TrialRecording {
	readonly run: Run;
	/** Time until the first segment was saved, in ms; `null`: not measured. */
	readonly firstMs: number | null;
	/** Whether sound was recorded; `null`: not requested. */
	readonly heard: boolean | null;
}

interface TrialRecordingTools {
	readonly clock: Clock;
	readonly encoder: Encoder;
	readonly segments: SegmentStore;
	readonly localDevice: Pick<LocalDevice, 'beginRun'>;
}

interface TrialRecordingOptions {
	readonly camera: CameraId;
	readonly captured: Captured;
	readonly choice: TrialChoice;
	readonly runner: TrialRunner;
	readonly signal: AbortSignal;
}

const SEGMENTS = 4;

/** Records four segments with the real `RunWriter` and times sealing and writing. */
export async function recordTrial(
	tools: TrialRecordingTools,
	{ camera, captured, choice, runner, signal }: TrialRecordingOptions,
): Promise<TrialRecording> {
	const { clock, encoder } = tools;
	const seals: number[] = [];
	const writes: number[] = [];
	const begunMs = clock.monotonicMs();
	const framesBefore = captured.frames();
	let firstMs: number | null = null;
	try {
		return await new Promise<TrialRecording>((done, fail) => {
			const writer = new RunWriter(
				{
					clock,
					encoder,
					segments: timedSegments(tools.segments, clock, writes),
					// The temporary store has nothing to evict.
					retention: { withRoom: (write) => write() },
					beginRun: timedSealing(tools, seals),
				},
				camera,
				captured,
				choice.profile,
				{
					saved: (run) => {
						firstMs ??= clock.monotonicMs() - begunMs;
						if (run.lastSeq !== SEGMENTS) return;
						const heard = captured.sound && !writer.soundMissing;
						void writer.end('stopped').then(() => {
							done({ run, firstMs, heard: choice.sound ? heard : null });
						});
					},
					renewalNeeded: () => undefined,
					failed: (why, fault) => {
						void runner.defer(writer.end(why));
						fail(fault);
					},
				},
				Promise.resolve(),
			);
			signal.addEventListener('abort', () => {
				void runner.defer(writer.end('stopped'));
				fail(new Fault('timeout', 'the trial recording saved too few segments in time'));
			});
		});
	} finally {
		const ms = clock.monotonicMs() - begunMs;
		const { width, height } = captured;
		const frames = captured.frames() - framesBefore;
		runner.report(lensFinding({ width, height, rate: choice.profile.frameRate, frames, ms }));
		runner.report(paceFinding('seal', seals));
		runner.report(paceFinding('store', writes));
	}
}

function timedSegments(
	segments: SegmentStore,
	clock: Clock,
	took: number[],
): RunWriterTools['segments'] {
	return {
		begin: (...given) => segments.begin(...given),
		close: (...given) => segments.close(...given),
		runs: (...given) => segments.runs(...given),
		append: (...given) => measured(clock, took, () => segments.append(...given)),
	};
}

function timedSealing(
	{ localDevice, clock }: Pick<TrialRecordingTools, 'localDevice' | 'clock'>,
	took: number[],
): RunWriterTools['beginRun'] {
	return async (camera, given) => {
		const sealer = await localDevice.beginRun(camera, given);
		return {
			start: sealer.start,
			init: (section) => sealer.init(section),
			fragment: (...one) => measured(clock, took, () => sealer.fragment(...one)),
		};
	};
}

async function measured<T>(clock: Clock, took: number[], work: () => Promise<T>): Promise<T> {
	const begunMs = clock.monotonicMs();
	const result = await work();
	took.push(clock.monotonicMs() - begunMs);
	return result;
}

/** Counted from the first part. */
const LIVE_MS = 1500;

/**
 * Encodes what viewers at the relay would get. Resolves to the parts that carry frames; empty if
 * this browser sends fragments.
 */
export async function liveTrial(
	tools: { readonly clock: Clock; readonly liveEncoder: LiveEncoder },
	{ captured, choice, runner, signal }: Omit<TrialRecordingOptions, 'camera'>,
): Promise<FramesPart[]> {
	const { clock, liveEncoder } = tools;
	const { bitsPerSecond, frameRate } = choice.profile;
	const wallOffsetMs = clock.wallMs() - clock.monotonicMs();
	const parts: FramesPart[] = [];
	const begunMs = clock.monotonicMs();
	let fragments = false;
	const first = { ms: null as number | null };
	let late: () => void = () => undefined;
	let rest: () => void = () => undefined;
	await new Promise<void>((done, fail) => {
		const encoding = liveEncoder.start(
			captured.picture,
			{ bitsPerSecond: bitsPerSecond / 2, frameRate, wallOffsetMs },
			{
				part: (part) => {
					if (first.ms === null) {
						first.ms = clock.monotonicMs() - begunMs;
						late = clock.after(LIVE_MS, done);
					}
					if (part.kind === 'frames') parts.push(part);
					if (part.kind !== 'fragment') return;
					fragments = true;
					done();
				},
				ended: fail,
			},
		);
		signal.addEventListener('abort', () => {
			fail(new Fault('timeout', 'the live encoder produced nothing in time'));
		});
		rest = () => {
			late();
			encoding.stop();
		};
	}).finally(() => rest());
	const [one] = parts;
	if (one !== undefined) {
		const frames = parts.reduce((all, part) => all + part.frames.length, 0);
		const { codec } = one;
		runner.report(findingOf('live', 'yes', { codec, frames, firstMs: Math.round(first.ms ?? 0) }));
	} else runner.report(findingOf('live', 'no', { film: fragments }));
	return parts;
}
