import { base64urlOf } from '#domain/base/base64url.ts';
import { same, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { isNear } from '#domain/pairing/near-code.ts';
import { may } from '#domain/home/rights.ts';
import { parseEntry, type Role, type Subject } from '#domain/home/roster.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Arrival, PendingJoin, Vault } from '#ports/keys/vault.ts';
import { admissionOf } from '#engine/home/admission.ts';
import { HomeKeys } from '#engine/home/home-keys.ts';
import type { House } from '#engine/home/house.ts';
import type { Joining, Self } from '#engine/home/joining.ts';
import type { Link } from '#engine/messaging/link.ts';
import type { Membership } from '#engine/home/membership.ts';

/** PR26: how long an owner waits for whom it let in. */
export const ARRIVE_MS = 10 * 60 * 1000;
/** What was left for this device has come by then (PR26). */
const SETTLED_MS = 20_000;
const LOOK_MS = 15_000;
/** A page that looked so long ago slept, and its line may be dead. */
const ASLEEP_MS = 90_000;
/** PR25: who came the short way does not need them. */
const LEAVE_KEYS_MS = 3000;
const KEYS_KEPT_S = (2 * ARRIVE_MS) / 1000;
const WEEK_S = 7 * 24 * 3600;
/** PR24: between two tries on the same line. */
const SAY_AGAIN_MS = 5000;
/** PR27 */
const SAID_MS = 30 * 24 * 3600 * 1000;

/** A device that was let in and has not spoken, or that was taken back for it. */
export interface Arriving {
	readonly device: DeviceId;
	/** As it was called when it was let in; `null`: its key is not here. */
	readonly name: string | null;
	/** Wall ms, of what is `waits`. */
	readonly untilMs: number;
	/** Wall ms; `null`: it is waited for. */
	readonly takenBackMs: number | null;
}

export interface ArrivalControls {
	/** Of the home this device is in. */
	readonly list: readonly Arriving[];
	on(listener: () => void): () => void;
	/** A person has read that it was taken back. */
	dismiss(device: DeviceId): Promise<void>;
}

export interface ArrivalsTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly vault: Vault;
	readonly house: House;
	readonly membership: Membership;
}

type Post = Pick<Link, 'state' | 'online' | 'on' | 'onMessage' | 'send' | 'forked' | 'relaySeq'>;

/**
 * Who is on the way into this home, and where this device itself is going. Rules:
 * docs/spec/pairing.md, PR21 to PR27.
 */
export class Arrivals implements Joining, ArrivalControls {
	readonly #tools: ArrivalsTools;
	readonly #keys: HomeKeys;
	readonly #listeners = new Set<() => void>();
	#kept: readonly Arrival[] = [];
	#list: readonly Arriving[] = [];
	/** Of this device; `undefined`: not looked up yet. */
	#pending: PendingJoin | null | undefined;
	/** That it is here, to whoever let it in, since that one came. */
	#said = false;
	#post: Post | null = null;
	#revoke: (device: DeviceId) => Promise<void> = () => Promise.resolve();
	/** Monotonic ms at which they were let in, as far as it was on this page. */
	readonly #sinceMs = new Map<DeviceId, number>();
	/** Who was sent the keys since it came. */
	readonly #given = new Set<DeviceId>();
	/** Monotonic ms since when the line holds. */
	#upMs: number | null = null;
	/** Of whom the relay had nothing more, on this line. */
	readonly #heardOut = new Set<DeviceId>();
	#lookedMs = 0;
	#stopLooking: (() => void) | null = null;
	#work: Promise<unknown> = Promise.resolve();

	constructor(tools: ArrivalsTools) {
		this.#tools = tools;
		this.#keys = new HomeKeys(tools);
	}

	get list(): readonly Arriving[] {
		return this.#list;
	}

	/** With the line to the others, and what takes a device out. */
	begin(post: Post, revoke: (device: DeviceId) => Promise<void>): void {
		this.#post = post;
		this.#revoke = revoke;
		post.onMessage((message, { device }) => this.#hear(message, device));
		post.on(() => this.#follow());
		this.#tools.membership.on(() => {
			void this.#inTurn(() => this.#read());
			this.#follow();
		});
		void this.#inTurn(() => this.#read());
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	// ─── as an owner
	// ────────────────────────────────────────────────────────────────────────────────

	arrival(device: DeviceId): 'waits' | 'here' | 'taken-back' {
		if (this.#tools.membership.member(device) === null) return 'taken-back';
		return this.#of(device)?.takenBackMs === null ? 'waits' : 'here';
	}

	/**
	 * It is kept that somebody is waited for before anything is signed: else a page that dies between
	 * the two leaves a ghost.
	 */
	async admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): ReturnType<Joining['admit']> {
		const { vault, clock, membership } = this.#tools;
		const { device } = newcomer;
		const { home } = await membership.self();
		const of = { home, device };
		const [length, sinceMs] = [membership.entries.length, clock.wallMs()];
		await vault.keepArrival(of, (before) => {
			const afterSeq = before?.takenBackMs === null ? before.afterSeq : length;
			return { ...of, afterSeq, sinceMs, takenBackMs: null };
		});
		this.#sinceMs.set(device, clock.monotonicMs());
		this.#given.delete(device);
		const admitted = await membership.admit(newcomer, roles, name);
		await this.#inTurn(() => this.#read());
		clock.after(LEAVE_KEYS_MS, () => void this.#inTurn(() => this.#give(device)));
		return admitted;
	}

	async dismiss(device: DeviceId): Promise<void> {
		const kept = this.#of(device);
		if (kept === null || kept.takenBackMs === null) return;
		await this.#inTurn(() => this.#forget(kept));
	}

	/** PR24: it says that it has the entry that let it in. */
	#hear(message: Message, device: DeviceId): void {
		const seq = message.t === 'acted' || message.t === 'state' ? message.rosterSeq : 0;
		const kept = this.#of(device);
		if (kept?.takenBackMs !== null || seq <= kept.afterSeq) return;
		void this.#inTurn(() => this.#forget(kept));
	}

	#of(device: DeviceId): Arrival | null {
		const home = this.#tools.membership.roster?.home;
		return this.#kept.find((one) => one.home === home && one.device === device) ?? null;
	}

