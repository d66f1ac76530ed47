import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { OriginSpan } from '#domain/footage/origin.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import { buildSidecarRecord } from '#domain/sync/sidecar-record.ts';
import type { SpanPurpose, SpanStatement } from '#domain/sync/span-statement.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { PinsAndTrash, Removal } from '#ports/footage/pins-and-trash.ts';
import type { SidecarArchive } from '#ports/footage/sidecar-archive.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { HiddenSpans } from './hidden-footage.ts';
import {
	readSpan,
	signSpan,
	spanName,
	type SaidSpan,
	type SpanSigner,
} from '#engine/sync/signed-span.ts';

/** How long a deletion at the relay can be undone: it is said only then. */
export const UNDO_MS = 10_000;
/** How often the relay is asked what was said of a camera, while somebody looks at it. */
const HEAR_MS = 30_000;
/** As many as the relay keeps of a camera (SY31). */
const MAX_PINS = 1000;

/** Whether this device may pin and delete footage of a camera, or why not. */
export type MarkPermission = 'yes' | 'not-owner' | 'away';

export interface MarkedPin extends Span {
	readonly camera: CameraId;
}

/** A deletion by a person on this device. */
export interface MarkedRemoval extends Span {
	readonly camera: CameraId;
	/**
	 * `here`: it can be undone for ten minutes. `waiting`: until it is said to the relay. `gone`: for
	 * good. `failed`: the relay did not hear it, and has it all.
	 */
	readonly state: 'here' | 'waiting' | 'gone' | 'failed';
	/** Why it failed. */
	readonly fault: Fault | null;
	/** Its number in the trash of this device; `null`: nothing of it was here. */
	readonly trash: number | null;
	/** Of what is said to the relay; `null`: nothing of it is there. */
	readonly said: number | null;
}

/** Pins and deletions of a camera's footage, wherever it is. Rules: SY40, SY41. */
export interface MarkControls {
	may(camera: CameraId): Promise<MarkPermission>;
	/** Here and, if it answers, at the relay, as they were signed. */
	pins(camera: CameraId): Promise<readonly MarkedPin[]>;
	/**
	 * Throws `denied` (may not), `not-found` (no footage there), `quota` (too many), and what
	 * `SidecarArchive` and `PinsAndTrash.pin` throw.
	 */
	pin(camera: CameraId, span: Span): Promise<MarkedPin>;
	unpin(pin: MarkedPin): Promise<void>;
	/** What can be undone, or failed; oldest first. */
	removals(camera: CameraId): Promise<readonly MarkedRemoval[]>;
	/**
	 * Hides the span now, and says so to the relay when it can no longer be undone. `null`: no footage
	 * touches it. Throws `conflict` when it touches a pin, and as `pin` does.
	 */
	remove(camera: CameraId, span: Span): Promise<MarkedRemoval | null>;
	/** As it is now. */
	removal(of: MarkedRemoval): MarkedRemoval;
	/** `false`: too late. */
	restore(removal: MarkedRemoval): Promise<boolean>;
	/** Says what waits now: whoever deleted it leaves. */
	settle(): void;
	/** A person read that it failed. */
	dismiss(removal: MarkedRemoval): void;
	on(listener: () => void): () => void;
}

export interface FootageMarksTools {
	readonly crypto: Pick<Crypto, 'sign' | 'verify' | 'verifier'>;
	readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs' | 'after'>;
	readonly footage: Pick<Footage, 'cameras'>;
	readonly store: Pick<PinsAndTrash, 'pins' | 'unpin' | 'removals' | 'remove' | 'restore'>;
	readonly limitedPins: Pick<PinsAndTrash, 'pin'>;
	readonly spans: (
		camera: CameraId,
		fromUs: number,
		toUs: number,
	) => Promise<readonly OriginSpan[]>;
	readonly reader: Pick<FootageReader, 'spans'>;
	readonly archive: Pick<SidecarArchive, 'put'>;
	readonly hidden: HiddenSpans;
	/** `null`: locked. */
	readonly self: () => SpanSigner | null;
	/** A relay that keeps footage answers. */
	readonly connected: () => boolean;
	/** This device may sign for the home. */
	readonly owner: () => boolean;
	/** The device of a camera, present or past; `null`: none of this home. */
	readonly deviceOf: (camera: CameraId) => Promise<DeviceId | null>;
	/** Of a device that is or was an owner, or is the one given; `null`: neither. */
	readonly keyOf: (author: DeviceId, own: DeviceId | null) => Bytes | null;
}

