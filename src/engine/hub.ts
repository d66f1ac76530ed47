import { base64urlOf, bytesOfBase64url } from '#domain/base64url.ts';
import { hexOf, same, type Bytes } from '#domain/bytes.ts';
import { faultOf } from '#domain/fault.ts';
import type { DeviceId, HomeId } from '#domain/ids.ts';
import { loginBytes } from '#domain/login.ts';
import { HUB_ORIGIN } from '#domain/near-code.ts';
import { buildNote } from '#domain/pairing.ts';
import {
	CLOSED,
	PART_HEADER_BYTES,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
} from '#protocol/wire.ts';
import type { Clock } from '#ports/clock.ts';
import type { Crypto } from '#ports/crypto.ts';
import type { RelaySocketEvents } from '#ports/relay.ts';
import type { Membership } from './membership.ts';

/** As a frame has it. */
const MOST_ENTRIES = 32;
const MOST_CHARACTERS = 48 * 1024;
/** Each side's boxes of one meeting (RL17). */
const MOST_BOXES = 16;
/** Entering a home takes a moment. */
const ENTER_MS = 3000;
const MOST_SEATS = 16;

export interface HubTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly membership: Pick<Membership, 'roster' | 'entries' | 'member' | 'learn' | 'on'>;
}

interface Meeting {
	readonly rid: string;
	readonly waiter: HubSeat;
	joiner: HubSeat | null;
	/** For who has not come yet. */
	waiting: string[];
}

type Hear<T extends FromDevice['t']> = Extract<FromDevice, { readonly t: T }>;

/** The part of a relay, played in the page that showed a code first: for who came by a cable, and for itself. Rules: docs/spec/nearby.md, NB7 to NB9. */
export class Hub {
	readonly tools: HubTools;
	readonly #seats = new Set<HubSeat>();
	#meeting: Meeting | null = null;
	#letters = 0;
	/** How many entries everybody was told of. */
	#told = 0;

