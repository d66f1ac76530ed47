import type { Bytes } from '#domain/base/bytes.ts';
import { selectClip, type ClipSegment, type ClipSelection } from '#domain/footage/clip.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import type { SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type {
	ClipFormat,
	ClipMuxer,
	ClipMuxerOptions,
	ClipPart,
	ClipJob,
	OutputFile,
} from '#ports/media/clip-muxer.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { SegmentOpener } from './day-playlist.ts';
import { openedOrNull, openElsewhere } from './open-elsewhere.ts';

/** Larger clips need a file (docs/spec/clips.md, CL4). */
const IN_MEMORY_BYTES = 2 * 2 ** 30;
/** Segments opened ahead of the one being written. */
const AHEAD = 3;

export interface ClipExporterTools {
	readonly footage: Footage;
	readonly opener: SegmentOpener;
	readonly muxer: ClipMuxer;
}

/** What a clip of a span would contain, before anything is read. */
export interface ClipPlan extends ClipSelection {
	readonly camera: CameraId;
	/** The first one plays everywhere. */
	readonly formats: readonly { readonly format: ClipFormat; readonly losesSound: boolean }[];
	/** Too large for memory: needs a file to write to. */
	readonly needsFile: boolean;
}

export interface ExportedClip {
	/** `null`: written to the given file. */
	readonly blob: Blob | null;
	/** Segments left out because they did not open. */
	readonly missing: number;
	/** Sizes or codecs changed, so every frame was re-encoded. */
	readonly reencoded: boolean;
}

export interface ClipExportOptions {
	readonly format: ClipFormat;
	readonly file: OutputFile | null;
	/** 0 to 1. */
	readonly onProgress: (share: number) => void;
	readonly signal: AbortSignal;
}

/** Exports sealed footage as ordinary MP4 files. */
export class ClipExporter {
	readonly #tools: ClipExporterTools;

	constructor(tools: ClipExporterTools) {
		this.#tools = tools;
	}

	/** `null`: the span has no key frame. Throws like `SegmentStore`. */
	async plan(camera: CameraId, span: Span): Promise<ClipPlan | null> {
		const { footage, muxer } = this.#tools;
		const kept = await footage.between(camera, span.startUs, span.endUs);
		const chosen = selectClip(kept, span);
		if (chosen === null) return null;
		const losesSound = chosen.sound && !(await muxer.canAac());
		return {
			...chosen,
			camera,
			formats: [
				{ format: 'mp4', losesSound },
				...(losesSound ? [{ format: 'mp4-opus', losesSound: false } as const] : []),
			],
			needsFile: chosen.bytes > IN_MEMORY_BYTES,
		};
	}

	/**
	 * Throws `Fault`: `aborted` after `signal`, `quota` without a file where one is needed,
	 * `not-found` when no segment opens, and what opening and writing throw. A failed export leaves
	 * nothing behind.
	 */
	async write(plan: ClipPlan, options: ClipExportOptions): Promise<ExportedClip> {
		const { format, file } = options;
		if (plan.needsFile && file === null)
			throw new Fault('quota', 'clip too large for memory: it needs a file');
		const losing = plan.formats.find((one) => one.format === format)?.losesSound ?? false;
		const withSound = format === 'mp4-opus' ? 'copied' : 'aac';
		const sound = plan.sound && !losing ? withSound : 'none';
		try {
			return await this.#write(plan, { sound, into: null, file }, options);
		} catch (error) {
			if (!(error instanceof Fault && error.kind === 'unsupported')) throw error;
			const into = await this.#sizeFor(plan, options.signal);
			return this.#write(plan, { sound, into, file }, options);
		}
	}

