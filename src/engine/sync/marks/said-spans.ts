import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import { buildSidecarRecord } from '#domain/sync/sidecar-record.ts';
import type { SpanPurpose, SpanStatement } from '#domain/sync/span-statement.ts';
import {
	readSpan,
	signSpan,
	spanName,
	type SaidSpan,
	type SpanSigner,
} from '#engine/sync/signed-span.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { SidecarArchive, SignedSpan } from '#ports/footage/sidecar-archive.ts';
import type { Crypto } from '#ports/keys/crypto.ts';

/** How often the relay is asked what was said of a camera, while somebody looks at it. */
const HEAR_MS = 30_000;
/** As many as the relay keeps of a camera (SY31). */
const MAX_PINS = 1000;

export interface SaidSpansTools {
	readonly crypto: Pick<Crypto, 'sign' | 'verify' | 'verifier'>;
	readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly reader: Pick<FootageReader, 'spans'>;
	readonly archive: Pick<SidecarArchive, 'put'>;
	/** `null`: locked. */
	readonly self: () => SpanSigner | null;
	/** A relay that keeps footage answers. */
	readonly connected: () => boolean;
	/** The device of a camera, present or past; `null`: none of this home. */
	readonly deviceOf: (camera: CameraId) => Promise<DeviceId | null>;
	/** Of a device that is or was an owner, or is the one given; `null`: neither. */
	readonly keyOf: (author: DeviceId, own: DeviceId | null) => Bytes | null;
}

/** What persons said of spans of cameras, as the relay has it, and saying more. */
export class SaidSpans {
	readonly #tools: SaidSpansTools;
	readonly #changed: () => void;
	/** The newest word about each span, by camera. */
	readonly #said = new Map<CameraId, Map<string, SpanStatement>>();
	readonly #heardMs = new Map<CameraId, number>();

	constructor(tools: SaidSpansTools, changed: () => void) {
		this.#tools = tools;
		this.#changed = changed;
	}

	/** Takes what the relay has of a camera, where it was not asked just now. */
	async hear(camera: CameraId): Promise<void> {
		const { reader, clock, connected, deviceOf } = this.#tools;
		const nowMs = clock.monotonicMs();
		if (!connected() || nowMs - (this.#heardMs.get(camera) ?? -Infinity) < HEAR_MS) return;
		this.#heardMs.set(camera, nowMs);
		try {
			const own = await deviceOf(camera);
			let heard = false;
			for (const span of await reader.spans(camera)) {
				const statement = await this.#read(span, own);
				if (statement?.camera === camera) heard = this.#note(span.kind, statement) || heard;
			}
			if (heard) this.#changed();
		} catch (error) {
			expectFault(error);
		}
	}

	pins(camera: CameraId): SpanStatement[] {
		const said = [...(this.#said.get(camera) ?? [])];
		return said.flatMap(([name, one]) => (name.startsWith('pin') && one.holds ? [one] : []));
	}

	holds(kind: SpanPurpose, camera: CameraId, span: Span): boolean {
		return this.#said.get(camera)?.get(spanName(kind, span))?.holds === true;
	}

	/** Throws as `sign` and `put` do. */
	async say(camera: CameraId, kind: SpanPurpose, span: Span, holds: boolean): Promise<void> {
		await this.put(kind, await this.sign(camera, kind, span, holds));
	}

	/** Throws `denied` (locked), `quota` (too many pins). */
	async sign(camera: CameraId, kind: SpanPurpose, span: Span, holds: boolean): Promise<SaidSpan> {
		const { clock, crypto, self } = this.#tools;
		const by = self();
		if (by === null) throw new Fault('denied', 'this device is locked');
		if (kind === 'pin' && holds && this.pins(camera).length >= MAX_PINS)
			throw new Fault('quota', 'the relay keeps no more pins of a camera');
		const before = this.#said.get(camera)?.get(spanName(kind, span))?.atMs ?? 0;
		// Above what it takes back, whatever the clock did.
		const atMs = Math.max(Math.floor(clock.wallMs()), before + 1);
		return signSpan(crypto, by, kind, { ...span, camera, holds, atMs });
	}

	/** Sends it at once. Throws `denied` (refused) and what `SidecarArchive` throws. */
	async put(kind: SpanPurpose, { record, statement }: SaidSpan): Promise<void> {
		const { archive } = this.#tools;
		const { refused } = await archive.put(statement.camera, buildSidecarRecord(record));
		if (refused.length > 0) throw new Fault('denied', 'the relay refused the statement');
		this.#note(kind, statement);
	}

	/** `null`: nobody whose word counts said it, or it is no statement. */
	async #read(span: SignedSpan, own: DeviceId | null): Promise<SpanStatement | null> {
		const { crypto, keyOf } = this.#tools;
		try {
			return await readSpan(crypto, span, ({ author }) => keyOf(author, own));
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	/** Whether it is news. */
	#note(kind: SpanPurpose, statement: SpanStatement): boolean {
		const said = this.#said.get(statement.camera) ?? new Map<string, SpanStatement>();
		this.#said.set(statement.camera, said);
		const name = spanName(kind, statement);
		if ((said.get(name)?.atMs ?? -1) >= statement.atMs) return false;
		said.set(name, statement);
		return true;
	}
}
