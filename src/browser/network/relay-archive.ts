import { concatBytes, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
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
import { fetchBytes } from './fetch.ts';

const ANSWER_MS = 10_000;
const UPLOAD_MS = 120_000;

/** The relay that this device is connected to; `null`: none now. */
export interface RelayAccess {
	readonly origin: string;
	readonly token: string;
}

const KINDS: Readonly<Record<number, FaultKind>> = {
	400: 'malformed',
	401: 'denied',
	403: 'denied',
	409: 'conflict',
	413: 'malformed',
	422: 'unsupported',
};

/** The copy at the relay, over `/api/footage` (docs/api.md). */
export class RelayArchive implements FootageArchive {
	readonly #access: () => RelayAccess | null;

	constructor(access: () => RelayAccess | null) {
		this.#access = access;
	}

	have(camera: CameraId, since: number): Promise<ArchivedPages> {
		return this.#ask(archivedPagesFrom, `${camera}/have?since=${String(since)}`, ANSWER_MS);
	}

	put(
		camera: CameraId,
		runNo: number,
		runRecord: Bytes | null,
		records: Bytes,
	): Promise<ArchiveResult> {
		const length = new ByteWriter(4).u32(runRecord?.length ?? 0).bytes;
		const body = concatBytes(length, runRecord ?? new Uint8Array(), records);
		const init = { method: 'POST', body };
		return this.#ask(archiveAnswerFrom, `${camera}/${String(runNo)}`, UPLOAD_MS, init);
	}

	/** What the home takes there, and may take. Throws as `have` does. */
	usage(): Promise<RelayUsageAnswer> {
		return this.#ask(relayUsageFrom, '', ANSWER_MS);
	}

	async read(camera: CameraId, runNo: number, seq: number): Promise<Bytes | null> {
		const range = `${String(seq)}-${String(seq)}`;
		const path = `${camera}/${String(runNo)}/${range}`;
		const { status, bytes } = await this.#fetch(path, UPLOAD_MS);
		if (status === 200) return bytes;
		// It found its copy damaged.
		const { wrong } = Object(jsonOf(bytes)) as { readonly wrong?: unknown };
		if (status === 404 || wrong === 'corrupt') return null;
		throw faultOf(status);
	}

	async #ask<T>(
		decode: (value: unknown) => T | null,
		path: string,
		deadlineMs: number,
		init: Pick<RequestInit, 'method' | 'body'> = {},
	): Promise<T> {
		const { status, bytes } = await this.#fetch(path, deadlineMs, init);
		// 507 answers, too: it says what was kept.
		if (status !== 200 && status !== 507) throw faultOf(status);
		const answer = decode(jsonOf(bytes));
		if (answer === null) throw new Fault('unavailable', 'the relay answered something else');
		return answer;
	}

	#fetch(path: string, deadlineMs: number, init: Pick<RequestInit, 'method' | 'body'> = {}) {
		const access = this.#access();
		if (access === null)
			return Promise.reject(new Fault('offline', 'no relay is connected', undefined, 'connection'));
		const headers = { Authorization: `Bearer ${access.token}` };
		const address = `${access.origin}/api/footage/${path}`;
		return fetchBytes(address, deadlineMs, { ...init, headers });
	}
}

function faultOf(status: number): Fault {
	return new Fault(KINDS[status] ?? 'unavailable', `the relay answered ${String(status)}`);
}

function jsonOf(bytes: Bytes): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
	} catch {
		return null;
	}
}
