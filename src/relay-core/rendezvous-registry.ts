import type { Refusal } from '#protocol/wire.ts';
import { FairQuota } from './fair-quota.ts';
import { SlidingWindowLimit } from './sliding-window-limit.ts';

/**
 * A side of a rendezvous. `member`: `home/device`, or `null` for a guest, who is in no home yet.
 */
export interface RendezvousParticipant {
	readonly member: string | null;
	/** The keys that limits count by (RL27): an address, and a network for comparing networks. */
	readonly address: string;
	readonly network: string;
	ready(rid: string): void;
	post(rid: string, box: string): void;
	aborted(rid: string): void;
}

interface Side {
	participant: RendezvousParticipant | null;
	readonly member: string | null;
	/** Posts waiting for it. */
	waiting: string[];
	/** Number of posts it has sent. */
	posted: number;
}

interface OpenRendezvous {
	readonly rid: string;
	readonly locator: string | null;
	readonly opener: Side;
	joiner: Side | null;
	readonly untilMs: number;
	/** The quota it counts against, and under which owner. */
	readonly quota: FairQuota<OpenRendezvous>;
	readonly owner: string;
}

const RENDEZVOUS_MS = 10 * 60_000;
const MAX_POSTS = 16;
/** Fixed cost of a rendezvous: at most 2,048 opened by members and 512 opened by guests. */
const RENDEZVOUS_BYTES = 8 * 1024;
/** Bytes waiting in rendezvous opened by members, and in those opened by guests. */
const MAX_BYTES = { members: 16 * 1024 * 1024, guests: 4 * 1024 * 1024 };
/** Per member; for guests, per address. */
const MAX_EACH = 8;
const WRONG_MS = 10 * 60_000;
const WRONG_EACH = 3;
/** Per IPv6 /48, since one customer may have as many addresses as it likes. */
const WRONG_NETWORK = 24;
const WRONG_ALL = 100;
/** Locators that one member may register within that time. */
const SHOWN_EACH = 24;

/**
 * Introduces two devices that do not know each other yet (RL17, RL18). Times are monotonic, in ms.
 */
export class RendezvousRegistry {
	readonly #byRid = new Map<string, OpenRendezvous>();
	readonly #byLocator = new Map<string, OpenRendezvous>();
	readonly #ofMembers = new FairQuota<OpenRendezvous>(MAX_BYTES.members);
	readonly #ofGuests = new FairQuota<OpenRendezvous>(MAX_BYTES.guests);
	/** By address, network and member; bounded by the rate limits and the number of members. */
	readonly #wrongTries = new Map<string, SlidingWindowLimit>();
	readonly #wrongOfAll = new SlidingWindowLimit(WRONG_ALL, WRONG_MS);

	/** What the other side is sent when one leaves; `null`: nothing, that one may return. */
	readonly #farewell: string | null;

	constructor(farewell: string | null = null) {
		this.#farewell = farewell;
	}

	get count(): number {
		return this.#byRid.size;
	}

	/** Bytes held by all rendezvous, including their fixed cost. */
	get bytes(): number {
		return this.#ofMembers.taken + this.#ofGuests.taken;
	}

