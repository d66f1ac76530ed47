import type { Refusal } from '#protocol/wire.ts';
import { networkKeyOf } from '#relay/base/address.ts';
import { FairQuota } from '#relay/base/fair-quota.ts';
import { SlidingWindowLimit } from '#relay/base/sliding-window-limit.ts';

/**
 * Somebody in a meeting. `member`: as in `home/device`; `null` for somebody who is in no home yet.
 */
export interface RendezvousParticipant {
	readonly member: string | null;
	readonly address: string;
	ready(rid: string): void;
	post(rid: string, box: string): void;
	aborted(rid: string): void;
}

interface Side {
	participant: RendezvousParticipant | null;
	readonly member: string | null;
	/** What waits for it. */
	waiting: string[];
	/** How many it has posted. */
	posted: number;
}

interface OpenRendezvous {
	readonly rid: string;
	readonly locator: string | null;
	readonly opener: Side;
	joiner: Side | null;
	readonly untilMs: number;
	/** Of which room it is, and by whom it is counted there. */
	readonly quota: FairQuota<OpenRendezvous>;
	readonly owner: string;
}

const RENDEZVOUS_MS = 10 * 60_000;
const MAX_POSTS = 16;
/** What a meeting counts though nothing waits in it: 2,048 of members and 512 of guests. */
const RENDEZVOUS_BYTES = 8 * 1024;
/** What waits in meetings that members opened, and in those that guests opened. */
const MAX_BYTES = { members: 16 * 1024 * 1024, guests: 4 * 1024 * 1024 };
/** Of one member, or of one address where nobody is known yet. */
const MAX_EACH = 8;
const WRONG_MS = 10 * 60_000;
const WRONG_EACH = 3;
/** Of one network of IPv6, where one customer may have as many addresses as it likes. */
const WRONG_NETWORK = 24;
const WRONG_ALL = 100;
/** Letters that one device shows in that time. */
const SHOWN_EACH = 24;

/**
 * Where two devices meet that do not know each other yet (RL17, RL18). Times are of a clock that is
 * never set back.
 */
export class RendezvousRegistry {
	readonly #byRid = new Map<string, OpenRendezvous>();
	readonly #byLocator = new Map<string, OpenRendezvous>();
	readonly #ofMembers = new FairQuota<OpenRendezvous>(MAX_BYTES.members);
	readonly #ofGuests = new FairQuota<OpenRendezvous>(MAX_BYTES.guests);
	/** By address, by network and by member; no more than there were tries, and members. */
	readonly #wrongTries = new Map<string, SlidingWindowLimit>();
	readonly #wrongOfAll = new SlidingWindowLimit(WRONG_ALL, WRONG_MS);

	get count(): number {
		return this.#byRid.size;
	}

	/** What all of them hold, with what each costs by itself. */
	get bytes(): number {
		return this.#ofMembers.taken + this.#ofGuests.taken;
	}

	/** `null`: the meeting is open, or it is open again for who opened it. */
	wait(
		participant: RendezvousParticipant,
		rid: string,
		locator: string | null,
		nowMs: number,
	): Refusal | null {
		const there = this.#at(rid, nowMs);
		if (there) {
			if (!isSameParticipant(there.opener, participant)) return this.#abort(there, 'burnt');
			this.#arrive(there, there.opener, participant);
			return null;
		}
		const whose = ({ opener }: OpenRendezvous): boolean =>
			participant.member === null
				? opener.participant?.address === participant.address && opener.member === null
				: opener.member === participant.member;
		if ([...this.#byRid.values()].filter(whose).length >= MAX_EACH) return 'too-many';
		if (locator !== null) {
			// A new device shows no letters (PR15).
			if (participant.member === null) return 'not-allowed';
			// What is answered here tells whether somebody else shows these letters.
			const shown =
				this.#wrongTries.get(participant.member) ?? new SlidingWindowLimit(SHOWN_EACH, WRONG_MS);
			if (!shown.allows(nowMs)) return 'too-many';
			this.#wrongTries.set(participant.member, shown);
			shown.count(nowMs);
			// Two that chose the same letters: neither may be taken for the other.
			if (this.#byLocator.has(locator)) return 'burnt';
		}
		const opener = { participant, member: participant.member, waiting: [], posted: 0 };
		const meeting = {
			...{ rid, locator, opener, joiner: null, untilMs: nowMs + RENDEZVOUS_MS },
			...(participant.member === null
				? { quota: this.#ofGuests, owner: networkKeyOf(participant.address) }
				: { quota: this.#ofMembers, owner: participant.member }),
		};
		this.#byRid.set(rid, meeting);
		if (locator !== null) this.#byLocator.set(locator, meeting);
		this.#hold(meeting, RENDEZVOUS_BYTES);
		return null;
	}

	meet(participant: RendezvousParticipant, rid: string, nowMs: number): Refusal | null {
		const rendezvous = this.#at(rid, nowMs);
		return rendezvous ? this.#join(rendezvous, participant) : 'no-meeting';
	}

	find(participant: RendezvousParticipant, locator: string, nowMs: number): Refusal | null {
		const [person, network] = [participant.address, `${networkKeyOf(participant.address)}/48`];
		const mine = this.#wrongTries.get(person) ?? new SlidingWindowLimit(WRONG_EACH, WRONG_MS);
		const ours = this.#wrongTries.get(network) ?? new SlidingWindowLimit(WRONG_NETWORK, WRONG_MS);
		const tries = [mine, ours, this.#wrongOfAll];
		// Before it is known whether the locator is right: a try that may not be made tells nothing.
		if (!tries.every((one) => one.allows(nowMs))) return 'too-many';
		this.#wrongTries.set(person, mine).set(network, ours);
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

	/** The line broke. The meeting waits for a member to come back; without any member it is over. */
	leave(participant: RendezvousParticipant): void {
		for (const rendezvous of this.#byRid.values()) {
			const side = sideOf(rendezvous, participant);
			if (!side) continue;
			side.participant = null;
			if (
				rendezvous.opener.member === null &&
				rendezvous.opener.participant === null &&
				!rendezvous.joiner?.participant
			)
				this.#abort(rendezvous, 'burnt');
		}
	}

	tidy(nowMs: number): void {
		for (const rendezvous of [...this.#byRid.values()]) this.#at(rendezvous.rid, nowMs);
		for (const [whose, tries] of this.#wrongTries)
			if (tries.isIdle(nowMs)) this.#wrongTries.delete(whose);
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
		// Before anything is said: a line may break of it, and the meeting end with it.
		if (bytes > 0) rendezvous.quota.add(rendezvous.owner, rendezvous, -bytes);
		if (side !== opener || joiner?.participant) participant.ready(rid);
		for (const box of waiting) participant.post(rid, box);
	}

	/** Where there is no room for it, the oldest of whoever has most ends. */
	#hold(rendezvous: OpenRendezvous, bytes: number): void {
		const { quota, owner } = rendezvous;
		quota.add(owner, rendezvous, bytes);
		for (let over = quota.excess; over; over = quota.excess) this.#abort(over, 'burnt');
	}

	/** `null`: no such meeting, or no more. */
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
 * Who opened it comes back: the same member, or the only one who knows the word while its line is
 * gone.
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

/** As above; a side that has only post waiting is nobody yet. */
function isReturningJoiner(joiner: Side, participant: RendezvousParticipant): boolean {
	return (
		isSameParticipant(joiner, participant) ||
		(joiner.participant === null && joiner.member === null)
	);
}
