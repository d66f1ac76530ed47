import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import {
	IN_PAGE_RELAY_ORIGIN,
	directCodeOrNull,
	directSecretBytes,
	directCodeText,
	type DirectCode,
	type DirectConnectionCode,
	type DirectPairingCode,
} from '#domain/pairing/direct-code.ts';
import type { PairingCode } from '#domain/pairing/code.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import type { RelayFailure } from '#engine/messaging/relay-connection.ts';
import type { Participant } from './rendezvous.ts';
import type { DirectConnection, DirectRelays, OfferedConnection } from './direct-relays.ts';
import { endedBy } from './end-reasons.ts';
import type { PairingSession } from './session.ts';
import type { PairingEndReason, PairingState } from './controls.ts';

/** PR1. */
export const CODE_MS = 10 * 60 * 1000;

export interface DirectPairingTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly directRelays: DirectRelays;
	readonly self: SelfIdentity;
	/** The app's origin, for links. */
	readonly here: string;
	show(state: PairingState): void;
	/** Joins a session whose states pass through `through`. */
	join(
		session: PairingSession,
		participant: Participant,
		through: (state: PairingState) => PairingState,
	): Promise<RelayFailure | null>;
}

type MakeSession = (code: PairingCode) => PairingSession;
type ShownCode = Extract<PairingState, { readonly kind: 'near' }>;

/**
 * Pairing by two codes, over the direct connection that they establish. Nothing here throws. Rules:
 * docs/spec/nearby.md.
 */
