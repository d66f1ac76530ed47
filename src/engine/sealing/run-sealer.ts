import { Serial } from '#domain/base/serial.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import {
	buildHeader,
	HEADER_BYTES,
	keyInfo,
	nonceOf,
	sliceLengths,
	TAG_BYTES,
	type EnvelopePosition,
	type EnvelopeTimes,
} from '#domain/footage/envelope.ts';
import { bytesOf, concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { buildHead, chainLink, chainStart, type OldestKept } from '#domain/footage/head.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { buildPayload, payloadLength, usOfTicks, type Payload } from '#domain/footage/payload.ts';
import type { RunStart } from '#domain/footage/run.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import { HASH_BYTES, signedBytes } from '#domain/base/signed.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, SealKey, Secret, SignKey } from '#ports/keys/crypto.ts';
import type { Fragment, InitSection } from '#ports/media/encoder.ts';

export function deriveKey(
	crypto: Crypto,
	secret: Secret,
	position: Omit<EnvelopePosition, 'home'>,
): Promise<SealKey> {
	return crypto.deriveSealKey(secret, bytesOf(position.runId), keyInfo(position));
}

/** Longer plaintexts are rare and get memory of their own. */
const KEPT_BYTES = 2 * 1024 * 1024;

/**
 * Buffer for plaintexts, reused for every segment: fresh memory costs as much as the encryption.
 * One per sealer, because each use overwrites the last.
 */
class Workbench {
	#memory: Bytes = new Uint8Array();

	atLeast(length: number): Bytes {
		if (length > KEPT_BYTES) return new Uint8Array(length);
		if (this.#memory.length < length) this.#memory = new Uint8Array(length + (length >> 2));
		return this.#memory;
	}
}

/** Seals one segment as one or more slices. The caller must seal each position only once. */
export async function sealPayload(
	crypto: Crypto,
	key: SealKey,
	position: EnvelopePosition,
	times: EnvelopeTimes,
	payload: Payload,
	workbench = new Workbench(),
): Promise<Bytes> {
	const { kind } = position;
	const memory = workbench.atLeast(payloadLength(kind, payload.body));
	const plain = buildPayload(kind, payload, memory);
	const lengths = sliceLengths(plain.length);
	const whole = new Uint8Array(plain.length + lengths.length * (HEADER_BYTES + TAG_BYTES));
	let at = 0;
	let from = 0;
	for (const [slice, length] of lengths.entries()) {
		const last = slice === lengths.length - 1;
		const header = buildHeader({ ...position, ...times, slice, last, length });
		const part = plain.subarray(from, from + length);
		const sealed = await crypto.seal(key, nonceOf(slice, last), header, part);
		whole.set(header, at);
		whole.set(sealed, at + HEADER_BYTES);
		// Frees the memory now rather than at some collection: the next segment finds it warm.
		sealed.buffer.transfer(0);
		at += HEADER_BYTES + length + TAG_BYTES;
		from += length;
	}
	return whole;
}

export interface RunBasis {
	readonly start: RunStart;
	readonly home: HomeId;
	readonly secret: Secret;
	readonly signKey: SignKey;
	readonly rosterSeq: number;
	readonly oldestKept: OldestKept;
	/** SHA-256 of the newest head of the previous run; zeros without one. */
	readonly prevRunHead: Bytes;
}

type SealedInit = Pick<SealedSegment, 'bytes' | 'head'>;

/**
 * Seals, chains and signs the output of one encoder, in order. Calls may overlap; they queue. After
 * a failure it refuses to seal, because a position may be sealed only once: begin a new run.
 *
 * Throws `Fault`: `conflict` (init section missing or given twice, or an earlier failure),
 * `malformed` (impossible times), and what `Crypto` throws.
 */
export class RunSealer {
	readonly start: RunStart;
	readonly #crypto: Crypto;
	readonly #clock: Clock;
	readonly #basis: RunBasis;
	#oldestKept: OldestKept;
	#seq = 0;
	#chain: Bytes | null = null;
	/** Key of the next segment, derived ahead while this one is sealed. */
	#ahead: Promise<SealKey>;
	readonly #serial = new Serial();
	#failed = false;
	readonly #workbench = new Workbench();

	constructor(crypto: Crypto, clock: Clock, basis: RunBasis) {
		this.start = basis.start;
		this.#crypto = crypto;
		this.#clock = clock;
		this.#basis = basis;
		this.#oldestKept = basis.oldestKept;
		this.#ahead = this.#deriveNext();
	}

	init(section: InitSection): Promise<SealedInit> {
		return this.#serial.run(async () => {
			if (this.#seq !== 0) throw new Fault('conflict', 'the run already has its init section');
			const { anchorUs } = this.start;
			return this.#seal(
				{ wallMs: Math.floor(anchorUs / 1000), durationUs: 0 },
				{
					body: section.bytes,
					keyFrame: false,
					sound: false,
					mediaTicks: anchorUs,
					timescale: 1_000_000,
					durationTicks: 0,
				},
			);
		});
	}

	/** `oldestKept`: the oldest segment that retention has left; omitted: unchanged. */
	fragment(fragment: Omit<Fragment, 'frames'>, oldestKept?: OldestKept): Promise<SealedSegment> {
		return this.#serial.run(async () => {
			if (this.#seq === 0) throw new Fault('conflict', 'the init section must come first');
			this.#oldestKept = oldestKept ?? this.#oldestKept;
			const { bytes: body, mediaTicks, timescale, durationTicks, keyFrame, sound } = fragment;
			const offsetUs = usOfTicks(mediaTicks, timescale);
			// Duration as a difference of rounded ends, so that neighbours touch exactly.
			const durationUs = usOfTicks(mediaTicks + durationTicks, timescale) - offsetUs;
			const startUs = this.start.anchorUs + offsetUs;
			const seq = this.#seq;
			const sealed = await this.#seal(
				{ wallMs: Math.floor(startUs / 1000), durationUs },
				{ body, keyFrame, sound, mediaTicks, timescale, durationTicks },
			);
			return { seq, startUs, durationUs, sound, ...sealed };
		});
	}

	async #seal(times: EnvelopeTimes, payload: Payload): Promise<SealedInit> {
		if (this.#failed) throw new Fault('conflict', 'the run failed earlier and seals nothing more');
		try {
			const crypto = this.#crypto;
			const seq = this.#seq;
			const position = this.#position(seq);
			const key = await this.#ahead;
			this.#ahead = this.#deriveNext(seq + 1);
			const before = this.#chain ?? (await this.#chainStart());
			const bytes = await sealPayload(crypto, key, position, times, payload, this.#workbench);
			const segmentHash = await crypto.sha256(bytes);
			const chain = await crypto.sha256(chainLink(before, seq, segmentHash));
			const head = await this.#head(seq, segmentHash, chain);
			this.#chain = chain;
			this.#seq = seq + 1;
			return { bytes, head };
		} catch (error) {
			this.#failed = true;
			throw error;
		}
	}

	async #head(seq: number, segmentHash: Bytes, chain: Bytes): Promise<Bytes> {
		const { camera, runId, runNo, epoch } = this.start;
		const { rosterSeq, prevRunHead, signKey } = this.#basis;
		const canonical = buildHead({
			camera,
			runId,
			runNo,
			epoch,
			seq,
			segmentHash,
			chain,
			oldestKept: this.#oldestKept,
			rosterSeq,
			settingsHash: new Uint8Array(HASH_BYTES),
			wallMs: Math.max(0, Math.floor(this.#clock.wallMs())),
			echoNonce: new Uint8Array(16),
			prevRunHead,
		});
		return concatBytes(canonical, await this.#crypto.sign(signKey, signedBytes('head', canonical)));
	}

	#chainStart(): Promise<Bytes> {
		return this.#crypto.sha256(chainStart(this.start.camera, this.start.runId));
	}

	#deriveNext(seq = 0): Promise<SealKey> {
		const key = deriveKey(this.#crypto, this.#basis.secret, this.#position(seq));
		// An awaiting caller sees the failure; without one, nothing is lost.
		key.catch(() => undefined);
		return key;
	}

	#position(seq: number): EnvelopePosition {
		const { camera, runId, epoch } = this.start;
		const kind = seq === 0 ? 'init' : 'fragment';
		return { home: this.#basis.home, camera, runId, epoch, kind, seq };
	}
}
