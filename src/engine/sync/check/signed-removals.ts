import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { remember } from '#domain/base/remember.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Span } from '#domain/footage/span.ts';
import { parseSpanStatement, type SpanStatement } from '#domain/sync/span-statement.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';

/** How long what an archive told of them is good. */
const GOOD_MS = 20_000;
const MAX_CAMERAS = 64;

export interface SignedRemovalsTools {
	readonly reader: Pick<FootageReader, 'spans'>;
	readonly crypto: Pick<Crypto, 'verify'>;
	readonly clock: Pick<Clock, 'monotonicMs'>;
	/** Of a device whose word removes footage of that camera: an owner, or its own; else `null`. */
	readonly removerOf: (author: DeviceId, camera: CameraId) => Promise<VerifyKey | null>;
}

/** What persons who may deleted of a camera, as an archive tells it with their signatures. */
export class SignedRemovals {
	readonly #tools: SignedRemovalsTools;
	readonly #known = new Map<
		CameraId,
		{ readonly untilMs: number; readonly spans: Promise<readonly Span[]> }
	>();

	constructor(tools: SignedRemovalsTools) {
		this.#tools = tools;
	}

	/** Throws as `FootageReader` does. */
	of(camera: CameraId): Promise<readonly Span[]> {
		const { clock, reader } = this.#tools;
		const known = this.#known.get(camera);
		const nowMs = clock.monotonicMs();
		if (known !== undefined && nowMs < known.untilMs) return known.spans;
		const spans = this.#read(camera, reader);
		remember(this.#known, camera, { untilMs: nowMs + GOOD_MS, spans }, MAX_CAMERAS);
		spans.catch(() => this.#known.delete(camera));
		return spans;
	}

	async #read(camera: CameraId, reader: Pick<FootageReader, 'spans'>): Promise<readonly Span[]> {
		const newest = new Map<string, SpanStatement>();
		for (const { kind, signed } of await reader.spans(camera)) {
			const statement = kind === 'removal' ? await this.#checked(camera, signed) : null;
			if (statement === null) continue;
			const name = `${String(statement.startUs)} ${String(statement.endUs)}`;
			if ((newest.get(name)?.atMs ?? -1) < statement.atMs) newest.set(name, statement);
		}
		return [...newest.values()].filter(({ holds }) => holds);
	}

	/** `null`: nobody said so who may. */
	async #checked(camera: CameraId, signed: Bytes): Promise<SpanStatement | null> {
		const { crypto, removerOf } = this.#tools;
		try {
			const { statement, canonical, signature } = parseSpanStatement(signed);
			if (statement.camera !== camera) return null;
			const key = await removerOf(statement.author, camera);
			if (key === null) return null;
			const holds = await crypto.verify(key, signature, signedBytes('removal', canonical));
			return holds ? statement : null;
		} catch (error) {
			expectFault(error);
			return null;
		}
	}
}
