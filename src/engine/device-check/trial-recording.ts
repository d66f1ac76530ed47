import { found, lensFinding, paceFinding } from '#domain/recording/device-check.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { FramesPart } from '#domain/live/live-part.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Encoder } from '#ports/media/encoder.ts';
import type { LiveEncoder } from '#ports/media/live-encoder.ts';
import type { EvictionResult, SegmentStore } from '#ports/footage/segment-store.ts';
import type { House } from '#engine/home/house.ts';
import { Take, type TakeTools } from '#engine/recording/take.ts';
import type { Trying } from './trying.ts';

export interface TrialChoice {
	readonly lensId: string | null;
	readonly profile: Profile;
	readonly sound: boolean;
}

/** What was recorded, to be read back. */
export interface Recorded {
	readonly run: Run;
	/** Until the first second was saved; `null`: not measured. */
	readonly firstMs: number | null;
	/** Whether there was a microphone; `null`: nobody asked for one. */
	readonly heard: boolean | null;
}

interface RecordTools {
	readonly clock: Clock;
	readonly encoder: Encoder;
	readonly segments: SegmentStore;
	readonly house: Pick<House, 'beginRun'>;
}

interface RecordWish {
	readonly camera: CameraId;
	readonly captured: Captured;
	readonly choice: TrialChoice;
	readonly trying: Trying;
	readonly signal: AbortSignal;
}

const SEGMENTS = 4;
const NOTHING: EvictionResult = { segments: 0, bytes: 0, span: null };

/** Some seconds by what records always, with a watch in its hand. */
export async function recordTrial(
	tools: RecordTools,
	{ camera, captured, choice, trying, signal }: RecordWish,
): Promise<Recorded> {
	const { clock, encoder } = tools;
	const seals: number[] = [];
	const writes: number[] = [];
	const begunMs = clock.monotonicMs();
	const framesBefore = captured.frames();
	let firstMs: number | null = null;
	try {
		return await new Promise<Recorded>((done, fail) => {
			const take = new Take(
				{
					clock,
					encoder,
					segments: timed(tools.segments, clock, writes),
					// There is nothing of its own that could leave.
					retention: {
						makeRoom: () => Promise.resolve(NOTHING),
						afterQuota: () => Promise.resolve(NOTHING),
					},
					beginRun: sealing(tools, seals),
				},
				camera,
				captured,
				choice.profile,
				{
					saved: (run) => {
						firstMs ??= clock.monotonicMs() - begunMs;
						if (run.lastSeq !== SEGMENTS) return;
						const heard = captured.sound && !take.soundMissing;
						void take.end('stopped').then(() => {
							done({ run, firstMs, heard: choice.sound ? heard : null });
						});
					},
					outgrown: () => undefined,
					failed: (why, fault) => {
						void trying.ends(take.end(why));
						fail(fault);
					},
				},
				Promise.resolve(),
			);
			signal.addEventListener('abort', () => {
				void trying.ends(take.end('stopped'));
				fail(new Fault('timeout', 'nothing was recorded in time'));
			});
		});
	} finally {
		const ms = clock.monotonicMs() - begunMs;
		const { width, height } = captured;
		const frames = captured.frames() - framesBefore;
		trying.tell(lensFinding({ width, height, rate: choice.profile.frameRate, frames, ms }));
		trying.tell(paceFinding('seal', seals));
		trying.tell(paceFinding('store', writes));
	}
}

function timed(segments: SegmentStore, clock: Clock, took: number[]): TakeTools['segments'] {
	return {
		begin: (...given) => segments.begin(...given),
		close: (...given) => segments.close(...given),
		runs: (...given) => segments.runs(...given),
		append: (...given) => timing(clock, took, () => segments.append(...given)),
	};
}

function sealing(
	{ house, clock }: Pick<RecordTools, 'house' | 'clock'>,
	took: number[],
): TakeTools['beginRun'] {
	return async (camera, given) => {
		const sealer = await house.beginRun(camera, given);
		return {
			start: sealer.start,
			init: (section) => sealer.init(section),
			fragment: (...one) => timing(clock, took, () => sealer.fragment(...one)),
		};
	};
}

async function timing<T>(clock: Clock, took: number[], work: () => Promise<T>): Promise<T> {
	const begunMs = clock.monotonicMs();
	const result = await work();
	took.push(clock.monotonicMs() - begunMs);
	return result;
}

/** From its first part on. */
const LIVE_MS = 1500;

/**
 * What would be sent to whoever watches at the relay. Resolves to its frames, if it sends frames.
 */
export async function liveTrial(
	tools: { readonly clock: Clock; readonly liveEncoder: LiveEncoder },
	{ captured, choice, trying, signal }: Omit<RecordWish, 'camera'>,
): Promise<FramesPart[]> {
	const { clock, liveEncoder } = tools;
	const { bitsPerSecond, frameRate } = choice.profile;
	const wallOffsetMs = clock.wallMs() - clock.monotonicMs();
	const parts: FramesPart[] = [];
	const begunMs = clock.monotonicMs();
	let film = false;
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
					if (part.kind !== 'film') return;
					film = true;
					done();
				},
				ended: fail,
			},
		);
		signal.addEventListener('abort', () => {
			fail(new Fault('timeout', 'nothing was encoded in time'));
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
		trying.tell(found('live', 'yes', { codec, frames, firstMs: Math.round(first.ms ?? 0) }));
	} else trying.tell(found('live', 'no', { film }));
	return parts;
}
