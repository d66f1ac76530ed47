import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import { may } from '#domain/home/rights.ts';
import type { Role, Subject } from '#domain/home/roster.ts';
import type { SidecarRecord } from '#domain/sync/sidecar-record.ts';
import type { SpanPurpose, SpanStatement } from '#domain/sync/span-statement.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { PinsAndTrash } from '#ports/footage/pins-and-trash.ts';
import type { SignedSpan } from '#ports/footage/sidecar-archive.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { readSpan, signSpan, spanName as nameOf, type SpanSigner } from './signed-span.ts';

export interface SpanExchangeTools {
	readonly crypto: Pick<Crypto, 'sign' | 'verify' | 'verifier'>;
	readonly clock: Pick<Clock, 'wallMs'>;
	readonly footage: Pick<Footage, 'runs'>;
	readonly store: Pick<PinsAndTrash, 'pins' | 'pin' | 'removals' | 'remove'>;
	/** This device; `null`: locked. */
	readonly self: () => SpanSigner | null;
	/** By the roster as it is now; `null`: no member. */
	readonly member: (
		device: DeviceId,
	) => { readonly roles: readonly Role[]; readonly subject: Subject | null } | null;
}

/**
 * What persons say of spans of one camera's footage, pinned or deleted, here and elsewhere (SY36).
 * Nothing of it is a queue: what was deleted here shows in the holes of the runs.
 */
export class SpanExchange {
	readonly #tools: SpanExchangeTools;
	/** The newest word about each span, as the archive has it. */
	readonly #said = new Map<string, SpanStatement>();
	/** Pins that were here since the page was opened. */
	readonly #pinnedHere = new Set<string>();

	constructor(tools: SpanExchangeTools) {
		this.#tools = tools;
	}

	/** The archive is asked anew. */
	forget(): void {
		this.#said.clear();
	}

	/** Takes what the archive has, and does what an owner said elsewhere. */
	async hear(camera: CameraId, spans: readonly SignedSpan[]): Promise<void> {
		const { crypto } = this.#tools;
		for (const span of spans) {
			const { kind } = span;
			try {
				const statement = await readSpan(crypto, span, (said) => this.#keyOf(said));
				if (statement?.camera !== camera) continue;
				this.#note(kind, statement);
				if (statement.author !== this.#tools.self()?.device) await this.#follow(kind, statement);
			} catch (error) {
				// A pin is in the way of a removal, or it is no statement.
				expectFault(error);
			}
		}
	}

	/** Signed statements that the archive lacks. */
	async toSay(camera: CameraId): Promise<SidecarRecord[]> {
		const { store, footage } = this.#tools;
		const records: SidecarRecord[] = [];
		const say = async (kind: SpanPurpose, { startUs, endUs }: Span, holds: boolean) => {
			const record = await this.#signed(kind, { camera, startUs, endUs, holds });
			if (record !== null) records.push(record);
		};
		const pins = await store.pins(camera);
		for (const pin of pins) {
			this.#pinnedHere.add(nameOf('pin', pin));
			if (this.#said.get(nameOf('pin', pin))?.holds !== true) await say('pin', pin, true);
		}
		const here = new Set(pins.map((pin) => nameOf('pin', pin)));
		for (const [name, statement] of this.#said) {
			if (!name.startsWith('pin') || !statement.holds || here.has(name)) continue;
			const own = statement.author === this.#tools.self()?.device;
			if (own || this.#pinnedHere.has(name)) await say('pin', statement, false);
		}
		const undoable = await store.removals(camera);
		for (const { holes } of await footage.runs(camera)) {
			for (const hole of holes) {
				if (hole.why !== 'deleted' || undoable.some((one) => spansOverlap(one, hole))) continue;
				if (!this.#isRemoved(hole)) await say('removal', hole, true);
			}
		}
		return records;
	}

	#isRemoved({ startUs, endUs }: Span): boolean {
		return [...this.#said].some(
			([name, said]) =>
				name.startsWith('removal') && said.holds && said.startUs <= startUs && said.endUs >= endUs,
		);
	}

	async #follow(kind: SpanPurpose, { camera, holds, ...span }: SpanStatement): Promise<void> {
		const { store } = this.#tools;
		if (!holds) return;
		if (kind === 'removal') {
			await store.remove(camera, span);
			return;
		}
		const there = (await store.pins(camera)).some(
			(pin) => nameOf('pin', pin) === nameOf(kind, span),
		);
		if (!there) await store.pin(camera, span);
	}

	/** Of this device and of owners. */
	#keyOf({ author }: SpanStatement): Bytes | null {
		const { member, self } = this.#tools;
		const entry = member(author);
		if (!entry?.subject || (author !== self()?.device && !may(entry.roles, 'manage'))) return null;
		return entry.subject.sign;
	}

	async #signed(
		kind: SpanPurpose,
		said: Omit<SpanStatement, 'author' | 'atMs'>,
	): Promise<SidecarRecord | null> {
		const { crypto, clock, self } = this.#tools;
		const device = self();
		if (device === null) return null;
		const before = this.#said.get(nameOf(kind, said))?.atMs ?? 0;
		// Above what it takes back, whatever the clock did.
		const atMs = Math.max(Math.floor(clock.wallMs()), before + 1);
		const { statement, record } = await signSpan(crypto, device, kind, { ...said, atMs });
		this.#note(kind, statement);
		return record;
	}

	#note(kind: SpanPurpose, statement: SpanStatement): void {
		const name = nameOf(kind, statement);
		if ((this.#said.get(name)?.atMs ?? -1) < statement.atMs) this.#said.set(name, statement);
	}
}
