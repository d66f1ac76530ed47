import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { OldestKept } from '#domain/footage/head.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';

/** What a camera's next run states about its predecessors. */
export interface PreviousRun {
	/** 0: no earlier run. */
	readonly runNo: number;
	readonly oldestKept: OldestKept | null;
	/** SHA-256 of the newest readable head of the previous run; zeros without one. */
	readonly prevRunHead: Bytes;
}

export async function findPreviousRun(
	crypto: Crypto,
	segments: SegmentStore,
	camera: CameraId,
): Promise<PreviousRun> {
	const last = await segments.lastRun(camera);
	if (last === null) return { runNo: 0, oldestKept: null, prevRunHead: new Uint8Array(32) };
	const prevRunHead = await newestHead(crypto, segments, last);
	const [oldest] = await segments.runs(camera);
	const oldestKept = oldest ? { runNo: oldest.runNo, seq: Math.max(1, oldest.firstSeq) } : null;
	return { runNo: last.runNo, oldestKept, prevRunHead };
}

async function newestHead(crypto: Crypto, segments: SegmentStore, run: Run): Promise<Bytes> {
	const tail = await segments.between(run.camera, run.endUs - 1, run.endUs + 1);
	const newest = tail.findLast((segment) => segment.runNo === run.runNo && !segment.bad);
	try {
		const stored = await segments.read(newest ?? { ...run, seq: 0 });
		return stored === null ? new Uint8Array(32) : await crypto.sha256(stored.head);
	} catch (error) {
		if (error instanceof Fault && error.kind === 'corrupt') return new Uint8Array(32);
		throw error;
	}
}

/** Closes runs whose recorder is gone. */
export async function closeOpenRuns(
	segments: Pick<SegmentStore, 'runs' | 'close'>,
	camera: CameraId,
): Promise<void> {
	for (const run of await segments.runs(camera)) {
		if (run.ended === null) await segments.close(camera, run.runNo, 'interrupted');
	}
}
