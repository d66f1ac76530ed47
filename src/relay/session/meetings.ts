import type { Refusal } from '#protocol/wire.ts';
import { networkOf } from '#relay/base/address.ts';
import { FairRoom } from '#relay/base/fair-room.ts';
import { Tries } from '#relay/base/tries.ts';

/**
 * Somebody in a meeting. `member`: as in `home/device`; `null` for somebody who is in no home yet.
 */
export interface Party {
	readonly member: string | null;
	readonly address: string;
	met(rid: string): void;
	post(rid: string, box: string): void;
	burnt(rid: string): void;
}

interface Side {
	party: Party | null;
	readonly member: string | null;
	/** What waits for it. */
	waiting: string[];
	/** How many it has posted. */
	posted: number;
}

interface Meeting {
	readonly rid: string;
	readonly locator: string | null;
	readonly opener: Side;
	joiner: Side | null;
	readonly untilMs: number;
	/** Of which room it is, and by whom it is counted there. */
	readonly room: FairRoom<Meeting>;
	readonly owner: string;
}

const MEETING_MS = 10 * 60_000;
const MAX_POSTS = 16;
/** What a meeting counts though nothing waits in it: 2,048 of members and 512 of guests. */
const MEETING_BYTES = 8 * 1024;
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
export class Meetings {
	readonly #byRid = new Map<string, Meeting>();
	readonly #byLocator = new Map<string, Meeting>();
	readonly #ofMembers = new FairRoom<Meeting>(MAX_BYTES.members);
	readonly #ofGuests = new FairRoom<Meeting>(MAX_BYTES.guests);
	/** By address, by network and by member; no more than there were tries, and members. */
	readonly #wrong = new Map<string, Tries>();
	readonly #wrongOfAll = new Tries(WRONG_ALL, WRONG_MS);

	get count(): number {
		return this.#byRid.size;
	}

	/** What all of them hold, with what each costs by itself. */
	get bytes(): number {
		return this.#ofMembers.taken + this.#ofGuests.taken;
	}

