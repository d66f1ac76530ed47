import { hexOf, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { PairingCode, TypedCode } from '#domain/pairing/code.ts';
import {
	buildJoinerMessage,
	buildOk,
	buildSealed,
	commitmentBytes,
	messageKindOf,
	NONCE_BYTES,
	openingHead,
	parseAdmissionMessage,
	parseOwnerMessage,
	parseEndNote,
	parseOpening,
	parseAdmissionPiece,
	joinAdmissionPieces,
	parseSealed,
	requestedAccessOf,
	type AdmissionMessage,
	type OwnerMessage,
	type EndNote,
	type AdmissionPiece,
	type RequestedAccess,
} from '#domain/pairing/handshake-messages.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import {
	nextTranscript,
	verifySigned,
	verifyOpeningTag,
	hpkeContext,
	comparisonDigits,
	sharedSecrets,
	type SharedSecrets,
} from './handshake-keys.ts';
import { entryHash, replayRoster, type Roster } from '#engine/home/roster.ts';

export type JoinerHandshakeEvent =
	/** After M0; `answer` is M1. */
	| { readonly kind: 'opened'; readonly answer: Bytes }
	/**
	 * After M2. `names`: the code named the owner's key, which rules out a man in the middle, so
	 * nobody has to compare digits (PR5).
	 */
	| {
			readonly kind: 'owner';
			readonly digits: string;
			readonly wanted: RequestedAccess;
			readonly names: boolean;
	  }
	/** M4, complete and verified. */
	| {
			readonly kind: 'admitted';
			readonly admission: AdmissionMessage;
			readonly became: RequestedAccess;
	  }
	| { readonly kind: 'piece' }
	| { readonly kind: 'again'; readonly boxes: readonly Bytes[] }
	| { readonly kind: 'note'; readonly note: EndNote };

/** The home that the owner named in M2, and its newest roster entry then. */
export type AgreedHome = Pick<PendingJoin, 'home' | 'owner' | 'seq' | 'head'>;

export interface JoinerHandshakeOptions {
	readonly rid: string;
	readonly code: PairingCode | TypedCode;
	readonly name: string;
	readonly wanted: RequestedAccess;
}

/**
 * The new device's half of the handshake, without I/O. Every `Fault` of `receive` burns the code.
 */
export class JoinerHandshake {
	readonly #crypto: Crypto;
	readonly #self: SelfIdentity;
	readonly #options: JoinerHandshakeOptions;
	readonly #shared: SharedSecrets;
	#m0: Bytes | null = null;
	#m1: Bytes | null = null;
	#t1 = new Uint8Array();
	#commitment = new Uint8Array();
	#m2: Bytes | null = null;
	#t3 = new Uint8Array();
	#owner: OwnerMessage | null = null;
	#m3: Bytes | null = null;
	readonly #pieces = new Map<number, AdmissionPiece>();

	private constructor(
		crypto: Crypto,
		self: SelfIdentity,
		options: JoinerHandshakeOptions,
		shared: SharedSecrets,
	) {
		this.#crypto = crypto;
		this.#self = self;
		this.#options = options;
		this.#shared = shared;
	}

	static async begin(
		crypto: Crypto,
		self: SelfIdentity,
		options: JoinerHandshakeOptions,
	): Promise<JoinerHandshake> {
		return new JoinerHandshake(
			crypto,
			self,
			options,
			await sharedSecrets(crypto, options.code, options.rid),
		);
	}

