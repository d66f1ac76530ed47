import { hexOf, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import { invitationFrom } from '#domain/pairing/invitation.ts';
import {
	codeFrom,
	codeText,
	LOCATOR_RANDOM_BYTES,
	locatorOf,
	type MeetingCode,
	type TypedCode,
} from '#domain/pairing/pairing-code.ts';
import { nearCodeFrom, type NearCode } from '#domain/pairing/near-code.ts';
import type { Note, Wanted } from '#domain/pairing/pairing.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import { appFor, isHere, shownAt } from '#engine/messaging/addresses.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import type { No } from '#engine/messaging/meeting-line.ts';
import { openHome } from './meeting.ts';
import type { Nearby } from './nearby.ts';
import { endOf } from './pairing-end.ts';
import { CODE_MS, NearPairing } from './pairing-near.ts';
import type { Table } from './pairing-table.ts';
import { NewTable, OwnerTable } from './pairing-tables.ts';
import type { PairingBy, PairingControls, PairingEnd, PairingState } from './pairing.ts';
import { WayBack } from './way-back.ts';

export { CODE_MS } from './pairing-near.ts';

export interface PairingTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly admissions: Admissions;
	readonly shown: () => Promise<void>;
	/** `null`: nothing goes without a relay. */
	readonly near: Nearby | null;
	/** Where this page comes from, as in `http://localhost:8080`. */
	readonly here: string;
	/** The relay that this home meets at; `null`: none yet. */
	readonly relay: () => string | null;
}

/**
 * Rules: docs/spec/pairing.md. What a person does; `pairing-tables.ts` is what goes on between two
 * devices.
 */
export class Pairing implements PairingControls {
	readonly #tools: PairingTools;
	readonly #listeners = new Set<() => void>();
	#state: PairingState = { kind: 'idle' };
	#table: Table | null = null;
	#near: NearPairing | null = null;
	readonly #back: WayBack;
	/** Counts what was begun, so that what was given up on tells nothing more. */
	#turn = 0;

