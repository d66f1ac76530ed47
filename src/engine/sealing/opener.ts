import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { isAtPosition, nonceOf, slicesOf, type Slice } from '#domain/footage/envelope.ts';
import { Fault } from '#domain/base/fault.ts';
import { chainLink, chainStart, parseHead, type Head } from '#domain/footage/head.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import {
	beginsWithKey,
	captureSpan,
	parseLivePart,
	type LivePart,
} from '#domain/live/live-part.ts';
import { parsePayload, usOfTicks, type Payload } from '#domain/footage/payload.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, StoredBytes } from '#domain/footage/segment.ts';
import { signedBytes, SIGNATURE_BYTES } from '#domain/base/signed.ts';
import type { Crypto, SealKey, Secret, VerifyKey } from '#ports/keys/crypto.ts';
import type { SidecarKind, SealedSidecar } from './sidecar-sealer.ts';
import { deriveKey } from './run-sealer.ts';

/** Keys that open a camera's footage. */
export interface CameraKeys {
	/** Homes in which it may have recorded; `null`: any, for another device's camera. */
	readonly homes: ReadonlySet<HomeId> | null;
	readonly verify: VerifyKey;
	/** Throws `not-found` when that epoch was never granted to this device. */
	epoch(number: number): Promise<Secret>;
}

export type OpenedPayload = Payload;

/** Key of the live parts of one run (LV24). */
export interface LiveKey {
	readonly run: RunId;
	readonly secret: Secret;
}

/** A live part with its run and number. */
export interface OpenedPart {
	readonly runId: RunId;
	readonly seq: number;
	readonly part: LivePart;
}

type RunFacts = Pick<Run, 'camera' | 'runNo' | 'runId' | 'epoch' | 'anchorUs'>;
type SegmentFacts = Pick<Segment, 'seq' | 'startUs' | 'durationUs'>;

export type ChainPiece = StoredBytes & { readonly seq: number };

/** Why a chain is broken, and at which segment. */
export type ChainCheck =
	| { readonly kind: 'whole'; readonly segments: number }
	| {
			readonly kind: 'broken';
			readonly seq: number;
			readonly why: 'head' | 'segment' | 'order' | 'chain';
	  };

/**
 * Opens sealed footage after checking that the camera signed it for this very position.
 *
 * Throws `Fault`: `corrupt`, with one message for every cause; `not-found` without the key, and
 * `unsupported` when the camera sealed it with a later version (neither means damage: do not
 * quarantine); and what the vault throws.
 */
export class Opener {
	readonly #crypto: Crypto;
	readonly #keysOf: (camera: CameraId) => Promise<CameraKeys>;

	constructor(crypto: Crypto, keysOf: (camera: CameraId) => Promise<CameraKeys>) {
		this.#crypto = crypto;
		this.#keysOf = keysOf;
	}

	async openInit(run: RunFacts, stored: StoredBytes): Promise<OpenedPayload> {
		const opened = await this.#open(run, 0, stored, { startUs: run.anchorUs, durationUs: 0 });
		if (opened.mediaTicks !== run.anchorUs || opened.timescale !== 1_000_000) throw notOpened();
		return opened;
	}

	async open(run: RunFacts, segment: SegmentFacts, stored: StoredBytes): Promise<OpenedPayload> {
		const opened = await this.#open(run, segment.seq, stored, segment);
		const startUs = run.anchorUs + usOfTicks(opened.mediaTicks, opened.timescale);
		if (startUs !== segment.startUs || segment.seq === 0) throw notOpened();
		return opened;
	}