	async #write(
		plan: ClipPlan,
		order: ClipMuxerOptions,
		{ onProgress, signal }: ClipExportOptions,
	): Promise<ExportedClip> {
		const work = this.#tools.muxer.begin(order);
		const cancelled = new Promise<never>((_, reject) => {
			const stop = (): void => reject(new Fault('aborted', 'clip export aborted'));
			if (signal.aborted) stop();
			else signal.addEventListener('abort', stop, { once: true });
		});
		cancelled.catch(() => undefined);
		try {
			const missing = await Promise.race([this.#feed(plan, work, onProgress, signal), cancelled]);
			if (missing === plan.segments.length)
				throw new Fault('not-found', 'no segment of the clip opens');
			const blob = await Promise.race([work.finish(), cancelled]);
			onProgress(1);
			return { blob, missing, reencoded: order.into !== null };
		} catch (error) {
			await work.cancel();
			throw error;
		}
	}

	/** Returns how many segments did not open. */
	async #feed(
		plan: ClipPlan,
		work: ClipJob,
		onProgress: (share: number) => void,
		signal: AbortSignal,
	): Promise<number> {
		let missing = 0;
		let done = 0;
		for await (const part of this.#parts(plan, plan.segments, signal)) {
			// A missing segment breaks the piece.
			if (part === null) missing += 1;
			else await work.add({ ...part, piece: part.piece + missing });
			done += 1;
			// The rest is for writing the `moov` box.
			onProgress((done / plan.segments.length) * 0.98);
		}
		return missing;
	}

	/** The most frequent frame size. */
	async #sizeFor(
		plan: ClipPlan,
		signal: AbortSignal,
	): Promise<{ readonly width: number; readonly height: number }> {
		const times = new Map<string, { width: number; height: number; count: number }>();
		for await (const part of this.#parts(plan, plan.segments, signal)) {
			if (part === null) continue;
			const size = await this.#tools.muxer.sizeOf(part);
			const key = `${size.width}x${size.height}`;
			times.set(key, { ...size, count: (times.get(key)?.count ?? 0) + 1 });
		}
		const [frequent] = [...times.values()].sort((a, b) => b.count - a.count);
		if (frequent === undefined) throw new Fault('not-found', 'no segment of the clip opens');
		return { width: frequent.width, height: frequent.height };
	}

	/** In order, with some opened ahead. `null`: the segment does not open. */
	async *#parts(
		plan: ClipPlan,
		segments: readonly ClipSegment[],
		signal: AbortSignal,
	): AsyncGenerator<ClipPart | null> {
		const runs = new Map(
			(await this.#tools.footage.runs(plan.camera)).map((run) => [run.runNo, run]),
		);
		const inits = new Map<number, Promise<Bytes | null>>();
		const open = async ({ segment, piece }: ClipSegment): Promise<ClipPart | null> => {
			const run = runs.get(segment.runNo);
			if (run === undefined) return null;
			const known = inits.get(run.runNo) ?? this.#init(run);
			inits.set(run.runNo, known);
			const [init, fragment] = await Promise.all([known, this.#fragment(run, segment)]);
			if (init === null || fragment === null) return null;
			const restUs = plan.endUs - segment.startUs;
			return { init, fragment, piece, untilUs: restUs < segment.durationUs ? restUs : null };
		};
		const ahead: Promise<ClipPart | null>[] = [];
		for (const segment of segments) {
			if (signal.aborted) throw new Fault('aborted', 'clip export aborted');
			const opening = open(segment);
			// The rejection is handled where the promise is awaited.
			opening.catch(() => undefined);
			ahead.push(opening);
			if (ahead.length > AHEAD) yield await (ahead.shift() ?? null);
		}
		for (const opening of ahead) yield await opening;
	}

	async #init(run: Run): Promise<Bytes | null> {
		return this.#opened(
			{ ...run, seq: 0 },
			async (stored) => (await this.#tools.opener.openInit(run, stored)).body,
		);
	}

	async #fragment(run: Run, segment: ClipSegment['segment']): Promise<Bytes | null> {
		return this.#opened(
			segment,
			async (stored) => (await this.#tools.opener.open(run, segment, stored)).body,
		);
	}

	async #opened(
		segment: SegmentKey,
		open: (stored: StoredBytes) => Promise<Bytes>,
	): Promise<Bytes | null> {
		const { footage } = this.#tools;
		const body = await openedOrNull(footage, segment, open);
		return body ?? (await openElsewhere(footage, segment, open)).opened;
	}
}