export class DirectPairing {
	readonly #tools: DirectPairingTools;
	#connection: DirectConnection | null = null;
	#offered: {
		readonly connection: OfferedConnection;
		readonly code: DirectCode;
		readonly makeSession: MakeSession | null;
	} | null = null;
	#showing: ShownCode | null = null;
	#kept = false;
	#over = false;
	#session: PairingSession | null = null;
	#stop: () => void = () => undefined;
	#giveUp: () => void = () => undefined;

	constructor(tools: DirectPairingTools) {
		this.#tools = tools;
	}

	/** Closes the connection unless it is kept. */
	close(): void {
		if (this.#over) return;
		this.#over = true;
		this.#stop();
		this.#giveUp();
		if (!this.#kept) this.#connection?.close();
	}

	/** Shows the first code. `named`: the keys that it names; `null`: for a member. */
	async offer(
		pairs: {
			readonly kind: 'p2' | 'n2';
			readonly named: Bytes;
			readonly makeSession: MakeSession;
		} | null,
	): Promise<void> {
		const { crypto, directRelays, here } = this.#tools;
		try {
			const offered = await directRelays.offer();
			this.#replaceConnection(offered);
			if (this.#over) return;
			const common = { rid: hexOf(crypto.random(16)), descriptor: offered.descriptor };
			const code: DirectCode =
				pairs === null
					? { ...common, kind: 'c2' }
					: {
							...{ ...common, kind: pairs.kind, secret: crypto.random(32) },
							hash: await crypto.sha256(pairs.named),
						};
			this.#offered = { connection: offered, code, makeSession: pairs?.makeSession ?? null };
			this.#show('offer', `${here}/pair#${directCodeText(code)}`);
		} catch (error) {
			this.#end(faultOf(error));
		}
	}

	/** Takes the other device's answer. */
	async accept(text: string): Promise<void> {
		const [offered, showing] = [this.#offered, this.#showing];
		if (offered === null || showing === null) return;
		const answer = directCodeOrNull(text);
		if (answer?.kind !== 'a2' || answer.rid !== offered.code.rid) {
			this.#showing = { ...showing, wrong: true };
			this.#tools.show(this.#showing);
			return;
		}
		this.#offered = null;
		this.#stop();
		this.#tools.show({ kind: 'exchanging' });
		const { connection, code, makeSession } = offered;
		try {
			// Wait at the rendezvous before the other device can get there.
			const { rid } = code;
			const how = { t: 'wait', rid, locator: null } as const;
			const { descriptor } = answer;
			const joining =
				'secret' in code && makeSession !== null
					? this.#join(makeSession, code, answer, { origin: IN_PAGE_RELAY_ORIGIN, how })
					: Promise.resolve(true);
			if (!(await joining)) return;
			await connection.accept(descriptor);
			if (makeSession === null) this.#link();
		} catch (error) {
			this.#end(faultOf(error));
		}
	}

	/**
	 * As the second device: shows an answer and continues when the first device has accepted it.
	 * `makeSession` is `null` between members.
	 */
	async answer(
		code: DirectPairingCode | DirectConnectionCode,
		makeSession: MakeSession | null,
	): Promise<void> {
		const closed = new Promise<'over'>((resolve) => (this.#giveUp = () => resolve('over')));
		try {
			for (;;) {
				const connection = await this.#tools.directRelays.answer(code.descriptor);
				this.#replaceConnection(connection);
				if (this.#over) return;
				const answer: DirectConnectionCode = {
					kind: 'a2',
					rid: code.rid,
					descriptor: connection.descriptor,
				};
				this.#show('answer', directCodeText(answer));
				const how = await Promise.race([closed, connection.up.then(isUp, isExpired)]);
				if (how === 'over') return;
				// Some browsers give up after a few seconds: show another answer.
				if (how === 'again') continue;
				this.#stop();
				if (!('secret' in code) || makeSession === null) {
					this.#link();
					return;
				}
				this.#tools.show({ kind: 'exchanging' });
				const meet = { t: 'meet', rid: code.rid } as const;
				await this.#join(makeSession, code, answer, { origin: connection.origin ?? '', how: meet });
				return;
			}
		} catch (error) {
			this.#end(faultOf(error));
		}
	}

	async #join(
		makeSession: MakeSession,
		code: DirectPairingCode,
		answer: DirectConnectionCode,
		participant: Pick<Participant, 'origin' | 'how'>,
	): Promise<boolean> {
		const { crypto, self } = this.#tools;
		const bytes = directSecretBytes(code.secret, code.descriptor, answer.descriptor);
		const { rid, hash } = code;
		const kind = code.kind === 'p2' ? 'p1' : 'n1';
		const secret = await crypto.sha256(bytes);
		const session = makeSession({ kind, rid, hash, secret, relay: IN_PAGE_RELAY_ORIGIN });
		this.#session = session;
		const failure = await this.#tools.join(
			session,
			{ self, member: false, ...participant },
			(state) => this.#through(state),
		);
		if (failure === null) return !this.#over;
		const ended = endedBy(failure);
		this.#finish(ended.why === 'unreachable' ? 'other-side-gone' : ended.why, ended.fault);
		return false;
	}

	#through(state: PairingState): PairingState {
		if (state.kind === 'waiting' || state.kind === 'done') this.#keep();
		if (state.kind !== 'ended') return state;
		this.close();
		// The connection leads to the other device itself.
		return state.why === 'unreachable' ? { ...state, why: 'other-side-gone' } : state;
	}

	#replaceConnection(connection: DirectConnection): void {
		this.#connection?.close();
		this.#connection = connection;
		if (this.#over) connection.close();
	}

	#show(step: ShownCode['step'], text: string): void {
		if (this.#over) return;
		const { clock } = this.#tools;
		const untilMs = this.#showing?.untilMs ?? clock.wallMs() + CODE_MS;
		if (this.#showing === null) {
			this.#stop = clock.after(CODE_MS, () => this.#finish('expired', null));
		}
		this.#showing = { kind: 'near', step, text, untilMs, wrong: false };
		this.#tools.show(this.#showing);
	}

	#link(): void {
		this.#keep();
		this.#tools.show({ kind: 'linked' });
	}

	#keep(): void {
		this.#kept = true;
		this.#connection?.keep();
	}

	#end(fault: Fault): void {
		const ends: Partial<Record<Fault['kind'], PairingEndReason>> = {
			...{ timeout: 'no-way', offline: 'no-network' },
			...{ malformed: 'unknown-code', unsupported: 'no-relay' },
		};
		this.#finish(ends[fault.kind] ?? 'failed', fault);
	}

	#finish(why: PairingEndReason, fault: Fault | null): void {
		if (this.#over) return;
		this.#session?.leave('failed');
		this.close();
		this.#tools.show({ kind: 'ended', why, fault });
	}
}

const isUp = (): 'up' => 'up';
const isExpired = (): 'again' => 'again';
