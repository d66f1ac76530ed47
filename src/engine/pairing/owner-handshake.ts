import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { plainName } from '#domain/home/plain-name.ts';
import type { PairingCode, TypedCode } from '#domain/pairing/code.ts';
import {
	buildAdmissionMessage,
	buildOwnerMessage,
	buildOpening,
	buildAdmissionPieces,
	buildSealed,
	commitmentBytes,
	messageKindOf,
	NONCE_BYTES,
	openingHead,
	parseJoinerMessage,
	parseEndNote,
	parseOk,
	parseSealed,
	rolesOfRequested,
	type JoinerMessage,
	type EndNote,
	type SignedBody,
	type RequestedAccess,
} from '#domain/pairing/handshake-messages.ts';
import type { Subject } from '#domain/home/roster.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Crypto, KemKey, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import { deviceIdOf } from '#engine/home/keys.ts';
import {
	nextTranscript,
	verifySigned,
	hpkeContext,
	comparisonDigits,
	sharedSecrets,
	openingTag,
	type SharedSecrets,
} from './handshake-keys.ts';
import { checkOwnerKey, entryHash, replayRoster } from '#engine/home/roster.ts';

export type OwnerHandshakeEvent =
	/** After M1; `answer` is M2. */
	| {
			readonly kind: 'joiner';
			readonly name: string;
			readonly wanted: RequestedAccess;
			readonly digits: string;
			readonly answer: Bytes;
	  }
	/** M1 came from another page of this same device, which cannot admit itself (PR13). */
	| { readonly kind: 'self' }
	/** M3: the joiner consents. */
	| { readonly kind: 'ok' }
	/** A message was repeated byte for byte; `boxes` is the answer given before. */
	| { readonly kind: 'again'; readonly boxes: readonly Bytes[] }
	| { readonly kind: 'note'; readonly note: EndNote };

/** The other end, after M1. */
interface JoinerState {
	readonly m1: Bytes;
	readonly m2: Bytes;
	readonly joiner: JoinerMessage;
	readonly subject: Subject;
	readonly name: string;
	readonly t3: Bytes;
}

export interface OwnerHandshakeOptions {
	readonly rid: string;
	/** A code or letters, never both: the pairing would be as weak as the weaker one (PR15). */
	readonly code: PairingCode | TypedCode;
	/** The access that the joiner is to get; `null`: what it asks for. */
	readonly wanted: RequestedAccess | null;
}

/**
 * The owner's half of the handshake, without I/O: boxes in, boxes out. Every `Fault` of `receive`
 * burns the code.
 */
export class OwnerHandshake {
	/** M0. */
	readonly opening: Bytes;
	readonly #crypto: Crypto;
	readonly #self: SelfIdentity;
	readonly #owner: KeyPair<SignKey>;
	readonly #options: OwnerHandshakeOptions;
	readonly #shared: SharedSecrets;
	readonly #ephemeral: KeyPair<KemKey>;
	readonly #nonce: Bytes;
	#joinerState: JoinerState | null = null;
	/** M3, after verification. */
	#ok: Bytes | null = null;
	#pieces: readonly Bytes[] = [];

	private constructor(
		crypto: Crypto,
		self: SelfIdentity,
		owner: KeyPair<SignKey>,
		options: OwnerHandshakeOptions,
		made: {
			readonly opening: Bytes;
			readonly shared: SharedSecrets;
			readonly ephemeral: KeyPair<KemKey>;
			readonly nonce: Bytes;
		},
	) {
		this.#crypto = crypto;
		this.#self = self;
		this.#owner = owner;
		this.#options = options;
		this.opening = made.opening;
		this.#shared = made.shared;
		this.#ephemeral = made.ephemeral;
		this.#nonce = made.nonce;
	}

	/** Throws `denied` unless this device is an owner. */
	static async begin(
		crypto: Crypto,
		self: SelfIdentity,
		options: OwnerHandshakeOptions,
	): Promise<OwnerHandshake> {
		const { owner } = self;
		if (owner === null) throw new Fault('denied', 'only an owner admits devices');
		const shared = await sharedSecrets(crypto, options.code, options.rid);
		const ephemeral = await crypto.makeKemKey(false);
		const nonce = crypto.random(NONCE_BYTES);
		const commitment = await crypto.sha256(commitmentBytes(nonce, owner.public));
		const head = openingHead({ ephemeral: ephemeral.public, commitment });
		const tag = await openingTag(crypto, shared, head);
		const opening = buildOpening({ ephemeral: ephemeral.public, commitment, tag });
		return new OwnerHandshake(crypto, self, owner, options, { opening, shared, ephemeral, nonce });
	}