	async receive(box: Bytes): Promise<JoinerHandshakeEvent> {
		switch (messageKindOf(box)) {
			case 0:
				if (this.#m0 === null) return this.#receiveOpening(box);
				return this.#repeat(box, this.#m0, this.#m1);
			case 2:
				if (this.#m2 === null) return this.#receiveOwner(box);
				return this.#repeat(box, this.#m2, this.#m3);
			case 4:
				return this.#collect(parseAdmissionPiece(box));
			case 5:
				return { kind: 'note', note: parseEndNote(box) };
			default:
				throw new Fault('corrupt', 'the joiner received a message that only an owner receives');
		}
	}

	/** From M2. Throws `conflict` before it. */
	get agreed(): AgreedHome {
		if (this.#owner === null) throw new Fault('conflict', 'M2 has not been received');
		const { home, owner, seq, head } = this.#owner;
		return { home, owner, seq, head };
	}

	/** M3, the consent of this device and, if asked, of its user. Throws `conflict` before M2. */
	async ok(): Promise<Bytes> {
		if (this.#owner === null) throw new Fault('conflict', 'consent before M2');
		const { sign } = this.#self;
		this.#m3 ??= buildOk(await this.#crypto.sign(sign.key, signedBytes('pair-ok', this.#t3)));
		return this.#m3;
	}

	#repeat(box: Bytes, before: Bytes, answer: Bytes | null): JoinerHandshakeEvent {
		if (!equalBytes(box, before))
			throw new Fault('corrupt', 'a handshake message was repeated with other content');
		return { kind: 'again', boxes: answer === null ? [] : [answer] };
	}

	async #receiveOpening(m0: Bytes): Promise<JoinerHandshakeEvent> {
		const crypto = this.#crypto;
		const opening = parseOpening(m0);
		await verifyOpeningTag(crypto, this.#shared, openingHead(opening), opening.tag);
		const { sign, kem, ownerKey, dtls } = this.#self;
		const t1 = await nextTranscript(crypto, this.#shared.start, m0);
		const body = buildJoinerMessage({
			...{ sign: sign.public, kem: kem.public, owner: ownerKey },
			...{ dtls: dtls?.fingerprint ?? null, wanted: this.#options.wanted },
			...{ nonce: crypto.random(NONCE_BYTES), name: new TextEncoder().encode(this.#options.name) },
		});
		const signature = await crypto.sign(sign.key, signedBytes('pair-new', concatBytes(t1, body)));
		const sealed = await crypto.sealTo(
			opening.ephemeral,
			this.#shared.psk,
			hpkeContext(1, t1),
			concatBytes(body, signature),
		);
		this.#m0 = m0;
		this.#t1 = t1;
		this.#commitment = opening.commitment;
		this.#m1 = buildSealed(1, sealed);
		return { kind: 'opened', answer: this.#m1 };
	}

	async #receiveOwner(m2: Bytes): Promise<JoinerHandshakeEvent> {
		if (this.#m1 === null) throw new Fault('corrupt', 'M2 before M0');
		const crypto = this.#crypto;
		const t2 = await nextTranscript(crypto, this.#t1, this.#m1);
		const context = hpkeContext(2, t2);
		const wrapped = parseSealed(2, m2);
		const plain = await crypto.openWith(this.#self.kem, this.#shared.psk, context, wrapped);
		const { value: ownerMessage, body, signature } = parseOwnerMessage(plain);
		const { nonce, owner, wanted } = ownerMessage;
		if (!equalBytes(await crypto.sha256(commitmentBytes(nonce, owner)), this.#commitment)) {
			throw new Fault('corrupt', 'M2 does not match the commitment in M0');
		}
		await verifySigned(crypto, owner, 'pair-owner', concatBytes(t2, body), signature);
		const { code } = this.#options;
		const names = code.kind === 'p1';
		if (names && !equalBytes(await crypto.sha256(owner), code.hash)) {
			throw new Fault('corrupt', 'the code names another owner key');
		}
		this.#t3 = await nextTranscript(crypto, t2, m2);
		this.#m2 = m2;
		this.#owner = ownerMessage;
		return {
			kind: 'owner',
			digits: await comparisonDigits(crypto, t2, nonce, owner),
			wanted,
			names,
		};
	}

	async #collect(piece: AdmissionPiece): Promise<JoinerHandshakeEvent> {
		const [ownerMessage, m3] = [this.#owner, this.#m3];
		if (ownerMessage === null || m3 === null) throw new Fault('corrupt', 'M4 before M3');
		this.#pieces.set(piece.part, piece);
		const pieces = [...this.#pieces.values()].sort((a, b) => a.part - b.part);
		if (pieces.length < piece.of) return { kind: 'piece' };
		if (pieces.length !== piece.of)
			throw new Fault('corrupt', 'the pieces of M4 disagree on their number');
		const t4 = await nextTranscript(this.#crypto, this.#t3, m3);
		const plain = await this.#crypto.openWith(
			this.#self.kem,
			this.#shared.psk,
			hpkeContext(4, t4),
			joinAdmissionPieces(pieces),
		);
		const admission = parseAdmissionMessage(plain);
		const { became } = await verifyAgreedRoster(
			this.#crypto,
			this.#self,
			ownerMessage,
			admission.roster,
		);
		return { kind: 'admitted', admission, became };
	}
}

/**
 * Verifies that it is the owner's home, that the roster contains the entry named in M2, and that
 * this device is in it with its own keys. Throws `corrupt`.
 */
export async function verifyAgreedRoster(
	crypto: Crypto,
	self: Pick<SelfIdentity, 'device' | 'sign' | 'kem'>,
	agreed: AgreedHome,
	entries: readonly Bytes[],
): Promise<{ readonly roster: Roster; readonly became: RequestedAccess }> {
	const roster = await replayRoster(crypto, entries);
	const agreedEntry = entries[agreed.seq - 1];
	const entry = roster.devices.get(self.device);
	const own = entry?.subject;
	const fits =
		agreedEntry !== undefined &&
		equalBytes(await entryHash(crypto, agreedEntry), agreed.head) &&
		roster.owners.has(hexOf(agreed.owner)) &&
		own !== null &&
		own !== undefined &&
		equalBytes(own.sign, self.sign.public) &&
		equalBytes(own.kem, self.kem.public);
	if (!fits) throw new Fault('corrupt', 'the roster does not match M2 or lacks this device');
	return { roster, became: requestedAccessOf(entry?.roles ?? []) };
}
