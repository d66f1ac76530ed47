import { concatBytes, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type {
	ArchivedPages,
	ArchiveResult,
	FootageArchive,
} from '#ports/footage/footage-archive.ts';
import {
	archiveAnswerFrom,
	archivedPagesFrom,
	relayUsageFrom,
	type RelayUsageAnswer,
} from '#protocol/footage.ts';
import {
	askRelayJson,
	decoded,
	fetchFromRelay,
	jsonOf,
	relayFault,
	type RelayAccess,
} from './relay-http.ts';

const ANSWER_MS = 10_000;
const UPLOAD_MS = 120_000;

/** The copy at the relay, over `/api/footage` (docs/api.md). */
export class RelayArchive implements FootageArchive {
	readonly #access: () => RelayAccess | null;

	constructor(access: () => RelayAccess | null) {
		this.#access = access;
	}

	have(camera: CameraId, since: number): Promise<ArchivedPages> {
		const path = `${camera}/have?since=${String(since)}`;
		return askRelayJson(this.#access(), { path, deadlineMs: ANSWER_MS }, archivedPagesFrom);
	}

	async put(
		camera: CameraId,
		runNo: number,
		runRecord: Bytes | null,
		records: Bytes,
	): Promise<ArchiveResult> {
		const length = new ByteWriter(4).u32(runRecord?.length ?? 0).bytes;
		const body = concatBytes(length, runRecord ?? new Uint8Array(), records);
		const path = `${camera}/${String(runNo)}`;
		const request = { path, deadlineMs: UPLOAD_MS, method: 'POST', body };
		const { status, bytes } = await fetchFromRelay(this.#access(), request);
		// 507 says, too, what was kept; or that not even the index can be written.
		const full = status === 507 ? archiveAnswerFrom(jsonOf(bytes)) : null;
		if (full !== null) return full;
		if (status !== 200) throw relayFault(status);
		return decoded(archiveAnswerFrom, bytes);
	}

	/** What the home takes there, and may take. Throws as `have` does. */
	usage(): Promise<RelayUsageAnswer> {
		return askRelayJson(this.#access(), { path: '', deadlineMs: ANSWER_MS }, relayUsageFrom);
	}

	/** An owner's; `null`: as much as there is. Returns what holds now. Throws as `have` does. */
	lowerShare(bytes: number | null): Promise<RelayUsageAnswer> {
		const body = JSON.stringify({ bytes });
		const request = { path: 'share', deadlineMs: ANSWER_MS, method: 'POST', body };
		return askRelayJson(this.#access(), request, relayUsageFrom);
	}

	async read(camera: CameraId, runNo: number, seq: number): Promise<Bytes | null> {
		const range = `${String(seq)}-${String(seq)}`;
		const path = `${camera}/${String(runNo)}/${range}`;
		const { status, bytes } = await fetchFromRelay(this.#access(), { path, deadlineMs: UPLOAD_MS });
		if (status === 200) return bytes;
		// It found its copy damaged.
		const { wrong } = Object(jsonOf(bytes)) as { readonly wrong?: unknown };
		if (status === 404 || wrong === 'corrupt') return null;
		throw relayFault(status);
	}
}