	/** Opens a rendezvous, or reattaches its opener. `null`: success. */
	wait(
		participant: RendezvousParticipant,
		rid: string,
		locator: string | null,
		nowMs: number,
	): Refusal | null {
		const existing = this.#at(rid, nowMs);
		if (existing) {
			if (!isSameParticipant(existing.opener, participant)) return this.#abort(existing, 'burnt');
			this.#arrive(existing, existing.opener, participant);
			return null;
		}
		const belongsToOwner = ({ opener }: OpenRendezvous): boolean =>
			participant.member === null
				? opener.participant?.address === participant.address && opener.member === null
				: opener.member === participant.member;
		if ([...this.#byRid.values()].filter(belongsToOwner).length >= MAX_EACH) return 'too-many';
		if (locator !== null) {
			// A guest may not register a locator (PR15).
			if (participant.member === null) return 'not-allowed';
			// Limited because the answer reveals whether somebody else uses this locator.
			const shownLimit =
				this.#wrongTries.get(participant.member) ?? new SlidingWindowLimit(SHOWN_EACH, WRONG_MS);
			if (!shownLimit.allows(nowMs)) return 'too-many';
			this.#wrongTries.set(participant.member, shownLimit);
			shownLimit.count(nowMs);
			// Collision: neither may be taken for the other.
			if (this.#byLocator.has(locator)) return 'burnt';
		}
		const opener = { participant, member: participant.member, waiting: [], posted: 0 };
		const rendezvous = {
			...{ rid, locator, opener, joiner: null, untilMs: nowMs + RENDEZVOUS_MS },
			...(participant.member === null
				? { quota: this.#ofGuests, owner: participant.network }
				: { quota: this.#ofMembers, owner: participant.member }),
		};
		this.#byRid.set(rid, rendezvous);
		if (locator !== null) this.#byLocator.set(locator, rendezvous);
		this.#hold(rendezvous, RENDEZVOUS_BYTES);
		return null;
	}

	meet(participant: RendezvousParticipant, rid: string, nowMs: number): Refusal | null {
		const rendezvous = this.#at(rid, nowMs);
		return rendezvous ? this.#join(rendezvous, participant) : 'no-meeting';
	}

	find(participant: RendezvousParticipant, locator: string, nowMs: number): Refusal | null {
		const [address, network] = [participant.address, `${participant.network}/48`];
		const addressLimit =
			this.#wrongTries.get(address) ?? new SlidingWindowLimit(WRONG_EACH, WRONG_MS);
		const networkLimit =
			this.#wrongTries.get(network) ?? new SlidingWindowLimit(WRONG_NETWORK, WRONG_MS);
		const tries = [addressLimit, networkLimit, this.#wrongOfAll];
		// Checked before the lookup: a try over the limit must reveal nothing.
		if (!tries.every((one) => one.allows(nowMs))) return 'too-many';
		this.#wrongTries.set(address, addressLimit).set(network, networkLimit);
		for (const one of tries) one.count(nowMs);
		const rendezvous = this.#byLocator.get(locator);
		const refusal =
			rendezvous && this.#at(rendezvous.rid, nowMs)
				? this.#join(rendezvous, participant)
				: 'no-meeting';
		if (refusal === null) for (const one of tries) one.undo();
		return refusal;
	}

	post(
		participant: RendezvousParticipant,
		rid: string,
		box: string,
		nowMs: number,
	): Refusal | null {
		const rendezvous = this.#at(rid, nowMs);
		const from = rendezvous && sideOf(rendezvous, participant);
		if (!rendezvous || !from) return 'no-meeting';
		if (from.posted >= MAX_POSTS) return this.#abort(rendezvous, 'too-many');
		from.posted += 1;
		const to = from === rendezvous.opener ? (rendezvous.joiner ??= emptySide()) : rendezvous.opener;
		if (to.participant) to.participant.post(rid, box);
		else {
			to.waiting.push(box);
			this.#hold(rendezvous, box.length);
		}
		return this.#byRid.has(rid) ? null : 'too-many';
	}

	abort(participant: RendezvousParticipant, rid: string, nowMs: number): Refusal | null {
		const rendezvous = this.#at(rid, nowMs);
		if (!rendezvous || !sideOf(rendezvous, participant)) return 'no-meeting';
		this.#abort(rendezvous, 'burnt');
		return null;
	}

	/**
	 * The connection closed. The rendezvous waits for a member to return; without any member, or with
	 * a farewell, it ends.
	 */
	leave(participant: RendezvousParticipant): void {
		for (const rendezvous of this.#byRid.values()) {
			const side = sideOf(rendezvous, participant);
			if (!side) continue;
			side.participant = null;
			const { rid, opener, joiner } = rendezvous;
			if (this.#farewell !== null) {
				(side === opener ? joiner : opener)?.participant?.post(rid, this.#farewell);
				this.#abort(rendezvous, 'burnt');
			} else if (opener.member === null && opener.participant === null && !joiner?.participant)
				this.#abort(rendezvous, 'burnt');
		}
	}

	tidy(nowMs: number): void {
		for (const rendezvous of [...this.#byRid.values()]) this.#at(rendezvous.rid, nowMs);
		for (const [key, tries] of this.#wrongTries)
			if (tries.isIdle(nowMs)) this.#wrongTries.delete(key);
	}

	#join(rendezvous: OpenRendezvous, participant: RendezvousParticipant): Refusal | null {
		const { opener, joiner } = rendezvous;
		if (opener.member === null && participant.member === null) return 'not-allowed';
		if (joiner && !isReturningJoiner(joiner, participant)) return this.#abort(rendezvous, 'burnt');
		const waiting = joiner?.waiting ?? [];
		const side: Side = {
			...{ participant: null, member: participant.member, waiting },
			posted: joiner?.posted ?? 0,
		};
		rendezvous.joiner = side;
		this.#arrive(rendezvous, side, participant);
		opener.participant?.ready(rendezvous.rid);
		return null;
	}

	#arrive(rendezvous: OpenRendezvous, side: Side, participant: RendezvousParticipant): void {
		const { rid, opener, joiner } = rendezvous;
		side.participant = participant;
		const waiting = side.waiting.splice(0);
		const bytes = waiting.reduce((sum, { length }) => sum + length, 0);
		// Before any callback: one may close the connection and end the rendezvous.
		if (bytes > 0) rendezvous.quota.add(rendezvous.owner, rendezvous, -bytes);
		if (side !== opener || joiner?.participant) participant.ready(rid);
		for (const box of waiting) participant.post(rid, box);
	}

	/** Charges the quota; over it, the oldest rendezvous of the largest owner ends. */
	#hold(rendezvous: OpenRendezvous, bytes: number): void {
		const { quota, owner } = rendezvous;
		quota.add(owner, rendezvous, bytes);
		for (let over = quota.excess; over; over = quota.excess) this.#abort(over, 'burnt');
	}

	/** `null`: no such rendezvous, or it expired. */
	#at(rid: string, nowMs: number): OpenRendezvous | null {
		const rendezvous = this.#byRid.get(rid);
		if (rendezvous && nowMs >= rendezvous.untilMs) {
			this.#abort(rendezvous, 'burnt');
			return null;
		}
		return rendezvous ?? null;
	}

	#abort<R extends Refusal>(rendezvous: OpenRendezvous, why: R): R {
		this.#byRid.delete(rendezvous.rid);
		rendezvous.quota.remove(rendezvous.owner, rendezvous);
		if (rendezvous.locator !== null) this.#byLocator.delete(rendezvous.locator);
		for (const side of [rendezvous.opener, rendezvous.joiner])
			side?.participant?.aborted(rendezvous.rid);
		return why;
	}
}

function emptySide(): Side {
	return { participant: null, member: null, waiting: [], posted: 0 };
}

function sideOf(
	{ opener, joiner }: OpenRendezvous,
	participant: RendezvousParticipant,
): Side | null {
	if (opener.participant === participant) return opener;
	return joiner?.participant === participant ? joiner : null;
}

/**
 * The same side reconnecting: the same member, or a guest who knows the rid while that side is
 * detached.
 */
function isSameParticipant(
	{ participant: before, member }: Side,
	participant: RendezvousParticipant,
): boolean {
	return (
		before === participant ||
		(member === participant.member && (member !== null || before === null))
	);
}

/** Like `isSameParticipant`; a side that only has posts waiting is still unclaimed. */
function isReturningJoiner(joiner: Side, participant: RendezvousParticipant): boolean {
	return (
		isSameParticipant(joiner, participant) ||
		(joiner.participant === null && joiner.member === null)
	);
}
