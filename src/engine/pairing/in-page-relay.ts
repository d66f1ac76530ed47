import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { IN_PAGE_RELAY_ORIGIN } from '#domain/pairing/direct-code.ts';
import { buildEndNote } from '#domain/pairing/handshake-messages.ts';
import { may, type Right } from '#domain/home/rights.ts';
import { commonLength, seqOf } from '#domain/home/roster.ts';
import { CLOSE_CODES } from '#protocol/wire.ts';
import type { RelaySocketEvents } from '#ports/network/relay.ts';
import {
	InPageSession,
	type DeviceFrame,
	type InPageRelayRoom,
	type InPageRelayTools,
} from './in-page-session.ts';

/** Limits of one frame. */
const MAX_ENTRIES = 32;
const MAX_CHARACTERS = 48 * 1024;
/** Each side's boxes per rendezvous (RL17). */
const MAX_BOXES = 16;
/** A page that was just admitted needs a moment to switch homes. */
const ENTER_MS = 3000;
const MAX_SESSIONS = 16;
const MAX_SESSIONS_PER_CONNECTION = 4;
/** Cameras watched per session (RL19). */
const MAX_WATCHED = 64;

interface InPageRendezvous {
	readonly rid: string;
	readonly waiter: InPageSession;
	joiner: InPageSession | null;
	/** Boxes for a joiner that has not come yet. */
	waiting: string[];
}

/**
 * The part of a relay, played by the page that showed the first code, for its guests and for
 * itself. Rules: docs/spec/nearby.md, NB7 to NB9.
 */
export class InPageRelay implements InPageRelayRoom {
	readonly tools: InPageRelayTools;
	readonly #sessions = new Set<InPageSession>();
	#rendezvous: InPageRendezvous | null = null;
	#messages = 0;
	/** The roster entries last sent to everybody. */
	#sentEntries: readonly Bytes[] = [];

