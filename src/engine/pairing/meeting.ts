import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, type Bytes } from '#domain/base/bytes.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import { loginBytes } from '#domain/home/login.ts';
import { WIRE_VERSION, type FromRelay } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import type { Applicant } from '#engine/messaging/line.ts';
import { MeetingLine, type No } from '#engine/messaging/meeting-line.ts';

/** How often a lost line is taken up again, and how long it is waited before each. */
const AGAIN_MS = [1000, 2000, 4000];
/** Entries in one frame, as the wire has it. */
const ENTRIES = 32;

export interface MeetingTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
}

/** Who comes, where, and how. */
export interface Seat {
	readonly self: SelfIdentity;
	readonly origin: string;
	/** Proves itself as one of its home first; else it comes as somebody without a home. */
	readonly member: boolean;
	readonly how:
		| { readonly t: 'wait'; readonly rid: string; readonly locator: string | null }
		| { readonly t: 'meet'; readonly rid: string }
		| { readonly t: 'find'; readonly locator: string };
}

export interface MeetingEvents {
	/** Both sides are there. */
	met(): void;
	box(box: Bytes): void;
	/** Over: somebody ended it, or a second one joined. */
	burnt(): void;
	/** The line was lost and is there again: what was said last may not have arrived. */
	back(): void;
	/** The line is lost for good. */
	gone(no: No): void;
}

/** A place at a meeting (RL17), kept over a lost line (PR8). */
export class Meeting {
	readonly rid: string;
	readonly #tools: MeetingTools;
	readonly #seat: Seat;
	readonly #events: MeetingEvents;
	#line: MeetingLine;
	#lost = 0;
	#over = false;
	#stop: () => void = () => undefined;

	private constructor(tools: MeetingTools, seat: Seat, events: MeetingEvents, taken: Taken) {
		this.#tools = tools;
		this.#seat = seat;
		this.#events = events;
		this.#line = taken.line;
		this.rid = taken.rid;
	}

	/** Takes a seat. Nothing is told before `begin`. */
	static async open(tools: MeetingTools, seat: Seat, events: MeetingEvents): Promise<Meeting | No> {
		const taken = await takeSeat(tools, seat);
		return 't' in taken ? taken : new Meeting(tools, seat, events, taken);
	}

	begin(): void {
		this.#line.listen(
			(frame) => this.#hear(frame),
			() => this.#miss(),
		);
	}

	post(boxes: readonly Bytes[]): void {
		for (const box of boxes) this.#line.send({ t: 'post', rid: this.rid, box: base64urlOf(box) });
	}

	/** Ends it for both sides. */
	burn(): void {
		this.#line.send({ t: 'burn', rid: this.rid });
		this.close();
	}

	close(): void {
		this.#over = true;
		this.#stop();
		this.#line.close();
	}

	#hear(frame: FromRelay): void {
		if (this.#over) return;
		if (frame.t === 'met') this.#events.met();
		else if (frame.t === 'post' && frame.rid === this.rid) this.#take(frame.box);
		else if (frame.t === 'burnt' && frame.rid === this.rid)
			this.#finish(() => this.#events.burnt());
		else if (frame.t === 'refused') this.#finish(() => this.#events.gone(frame));
		else if (frame.t === 'challenge' && this.#seat.member) {
			// Unanswered, the relay closes the line, and that is told.
			void prove(this.#tools.crypto, this.#seat.self, this.#line, frame.challenge).catch(
				() => undefined,
			);
		}
	}

	#take(text: string): void {
		try {
			this.#events.box(bytesOfBase64url(text));
		} catch {
			// No box at all: whoever reads the next one finds that this one is missing.
			this.#events.box(new Uint8Array());
		}
	}

	#finish(tell: () => void): void {
		this.close();
		tell();
	}

	#miss(): void {
		const waitMs = AGAIN_MS[this.#lost];
		if (this.#over) return;
		if (waitMs === undefined) {
			const fault = new Fault('offline', 'the line broke too often');
			this.#finish(() => this.#events.gone({ t: 'fault', fault }));
			return;
		}
		this.#lost += 1;
		this.#stop = this.#tools.clock.after(waitMs, () => void this.#comeBack());
	}

	async #comeBack(): Promise<void> {
		const taken = await takeSeat(this.#tools, this.#seat);
		if (this.#over) {
			if (!('t' in taken)) taken.line.close();
		} else if (!('t' in taken)) {
			this.#line = taken.line;
			this.#events.back();
			this.begin();
		} else if (taken.t === 'fault') this.#miss();
		else this.#finish(() => this.#events.gone(taken));
	}
}

