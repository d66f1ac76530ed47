import { hexOf, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import { invitationFrom } from '#domain/pairing/invitation.ts';
import {
	pairingCodeFrom,
	pairingCodeText,
	LOCATOR_RANDOM_BYTES,
	locatorOf,
	type PairingCode,
	type TypedCode,
} from '#domain/pairing/code.ts';
import { directCodeOrNull, type DirectCode } from '#domain/pairing/direct-code.ts';
import type { EndNote, RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import { appOriginFor, isOwnRelay, publicOriginOf } from '#engine/messaging/addresses.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import type { RelayFailure } from '#engine/messaging/relay-call.ts';
import { openHome } from './rendezvous.ts';
import type { DirectRelays } from './direct-relays.ts';
import { endedBy } from './end-reasons.ts';
import { CODE_MS, DirectPairing } from './direct-pairing.ts';
import type { PairingSession } from './session.ts';
import { JoinerSession, OwnerSession } from './side-sessions.ts';
import type { PairingMethod, PairingControls, PairingEndReason, PairingState } from './controls.ts';
import { AdmissionResumer } from './admission-resumer.ts';

export { CODE_MS } from './direct-pairing.ts';

export interface PairingControllerTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly admissions: Admissions;
	readonly shown: () => Promise<void>;
	/** `null`: nothing goes without a relay. */
	readonly directRelays: DirectRelays | null;
	/** Where this page comes from, as in `http://localhost:8080`. */
	readonly here: string;
	/** The relay that this home meets at; `null`: none yet. */
	readonly relay: () => string | null;
}

/**
 * Rules: docs/spec/pairing.md. What a person does; `side-sessions.ts` is what goes on between two
 * devices.
 */
export class PairingController implements PairingControls {
	readonly #tools: PairingControllerTools;
	readonly #listeners = new Set<() => void>();
	#state: PairingState = { kind: 'idle' };
	#session: PairingSession | null = null;
	#directPairing: DirectPairing | null = null;
	readonly #resumer: AdmissionResumer;
	/** Counts what was begun, so that what was given up on tells nothing more. */
	#attempt = 0;

	constructor(tools: PairingControllerTools) {
		this.#tools = tools;
		this.#resumer = new AdmissionResumer(tools, {
			admitted: (self, wanted) => this.#admitted(self, wanted),
			changed: () => {
				if (this.#state.kind !== 'returning') return;
				this.#set(this.#attempt, this.#resumer.state ?? { kind: 'idle' });
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

	show(wanted: RequestedAccess, by: PairingMethod = 'code'): Promise<void> {
		return this.#try(async (turn) => {
			const self = await this.#tools.admissions.self();
			if (self.owner === null) return ended('not-owner');
			const at = await publicOriginOf(this.#tools.relays, this.#relay);
			if (typeof at !== 'string') {
				const makeSession = (code: PairingCode): PairingSession =>
					new OwnerSession(this.#tools, self, { rid: code.rid, code, wanted });
				const pairs = { kind: 'p2', named: self.owner.public, makeSession } as const;
				return this.#canPairDirectly(at)
					? this.#pairDirectly(turn, self).offer(pairs).then(nothing)
					: endedBy(at);
			}
			if (by === 'letters') return this.#showLetters(turn, self, wanted);
			const code = await this.#makeCode('p1', self.owner.public, at);
			const session = new OwnerSession(this.#tools, self, { rid: code.rid, code, wanted });
			const how = { t: 'wait', rid: code.rid, locator: null } as const;
			const no = await this.#join(turn, session, { self, origin: this.#relay, member: true, how });
			return no === null ? this.#shown('owner', code) : endedBy(no);
		});
	}

	offer(name: string, wanted: RequestedAccess): Promise<void> {
		return this.#try(async (turn) => {
			const self = await this.#tools.admissions.self();
			const at = await publicOriginOf(this.#tools.relays, this.#relay);
			const named = concatBytes(self.sign.public, self.kem.public);
			if (typeof at !== 'string') {
				const makeSession = (code: PairingCode): PairingSession =>
					new JoinerSession(this.#tools, self, { rid: code.rid, code, name, wanted }, NO_RELAY);
				const pairs = { kind: 'n2', named, makeSession } as const;
				return this.#canPairDirectly(at)
					? this.#pairDirectly(turn, self).offer(pairs).then(nothing)
					: endedBy(at);
			}
			const code = await this.#makeCode('n1', named, at);
			const origin = this.#relay;
			const wish = { rid: code.rid, code, name, wanted };
			const session = new JoinerSession(this.#tools, self, wish, origin);
			const how = { t: 'wait', rid: code.rid, locator: null } as const;
			const no = await this.#join(turn, session, { self, origin, member: false, how });
			return no === null ? this.#shown('new', code) : endedBy(no);
		});
	}

	async resume(): Promise<void> {
		await this.#resumer.resume();
		if (this.#state.kind === 'idle') this.#resumeWaiting();
	}

	connectMember(): Promise<void> {
		return this.#try(async (turn) => {
			const self = await this.#tools.admissions.self();
			return this.#pairDirectly(turn, self).offer(null).then(nothing);
		});
	}

	join(text: string, name: string): Promise<void> {
		const { kind } = this.#state;
		if (kind === 'near' && this.#state.step === 'offer' && this.#directPairing !== null) {
			return this.#directPairing.accept(text);
		}
		const near = directCodeOrNull(text);
		// A device on its way in is connected by this to who waits for it (NB12).
		const goesOn = near?.kind === 'c2';
		return this.#try(async (turn) => {
			if (near !== null) return this.#answer(turn, near, name);
			const code = pairingCodeFrom(text);
			if (code === null) return ended('unknown-code');
			const self = await this.#tools.admissions.self();
			if (await this.#isOwn(code, self)) return ended('own-code');
			if (code.kind === 'n1') return this.#admit(turn, self, code);
			return this.#joinHome(turn, self, code, name);
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
			if (no !== null) return endedBy(no);
			await this.#tools.admissions.setRelay(origin);
			return { kind: 'idle' };
		});
	}

	async enter(digits: string): Promise<void> {
		await this.#session?.enter(digits);
	}

	async allow(wanted: RequestedAccess): Promise<void> {
		await this.#session?.confirm(wanted);
	}

	refuse(): Promise<void> {
		const side = this.#state.kind === 'comparing' ? this.#state.side : 'owner';
		const note = side === 'owner' ? 'refused' : 'digits';
		if (this.#session === null || this.#session.signing) return Promise.resolve();
		this.#leave(note);
		this.#set(this.#attempt, ended(note));
		return this.#resumer.giveUp();
	}

	async cancel(): Promise<void> {
		if (this.#session?.signing) return;
		const { kind } = this.#state;
		const over = ['idle', 'ended', 'done', 'linked', 'waiting'].includes(kind);
		// The near codes of who comes back are no more than its way.
		const stays = !over && kind !== 'near';
		if (!over) this.#leave('cancelled');
		this.#attempt += 1;
		this.#set(this.#attempt, over ? { kind: 'idle' } : ended('cancelled'));
		if (stays) await this.#resumer.giveUp();
		else if (over) this.#resumeWaiting();
	}

	/** A code without a relay was shown by another device. */
	async #answer(turn: number, code: DirectCode, name: string): Promise<PairingState | null> {
		if (code.kind === 'a2') return ended('stale-answer');
		const self = await this.#tools.admissions.self();
		if (!('hash' in code)) return this.#pairDirectly(turn, self).answer(code, null).then(nothing);
		const kind = code.kind === 'p2' ? 'p1' : 'n1';
		if (await this.#isOwn({ kind, hash: code.hash }, self)) return ended('own-code');
		if (kind === 'n1' && self.owner === null) return ended('not-owner');
		const makeSession = (made: PairingCode): PairingSession => {
			const { rid } = made;
			return kind === 'n1'
				? new OwnerSession(this.#tools, self, { rid, code: made, wanted: null })
				: new JoinerSession(
						this.#tools,
						self,
						{ rid, code: made, name, wanted: 'viewer' },
						NO_RELAY,
					);
		};
		return this.#pairDirectly(turn, self).answer(code, makeSession).then(nothing);
	}

	/** There is no relay, or none was ever used and none answers. */
	#canPairDirectly(no: RelayFailure): boolean {
		if (this.#tools.directRelays === null || no.t !== 'fault') return false;
		const away = no.fault.kind === 'offline' || no.fault.kind === 'timeout';
		return no.fault.kind === 'not-found' || (away && this.#tools.relay() === null);
	}

	/** Throws `unsupported`. */
	#pairDirectly(turn: number, self: SelfIdentity): DirectPairing {
		const { directRelays, crypto, clock, here } = this.#tools;
		if (directRelays === null) throw new Fault('unsupported', 'no connection without a relay');
		this.#directPairing = new DirectPairing({
			...{ directRelays, crypto, clock, here, self },
			show: (state) => this.#set(turn, state),
			join: (session, participant, through) => this.#join(turn, session, participant, through),
		});
		return this.#directPairing;
	}

	/** As the owner: a new device's code was scanned. */
	async #admit(turn: number, self: SelfIdentity, code: PairingCode): Promise<PairingState | null> {
		if (self.owner === null) return ended('not-owner');
		const { rid } = code;
		const session = new OwnerSession(this.#tools, self, { rid, code, wanted: null });
		const how = { t: 'meet', rid } as const;
		const no = await this.#join(turn, session, { self, origin: this.#relay, member: true, how });
		return no === null ? null : endedBy(no);
	}

	/**
	 * As the new device: an owner's code or its letters are known. Where its relay cannot be reached,
	 * it may be this page's own under another name.
	 */
	async #joinHome(
		turn: number,
		self: SelfIdentity,
		code: PairingCode | TypedCode,
		name: string,
	): Promise<PairingState | null> {
		const typed = code.kind === 'typed';
		const { here } = this.#tools;
		const origins =
			typed || (await isOwnRelay(this.#tools.relays, here, code.relay))
				? [here]
				: [code.relay, here];
		for (const [at, origin] of origins.entries()) {
			const rid = typed ? '' : code.rid;
			const wish = { rid, code, name, wanted: 'viewer' as const };
			const session = new JoinerSession(this.#tools, self, wish, origin);
			const how = typed ? { ...code, t: 'find' as const } : { t: 'meet' as const, rid };
			const no = await this.#join(turn, session, { self, origin, member: false, how });
			if (no === null) return null;
			const unknown = no.t === 'refused' && no.why === 'no-meeting';
			// This page's own relay was only a guess.
			if (unknown && at > 0) return ended('unreachable');
			if (no.t === 'refused' || at === origins.length - 1) return endedBy(no);
		}
		return null;
	}

	/** `null`: seated, or nobody wants it any more. */
	async #join(
		turn: number,
		session: PairingSession,
		participant: Parameters<PairingSession['join']>[0],
		through: (state: PairingState) => PairingState = (state) => state,
	): Promise<RelayFailure | null> {
		session.onState = (state) => {
			this.#set(turn, this.#resumer.follow(session, through(state)));
		};
		const no = await session.join(participant, CODE_MS);
		if (no !== null) return no;
		if (turn !== this.#attempt) session.leave('cancelled');
		else this.#session = session;
		return null;
	}

	#admitted({ device }: SelfIdentity, wanted: RequestedAccess): void {
		this.#leave('failed');
		this.#attempt += 1;
		this.#set(this.#attempt, { kind: 'done', side: 'new', device, name: '', wanted });
	}

	/** What goes on when a person is through with what came in between. */
	#resumeWaiting(): void {
		this.#set(this.#attempt, this.#resumer.state ?? this.#state);
	}

	/** PR15: a meeting of their own, which no code leads to. */
	async #showLetters(
		turn: number,
		self: SelfIdentity,
		wanted: RequestedAccess,
	): Promise<PairingState | null> {
		const { crypto } = this.#tools;
		const locator = locatorOf(crypto.random(LOCATOR_RANDOM_BYTES));
		if (locator === null) return ended('failed');
		const [rid, code] = [hexOf(crypto.random(16)), { kind: 'typed', locator } as const];
		const session = new OwnerSession(this.#tools, self, { rid, code, wanted });
		const how = { t: 'wait', rid, locator } as const;
		const no = await this.#join(turn, session, { self, origin: this.#relay, member: true, how });
		return no === null ? this.#shown('owner', code) : endedBy(no);
	}

	#shown(side: 'owner' | 'new', code: PairingCode | TypedCode): PairingState | null {
		// Somebody was so quick that there is nothing to show any more.
		if (this.#state.kind !== 'preparing') return null;
		const { here, clock } = this.#tools;
		const showing = { kind: 'showing', side, untilMs: clock.wallMs() + CODE_MS } as const;
		if (code.kind === 'typed') return { ...showing, by: 'letters', text: code.locator };
		const app = appOriginFor(here, code.relay);
		return { ...showing, by: 'code', text: `${app}/pair#${pairingCodeText(code)}` };
	}

	get #relay(): string {
		return this.#tools.relay() ?? this.#tools.here;
	}

	async #makeCode(kind: 'p1' | 'n1', named: Bytes, relay: string): Promise<PairingCode> {
		const { crypto } = this.#tools;
		const [rid, secret] = [hexOf(crypto.random(16)), crypto.random(32)];
		return { kind, rid, secret, hash: await crypto.sha256(named), relay };
	}

	async #isOwn(
		code: Pick<PairingCode, 'kind' | 'hash'> | TypedCode,
		self: SelfIdentity,
	): Promise<boolean> {
		if (code.kind === 'typed') return false;
		const { crypto } = this.#tools;
		const named =
			code.kind === 'p1' ? self.owner?.public : concatBytes(self.sign.public, self.kem.public);
		return named !== undefined && equalBytes(await crypto.sha256(named), code.hash);
	}

	/** Ends what was before and begins anew; whatever is thrown becomes an end. */
	async #try(work: (turn: number) => Promise<PairingState | null>, goesOn = false): Promise<void> {
		if (this.#session?.signing) return;
		this.#leave('cancelled');
		this.#attempt += 1;
		const turn = this.#attempt;
		this.#set(turn, { kind: 'preparing' });
		try {
			if (!goesOn) await this.#resumer.giveUp();
			const state = await work(turn);
			if (state !== null) this.#set(turn, state);
		} catch (error) {
			this.#set(turn, { kind: 'ended', why: 'failed', fault: faultOf(error) });
		}
	}

	#leave(note: EndNote): void {
		this.#session?.leave(note);
		this.#session = null;
		this.#directPairing?.close();
		this.#directPairing = null;
	}

	#set(turn: number, state: PairingState): void {
		if (turn !== this.#attempt) return;
		this.#state = state.kind === 'linked' ? (this.#resumer.state ?? state) : state;
		for (const listener of this.#listeners) listener();
	}
}

/** What a newcomer keeps of where its home meets. */
const NO_RELAY = '';

/** Its states were shown already. */
const nothing = (): null => null;

function ended(why: PairingEndReason): PairingState {
	return { kind: 'ended', why, fault: null };
}
