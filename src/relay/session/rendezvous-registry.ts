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
	party: RendezvousParticipant | null;
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
	readonly room: FairQuota<OpenRendezvous>;
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
	wait(party: RendezvousParticipant, rid: string, locator: string | null, nowMs: number): Refusal | null {
		const there = this.#at(rid, nowMs);
		if (there) {
			if (!isSameParticipant(there.opener, party)) return this.#abort(there, 'burnt');
			this.#arrive(there, there.opener, party);
			return null;
		}
		const whose = ({ opener }: OpenRendezvous): boolean =>
			party.member === null
				? opener.party?.address === party.address && opener.member === null
				: opener.member === party.member;
		if ([...this.#byRid.values()].filter(whose).length >= MAX_EACH) return 'too-many';
		if (locator !== null) {
			// A new device shows no letters (PR15).
			if (party.member === null) return 'not-allowed';
			// What is answered here tells whether somebody else shows these letters.
			const shown = this.#wrongTries.get(party.member) ?? new SlidingWindowLimit(SHOWN_EACH, WRONG_MS);
			if (!shown.allows(nowMs)) return 'too-many';
			this.#wrongTries.set(party.member, shown);
			shown.count(nowMs);
			// Two that chose the same letters: neither may be taken for the other.
			if (this.#byLocator.has(locator)) return 'burnt';
		}
		const opener = { party, member: party.member, waiting: [], posted: 0 };
		const meeting = {
			...{ rid, locator, opener, joiner: null, untilMs: nowMs + RENDEZVOUS_MS },
			...(party.member === null
				? { room: this.#ofGuests, owner: networkKeyOf(party.address) }
				: { room: this.#ofMembers, owner: party.member }),
		};
		this.#byRid.set(rid, meeting);
		if (locator !== null) this.#byLocator.set(locator, meeting);
		this.#hold(meeting, RENDEZVOUS_BYTES);
		return null;
	}

	meet(party: RendezvousParticipant, rid: string, nowMs: number): Refusal | null {
		const meeting = this.#at(rid, nowMs);
		return meeting ? this.#join(meeting, party) : 'no-meeting';
	}

	find(party: RendezvousParticipant, locator: string, nowMs: number): Refusal | null {
		const [person, network] = [party.address, `${networkKeyOf(party.address)}/48`];
		const mine = this.#wrongTries.get(person) ?? new SlidingWindowLimit(WRONG_EACH, WRONG_MS);
		const ours = this.#wrongTries.get(network) ?? new SlidingWindowLimit(WRONG_NETWORK, WRONG_MS);
		const tries = [mine, ours, this.#wrongOfAll];
		// Before it is known whether the locator is right: a try that may not be made tells nothing.
		if (!tries.every((one) => one.allows(nowMs))) return 'too-many';
		this.#wrongTries.set(person, mine).set(network, ours);
		for (const one of tries) one.count(nowMs);
		const meeting = this.#byLocator.get(locator);
		const refusal =
			meeting && this.#at(meeting.rid, nowMs) ? this.#join(meeting, party) : 'no-meeting';
		if (refusal === null) for (const one of tries) one.undo();
		return refusal;
	}

	post(party: RendezvousParticipant, rid: string, box: string, nowMs: number): Refusal | null {
		const meeting = this.#at(rid, nowMs);
		const from = meeting && sideOf(meeting, party);
		if (!meeting || !from) return 'no-meeting';
		if (from.posted >= MAX_POSTS) return this.#abort(meeting, 'too-many');
		from.posted += 1;
		const to = from === meeting.opener ? (meeting.joiner ??= emptySide()) : meeting.opener;
		if (to.party) to.party.post(rid, box);
		else {
			to.waiting.push(box);
			this.#hold(meeting, box.length);
		}
		return this.#byRid.has(rid) ? null : 'too-many';
	}

	abort(party: RendezvousParticipant, rid: string, nowMs: number): Refusal | null {
		const meeting = this.#at(rid, nowMs);
		if (!meeting || !sideOf(meeting, party)) return 'no-meeting';
		this.#abort(meeting, 'burnt');
		return null;
	}

	/** The line broke. The meeting waits for a member to come back; without any member it is over. */
	leave(party: RendezvousParticipant): void {
		for (const meeting of this.#byRid.values()) {
			const side = sideOf(meeting, party);
			if (!side) continue;
			side.party = null;
			if (meeting.opener.member === null && meeting.opener.party === null && !meeting.joiner?.party)
				this.#abort(meeting, 'burnt');
		}
	}

	tidy(nowMs: number): void {
		for (const meeting of [...this.#byRid.values()]) this.#at(meeting.rid, nowMs);
		for (const [whose, tries] of this.#wrongTries) if (tries.isIdle(nowMs)) this.#wrongTries.delete(whose);
	}

	#join(meeting: OpenRendezvous, party: RendezvousParticipant): Refusal | null {
		const { opener, joiner } = meeting;
		if (opener.member === null && party.member === null) return 'not-allowed';
		if (joiner && !isReturningJoiner(joiner, party)) return this.#abort(meeting, 'burnt');
		const waiting = joiner?.waiting ?? [];
		const side: Side = {
			...{ party: null, member: party.member, waiting },
			posted: joiner?.posted ?? 0,
		};
		meeting.joiner = side;
		this.#arrive(meeting, side, party);
		opener.party?.ready(meeting.rid);
		return null;
	}

	#arrive(meeting: OpenRendezvous, side: Side, party: RendezvousParticipant): void {
		const { rid, opener, joiner } = meeting;
		side.party = party;
		const waiting = side.waiting.splice(0);
		const bytes = waiting.reduce((sum, { length }) => sum + length, 0);
		// Before anything is said: a line may break of it, and the meeting end with it.
		if (bytes > 0) meeting.room.add(meeting.owner, meeting, -bytes);
		if (side !== opener || joiner?.party) party.ready(rid);
		for (const box of waiting) party.post(rid, box);
	}

	/** Where there is no room for it, the oldest of whoever has most ends. */
	#hold(meeting: OpenRendezvous, bytes: number): void {
		const { room, owner } = meeting;
		room.add(owner, meeting, bytes);
		for (let over = room.excess; over; over = room.excess) this.#abort(over, 'burnt');
	}

	/** `null`: no such meeting, or no more. */
	#at(rid: string, nowMs: number): OpenRendezvous | null {
		const meeting = this.#byRid.get(rid);
		if (meeting && nowMs >= meeting.untilMs) {
			this.#abort(meeting, 'burnt');
			return null;
		}
		return meeting ?? null;
	}

	#abort<R extends Refusal>(meeting: OpenRendezvous, why: R): R {
		this.#byRid.delete(meeting.rid);
		meeting.room.remove(meeting.owner, meeting);
		if (meeting.locator !== null) this.#byLocator.delete(meeting.locator);
		for (const side of [meeting.opener, meeting.joiner]) side?.party?.aborted(meeting.rid);
		return why;
	}
}

function emptySide(): Side {
	return { party: null, member: null, waiting: [], posted: 0 };
}

function sideOf({ opener, joiner }: OpenRendezvous, party: RendezvousParticipant): Side | null {
	if (opener.party === party) return opener;
	return joiner?.party === party ? joiner : null;
}

/**
 * Who opened it comes back: the same member, or the only one who knows the word while its line is
 * gone.
 */
function isSameParticipant({ party: before, member }: Side, party: RendezvousParticipant): boolean {
	return before === party || (member === party.member && (member !== null || before === null));
}

/** As above; a side that has only post waiting is nobody yet. */
function isReturningJoiner(joiner: Side, party: RendezvousParticipant): boolean {
	return isSameParticipant(joiner, party) || (joiner.party === null && joiner.member === null);
}
