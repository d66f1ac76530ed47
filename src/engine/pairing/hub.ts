import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { HUB_ORIGIN } from '#domain/pairing/near-code.ts';
import { buildNote } from '#domain/pairing/pairing.ts';
import { may, type Right } from '#domain/home/rights.ts';
import { commonLength, seqOf } from '#domain/home/roster.ts';
import { CLOSED } from '#protocol/wire.ts';
import type { RelaySocketEvents } from '#ports/network/relay.ts';
import { HubSeat, type Hear, type HubRoom, type HubTools } from './hub-seat.ts';

/** As a frame has it. */
const MOST_ENTRIES = 32;
const MOST_CHARACTERS = 48 * 1024;
/** Each side's boxes of one meeting (RL17). */
const MOST_BOXES = 16;
/** Entering a home takes a moment. */
const ENTER_MS = 3000;
const MOST_SEATS = 16;
/** Of one connection. */
const MOST_EACH = 4;
/** Cameras that one seat watches (RL19). */
const MOST_WATCHED = 64;

interface Meeting {
	readonly rid: string;
	readonly waiter: HubSeat;
	joiner: HubSeat | null;
	/** For who has not come yet. */
	waiting: string[];
}

/**
 * The part of a relay, played in the page that showed a code first: for who came by a cable, and
 * for itself. Rules: docs/spec/nearby.md, NB7 to NB9.
 */
export class Hub implements HubRoom {
	readonly tools: HubTools;
	readonly #seats = new Set<HubSeat>();
	#meeting: Meeting | null = null;
	#letters = 0;
	/** How many entries everybody was told of. */
	#told: readonly Bytes[] = [];

	constructor(tools: HubTools) {
		this.tools = tools;
		tools.homeRoster.on(() => this.#follow());
	}

	/**
	 * Somebody at an address of this page. `null`: there is no place left; for the page itself there
	 * is one.
	 */
	enter(origin: string, events: RelaySocketEvents): HubSeat | null {
		const guests = [...this.#seats].filter((seat) => seat.origin !== HUB_ORIGIN);
		const theirs = guests.filter((seat) => seat.origin === origin);
		if (origin !== HUB_ORIGIN && (guests.length >= MOST_SEATS || theirs.length >= MOST_EACH))
			return null;
		if (this.#seats.size === 0) this.#told = this.tools.homeRoster.entries;
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

	/** Whether a member has proved itself there, and is one still. */
	knows(origin: string): boolean {
		return this.#members.some((seat) => seat.origin === origin);
	}

	/**
	 * Whether this page's home is that one, or is about to be: who let this page in may be quicker
	 * than the page itself.
	 */
	async isHome(home: HomeId): Promise<boolean> {
		const { homeRoster, clock } = this.tools;
		const isIt = (): boolean => homeRoster.roster?.home === home;
		if (isIt()) return true;
		await new Promise<void>((resolve) => {
			const over = (): void => {
				stop();
				off();
				resolve();
			};
			const stop = clock.after(ENTER_MS, over);
			const off = homeRoster.on(() => {
				if (isIt()) over();
			});
		});
		return isIt();
	}

	// ─── meetings
	// ───────────────────────────────────────────────────────────────────────────────────

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

	// ─── the home
	// ───────────────────────────────────────────────────────────────────────────────────

	letter(from: HubSeat, { n, to, box }: Hear<'letter'>): void {
		if (!this.#may(from, 'write')) {
			from.say({ t: 'refused', why: 'not-allowed', n });
			return;
		}
		this.#letters += 1;
		const letter = { id: this.#letters, from: from.device ?? '', box, kept: false };
		const there = this.#members.filter(({ device }) => device === to);
		for (const seat of there) seat.say({ t: 'letter', ...letter });
		// Nothing waits here: with the cable all of it is gone.
		from.say({ t: there.length > 0 ? 'taken' : 'away', n });
	}

	async append(from: HubSeat, texts: readonly string[]): Promise<void> {
		const { homeRoster } = this.tools;
		const entries = texts.map(bytesOfBase64url);
		const home = homeRoster.roster?.home;
		const [first] = entries;
		const learned =
			first === undefined || home === undefined
				? 'known'
				: await homeRoster.merge(home, seqOf(first) ?? 0, entries);
		const refused = learned === 'forked' || learned === 'gap' || learned === 'fallen';
		if (refused) from.say({ t: 'refused', why: 'roster' });
		else from.say({ t: 'appended', seq: homeRoster.entries.length });
	}

	entriesFrom(seat: HubSeat, seq: number): void {
		const all = this.tools.homeRoster.entries.map(base64urlOf);
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
		if (on && !this.#may(seat, 'watch')) {
			seat.say({ t: 'refused', why: 'not-allowed' });
			return;
		}
		if (on && !seat.watching.has(camera) && seat.watching.size >= MOST_WATCHED) {
			seat.say({ t: 'refused', why: 'too-many' });
			return;
		}
		if (on) seat.watching.add(camera);
		else seat.watching.delete(camera);
		this.#tellWatched(camera);
	}

	/** As at a relay, of who may now: a time that is up changes no roster. */
	part(from: HubSeat, bytes: Bytes): void {
		const camera = hexOf(bytes.subarray(1, 17));
		if (!this.#isCamera(from, camera)) return;
		for (const seat of this.#members) {
			const watches = seat !== from && seat.watching.has(camera);
			if (watches && this.#may(seat, 'watch')) seat.part(bytes);
		}
	}

	/** Who watches already, for a camera that comes. */
	welcome(seat: HubSeat): void {
		this.presence();
		for (const camera of new Set(this.#members.flatMap(({ watching }) => [...watching])))
			this.#tellWatched(camera, [seat]);
	}

	/** Who has proved itself, and whose time is not up. */
	get #members(): HubSeat[] {
		return this.#proved.filter((seat) => this.#isMember(seat));
	}

	get #proved(): HubSeat[] {
		return [...this.#seats].filter(({ device }) => device !== null);
	}

	#isMember({ device }: HubSeat): boolean {
		return device !== null && this.tools.homeRoster.member(device) !== null;
	}

	#may({ device }: HubSeat, right: Right): boolean {
		const member = device === null ? null : this.tools.homeRoster.member(device);
		return member !== null && may(member.roles, right);
	}

	#watchersOf(camera: string): DeviceId[] {
		const watching = this.#members.filter((seat) => seat.watching.has(camera));
		return [...new Set(watching.flatMap(({ device }) => device ?? []))];
	}

	/** As at a relay: a camera's own device is told who watches it, and nobody else. */
	#tellWatched(camera: string, seats = this.#members): void {
		const devices = this.#watchersOf(camera);
		for (const seat of seats)
			if (this.#isCamera(seat, camera)) seat.say({ t: 'watched', camera, devices });
	}

	#isCamera(seat: HubSeat, camera: string): boolean {
		return seat.cameras.has(camera) && this.#may(seat, 'record');
	}

	/** The roster changed: who is in it hears, who is not any more goes. */
	#follow(): void {
		const { homeRoster } = this.tools;
		const { entries } = homeRoster;
		const from = commonLength(this.#told, entries);
		if (from === entries.length && from === this.#told.length) return;
		this.#told = entries;
		for (const seat of this.#proved) {
			if (this.#isMember(seat)) {
				this.entriesFrom(seat, from);
				if (this.#may(seat, 'watch')) continue;
				for (const camera of [...seat.watching])
					this.watch(seat, { t: 'watch', camera, on: false });
			} else seat.end(CLOSED.revoked);
		}
	}
}