/** A deletion that the relay is to hear of. */
interface Saying {
	removal: MarkedRemoval;
	/** Hidden meanwhile, as it is signed. */
	readonly span: Span;
	/** Signed beforehand: whoever closes the page leaves no time for it. */
	readonly signed: SaidSpan;
	/** Ends the time in which it can be undone. */
	readonly stop: () => void;
	sent: Promise<void> | null;
}

export class FootageMarks implements MarkControls {
	readonly #tools: FootageMarksTools;
	readonly #listeners = new Listeners();
	/** By number. */
	readonly #sayings = new Map<number, Saying>();
	#number = 0;
	/** The newest word about each span, by camera. */
	readonly #said = new Map<CameraId, Map<string, SpanStatement>>();
	readonly #heardMs = new Map<CameraId, number>();

	constructor(tools: FootageMarksTools) {
		this.#tools = tools;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	async may(camera: CameraId): Promise<MarkPermission> {
		const { footage, owner, connected } = this.#tools;
		if (owner() && connected()) return 'yes';
		if ((await this.#isOwn(camera)) || (await footage.cameras()).includes(camera)) return 'yes';
		return owner() ? 'away' : 'not-owner';
	}

	async pins(camera: CameraId): Promise<readonly MarkedPin[]> {
		void this.#hear(camera);
		return this.#pins(camera);
	}

	async pin(camera: CameraId, span: Span): Promise<MarkedPin> {
		const at = await this.#whereIs(camera, span);
		const own = await this.#isOwn(camera);
		if (!own && !at.here && !at.says) throw new Fault('not-found', 'no footage to pin');
		const whole = wholeUs(span);
		if (own || at.here) await this.#tools.limitedPins.pin(camera, whole);
		if (at.says) {
			try {
				await this.#say(camera, 'pin', whole, true);
			} catch (error) {
				expectFault(error);
				// The camera says so itself, later (SY36).
				if (!own) throw error;
			}
		}
		this.#listeners.notify();
		return { camera, ...whole };
	}

	async unpin({ camera, startUs, endUs }: MarkedPin): Promise<void> {
		const { store } = this.#tools;
		const name = spanName('pin', { startUs, endUs });
		const own = await this.#isOwn(camera);
		if (this.#said.get(camera)?.get(name)?.holds === true) {
			await this.#refuse(camera);
			await this.#say(camera, 'pin', { startUs, endUs }, false).catch((error: unknown) => {
				if (!own) throw error;
				expectFault(error);
			});
		}
		const here = (await store.pins(camera)).filter((pin) => spanName('pin', pin) === name);
		for (const { id } of here) await store.unpin(id);
		this.#listeners.notify();
	}

