import { Listeners } from '#domain/base/listeners.ts';
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
import type { RelayFailure } from '#engine/messaging/relay-connection.ts';
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
	/** `null`: direct connections are not available. */
	readonly directRelays: DirectRelays | null;
	/** The page's origin, such as `http://localhost:8080`. */
	readonly here: string;
	/** The relay of this home; `null`: none yet. */
	readonly relay: () => string | null;
}

/**
 * The user's side of pairing; the exchange between the two devices is in `side-sessions.ts`. Rules:
 * docs/spec/pairing.md.
 */
export class PairingController implements PairingControls {
	readonly #tools: PairingControllerTools;
	readonly #listeners = new Listeners();
	#state: PairingState = { kind: 'idle' };
	#session: PairingSession | null = null;
	#directPairing: DirectPairing | null = null;
	readonly #resumer: AdmissionResumer;
	/** Counts attempts, so that an abandoned one no longer changes the state. */
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
		return this.#listeners.add(listener);
	}

	show(wanted: RequestedAccess, by: PairingMethod = 'code'): Promise<void> {
		return this.#try(async (id) => {
			const self = await this.#tools.admissions.self();
			if (self.owner === null) return ended('not-owner');
			const at = await publicOriginOf(this.#tools.relays, this.#relay);
			if (typeof at !== 'string') {
				const makeSession = (code: PairingCode): PairingSession =>
					new OwnerSession(this.#tools, self, { rid: code.rid, code, wanted });
				const pairs = { kind: 'p2', named: self.owner.public, makeSession } as const;
				return this.#canPairDirectly(at)
					? this.#pairDirectly(id, self).offer(pairs).then(noState)
					: endedBy(at);
			}
			if (by === 'letters') return this.#showLetters(id, self, wanted);
			const code = await this.#makeCode('p1', self.owner.public, at);
			const session = new OwnerSession(this.#tools, self, { rid: code.rid, code, wanted });
			const origin = this.#relay;
			const how = { t: 'wait', rid: code.rid, locator: null } as const;
			const failed = await this.#join(id, session, { self, origin, member: true, how });
			return failed === null ? this.#shown('owner', code) : endedBy(failed);
		});
	}

	offer(name: string, wanted: RequestedAccess): Promise<void> {
		return this.#try(async (id) => {
			const self = await this.#tools.admissions.self();
			const at = await publicOriginOf(this.#tools.relays, this.#relay);
			const named = concatBytes(self.sign.public, self.kem.public);
			if (typeof at !== 'string') {
				const makeSession = (code: PairingCode): PairingSession =>
					new JoinerSession(this.#tools, self, { rid: code.rid, code, name, wanted }, NO_RELAY);
				const pairs = { kind: 'n2', named, makeSession } as const;
				return this.#canPairDirectly(at)
					? this.#pairDirectly(id, self).offer(pairs).then(noState)
					: endedBy(at);
			}
			const code = await this.#makeCode('n1', named, at);
			const origin = this.#relay;
			const options = { rid: code.rid, code, name, wanted };
			const session = new JoinerSession(this.#tools, self, options, origin);
			const how = { t: 'wait', rid: code.rid, locator: null } as const;
			const failed = await this.#join(id, session, { self, origin, member: false, how });
			return failed === null ? this.#shown('new', code) : endedBy(failed);
		});
	}

	async resume(): Promise<void> {
		await this.#resumer.resume();
		if (this.#state.kind === 'idle') this.#resumeWaiting();
	}

	connectMember(): Promise<void> {
		return this.#try(async (id) => {
			const self = await this.#tools.admissions.self();
			return this.#pairDirectly(id, self).offer(null).then(noState);
		});
	}

	join(text: string, name: string): Promise<void> {
		const { kind } = this.#state;
		if (kind === 'near' && this.#state.step === 'offer' && this.#directPairing !== null) {
			return this.#directPairing.accept(text);
		}
		const directCode = directCodeOrNull(text);
		// Such a code connects a device whose join is pending to the owner that waits for it (NB12).
		const keepsJoin = directCode?.kind === 'c2';
		return this.#try(async (id) => {
			if (directCode !== null) return this.#answer(id, directCode, name);
			const code = pairingCodeFrom(text);
			if (code === null) return ended('unknown-code');
			const self = await this.#tools.admissions.self();
			if (await this.#isOwn(code, self)) return ended('own-code');
			if (code.kind === 'n1') return this.#admit(id, self, code);
			return this.#joinHome(id, self, code, name);
		}, keepsJoin);
	}

	useInvitation(text: string): Promise<void> {
		return this.#try(async () => {
			const invitation = invitationFrom(text);
			const fault = new Fault('denied', 'the invitation is invalid or used up');
			const wrong = { kind: 'ended', why: 'invitation', fault } as const;
			if (invitation === null) return wrong;
			const self = await this.#tools.admissions.self();
			if (self.owner === null) return ended('not-owner');
			const origin = invitation.relay ?? this.#relay;
			const failed = await openHome(this.#tools, { self, origin, invitation: invitation.code });
			if (failed?.t === 'refused' && failed.why === 'invitation') return wrong;
			if (failed !== null) return endedBy(failed);
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
		// Direct codes only help a pending join to connect: cancelling them keeps it.
		const abandonsJoin = !over && kind !== 'near';
		if (!over) this.#leave('cancelled');
		this.#attempt += 1;
		this.#set(this.#attempt, over ? { kind: 'idle' } : ended('cancelled'));
		if (abandonsJoin) await this.#resumer.giveUp();
		else if (over) this.#resumeWaiting();
	}

	/** Another device showed a direct code. */
	async #answer(id: number, code: DirectCode, name: string): Promise<PairingState | null> {
		if (code.kind === 'a2') return ended('stale-answer');
		const self = await this.#tools.admissions.self();
		if (!('hash' in code)) return this.#pairDirectly(id, self).answer(code, null).then(noState);
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
		return this.#pairDirectly(id, self).answer(code, makeSession).then(noState);
	}

	/** There is no relay, or none answers and this home never used one. */
	#canPairDirectly(failed: RelayFailure): boolean {
		if (this.#tools.directRelays === null || failed.t !== 'fault') return false;
		const away = failed.fault.kind === 'offline' || failed.fault.kind === 'timeout';
		return failed.fault.kind === 'not-found' || (away && this.#tools.relay() === null);
	}

	/** Throws `unsupported`. */
	#pairDirectly(id: number, self: SelfIdentity): DirectPairing {
		const { directRelays, crypto, clock, here } = this.#tools;
		if (directRelays === null) throw new Fault('unsupported', 'no direct connections here');
		this.#directPairing = new DirectPairing({
			...{ directRelays, crypto, clock, here, self },
			show: (state) => this.#set(id, state),
			join: (session, participant, through) => this.#join(id, session, participant, through),
		});
		return this.#directPairing;
	}

	/** As the owner, after scanning a new device's code. */
	async #admit(id: number, self: SelfIdentity, code: PairingCode): Promise<PairingState | null> {
		if (self.owner === null) return ended('not-owner');
		const { rid } = code;
		const session = new OwnerSession(this.#tools, self, { rid, code, wanted: null });
		const how = { t: 'meet', rid } as const;
		const failed = await this.#join(id, session, { self, origin: this.#relay, member: true, how });
		return failed === null ? null : endedBy(failed);
	}

	/**
	 * As the new device, with an owner's code or letters. If the code's relay cannot be reached, it
	 * may be the one of this page under another name.
	 */
	async #joinHome(
		id: number,
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
			const options = { rid, code, name, wanted: 'viewer' as const };
			const session = new JoinerSession(this.#tools, self, options, origin);
			const how = typed ? { ...code, t: 'find' as const } : { t: 'meet' as const, rid };
			const failed = await this.#join(id, session, { self, origin, member: false, how });
			if (failed === null) return null;
			const unknown = failed.t === 'refused' && failed.why === 'no-meeting';
			// The page's own relay was only a guess.
			if (unknown && at > 0) return ended('unreachable');
			if (failed.t === 'refused' || at === origins.length - 1) return endedBy(failed);
		}
		return null;
	}

	/** `null`: joined, or abandoned meanwhile. */
	async #join(
		id: number,
		session: PairingSession,
		participant: Parameters<PairingSession['join']>[0],
		through: (state: PairingState) => PairingState = (state) => state,
	): Promise<RelayFailure | null> {
		session.onState = (state) => {
			this.#set(id, this.#resumer.follow(session, through(state)));
		};
		const failed = await session.join(participant, CODE_MS);
		if (failed !== null) return failed;
		if (id !== this.#attempt) session.leave('cancelled');
		else this.#session = session;
		return null;
	}

	#admitted({ device }: SelfIdentity, wanted: RequestedAccess): void {
		this.#leave('failed');
		this.#attempt += 1;
		this.#set(this.#attempt, { kind: 'done', side: 'new', device, name: '', wanted });
	}

	/** Shows again what was pending before the user did something else. */
	#resumeWaiting(): void {
		this.#set(this.#attempt, this.#resumer.state ?? this.#state);
	}

	/** PR15: a rendezvous of its own, to which no other code leads. */
	async #showLetters(
		id: number,
		self: SelfIdentity,
		wanted: RequestedAccess,
	): Promise<PairingState | null> {
		const { crypto } = this.#tools;
		const locator = locatorOf(crypto.random(LOCATOR_RANDOM_BYTES));
		if (locator === null) return ended('failed');
		const [rid, code] = [hexOf(crypto.random(16)), { kind: 'typed', locator } as const];
		const session = new OwnerSession(this.#tools, self, { rid, code, wanted });
		const how = { t: 'wait', rid, locator } as const;
		const failed = await this.#join(id, session, { self, origin: this.#relay, member: true, how });
		return failed === null ? this.#shown('owner', code) : endedBy(failed);
	}

	#shown(side: 'owner' | 'new', code: PairingCode | TypedCode): PairingState | null {
		// The other device was so quick that there is nothing left to show.
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

	/** Ends the previous attempt and starts a new one; errors end it. */
	async #try(work: (id: number) => Promise<PairingState | null>, keepsJoin = false): Promise<void> {
		if (this.#session?.signing) return;
		this.#leave('cancelled');
		this.#attempt += 1;
		const id = this.#attempt;
		this.#set(id, { kind: 'preparing' });
		try {
			if (!keepsJoin) await this.#resumer.giveUp();
			const state = await work(id);
			if (state !== null) this.#set(id, state);
		} catch (error) {
			this.#set(id, { kind: 'ended', why: 'failed', fault: faultOf(error) });
		}
	}

	#leave(note: EndNote): void {
		this.#session?.leave(note);
		this.#session = null;
		this.#directPairing?.close();
		this.#directPairing = null;
	}

	#set(id: number, state: PairingState): void {
		if (id !== this.#attempt) return;
		this.#state = state.kind === 'linked' ? (this.#resumer.state ?? state) : state;
		this.#listeners.notify();
	}
}

/** Stored by a joiner as the relay of a home without one. */
const NO_RELAY = '';

/** The states have already been shown. */
const noState = (): null => null;

function ended(why: PairingEndReason): PairingState {
	return { kind: 'ended', why, fault: null };
}