	constructor(tools: HubTools) {
		this.tools = tools;
		tools.membership.on(() => this.#follow());
	}

	/** Somebody at an address of this page. `null`: there is no place left. */
	enter(origin: string, events: RelaySocketEvents): HubSeat | null {
		if (this.#seats.size >= MOST_SEATS) return null;
		if (this.#seats.size === 0) this.#told = this.tools.membership.entries.length;
		const seat = new HubSeat(this, origin, events);
		this.#seats.add(seat);
		seat.challenge();
		return seat;
	}

	left(seat: HubSeat): void {
		this.#seats.delete(seat);
		const meeting = this.#meeting;
		if (meeting !== null && (seat === meeting.waiter || seat === meeting.joiner)) {
			const other = seat === meeting.waiter ? meeting.joiner : meeting.waiter;
			const box = base64urlOf(buildNote('failed'));
			other?.say({ t: 'post', rid: meeting.rid, box });
			this.#burn(meeting);
		}
		if (seat.device === null) return;
		this.presence();
		for (const camera of seat.watching) this.#tellWatched(camera);
	}

	/** Whether this page's home is that one, or is about to be: who let this page in may be quicker than the page itself. */
	async isHome(home: HomeId): Promise<boolean> {
		const { membership, clock } = this.tools;
		const isIt = (): boolean => membership.roster?.home === home;
		if (isIt()) return true;
		await new Promise<void>((resolve) => {
			const over = (): void => {
				stop();
				off();
				resolve();
			};
			const stop = clock.after(ENTER_MS, over);
			const off = membership.on(() => {
				if (isIt()) over();
			});
		});
		return isIt();
	}

	// ─── meetings ───────────────────────────────────────────────────────────────────────────────────

	wait(seat: HubSeat, rid: string): void {
		if (this.#meeting !== null) this.#burn(this.#meeting);
		this.#meeting = { rid, waiter: seat, joiner: null, waiting: [] };
	}

	meet(seat: HubSeat, rid: string): void {
		const meeting = this.#meeting;
		if (meeting?.rid !== rid) seat.say({ t: 'refused', why: 'no-meeting' });
		else if (meeting.joiner !== null) {
			this.#burn(meeting);
			seat.say({ t: 'refused', why: 'burnt' });
		} else {
			meeting.joiner = seat;
			for (const one of [meeting.waiter, seat]) one.say({ t: 'met', rid });
			for (const box of meeting.waiting.splice(0)) seat.say({ t: 'post', rid, box });
		}
	}

	post(seat: HubSeat, { rid, box }: Hear<'post'>): void {
		const meeting = this.#meeting;
		if (meeting?.rid !== rid) return;
		seat.boxes += 1;
		if (seat.boxes > MOST_BOXES) this.#burn(meeting);
		else if (seat === meeting.joiner) meeting.waiter.say({ t: 'post', rid, box });
		else if (seat !== meeting.waiter) return;
		else if (meeting.joiner === null) meeting.waiting.push(box);
		else meeting.joiner.say({ t: 'post', rid, box });
	}

	burn(seat: HubSeat, rid: string): void {
		const meeting = this.#meeting;
		const sits = seat === meeting?.waiter || seat === meeting?.joiner;
		if (meeting !== null && meeting.rid === rid && sits) this.#burn(meeting);
	}

	#burn(meeting: Meeting): void {
		this.#meeting = null;
		for (const one of [meeting.waiter, meeting.joiner]) one?.say({ t: 'burnt', rid: meeting.rid });
	}

	// ─── the home ───────────────────────────────────────────────────────────────────────────────────

	letter(from: HubSeat, { n, to, box }: Hear<'letter'>): void {
		this.#letters += 1;
		const letter = { id: this.#letters, from: from.device ?? '', box, kept: false };
		const there = this.#members.filter(({ device }) => device === to);
		for (const seat of there) seat.say({ t: 'letter', ...letter });
		// Nothing waits here: with the cable all of it is gone.
		from.say({ t: there.length > 0 ? 'taken' : 'away', n });
	}

	async append(from: HubSeat, texts: readonly string[]): Promise<void> {
		const { membership } = this.tools;
		const entries = texts.map(bytesOfBase64url);
		const known = membership.entries;
		const fresh = entries.filter((entry) => !known.some((kept) => same(kept, entry)));
		const home = membership.roster?.home;
		const learned =
			fresh.length === 0 || home === undefined
				? 'known'
				: await membership.learn(home, known.length + 1, fresh);
		if (learned === 'forked' || learned === 'gap') from.say({ t: 'refused', why: 'roster' });
		else from.say({ t: 'appended', seq: membership.entries.length });
	}

	entriesFrom(seat: HubSeat, seq: number): void {
		const all = this.tools.membership.entries.map(base64urlOf);
		let from = Math.min(seq, all.length);
		do {
			const entries: string[] = [];
			let characters = 0;
			for (const entry of all.slice(from, from + MOST_ENTRIES)) {
				characters += entry.length;
				if (entries.length > 0 && characters > MOST_CHARACTERS) break;
				entries.push(entry);
			}
			seat.say({ t: 'roster', from: from + 1, entries });
			from += entries.length;
		} while (from < all.length);
	}

	presence(): void {
		const online = [...new Set(this.#members.flatMap(({ device }) => device ?? []))];
		for (const seat of this.#members) seat.say({ t: 'presence', online });
	}

	watch(seat: HubSeat, { camera, on }: Hear<'watch'>): void {
		if (on) seat.watching.add(camera);
		else seat.watching.delete(camera);
		this.#tellWatched(camera);
	}

	part(from: HubSeat, bytes: Bytes): void {
		const camera = hexOf(bytes.subarray(1, 17));
		for (const seat of this.#members) {
			if (seat !== from && seat.watching.has(camera)) seat.part(bytes);
		}
	}

	/** Who watches already, for a camera that comes. */
	welcome(seat: HubSeat): void {
		this.presence();
		for (const camera of new Set(this.#members.flatMap(({ watching }) => [...watching]))) {
			seat.say({ t: 'watched', camera, viewers: this.#viewersOf(camera) });
		}
	}

	get #members(): HubSeat[] {
		return [...this.#seats].filter(({ device }) => device !== null);
	}

	#viewersOf(camera: string): number {
		return this.#members.filter(({ watching }) => watching.has(camera)).length;
	}

	#tellWatched(camera: string): void {
		const viewers = this.#viewersOf(camera);
		for (const seat of this.#members) seat.say({ t: 'watched', camera, viewers });
	}

	/** The roster changed: who is in it hears, who is not any more goes. */
	#follow(): void {
		const { membership } = this.tools;
		const { length } = membership.entries;
		if (length === this.#told) return;
		const from = Math.min(this.#told, length);
		this.#told = length;
		for (const seat of this.#members) {
			if (seat.device !== null && membership.member(seat.device) !== null) {
				this.entriesFrom(seat, from);
			} else seat.end(CLOSED.revoked);
		}
	}
}

/** Somebody at the hub. */
export class HubSeat {
	readonly watching = new Set<string>();
	/** `null`: it has not proved who it is. */
	device: DeviceId | null = null;
	boxes = 0;
	readonly #hub: Hub;
	readonly #origin: string;
	readonly #events: RelaySocketEvents;
	#challenge: Bytes | null = null;
	#work: Promise<void> = Promise.resolve();
	#over = false;

	constructor(hub: Hub, origin: string, events: RelaySocketEvents) {
		this.#hub = hub;
		this.#origin = origin;
		this.#events = events;
	}

	challenge(): void {
		this.#challenge = this.#hub.tools.crypto.random(32);
		const challenge = base64urlOf(this.#challenge);
		this.say({ t: 'challenge', versions: [WIRE_VERSION], challenge });
	}

	say(frame: FromRelay): void {
		if (!this.#over) this.#events.frame(frame);
	}

	part(bytes: Bytes): void {
		if (!this.#over) this.#events.part(bytes);
	}

	/** One after the other. */
	hear(frame: FromDevice): void {
		this.#work = this.#work.then(async () => {
			if (this.#over) return;
			try {
				await this.#take(frame);
			} catch (error) {
				const { kind } = faultOf(error);
				if (kind === 'malformed') this.end(CLOSED.malformed);
				else if (frame.t === 'append') this.say({ t: 'refused', why: 'roster' });
			}
		});
	}

	hearPart(bytes: Bytes): void {
		if (this.device === null || bytes.length < PART_HEADER_BYTES) return;
		this.#hub.part(this, bytes);
	}

	end(code: number): void {
		if (this.#over) return;
		this.leave();
		this.#events.ended({ code });
	}

	/** It goes, after all that it said. */
	depart(): void {
		this.#work = this.#work.then(() => this.leave());
	}

	/** It is gone. */
	leave(): void {
		if (this.#over) return;
		this.#over = true;
		this.#hub.left(this);
	}

	async #take(frame: FromDevice): Promise<void> {
		const hub = this.#hub;
		switch (frame.t) {
			case 'ping':
				return this.say({ t: 'pong', n: frame.n });
			case 'prove':
				return this.#prove(frame);
			case 'meet':
				return hub.meet(this, frame.rid);
			case 'wait':
				// Only who showed the code: everybody else came to meet.
				return this.#origin === HUB_ORIGIN ? hub.wait(this, frame.rid) : this.#refuse();
			case 'post':
				return hub.post(this, frame);
			case 'burn':
				return hub.burn(this, frame.rid);
			default:
		}
		if (this.device === null) return this.#refuse();
		switch (frame.t) {
			case 'append':
				return hub.append(this, frame.entries);
			case 'roster-since':
				return hub.entriesFrom(this, frame.seq);
			case 'letter':
				return hub.letter(this, frame);
			case 'watch':
				return hub.watch(this, frame);
			case 'got':
				return;
			default:
				return this.#refuse();
		}
	}

	#refuse(): void {
		this.say({ t: 'refused', why: 'not-allowed' });
	}

	/** As at a relay (RL10, RL11). */
	async #prove({ home, device, signature }: Hear<'prove'>): Promise<void> {
		const { crypto, membership } = this.#hub.tools;
		const challenge = this.#challenge;
		this.#challenge = null;
		if (challenge === null) return this.say({ t: 'refused', why: 'bad-proof' });
		if (!(await this.#hub.isHome(home as HomeId)))
			return this.say({ t: 'refused', why: 'unknown-home' });
		const subject = membership.member(device as DeviceId)?.subject;
		if (!subject) return this.say({ t: 'refused', why: 'not-a-member' });
		const covered = loginBytes({
			originHash: await crypto.sha256(new TextEncoder().encode(this.#origin)),
			...{ challenge, home: home as HomeId, device: device as DeviceId },
		});
		const verifier = await crypto.verifier(subject.sign);
		if (!(await crypto.verify(verifier, bytesOfBase64url(signature), covered))) {
			return this.say({ t: 'refused', why: 'bad-proof' });
		}
		if (this.#over) return;
		this.device = device as DeviceId;
		const rosterSeq = membership.entries.length;
		this.say({ t: 'welcome', token: '', tokenMs: 0, rosterSeq, ice: [] });
		this.#hub.welcome(this);
	}
}