	/**
	 * Sidecars have no head: a thumbnail only stands in until footage is loaded, an event is a note.
	 */
	async openSidecar(
		kind: SidecarKind,
		camera: CameraId,
		{ wallUs, bytes }: SealedSidecar,
	): Promise<OpenedPayload> {
		const keys = await this.#keysOf(camera);
		try {
			const slices = slicesOf(bytes);
			const header = slices[0]?.header;
			if (header?.kind !== kind || header.camera !== camera) throw notOpened();
			if (keys.homes?.has(header.home) === false || header.wallMs !== Math.floor(wallUs / 1000))
				throw notOpened();
			const key = await deriveKey(this.#crypto, await keys.epoch(header.epoch), header);
			const opened = parsePayload(kind, await this.#plain(key, slices));
			if (opened.mediaTicks !== wallUs) throw notOpened();
			return opened;
		} catch (error) {
			const plain = error instanceof Fault && ['unsupported', 'not-found'].includes(error.kind);
			throw plain ? error : notOpened();
		}
	}

	/**
	 * Opens a live part: signed by its camera, sealed with its run's key. `ReplayWindow` checks that
	 * it is current.
	 */
	async openLive(camera: CameraId, signed: Bytes, { run, secret }: LiveKey): Promise<OpenedPart> {
		const keys = await this.#keysOf(camera);
		try {
			const at = Math.max(0, signed.length - SIGNATURE_BYTES);
			const [sealed, signature] = [signed.slice(0, at), signed.slice(at)];
			const covered = signedBytes('live', sealed);
			if (!(await this.#crypto.verify(keys.verify, signature, covered))) throw notOpened();
			const slices = slicesOf(sealed);
			const header = slices[0]?.header;
			if (header?.kind !== 'live' || header.camera !== camera) throw notOpened();
			if (slices.length !== 1) throw notOpened();
			if (header.runId !== run)
				throw new Fault('not-found', "the live part is sealed with another run's key");
			const key = await deriveKey(this.#crypto, secret, header);
			const payload = parsePayload('live', await this.#plain(key, slices));
			const part = parseLivePart(payload.body);
			const about = captureSpan(part).firstUs === payload.mediaTicks;
			if (!about || beginsWithKey(part) !== payload.keyFrame) throw notOpened();
			return { runId: header.runId, seq: header.seq, part };
		} catch (error) {
			const plain = error instanceof Fault && ['unsupported', 'not-found'].includes(error.kind);
			throw plain ? error : notOpened();
		}
	}

	/**
	 * Verifies heads, bytes and chain of consecutive segments without opening them. Seq 0 is the init
	 * section. The first chain value is trusted as signed; the rest must follow without a gap.
	 */
	async verifyChain(
		run: RunFacts,
		pieces: AsyncIterable<ChainPiece> | Iterable<ChainPiece>,
	): Promise<ChainCheck> {
		const { verify } = await this.#keysOf(run.camera);
		const start = await this.#crypto.sha256(chainStart(run.camera, run.runId));
		let before: { seq: number; chain: Bytes } | null = null;
		let segments = 0;
		for await (const { seq, ...stored } of pieces) {
			if (before !== null && seq !== before.seq + 1) return { kind: 'broken', seq, why: 'order' };
			const head = await this.#signedHead(verify, run, seq, stored.head);
			if (head === null) return { kind: 'broken', seq, why: 'head' };
			if (!equalBytes(await this.#crypto.sha256(stored.bytes), head.segmentHash)) {
				return { kind: 'broken', seq, why: 'segment' };
			}
			const prior = seq === 0 ? start : before?.chain;
			if (prior !== undefined) {
				const chain = await this.#crypto.sha256(chainLink(prior, seq, head.segmentHash));
				if (!equalBytes(chain, head.chain)) return { kind: 'broken', seq, why: 'chain' };
			}
			before = { seq, chain: head.chain };
			segments += 1;
		}
		return { kind: 'whole', segments };
	}

	async #open(
		run: RunFacts,
		seq: number,
		{ bytes, head }: StoredBytes,
		times: { readonly startUs: number; readonly durationUs: number },
	): Promise<OpenedPayload> {
		const keys = await this.#keysOf(run.camera);
		const secret = await keys.epoch(run.epoch);
		const kind = seq === 0 ? 'init' : 'fragment';
		const { camera, runId, epoch } = run;
		// The key does not depend on the home; the header's home is checked below.
		const position = { camera, runId, epoch, kind, seq } as const;
		const [hash, said, key] = await Promise.all([
			this.#crypto.sha256(bytes),
			this.#signedHead(keys.verify, run, seq, head),
			deriveKey(this.#crypto, secret, position),
		]);
		if (said === null || !equalBytes(said.segmentHash, hash)) throw notOpened();
		try {
			const slices = slicesOf(bytes);
			const [first] = slices;
			if (first === undefined || keys.homes?.has(first.header.home) === false) throw notOpened();
			if (!isAtPosition(first.header, { ...position, home: first.header.home })) throw notOpened();
			if (first.header.wallMs !== Math.floor(times.startUs / 1000)) throw notOpened();
			if (first.header.durationUs !== times.durationUs) throw notOpened();
			return parsePayload(kind, await this.#plain(key, slices));
		} catch (error) {
			// The camera signed it, so this is a newer version, not a forgery.
			if (error instanceof Fault && error.kind === 'unsupported') throw error;
			throw notOpened();
		}
	}

	async #plain(key: SealKey, slices: readonly Slice[]): Promise<Bytes> {
		const parts: Bytes[] = [];
		for (const { header, aad, sealed } of slices) {
			parts.push(await this.#crypto.open(key, nonceOf(header.slice, header.last), aad, sealed));
		}
		const [only] = parts;
		return only !== undefined && parts.length === 1 ? only : concatBytes(...parts);
	}

	/** `null`: not about this segment, or not signed by the camera. */
	async #signedHead(
		verify: VerifyKey,
		run: RunFacts,
		seq: number,
		bytes: Bytes,
	): Promise<Head | null> {
		try {
			const { head, canonical, signature } = parseHead(bytes);
			const about =
				head.camera === run.camera &&
				head.runId === run.runId &&
				head.runNo === run.runNo &&
				head.epoch === run.epoch &&
				head.seq === seq;
			if (!about) return null;
			const signed = signedBytes('head', canonical);
			return (await this.#crypto.verify(verify, signature, signed)) ? head : null;
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}
}

function notOpened(): Fault {
	return new Fault('corrupt', 'a segment did not open');
}