	async receive(box: Bytes): Promise<OwnerHandshakeEvent> {
		const state = this.#joinerState;
		switch (messageKindOf(box)) {
			case 1:
				if (state === null) return this.#receiveJoiner(box);
				if (!equalBytes(box, state.m1)) throw new Fault('corrupt', 'a second joiner used the code');
				return { kind: 'again', boxes: [state.m2] };
			case 3:
				if (state === null) throw new Fault('corrupt', 'M3 before M1');
				if (this.#ok !== null && equalBytes(box, this.#ok))
					return { kind: 'again', boxes: this.#pieces };
				if (this.#ok !== null) throw new Fault('corrupt', 'a second, different M3');
				await verifySigned(this.#crypto, state.joiner.sign, 'pair-ok', state.t3, parseOk(box));
				this.#ok = box;
				return { kind: 'ok' };
			case 5:
				return { kind: 'note', note: parseEndNote(box) };
			default:
				throw new Fault('corrupt', 'the owner received a message that only a joiner receives');
		}
	}

	/** PR6. Call once, after M3 and the owner's consent. Returns M4. Throws as `Admissions.admit`. */
	async admit(
		admissions: Pick<Admissions, 'admit'>,
		wanted: RequestedAccess,
	): Promise<readonly Bytes[]> {
		const state = this.#joinerState;
		if (state === null || this.#ok === null || this.#pieces.length > 0) {
			throw new Fault('conflict', 'no joiner has consented, or it was admitted already');
		}
		const { roster, homeKey } = await admissions.admit(
			state.subject,
			rolesOfRequested(wanted),
			state.name,
		);
		const t4 = await nextTranscript(this.#crypto, state.t3, this.#ok);
		const sealed = await this.#crypto.sealTo(
			state.joiner.kem,
			this.#shared.psk,
			hpkeContext(4, t4),
			buildAdmissionMessage({ roster, grants: homeKey }),
		);
		this.#pieces = buildAdmissionPieces(sealed);
		return this.#pieces;
	}

	/** The device named in M1. Throws `conflict` before it. */
	get joiner(): Subject {
		if (this.#joinerState === null) throw new Fault('conflict', 'M1 has not been received');
		return this.#joinerState.subject;
	}

	async #receiveJoiner(m1: Bytes): Promise<OwnerHandshakeEvent> {
		const crypto = this.#crypto;
		const t1 = await nextTranscript(crypto, this.#shared.start, this.opening);
		const { value: joiner, body, signature } = await this.#openJoiner(m1, t1);
		await verifySigned(crypto, joiner.sign, 'pair-new', concatBytes(t1, body), signature);
		await this.#checkNamed(joiner);
		const { sign, kem, owner, dtls } = joiner;
		// Otherwise an invalid key would be noticed only when it is used.
		await crypto.verifier(owner);
		const device = await deviceIdOf(crypto, sign, kem);
		if (device === this.#self.device) return { kind: 'self' };
		const subject: Subject = { device, sign, kem, owner, dtls };
		checkOwnerKey(await replayRoster(crypto, this.#self.roster), subject);
		const name = plainName(new TextDecoder('utf-8', { fatal: true }).decode(joiner.name));
		if (name.trim() === '') throw new Fault('malformed', 'the new device has no name');
		const t2 = await nextTranscript(crypto, t1, m1);
		const wanted = this.#options.wanted ?? withoutOwner(joiner.wanted);
		const m2 = await this.#ownerMessage(joiner, t2, wanted);
		const t3 = await nextTranscript(crypto, t2, m2);
		this.#joinerState = { m1, m2, joiner, subject, name, t3 };
		const digits = await comparisonDigits(crypto, t2, this.#nonce, this.#owner.public);
		return { kind: 'joiner', name, wanted, digits, answer: m2 };
	}

	async #openJoiner(m1: Bytes, t1: Bytes): Promise<SignedBody<JoinerMessage>> {
		const { psk } = this.#shared;
		const wrapped = parseSealed(1, m1);
		const plain = await this.#crypto.openWith(this.#ephemeral, psk, hpkeContext(1, t1), wrapped);
		return parseJoinerMessage(plain);
	}

	/** PR4. */
	async #checkNamed({ sign, kem }: JoinerMessage): Promise<void> {
		const { code } = this.#options;
		if (code.kind !== 'n1') return;
		if (!equalBytes(await this.#crypto.sha256(concatBytes(sign, kem)), code.hash)) {
			throw new Fault('corrupt', 'the code names other device keys');
		}
	}

	async #ownerMessage(joiner: JoinerMessage, t2: Bytes, wanted: RequestedAccess): Promise<Bytes> {
		const { roster, home } = this.#self;
		const newest = roster.at(-1);
		if (newest === undefined) throw new Fault('conflict', 'this home has no roster');
		const body = buildOwnerMessage({
			...{ nonce: this.#nonce, owner: this.#owner.public, home, wanted },
			...{ seq: roster.length, head: await entryHash(this.#crypto, newest) },
		});
		const signature = await this.#crypto.sign(
			this.#owner.key,
			signedBytes('pair-owner', concatBytes(t2, body)),
		);
		const plain = concatBytes(body, signature);
		const { psk } = this.#shared;
		return buildSealed(2, await this.#crypto.sealTo(joiner.kem, psk, hpkeContext(2, t2), plain));
	}
}

/** PR18: no device becomes an owner just because it asked and a person pressed Allow. */
function withoutOwner(requested: RequestedAccess): RequestedAccess {
	return requested === 'owner' ? 'viewer' : requested;
}