	get #waiting(): readonly Arrival[] {
		const home = this.#tools.membership.roster?.home;
		return this.#kept.filter((one) => one.home === home && one.takenBackMs === null);
	}

	#follow(): void {
		const { clock } = this.#tools;
		const post = this.#post;
		if (post === null) return;
		if (post.state.kind !== 'connected') {
			this.#upMs = null;
			this.#said = false;
			this.#heardOut.clear();
		} else this.#upMs ??= clock.monotonicMs();
		for (const device of this.#given) if (!post.online.has(device)) this.#given.delete(device);
		for (const { device } of this.#waiting) {
			if (post.online.has(device)) void this.#inTurn(() => this.#give(device));
		}
		if (this.#pending !== null) void this.#inTurn(() => this.#say());
	}

	/** PR25: what M4 would have brought. */
	async #give(device: DeviceId): Promise<void> {
		const { house, membership } = this.#tools;
		const post = this.#post;
		const subject = membership.member(device)?.subject;
		if (post === null || house.household === null || !subject || !membership.owner) return;
		const known = (post.relaySeq ?? 0) >= admissionOf(membership.entries, device);
		if (this.#of(device)?.takenBackMs !== null || !known || this.#given.has(device)) return;
		this.#given.add(device);
		for (const grant of await this.#keys.all(house.household, subject)) {
			const message = { t: 'home-key', grant: base64urlOf(grant) } as const;
			if ((await post.send(device, message, KEYS_KEPT_S)) === 'unsent') {
				this.#given.delete(device);
				return;
			}
		}
	}

	/** PR26 */
	async #look(): Promise<void> {
		const { vault, clock, membership } = this.#tools;
		// Another page of this device may have heard of it.
		await this.#read();
		if (clock.monotonicMs() - this.#lookedMs > ASLEEP_MS) this.#heardOut.clear();
		this.#lookedMs = clock.monotonicMs();
		for (const kept of this.#waiting) {
			const now = clock.wallMs();
			// The clock was set back meanwhile.
			if (now < kept.sinceMs) await vault.keepArrival(kept, () => ({ ...kept, sinceMs: now }));
			if (!this.#isLate(kept)) continue;
			if (membership.member(kept.device) === null || !this.#isOwn(kept)) await this.#forget(kept);
			else if (this.#maySign(kept) && (await this.#hasHeardOut(kept))) {
				await this.#revoke(kept.device);
				await vault.keepArrival(kept, () => ({ ...kept, takenBackMs: now }));
			}
		}
		await this.#read();
	}

	/**
	 * The relay answers now, and had time to bring what came before: a line may be dead, and say so
	 * late.
	 */
	async #hasHeardOut({ device }: Arrival): Promise<boolean> {
		const post = this.#post;
		if (post?.state.kind !== 'connected' || this.#heardOut.has(device)) return true;
		const { length } = this.#tools.membership.entries;
		const sent = await post.send(device, { t: 'acted', rosterSeq: length });
		if (sent !== 'unsent') this.#heardOut.add(device);
		return false;
	}

	#isLate({ device, sinceMs }: Arrival): boolean {
		const { clock } = this.#tools;
		const here = this.#sinceMs.get(device);
		const sinceHere = here === undefined ? Infinity : clock.monotonicMs() - here;
		return Math.min(clock.wallMs() - sinceMs, sinceHere) >= ARRIVE_MS;
	}

	/** This device signed the entry that let it in, and it was no member before. */
	#isOwn({ device, afterSeq }: Arrival): boolean {
		const { house, membership } = this.#tools;
		const seq = admissionOf(membership.entries, device);
		const entry = membership.entries[seq - 1];
		const own = house.household?.identity.owner.public;
		if (seq <= afterSeq || entry === undefined || own === undefined) return false;
		return same(parseEntry(entry).entry.author, own);
	}

	/** What it may have said would be here, and no other owner can be signing beside it. */
	#maySign({ device, sinceMs }: Arrival): boolean {
		const { clock, house, membership } = this.#tools;
		const post = this.#post;
		if (post === null || !membership.owner || post.forked) return false;
		const self = house.household?.identity.device;
		const owners = [...(membership.roster?.devices ?? [])].filter(
			([other, { roles }]) => may(roles, 'manage') && other !== self && other !== device,
		);
		const { state, online } = post;
		if (state.kind === 'none' && membership.relay === null) return owners.length === 0;
		if (state.kind !== 'connected' || this.#upMs === null) return false;
		const settled = clock.monotonicMs() - this.#upMs >= SETTLED_MS;
		const level = post.relaySeq === membership.entries.length;
		// It is about to say so.
		const comes = online.has(device) && clock.wallMs() - sinceMs < 2 * ARRIVE_MS;
		const alone = !isNear(state.origin) || owners.every(([other]) => online.has(other));
		return settled && level && !comes && alone;
	}

	async #forget(kept: Arrival): Promise<void> {
		await this.#tools.vault.keepArrival(kept, () => null);
		await this.#read();
	}

	/** What is kept, as a screen shows it. */
	async #read(): Promise<void> {
		const { vault, clock, house, membership } = this.#tools;
		this.#kept = await vault.arrivals();
		this.#pending ??= await vault.pendingJoin();
		const home = membership.roster?.home;
		const list: Arriving[] = [];
		for (const { device, sinceMs, takenBackMs, ...kept } of this.#kept) {
			const isOver = takenBackMs !== null && clock.wallMs() - takenBackMs > SAID_MS;
			if (kept.home !== home || isOver) continue;
			const detail = detailOf(membership.entries, device);
			const name = detail && ((await house.household?.naming.nameOrNull(device, detail)) ?? null);
			// Others can have let it in or taken it out.
			if ((takenBackMs === null) !== (membership.member(device) !== null)) continue;
			list.push({ device, name, untilMs: sinceMs + ARRIVE_MS, takenBackMs });
		}
		this.#list = list;
		if (this.#waiting.length === 0) {
			this.#stopLooking?.();
			this.#stopLooking = null;
		} else {
			const look = (): void => void this.#inTurn(() => this.#look());
			this.#stopLooking ??= clock.every(LOOK_MS, look);
		}
		for (const listener of this.#listeners) listener();
	}

	// ─── as the newcomer
	// ────────────────────────────────────────────────────────────────────────────

	self(): Promise<Self> {
		return this.#tools.membership.self();
	}

	meetAt(relay: string): Promise<void> {
		return this.#tools.membership.meetAt(relay);
	}

	async enter(roster: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void> {
		await this.#tools.membership.enter(roster, homeKey, relay);
		void this.#inTurn(() => this.#say());
	}

	async keep(pending: PendingJoin | null): Promise<void> {
		await this.#tools.vault.keepPendingJoin(pending);
		this.#pending = pending;
	}

	async pending(): Promise<PendingJoin | null> {
		const { vault, clock, membership } = this.#tools;
		const pending = await vault.pendingJoin();
		this.#pending = pending;
		const here = membership.roster?.home === pending?.home;
		if (pending === null || here || pending.untilMs <= clock.wallMs()) return null;
		return pending;
	}

	/** PR24: to whoever let it in, until a relay or that device has it. */
	async #say(): Promise<void> {
		const { clock, membership } = this.#tools;
		const [post, pending] = [this.#post, this.#pending];
		if (!post || !pending) return;
		const { roster, entries } = membership;
		const isOver = pending.untilMs <= clock.wallMs();
		if (roster?.home !== pending.home) {
			if (isOver) await this.keep(null);
			return;
		}
		if (entries.length <= pending.seq || post.state.kind !== 'connected') return;
		const [owner] =
			[...roster.devices].find(
				([, { subject }]) => subject?.owner && same(subject.owner, pending.owner),
			) ?? [];
		const near = isNear(post.state.origin);
		if (owner === undefined || (near && isOver)) return this.keep(null);
		// Nothing waits there: it is said whenever that owner comes, for as long as it waits (NB13).
		if (near && !post.online.has(owner)) this.#said = false;
		if (near && (this.#said || !post.online.has(owner))) return;
		const message = { t: 'acted', rosterSeq: entries.length } as const;
		const isTaken = (await post.send(owner, message, WEEK_S)) === 'taken';
		if (near) this.#said = isTaken;
		else if (isTaken) await this.keep(null);
		// A slow relay answers late or not at all, and nothing else may happen on this line.
		if (!isTaken) clock.after(SAY_AGAIN_MS, () => void this.#inTurn(() => this.#say()));
	}

	/** One after the other; a vault that is away is asked again with what happens next. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.#work.then(work).catch((error: unknown) => {
			if (!(error instanceof Fault)) throw error;
		});
		this.#work = done;
		return done;
	}
}

/** The sealed name in the newest entry that had one. */
function detailOf(entries: readonly Bytes[], device: DeviceId): Bytes | null {
	const all = entries.map((bytes) => parseEntry(bytes).entry);
	const said = all.findLast(({ op, subject }) => op !== 'revoke' && subject?.device === device);
	return said?.detail ?? null;
}