	/** `null`: the meeting is open, or it is open again for who opened it. */
	wait(party: Party, rid: string, locator: string | null, nowMs: number): Refusal | null {
		const there = this.#at(rid, nowMs);
		if (there) {
			if (!returns(there.opener, party)) return this.#burn(there, 'burnt');
			this.#arrive(there, there.opener, party);
			return null;
		}
		const whose = ({ opener }: Meeting): boolean =>
			party.member === null
				? opener.party?.address === party.address && opener.member === null
				: opener.member === party.member;
		if ([...this.#byRid.values()].filter(whose).length >= MAX_EACH) return 'too-many';
		if (locator !== null) {
			// A new device shows no letters (PR15).
			if (party.member === null) return 'not-allowed';
			// What is answered here tells whether somebody else shows these letters.
			const shown = this.#wrong.get(party.member) ?? new Tries(SHOWN_EACH, WRONG_MS);
			if (!shown.may(nowMs)) return 'too-many';
			this.#wrong.set(party.member, shown);
			shown.count(nowMs);
			// Two that chose the same letters: neither may be taken for the other.
			if (this.#byLocator.has(locator)) return 'burnt';
		}
		const opener = { party, member: party.member, waiting: [], posted: 0 };
		const meeting = {
			...{ rid, locator, opener, joiner: null, untilMs: nowMs + MEETING_MS },
			...(party.member === null
				? { room: this.#ofGuests, owner: networkOf(party.address) }
				: { room: this.#ofMembers, owner: party.member }),
		};
		this.#byRid.set(rid, meeting);
		if (locator !== null) this.#byLocator.set(locator, meeting);
		this.#hold(meeting, MEETING_BYTES);
		return null;
	}

	meet(party: Party, rid: string, nowMs: number): Refusal | null {
		const meeting = this.#at(rid, nowMs);
		return meeting ? this.#join(meeting, party) : 'no-meeting';
	}

	find(party: Party, locator: string, nowMs: number): Refusal | null {
		const [person, network] = [party.address, `${networkOf(party.address)}/48`];
		const mine = this.#wrong.get(person) ?? new Tries(WRONG_EACH, WRONG_MS);
		const ours = this.#wrong.get(network) ?? new Tries(WRONG_NETWORK, WRONG_MS);
		const tries = [mine, ours, this.#wrongOfAll];
		// Before it is known whether the locator is right: a try that may not be made tells nothing.
		if (!tries.every((one) => one.may(nowMs))) return 'too-many';
		this.#wrong.set(person, mine).set(network, ours);
		for (const one of tries) one.count(nowMs);
		const meeting = this.#byLocator.get(locator);
		const refusal =
			meeting && this.#at(meeting.rid, nowMs) ? this.#join(meeting, party) : 'no-meeting';
		if (refusal === null) for (const one of tries) one.giveBack();
		return refusal;
	}

	post(party: Party, rid: string, box: string, nowMs: number): Refusal | null {
		const meeting = this.#at(rid, nowMs);
		const from = meeting && sideOf(meeting, party);
		if (!meeting || !from) return 'no-meeting';
		if (from.posted >= MAX_POSTS) return this.#burn(meeting, 'too-many');
		from.posted += 1;
		const to = from === meeting.opener ? (meeting.joiner ??= nobody()) : meeting.opener;
		if (to.party) to.party.post(rid, box);
		else {
			to.waiting.push(box);
			this.#hold(meeting, box.length);
		}
		return this.#byRid.has(rid) ? null : 'too-many';
	}

	burn(party: Party, rid: string, nowMs: number): Refusal | null {
		const meeting = this.#at(rid, nowMs);
		if (!meeting || !sideOf(meeting, party)) return 'no-meeting';
		this.#burn(meeting, 'burnt');
		return null;
	}

	/** The line broke. The meeting waits for a member to come back; without any member it is over. */
	leave(party: Party): void {
		for (const meeting of this.#byRid.values()) {
			const side = sideOf(meeting, party);
			if (!side) continue;
			side.party = null;
			if (meeting.opener.member === null && meeting.opener.party === null && !meeting.joiner?.party)
				this.#burn(meeting, 'burnt');
		}
	}

	tidy(nowMs: number): void {
		for (const meeting of [...this.#byRid.values()]) this.#at(meeting.rid, nowMs);
		for (const [whose, tries] of this.#wrong) if (tries.isOver(nowMs)) this.#wrong.delete(whose);
	}

	#join(meeting: Meeting, party: Party): Refusal | null {
		const { opener, joiner } = meeting;
		if (opener.member === null && party.member === null) return 'not-allowed';
		if (joiner && !comesBack(joiner, party)) return this.#burn(meeting, 'burnt');
		const waiting = joiner?.waiting ?? [];
		const side: Side = {
			...{ party: null, member: party.member, waiting },
			posted: joiner?.posted ?? 0,
		};
		meeting.joiner = side;
		this.#arrive(meeting, side, party);
		opener.party?.met(meeting.rid);
		return null;
	}

	#arrive(meeting: Meeting, side: Side, party: Party): void {
		const { rid, opener, joiner } = meeting;
		side.party = party;
		const waiting = side.waiting.splice(0);
		const bytes = waiting.reduce((sum, { length }) => sum + length, 0);
		// Before anything is said: a line may break of it, and the meeting end with it.
		if (bytes > 0) meeting.room.add(meeting.owner, meeting, -bytes);
		if (side !== opener || joiner?.party) party.met(rid);
		for (const box of waiting) party.post(rid, box);
	}

	/** Where there is no room for it, the oldest of whoever has most ends. */
	#hold(meeting: Meeting, bytes: number): void {
		const { room, owner } = meeting;
		room.add(owner, meeting, bytes);
		for (let over = room.excess; over; over = room.excess) this.#burn(over, 'burnt');
	}

	/** `null`: no such meeting, or no more. */
	#at(rid: string, nowMs: number): Meeting | null {
		const meeting = this.#byRid.get(rid);
		if (meeting && nowMs >= meeting.untilMs) {
			this.#burn(meeting, 'burnt');
			return null;
		}
		return meeting ?? null;
	}

	#burn<R extends Refusal>(meeting: Meeting, why: R): R {
		this.#byRid.delete(meeting.rid);
		meeting.room.remove(meeting.owner, meeting);
		if (meeting.locator !== null) this.#byLocator.delete(meeting.locator);
		for (const side of [meeting.opener, meeting.joiner]) side?.party?.burnt(meeting.rid);
		return why;
	}
}

function nobody(): Side {
	return { party: null, member: null, waiting: [], posted: 0 };
}

function sideOf({ opener, joiner }: Meeting, party: Party): Side | null {
	if (opener.party === party) return opener;
	return joiner?.party === party ? joiner : null;
}

/**
 * Who opened it comes back: the same member, or the only one who knows the word while its line is
 * gone.
 */
function returns({ party: before, member }: Side, party: Party): boolean {
	return before === party || (member === party.member && (member !== null || before === null));
}

/** As above; a side that has only post waiting is nobody yet. */
function comesBack(joiner: Side, party: Party): boolean {
	return returns(joiner, party) || (joiner.party === null && joiner.member === null);
}
