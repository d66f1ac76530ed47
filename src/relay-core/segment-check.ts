import { equalBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import { parseHead, type Head } from '#domain/footage/head.ts';
import type { SegmentRecord } from '#domain/sync/segment-record.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';

/** Whose footage a record claims to be. */
export interface RecordOrigin {
	readonly home: HomeId;
	readonly camera: CameraId;
	/** Of the device that the camera belongs to. */
	readonly key: VerifyKey;
}

/**
 * Checks a segment without opening it (SY6): entry, head, envelope and bytes tell the same, and the
 * camera's device signed it. Throws `malformed`, `unsupported` or `corrupt`.
 */
export async function checkSegmentRecord(
	crypto: Pick<Crypto, 'sha256' | 'verify'>,
	origin: RecordOrigin,
	record: SegmentRecord,
): Promise<Head> {
	const { head, canonical, signature } = parseHead(record.head);
	refuseContradiction(origin, head, record);
	const hash = await crypto.sha256(record.bytes);
	if (!equalBytes(hash, head.segmentHash))
		throw new Fault('corrupt', 'segment record: the bytes are not those of the head');
	if (!(await crypto.verify(origin.key, signature, signedBytes('head', canonical))))
		throw new Fault('corrupt', 'segment record: not signed by the device of this camera');
	return head;
}

function refuseContradiction(
	origin: RecordOrigin,
	head: Head,
	{ entry, bytes }: SegmentRecord,
): void {
	const header = slicesOf(bytes)[0]?.header;
	const same =
		header !== undefined &&
		head.camera === origin.camera &&
		header.home === origin.home &&
		header.camera === head.camera &&
		header.runId === head.runId &&
		header.epoch === head.epoch &&
		header.seq === head.seq &&
		header.kind === (head.seq === 0 ? 'init' : 'fragment') &&
		(entry === null
			? head.seq === 0
			: entry.seq === head.seq &&
				!entry.bad &&
				entry.deleted !== true &&
				Math.floor(entry.startUs / 1000) === header.wallMs &&
				entry.durationUs === header.durationUs);
	if (!same) throw new Fault('malformed', 'segment record: entry, head and envelope differ');
}