	async removals(camera: CameraId): Promise<readonly MarkedRemoval[]> {
		const here = await this.#tools.store.removals(camera);
		const said = [...this.#sayings.values()]
			.map(({ removal }) => removal)
			.filter((one) => one.camera === camera && one.state !== 'gone');
		const known = new Set(said.map(({ trash }) => trash));
		const earlier = here.filter(({ id }) => !known.has(id)).map((one) => removalOf(one, null));
		const purged = (trash: number | null) => trash !== null && !here.some(({ id }) => id === trash);
		return [...earlier, ...said.filter(({ trash }) => !purged(trash))];
	}

	async remove(camera: CameraId, span: Span): Promise<MarkedRemoval | null> {
		const { store, hidden, clock } = this.#tools;
		const at = await this.#whereIs(camera, span);
		if (at.says) await this.#hear(camera);
		if ((await this.#pins(camera)).some((pin) => spansOverlap(pin, span)))
			throw new Fault('conflict', 'cannot delete a span that touches a pin');
		const given = wholeUs(span);
		// Before anything is done: whoever cannot sign deletes nothing.
		const signed = at.says ? await this.#sign(camera, 'removal', given, true) : null;
		const local = at.here || !at.says ? await store.remove(camera, span) : null;
		if (signed === null) {
			this.#listeners.notify();
			return local && removalOf(local, null);
		}
		const said = (this.#number += 1);
		// What is only elsewhere cannot come back once it was said.
		const removal: MarkedRemoval =
			local !== null && !at.onlyElsewhere
				? removalOf(local, said)
				: { camera, ...given, state: 'waiting', fault: null, trash: local?.id ?? null, said };
		const stop = clock.after(UNDO_MS, () => this.#send(said));
		this.#sayings.set(said, { removal, span: given, signed, stop, sent: null });
		hidden.hide(camera, given);
		this.#listeners.notify();
		return removal;
	}

	removal(of: MarkedRemoval): MarkedRemoval {
		return this.#sayings.get(of.said ?? 0)?.removal ?? of;
	}

	async restore({ said, trash, camera }: MarkedRemoval): Promise<boolean> {
		const saying = this.#sayings.get(said ?? 0);
		if (saying?.sent && saying.removal.state !== 'here') return false;
		saying?.stop();
		const back = trash === null || (await this.#tools.store.restore(trash));
		if (saying !== undefined) {
			this.#sayings.delete(said ?? 0);
			this.#tools.hidden.show(camera, saying.span);
			await saying.sent;
			// Said already: its camera sends again what is here.
			const name = spanName('removal', saying.span);
			if (this.#said.get(camera)?.get(name)?.holds === true)
				await this.#say(camera, 'removal', saying.span, false).catch(expectFault);
		}
		this.#listeners.notify();
		return back;
	}

	settle(): void {
		for (const [said, { stop }] of this.#sayings) {
			stop();
			this.#send(said);
		}
	}

	dismiss({ said }: MarkedRemoval): void {
		const saying = this.#sayings.get(said ?? 0);
		if (saying?.removal.state === 'failed') this.#sayings.delete(said ?? 0);
	}

	/** Once for each. */
	#send(said: number): void {
		const saying = this.#sayings.get(said);
		if (saying === undefined || saying.sent !== null) return;
		// At once: the page may be closing.
		saying.sent = this.#put('removal', saying.signed).then(
			() => {
				if (saying.removal.state === 'waiting')
					saying.removal = { ...saying.removal, state: 'gone' };
				this.#listeners.notify();
			},
			(error: unknown) => {
				// Of what was here, too, the camera says so itself (SY36).
				if (saying.removal.state === 'waiting') {
					this.#tools.hidden.show(saying.removal.camera, saying.span);
					saying.removal = { ...saying.removal, state: 'failed', fault: faultOf(error) };
				}
				this.#listeners.notify();
			},
		);
	}

	/**
	 * Where footage of a span is. `says`: some of it is at the relay, which hears this device.
	 * `onlyElsewhere`: some of it is not here. Throws `denied`, `offline`.
	 */
	async #whereIs(camera: CameraId, { startUs, endUs }: Span) {
		await this.#refuse(camera);
		const spans = await this.#tools.spans(camera, startUs, endUs);
		const here = spans.some(({ origins }) => origins.includes('here'));
		const elsewhere = spans.some(({ origins }) => origins.includes('relay'));
		const may = this.#tools.owner() || (await this.#isOwn(camera));
		const says = elsewhere && may && this.#tools.connected();
		return { here, says, onlyElsewhere: spans.some(({ origins }) => !origins.includes('here')) };
	}

	async #isOwn(camera: CameraId): Promise<boolean> {
		const { self, deviceOf } = this.#tools;
		const device = await deviceOf(camera);
		return device !== null && device === self()?.device;
	}

	async #refuse(camera: CameraId): Promise<void> {
		const may = await this.may(camera);
		if (may === 'not-owner') throw new Fault('denied', 'only owners may pin and delete');
		if (may === 'away') throw new Fault('offline', 'no relay is connected');
	}

	/** Here and, as far as it is known, at the relay. */
	async #pins(camera: CameraId): Promise<readonly MarkedPin[]> {
		const all = new Map<string, MarkedPin>();
		for (const { startUs, endUs } of [
			...(await this.#tools.store.pins(camera)),
			...this.#pinsSaid(camera),
		])
			all.set(spanName('pin', { startUs, endUs }), { camera, startUs, endUs });
		return [...all.values()].sort((a, b) => a.startUs - b.startUs);
	}

	/** Takes what the relay has of a camera, where it was not asked just now. */
	async #hear(camera: CameraId): Promise<void> {
		const { reader, crypto, clock, connected, deviceOf, keyOf } = this.#tools;
		const nowMs = clock.monotonicMs();
		if (!connected() || nowMs - (this.#heardMs.get(camera) ?? -Infinity) < HEAR_MS) return;
		this.#heardMs.set(camera, nowMs);
		try {
			const own = await deviceOf(camera);
			let heard = false;
			for (const span of await reader.spans(camera)) {
				const statement = await readOrNull(crypto, span, ({ author }) => keyOf(author, own));
				if (statement?.camera === camera) heard = this.#note(span.kind, statement) || heard;
			}
			if (heard) this.#listeners.notify();
		} catch (error) {
			expectFault(error);
		}
	}

	#pinsSaid(camera: CameraId): SpanStatement[] {
		const said = [...(this.#said.get(camera) ?? [])];
		return said.flatMap(([name, one]) => (name.startsWith('pin') && one.holds ? [one] : []));
	}

	async #say(camera: CameraId, kind: SpanPurpose, span: Span, holds: boolean): Promise<void> {
		await this.#put(kind, await this.#sign(camera, kind, span, holds));
	}

	async #sign(camera: CameraId, kind: SpanPurpose, span: Span, holds: boolean): Promise<SaidSpan> {
		const { clock, crypto, self } = this.#tools;
		const by = self();
		if (by === null) throw new Fault('denied', 'this device is locked');
		if (kind === 'pin' && holds && this.#pinsSaid(camera).length >= MAX_PINS)
			throw new Fault('quota', 'the relay keeps no more pins of a camera');
		const before = this.#said.get(camera)?.get(spanName(kind, span))?.atMs ?? 0;
		// Above what it takes back, whatever the clock did.
		const atMs = Math.max(Math.floor(clock.wallMs()), before + 1);
		return signSpan(crypto, by, kind, { ...span, camera, holds, atMs });
	}

	async #put(kind: SpanPurpose, { record, statement }: SaidSpan): Promise<void> {
		const { archive } = this.#tools;
		const { refused } = await archive.put(statement.camera, buildSidecarRecord(record));
		if (refused.length > 0) throw new Fault('denied', 'the relay refused the statement');
		this.#note(kind, statement);
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

function wholeUs({ startUs, endUs }: Span): Span {
	return { startUs: Math.floor(startUs), endUs: Math.ceil(endUs) };
}

function removalOf({ id, camera, startUs, endUs }: Removal, said: number | null): MarkedRemoval {
	return { camera, startUs, endUs, state: 'here', fault: null, trash: id, said };
}

async function readOrNull(
	...of: Parameters<typeof readSpan>
): Promise<Awaited<ReturnType<typeof readSpan>>> {
	try {
		return await readSpan(...of);
	} catch (error) {
		expectFault(error);
		return null;
	}
}