	constructor(tools: InPageRelayTools) {
		this.tools = tools;
		tools.homeRoster.on(() => this.#sendRoster());
	}

	/**
	 * A session for a connection to `origin`. `null`: no free session; the page itself always gets
	 * one.
	 */
	open(origin: string, events: RelaySocketEvents): InPageSession | null {
		const guests = [...this.#sessions].filter((session) => session.origin !== IN_PAGE_RELAY_ORIGIN);
		const theirs = guests.filter((session) => session.origin === origin);
		if (
			origin !== IN_PAGE_RELAY_ORIGIN &&
			(guests.length >= MAX_SESSIONS || theirs.length >= MAX_SESSIONS_PER_CONNECTION)
		)
			return null;
		if (this.#sessions.size === 0) this.#sentEntries = this.tools.homeRoster.entries;
		const session = new InPageSession(this, origin, events);
		this.#sessions.add(session);
		session.challenge();
		return session;
	}

	left(session: InPageSession): void {
		this.#sessions.delete(session);
		const rendezvous = this.#rendezvous;
		if (rendezvous !== null && (session === rendezvous.waiter || session === rendezvous.joiner)) {
			const other = session === rendezvous.waiter ? rendezvous.joiner : rendezvous.waiter;
			const box = base64urlOf(buildEndNote('failed'));
			other?.send({ t: 'post', rid: rendezvous.rid, box });
			this.#abort(rendezvous);
		}
		if (session.device === null) return;
		this.sendPresence();
		for (const camera of session.watching) this.#sendWatched(camera);
	}

	/** Whether a session of that origin belongs to a device that is a member now. */
	hasMember(origin: string): boolean {
		return this.#members.some((session) => session.origin === origin);
	}

	/**
	 * Whether this page is in that home or about to enter it: the owner that admitted this page may
	 * be quicker than the page itself.
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

	// ─── rendezvous ────────────────────────────────────────────────────────────────────────────────

	wait(session: InPageSession, rid: string): void {
		if (this.#rendezvous !== null) this.#abort(this.#rendezvous);
		this.#rendezvous = { rid, waiter: session, joiner: null, waiting: [] };
	}

	meet(session: InPageSession, rid: string): void {
		const rendezvous = this.#rendezvous;
		if (rendezvous?.rid !== rid) session.send({ t: 'refused', why: 'no-meeting' });
		else if (rendezvous.joiner !== null) {
			this.#abort(rendezvous);
			session.send({ t: 'refused', why: 'burnt' });
		} else {
			rendezvous.joiner = session;
			for (const one of [rendezvous.waiter, session]) one.send({ t: 'met', rid });
			for (const box of rendezvous.waiting.splice(0)) session.send({ t: 'post', rid, box });
		}
	}

	post(session: InPageSession, { rid, box }: DeviceFrame<'post'>): void {
		const rendezvous = this.#rendezvous;
		if (rendezvous?.rid !== rid) return;
		session.boxes += 1;
		if (session.boxes > MAX_BOXES) this.#abort(rendezvous);
		else if (session === rendezvous.joiner) rendezvous.waiter.send({ t: 'post', rid, box });
		else if (session !== rendezvous.waiter) return;
		else if (rendezvous.joiner === null) rendezvous.waiting.push(box);
		else rendezvous.joiner.send({ t: 'post', rid, box });
	}

	abort(session: InPageSession, rid: string): void {
		const rendezvous = this.#rendezvous;
		const takesPart = session === rendezvous?.waiter || session === rendezvous?.joiner;
		if (rendezvous !== null && rendezvous.rid === rid && takesPart) this.#abort(rendezvous);
	}

	#abort(rendezvous: InPageRendezvous): void {
		this.#rendezvous = null;
		for (const one of [rendezvous.waiter, rendezvous.joiner])
			one?.send({ t: 'burnt', rid: rendezvous.rid });
	}

	// ─── the home ──────────────────────────────────────────────────────────────────────────────────

	forwardMessage(from: InPageSession, { n, to, box }: DeviceFrame<'letter'>): void {
		if (!this.#may(from, 'write')) {
			from.send({ t: 'refused', why: 'not-allowed', n });
			return;
		}
		this.#messages += 1;
		const letter = { id: this.#messages, from: from.device ?? '', box, kept: false };
		const there = this.#members.filter(({ device }) => device === to);
		for (const session of there) session.send({ t: 'letter', ...letter });
		// Nothing is kept here: it would be lost with the connection anyway.
		from.send({ t: there.length > 0 ? 'taken' : 'away', n });
	}

	async append(from: InPageSession, texts: readonly string[]): Promise<void> {
		const { homeRoster } = this.tools;
		const entries = texts.map(bytesOfBase64url);
		const home = homeRoster.roster?.home;
		const [first] = entries;
		const learned =
			first === undefined || home === undefined
				? 'known'
				: await homeRoster.merge(home, seqOf(first) ?? 0, entries);
		const refused = learned === 'forked' || learned === 'gap' || learned === 'fallen';
		if (refused) from.send({ t: 'refused', why: 'roster' });
		else from.send({ t: 'appended', seq: homeRoster.entries.length });
	}

	sendEntries(session: InPageSession, seq: number): void {
		const all = this.tools.homeRoster.entries.map(base64urlOf);
		let from = Math.min(seq, all.length);
		do {
			const entries: string[] = [];
			let characters = 0;
			for (const entry of all.slice(from, from + MAX_ENTRIES)) {
				characters += entry.length;
				if (entries.length > 0 && characters > MAX_CHARACTERS) break;
				entries.push(entry);
			}
			session.send({ t: 'roster', from: from + 1, entries });
			from += entries.length;
		} while (from < all.length);
	}

	sendPresence(): void {
		const online = [...new Set(this.#members.flatMap(({ device }) => device ?? []))];
		for (const session of this.#members) session.send({ t: 'presence', online });
	}

	watch(session: InPageSession, { camera, on }: DeviceFrame<'watch'>): void {
		if (on && !this.#may(session, 'watch')) {
			session.send({ t: 'refused', why: 'not-allowed' });
			return;
		}
		if (on && !session.watching.has(camera) && session.watching.size >= MAX_WATCHED) {
			session.send({ t: 'refused', why: 'too-many' });
			return;
		}
		if (on) session.watching.add(camera);
		else session.watching.delete(camera);
		this.#sendWatched(camera);
	}

	/**
	 * As at a relay. Rights are checked each time: a member's time may be up without a roster change.
	 */
	forwardPart(from: InPageSession, bytes: Bytes): void {
		const camera = hexOf(bytes.subarray(1, 17));
		if (!this.#isCamera(from, camera)) return;
		for (const session of this.#members) {
			const watches = session !== from && session.watching.has(camera);
			if (watches && this.#may(session, 'watch')) session.sendPart(bytes);
		}
	}

	/** Tells a camera that has just connected who watches it. */
	proved(session: InPageSession): void {
		this.sendPresence();
		for (const camera of new Set(this.#members.flatMap(({ watching }) => [...watching])))
			this.#sendWatched(camera, [session]);
	}

	/** Authenticated sessions of devices that are members now. */
	get #members(): InPageSession[] {
		return this.#proved.filter((session) => this.#isMember(session));
	}

	get #proved(): InPageSession[] {
		return [...this.#sessions].filter(({ device }) => device !== null);
	}

	#isMember({ device }: InPageSession): boolean {
		return device !== null && this.tools.homeRoster.member(device) !== null;
	}

	#may({ device }: InPageSession, right: Right): boolean {
		const member = device === null ? null : this.tools.homeRoster.member(device);
		return member !== null && may(member.roles, right);
	}

	#watchersOf(camera: string): DeviceId[] {
		const watching = this.#members.filter((session) => session.watching.has(camera));
		return [...new Set(watching.flatMap(({ device }) => device ?? []))];
	}

	/** As at a relay: only a camera's own device is told who watches it. */
	#sendWatched(camera: string, sessions = this.#members): void {
		const devices = this.#watchersOf(camera);
		for (const session of sessions)
			if (this.#isCamera(session, camera)) session.send({ t: 'watched', camera, devices });
	}

	#isCamera(session: InPageSession, camera: string): boolean {
		return session.cameras.has(camera) && this.#may(session, 'record');
	}

	/** After a roster change: sends new entries to members, disconnects everybody else. */
	#sendRoster(): void {
		const { homeRoster } = this.tools;
		const { entries } = homeRoster;
		const from = commonLength(this.#sentEntries, entries);
		if (from === entries.length && from === this.#sentEntries.length) return;
		this.#sentEntries = entries;
		for (const session of this.#proved) {
			if (this.#isMember(session)) {
				this.sendEntries(session, from);
				if (this.#may(session, 'watch')) continue;
				for (const camera of [...session.watching])
					this.watch(session, { t: 'watch', camera, on: false });
			} else session.end(CLOSE_CODES.revoked);
		}
	}
}