interface Taken {
	readonly line: MeetingLine;
	readonly rid: string;
}

async function takeSeat(tools: MeetingTools, seat: Seat): Promise<Taken | No> {
	const line = await MeetingLine.open(tools.relays, tools.clock, seat.origin);
	if ('t' in line) return line;
	try {
		const taken = await sitDown(tools.crypto, line, seat);
		if ('t' in taken) line.close();
		return taken;
	} catch (error) {
		line.close();
		return { t: 'fault', fault: faultOf(error) };
	}
}

async function sitDown(
	crypto: Crypto,
	line: MeetingLine,
	{ self, member, how }: Seat,
): Promise<Taken | No> {
	const challenge = await line.challenge();
	if (challenge.t !== 'challenge') return challenge;
	if (member) {
		await prove(crypto, self, line, challenge.challenge);
		const welcome = await line.next('welcome');
		if (welcome.t !== 'welcome') return welcome;
	}
	if (how.t === 'wait') {
		const locator = how.locator === null ? {} : { locator: how.locator };
		const version = member ? {} : { version: WIRE_VERSION };
		line.send({ t: 'wait', rid: how.rid, ...locator, ...version });
		const pong = await line.answers();
		return pong.t === 'pong' ? { line, rid: how.rid } : pong;
	}
	line.send({ ...how, version: WIRE_VERSION });
	const met = await line.next('met');
	return met.t === 'met' ? { line, rid: met.rid } : met;
}

/** Opens this home at a relay. `null`: it is open, else why not. */
export async function openHome(
	{ crypto, clock, relays }: MeetingTools,
	{ self, origin, invitation }: { self: SelfIdentity; origin: string; invitation: string },
): Promise<No | null> {
	const line = await MeetingLine.open(relays, clock, origin);
	if ('t' in line) return line;
	try {
		const challenge = await line.challenge();
		if (challenge.t !== 'challenge') return challenge;
		const entries = self.roster.map(base64urlOf);
		const roster = entries.slice(0, ENTRIES);
		line.send({ t: 'open', version: WIRE_VERSION, invitation, roster });
		const opened = await line.next('opened');
		if (opened.t !== 'opened') return opened;
		await prove(crypto, self, line, challenge.challenge);
		const welcome = await line.next('welcome');
		if (welcome.t !== 'welcome') return welcome;
		for (let at = ENTRIES; at < entries.length; at += ENTRIES) {
			line.send({ t: 'append', entries: entries.slice(at, at + ENTRIES) });
			const appended = await line.next('appended');
			if (appended.t !== 'appended') return appended;
		}
		return null;
	} catch (error) {
		return { t: 'fault', fault: faultOf(error) };
	} finally {
		line.close();
	}
}

export async function prove(
	crypto: Crypto,
	{ home, device, sign }: Applicant,
	line: MeetingLine,
	challenge: string,
): Promise<void> {
	const originHash = await crypto.sha256(ascii(line.origin));
	const said = loginBytes({ originHash, challenge: bytesOfBase64url(challenge), home, device });
	const signature = base64urlOf(await crypto.sign(sign.key, said));
	line.send({ t: 'prove', version: WIRE_VERSION, home, device, signature });
}
