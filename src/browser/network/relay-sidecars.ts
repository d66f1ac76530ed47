import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type {
	ArchivedSidecars,
	SidecarArchive,
	SidecarResult,
} from '#ports/footage/sidecar-archive.ts';
import { looksFrom } from '#protocol/looks.ts';
import { changedSidecarsFrom, sidecarResultFrom } from '#protocol/sidecars.ts';
import { askRelay, askRelayJson } from './relay-http.ts';
import type { RelayAccess } from './relay-http.ts';

const ANSWER_MS = 10_000;
const UPLOAD_MS = 60_000;
/** Browsers allow 64 KiB in all. */
const KEEPALIVE_BYTES = 1024;

/** What stands beside segments at the relay, over `/api/footage`. */
export class RelaySidecars implements SidecarArchive {
	readonly #access: () => RelayAccess | null;

	constructor(access: () => RelayAccess | null) {
		this.#access = access;
	}

	changed(camera: CameraId, since: number): Promise<ArchivedSidecars> {
		const path = `${camera}/meta?since=${String(since)}`;
		return askRelayJson(this.#access(), { path, deadlineMs: ANSWER_MS }, changedSidecarsFrom);
	}

	looks(camera: CameraId): ReturnType<SidecarArchive['looks']> {
		const request = { path: `${camera}/looks`, deadlineMs: ANSWER_MS };
		return askRelayJson(this.#access(), request, looksFrom);
	}

	async heardLooks(camera: CameraId, ids: readonly number[]): Promise<void> {
		const body = JSON.stringify({ ids });
		const request = { path: `${camera}/looks`, deadlineMs: ANSWER_MS, method: 'POST', body };
		await askRelay(this.#access(), request);
	}

	put(camera: CameraId, records: Bytes): Promise<SidecarResult> {
		const request = {
			path: `${camera}/meta`,
			deadlineMs: UPLOAD_MS,
			method: 'POST',
			body: records,
			// What somebody said just before closing the page.
			keepalive: records.length <= KEEPALIVE_BYTES,
		};
		return askRelayJson(this.#access(), request, sidecarResultFrom);
	}
}
