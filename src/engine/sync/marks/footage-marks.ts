import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { OriginSpan } from '#domain/footage/origin.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import { spanName, type SaidSpan } from '#engine/sync/signed-span.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { PinsAndTrash, Removal } from '#ports/footage/pins-and-trash.ts';
import type { HiddenSpans } from './hidden-footage.ts';
import { SaidSpans, type SaidSpansTools } from './said-spans.ts';

/** How long a deletion at the relay can be undone: it is said only then. */
export const UNDO_MS = 10_000;

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
	 * Hides the span now, and says so to the relay when it can no longer be undone. `null`: no
	 * footage touches it. Throws `conflict` when it touches a pin, and as `pin` does.
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

export interface FootageMarksTools extends SaidSpansTools {
	readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs' | 'after'>;
	readonly footage: Pick<Footage, 'cameras'>;
	readonly store: Pick<PinsAndTrash, 'pins' | 'unpin' | 'removals' | 'remove' | 'restore'>;
	readonly limitedPins: Pick<PinsAndTrash, 'pin'>;
	readonly spans: (
		camera: CameraId,
		fromUs: number,
		toUs: number,
	) => Promise<readonly OriginSpan[]>;
	readonly reader: Pick<FootageReader, 'spans' | 'runs'>;
	readonly hidden: HiddenSpans;
	/** This device may sign for the home. */
	readonly owner: () => boolean;
}

/** A deletion that the relay is to hear of. */
interface Saying {
	removal: MarkedRemoval;
	/** Hidden meanwhile, as it is signed. */
	readonly span: Span;
	/** Signed beforehand: whoever closes the page leaves no time for it. */
	readonly signed: SaidSpan;
	/** Whether the relay has any of it. */
	readonly known: boolean;
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
	readonly #said: SaidSpans;

	constructor(tools: FootageMarksTools) {
		this.#tools = tools;
		this.#said = new SaidSpans(tools, () => this.#listeners.notify());
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
		void this.#said.hear(camera);
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
				await this.#said.say(camera, 'pin', whole, true);
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
		if (this.#said.holds('pin', camera, { startUs, endUs })) {
			await this.#refuse(camera);
			await this.#said.say(camera, 'pin', { startUs, endUs }, false).catch((error: unknown) => {
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
		if (at.says) await this.#said.hear(camera);
		if ((await this.#pins(camera)).some((pin) => spansOverlap(pin, span)))
			throw new Fault('conflict', 'cannot delete a span that touches a pin');
		const given = wholeUs(span);
		// Before anything is done: whoever cannot sign deletes nothing.
		const says = at.says || (at.maySay && at.here);
		const signed = says ? await this.#said.sign(camera, 'removal', given, true) : null;
		const local = at.here || !says ? await store.remove(camera, span) : null;
		if (signed === null || (local === null && !at.says)) {
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
		this.#sayings.set(said, { removal, span: given, signed, stop, sent: null, known: at.says });
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
			if (this.#said.holds('removal', camera, saying.span))
				await this.#said.say(camera, 'removal', saying.span, false).catch(expectFault);
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
		const put = () => this.#said.put('removal', saying.signed);
		const { camera } = saying.removal;
		const sent = saying.known
			? put()
			: this.#isThere(camera, saying.span).then((isThere) => (isThere ? put() : undefined));
		saying.sent = sent.then(
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
		const maySay = may && this.#tools.connected();
		const says = elsewhere && maySay;
		return {
			here,
			maySay,
			says,
			onlyElsewhere: spans.some(({ origins }) => !origins.includes('here')),
		};
	}

	/** What is all here was not looked for there. */
	async #isThere(camera: CameraId, { startUs, endUs }: Span): Promise<boolean> {
		const [from, to] = [minuteOf(startUs), minuteOf(endUs - 1)];
		return (await this.#tools.reader.runs(camera, Math.max(0, from - 1), to)).length > 0;
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
			...this.#said.pins(camera),
		])
			all.set(spanName('pin', { startUs, endUs }), { camera, startUs, endUs });
		return [...all.values()].sort((a, b) => a.startUs - b.startUs);
	}
}

function wholeUs({ startUs, endUs }: Span): Span {
	return { startUs: Math.floor(startUs), endUs: Math.ceil(endUs) };
}

function removalOf({ id, camera, startUs, endUs }: Removal, said: number | null): MarkedRemoval {
	return { camera, startUs, endUs, state: 'here', fault: null, trash: id, said };
}