	constructor(tools: PairingTools) {
		this.#tools = tools;
		this.#back = new WayBack(tools, {
			came: (self, wanted) => this.#came(self, wanted),
			changed: () => {
				if (this.#state.kind !== 'returning') return;
				this.#set(this.#turn, this.#back.state ?? { kind: 'idle' });
			},
		});
	}

	get state(): PairingState {
		return this.#state;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	show(wanted: Wanted, by: PairingBy = 'code'): Promise<void> {
		return this.#try(async (turn) => {
			const self = await this.#tools.admissions.self();
			if (self.owner === null) return ended('not-owner');
			const at = await shownAt(this.#tools.relays, this.#relay);
			if (typeof at !== 'string') {
				const tableOf = (code: MeetingCode): Table =>
					new OwnerTable(this.#tools, self, { rid: code.rid, code, wanted });
				const pairs = { kind: 'p2', named: self.owner.public, tableOf } as const;
				return this.#goesNear(at) ? this.#nearBy(turn, self).offer(pairs).then(nothing) : endOf(at);
			}
			if (by === 'letters') return this.#showLetters(turn, self, wanted);
			const code = await this.#makeCode('p1', self.owner.public, at);
			const table = new OwnerTable(this.#tools, self, { rid: code.rid, code, wanted });
			const how = { t: 'wait', rid: code.rid, locator: null } as const;
			const no = await this.#sit(turn, table, { self, origin: this.#relay, member: true, how });
			return no === null ? this.#shown('owner', code) : endOf(no);
		});
	}

	offer(name: string, wanted: Wanted): Promise<void> {
		return this.#try(async (turn) => {
			const self = await this.#tools.admissions.self();
			const at = await shownAt(this.#tools.relays, this.#relay);
			const named = concatBytes(self.sign.public, self.kem.public);
			if (typeof at !== 'string') {
				const tableOf = (code: MeetingCode): Table =>
					new NewTable(this.#tools, self, { rid: code.rid, code, name, wanted }, NO_RELAY);
				const pairs = { kind: 'n2', named, tableOf } as const;
				return this.#goesNear(at) ? this.#nearBy(turn, self).offer(pairs).then(nothing) : endOf(at);
			}
			const code = await this.#makeCode('n1', named, at);
			const origin = this.#relay;
			const wish = { rid: code.rid, code, name, wanted };
			const table = new NewTable(this.#tools, self, wish, origin);
			const how = { t: 'wait', rid: code.rid, locator: null } as const;
			const no = await this.#sit(turn, table, { self, origin, member: false, how });
			return no === null ? this.#shown('new', code) : endOf(no);
		});
	}

	async resume(): Promise<void> {
		await this.#back.resume();
		if (this.#state.kind === 'idle') this.#goOn();
	}

	again(): Promise<void> {
		return this.#try(async (turn) => {
			const self = await this.#tools.admissions.self();
			return this.#nearBy(turn, self).offer(null).then(nothing);
		});
	}

	join(text: string, name: string): Promise<void> {
		const { kind } = this.#state;
		if (kind === 'near' && this.#state.step === 'offer' && this.#near !== null) {
			return this.#near.accept(text);
		}
		const near = nearFrom(text);
		// A device on its way in is connected by this to who waits for it (NB12).
		const goesOn = near?.kind === 'c2';
		return this.#try(async (turn) => {
			if (near !== null) return this.#answer(turn, near, name);
			const code = codeFrom(text);
			if (code === null) return ended('unknown-code');
			const self = await this.#tools.admissions.self();
			if (await this.#isOwn(code, self)) return ended('own-code');
			if (code.kind === 'n1') return this.#letIn(turn, self, code);
			return this.#goIn(turn, self, code, name);
		}, goesOn);
	}

	useInvitation(text: string): Promise<void> {
		return this.#try(async () => {
			const invitation = invitationFrom(text);
			const fault = new Fault('denied', 'an invitation that does not hold');
			const wrong = { kind: 'ended', why: 'invitation', fault } as const;
			if (invitation === null) return wrong;
			const self = await this.#tools.admissions.self();
			if (self.owner === null) return ended('not-owner');
			const origin = invitation.relay ?? this.#relay;
			const no = await openHome(this.#tools, { self, origin, invitation: invitation.code });
			if (no?.t === 'refused' && no.why === 'invitation') return wrong;
			if (no !== null) return endOf(no);
			await this.#tools.admissions.setRelay(origin);
			return { kind: 'idle' };
		});
	}

	async enter(digits: string): Promise<void> {
		await this.#table?.enter(digits);
	}

	async allow(wanted: Wanted): Promise<void> {
		await this.#table?.say(wanted);
	}

	refuse(): Promise<void> {
		const side = this.#state.kind === 'comparing' ? this.#state.side : 'owner';
		const note = side === 'owner' ? 'refused' : 'digits';
		if (this.#table === null || this.#table.signing) return Promise.resolve();
		this.#leave(note);
		this.#set(this.#turn, ended(note));
		return this.#back.giveUp();
	}

	async cancel(): Promise<void> {
		if (this.#table?.signing) return;
		const { kind } = this.#state;
		const over = ['idle', 'ended', 'done', 'linked', 'waiting'].includes(kind);
		// The near codes of who comes back are no more than its way.
		const stays = !over && kind !== 'near';
		if (!over) this.#leave('cancelled');
		this.#turn += 1;
		this.#set(this.#turn, over ? { kind: 'idle' } : ended('cancelled'));
		if (stays) await this.#back.giveUp();
		else if (over) this.#goOn();
	}

	/** A code without a relay was shown by another device. */
	async #answer(turn: number, code: NearCode, name: string): Promise<PairingState | null> {
		if (code.kind === 'a2') return ended('stale-answer');
		const self = await this.#tools.admissions.self();
		if (!('hash' in code)) return this.#nearBy(turn, self).answer(code, null).then(nothing);
		const kind = code.kind === 'p2' ? 'p1' : 'n1';
		if (await this.#isOwn({ kind, hash: code.hash }, self)) return ended('own-code');
		if (kind === 'n1' && self.owner === null) return ended('not-owner');
		const tableOf = (made: MeetingCode): Table => {
			const { rid } = made;
			return kind === 'n1'
				? new OwnerTable(this.#tools, self, { rid, code: made, wanted: null })
				: new NewTable(this.#tools, self, { rid, code: made, name, wanted: 'viewer' }, NO_RELAY);
		};
		return this.#nearBy(turn, self).answer(code, tableOf).then(nothing);
	}

	/** There is no relay, or none was ever used and none answers. */
	#goesNear(no: No): boolean {
		if (this.#tools.near === null || no.t !== 'fault') return false;
		const away = no.fault.kind === 'offline' || no.fault.kind === 'timeout';
		return no.fault.kind === 'not-found' || (away && this.#tools.relay() === null);
	}

	/** Throws `unsupported`. */
	#nearBy(turn: number, self: SelfIdentity): NearPairing {
		const { near, crypto, clock, here } = this.#tools;
		if (near === null) throw new Fault('unsupported', 'no connection without a relay');
		this.#near = new NearPairing({
			...{ near, crypto, clock, here, self },
			show: (state) => this.#set(turn, state),
			sit: (table, seat, through) => this.#sit(turn, table, seat, through),
		});
		return this.#near;
	}

	/** As the owner: a new device's code was scanned. */
	async #letIn(turn: number, self: SelfIdentity, code: MeetingCode): Promise<PairingState | null> {
		if (self.owner === null) return ended('not-owner');
		const { rid } = code;
		const table = new OwnerTable(this.#tools, self, { rid, code, wanted: null });
		const how = { t: 'meet', rid } as const;
		const no = await this.#sit(turn, table, { self, origin: this.#relay, member: true, how });
		return no === null ? null : endOf(no);
	}

	/**
	 * As the new device: an owner's code or its letters are known. Where its relay cannot be reached,
	 * it may be this page's own under another name.
	 */
	async #goIn(
		turn: number,
		self: SelfIdentity,
		code: MeetingCode | TypedCode,
		name: string,
	): Promise<PairingState | null> {
		const typed = code.kind === 'typed';
		const { here } = this.#tools;
		const origins =
			typed || (await isHere(this.#tools.relays, here, code.relay)) ? [here] : [code.relay, here];
		for (const [at, origin] of origins.entries()) {
			const rid = typed ? '' : code.rid;
			const wish = { rid, code, name, wanted: 'viewer' as const };
			const table = new NewTable(this.#tools, self, wish, origin);
			const how = typed ? { ...code, t: 'find' as const } : { t: 'meet' as const, rid };
			const no = await this.#sit(turn, table, { self, origin, member: false, how });
			if (no === null) return null;
			const unknown = no.t === 'refused' && no.why === 'no-meeting';
			// This page's own relay was only a guess.
			if (unknown && at > 0) return ended('unreachable');
			if (no.t === 'refused' || at === origins.length - 1) return endOf(no);
		}
		return null;
	}

	/** `null`: seated, or nobody wants it any more. */
	async #sit(
		turn: number,
		table: Table,
		seat: Parameters<Table['sit']>[0],
		through: (state: PairingState) => PairingState = (state) => state,
	): Promise<No | null> {
		table.onState = (state) => {
			this.#set(turn, this.#back.follow(table, through(state)));
		};
		const no = await table.sit(seat, CODE_MS);
		if (no !== null) return no;
		if (turn !== this.#turn) table.leave('cancelled');
		else this.#table = table;
		return null;
	}

	#came({ device }: SelfIdentity, wanted: Wanted): void {
		this.#leave('failed');
		this.#turn += 1;
		this.#set(this.#turn, { kind: 'done', side: 'new', device, name: '', wanted });
	}

	/** What goes on when a person is through with what came in between. */
	#goOn(): void {
		this.#set(this.#turn, this.#back.state ?? this.#state);
	}

	/** PR15: a meeting of their own, which no code leads to. */
	async #showLetters(turn: number, self: SelfIdentity, wanted: Wanted): Promise<PairingState | null> {
		const { crypto } = this.#tools;
		const locator = locatorOf(crypto.random(LOCATOR_RANDOM_BYTES));
		if (locator === null) return ended('failed');
		const [rid, code] = [hexOf(crypto.random(16)), { kind: 'typed', locator } as const];
		const table = new OwnerTable(this.#tools, self, { rid, code, wanted });
		const how = { t: 'wait', rid, locator } as const;
		const no = await this.#sit(turn, table, { self, origin: this.#relay, member: true, how });
		return no === null ? this.#shown('owner', code) : endOf(no);
	}

	#shown(side: 'owner' | 'new', code: MeetingCode | TypedCode): PairingState | null {
		// Somebody was so quick that there is nothing to show any more.
		if (this.#state.kind !== 'preparing') return null;
		const { here, clock } = this.#tools;
		const showing = { kind: 'showing', side, untilMs: clock.wallMs() + CODE_MS } as const;
		if (code.kind === 'typed') return { ...showing, by: 'letters', text: code.locator };
		const app = appFor(here, code.relay);
		return { ...showing, by: 'code', text: `${app}/pair#${codeText(code)}` };
	}

	get #relay(): string {
		return this.#tools.relay() ?? this.#tools.here;
	}

	async #makeCode(kind: 'p1' | 'n1', named: Bytes, relay: string): Promise<MeetingCode> {
		const { crypto } = this.#tools;
		const [rid, secret] = [hexOf(crypto.random(16)), crypto.random(32)];
		return { kind, rid, secret, hash: await crypto.sha256(named), relay };
	}

	async #isOwn(code: Pick<MeetingCode, 'kind' | 'hash'> | TypedCode, self: SelfIdentity): Promise<boolean> {
		if (code.kind === 'typed') return false;
		const { crypto } = this.#tools;
		const named =
			code.kind === 'p1' ? self.owner?.public : concatBytes(self.sign.public, self.kem.public);
		return named !== undefined && equalBytes(await crypto.sha256(named), code.hash);
	}

	/** Ends what was before and begins anew; whatever is thrown becomes an end. */
	async #try(work: (turn: number) => Promise<PairingState | null>, goesOn = false): Promise<void> {
		if (this.#table?.signing) return;
		this.#leave('cancelled');
		this.#turn += 1;
		const turn = this.#turn;
		this.#set(turn, { kind: 'preparing' });
		try {
			if (!goesOn) await this.#back.giveUp();
			const state = await work(turn);
			if (state !== null) this.#set(turn, state);
		} catch (error) {
			this.#set(turn, { kind: 'ended', why: 'failed', fault: faultOf(error) });
		}
	}

	#leave(note: Note): void {
		this.#table?.leave(note);
		this.#table = null;
		this.#near?.close();
		this.#near = null;
	}

	#set(turn: number, state: PairingState): void {
		if (turn !== this.#turn) return;
		this.#state = state.kind === 'linked' ? (this.#back.state ?? state) : state;
		for (const listener of this.#listeners) listener();
	}
}

/** What a newcomer keeps of where its home meets. */
const NO_RELAY = '';

/** Its states were shown already. */
const nothing = (): null => null;

/** `null`: none without a relay. What is damaged is no code at all. */
function nearFrom(text: string): NearCode | null {
	try {
		return nearCodeFrom(text);
	} catch {
		return null;
	}
}

function ended(why: PairingEnd): PairingState {
	return { kind: 'ended', why, fault: null };
}
