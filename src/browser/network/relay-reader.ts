import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { parseGrant } from '#domain/home/grant.ts';
import type { FootageReader, ReadablePage, ReadableRun } from '#ports/footage/footage-archive.ts';
import type { SignedSpan } from '#ports/footage/sidecar-archive.ts';
import {
	readableCamerasFrom,
	readableGrantsFrom,
	readablePagesFrom,
	readableRunsFrom,
	readableSpansFrom,
} from '#protocol/sidecars.ts';
import { askRelay, askRelayJson } from './relay-http.ts';
import type { RelayAccess } from './relay-http.ts';

const ANSWER_MS = 10_000;
/** Up to 16 MiB. */
const DOWNLOAD_MS = 60_000;

/** What the relay keeps, over `/api/footage`. */
export class RelayReader implements FootageReader {
	readonly #access: () => RelayAccess | null;

	constructor(access: () => RelayAccess | null) {
		this.#access = access;
	}

	cameras(): ReturnType<FootageReader['cameras']> {
		return this.#json('cameras', readableCamerasFrom);
	}

	async runs(camera: CameraId, from: number, to: number): Promise<readonly ReadableRun[]> {
		return (await this.#json(`${camera}/runs?${minutes(from, to)}`, readableRunsFrom)).runs;
	}

	async pages(camera: CameraId, from: number, to: number): Promise<readonly ReadablePage[]> {
		return (await this.#json(`${camera}/pages?${minutes(from, to)}`, readablePagesFrom)).pages;
	}

	async records(camera: CameraId, runNo: number, first: number, last: number): Promise<Bytes> {
		try {
			const range = `${String(first)}-${String(last)}`;
			return await this.#bytes(`${camera}/${String(runNo)}/${range}`);
		} catch (error) {
			expectFault(error);
			if (error.kind === 'not-found') return new Uint8Array();
			throw error;
		}
	}

	thumbnails(camera: CameraId, from: number, to: number, everyS: number): Promise<Bytes> {
		return this.#bytes(`${camera}/thumbs?${minutes(from, to)}&every=${String(everyS)}`);
	}

	events(camera: CameraId, from: number, to: number): Promise<Bytes> {
		return this.#bytes(`${camera}/events?${minutes(from, to)}`);
	}

	async spans(camera: CameraId): Promise<readonly SignedSpan[]> {
		return (await this.#json(`${camera}/spans`, readableSpansFrom)).spans;
	}

	async grants(camera: CameraId, to: 'this' | 'kit'): Promise<readonly Bytes[]> {
		const all: Bytes[] = [];
		const whose = to === 'kit' ? '&for=kit' : '';
		for (let from = 0; ;) {
			const path = `${camera}/grants?from=${String(from)}${whose}`;
			const { grants, more } = await this.#json(path, readableGrantsFrom);
			all.push(...grants);
			const last = grants.at(-1);
			if (!more || last === undefined) return all;
			// Of one epoch there are few; what comes twice is stored once.
			from = Math.max(from + 1, parseGrant(last).grant.number);
		}
	}

	#bytes(path: string): Promise<Bytes> {
		return askRelay(this.#access(), { path, deadlineMs: DOWNLOAD_MS });
	}

	#json<T>(path: string, decode: (value: unknown) => T | null): Promise<T> {
		return askRelayJson(this.#access(), { path, deadlineMs: ANSWER_MS }, decode);
	}
}

function minutes(from: number, to: number): string {
	return `from=${String(from)}&to=${String(to)}`;
}
