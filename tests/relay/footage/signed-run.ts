import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { KeyPair, SignKey } from '#ports/keys/crypto.ts';
import { WebCrypto } from '#web/crypto.ts';
import { fragmentOf, initOf, still } from '../../engine/sealing/sealing-fixture.ts';

export interface SignedRun {
	/** Signed run record. */
	readonly runRecord: Bytes;
	/** The init section, then the fragments, of about a second each. */
	readonly records: readonly Bytes[];
}

/** A run as its camera sealed and signed it, ready to be uploaded. */
export async function signedRun(
	by: { readonly home: HomeId; readonly camera: CameraId; readonly sign: KeyPair<SignKey> },
	count: number,
	anchorUs: number,
	runNo = 1,
	segmentBytes = 900,
): Promise<SignedRun> {
	const crypto = new WebCrypto();
	const { home, camera, sign } = by;
	const runId = runNo.toString(16).padStart(32, 'a') as RunId;
	const start = { camera, runId, runNo, epoch: 1, mime: 'video/mp4', anchorUs };
	const sealer = new RunSealer(crypto, still, {
		...{ start, home, secret: await crypto.secret(crypto.random(32)), signKey: sign.key },
		...{ rosterSeq: 1, oldestKept: { runNo: 1, seq: 1 }, prevRunHead: new Uint8Array(32) },
	});
	const init = await sealer.init(initOf(new Uint8Array(300)));
	const records = [buildSegmentRecord({ entry: null, ...init })];
	for (let at = 0; at < count; at += 1) {
		const sealed = await sealer.fragment(fragmentOf(at, new Uint8Array(segmentBytes).fill(at)));
		const { seq, startUs, durationUs, sound, bytes, head } = sealed;
		const entry = { seq, startUs, durationUs, sound, bad: false, size: bytes.length, place: 0 };
		records.push(buildSegmentRecord({ entry, bytes, head }));
	}
	const canonical = buildRunRecord({ ...start, lastSeq: count, wallMs: 5, ended: 'stopped' });
	const signature = await crypto.sign(sign.key, signedBytes('run', canonical));
	return { runRecord: concatBytes(canonical, signature), records };
}
