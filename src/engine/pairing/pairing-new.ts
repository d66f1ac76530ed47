import { hexOf, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { MeetingCode, TypedCode } from '#domain/pairing/pairing-code.ts';
import {
	buildNewcomer,
	buildOk,
	buildSealed,
	commitmentBytes,
	kindOf,
	NONCE_BYTES,
	openingHead,
	parseAdmission,
	parseHost,
	parseNote,
	parseOpening,
	parsePiece,
	parsePieces,
	parseSealed,
	wantedOf,
	type Admission,
	type Host,
	type Note,
	type Piece,
	type Wanted,
} from '#domain/pairing/pairing.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import {
	after,
	checkSigned,
	checkTag,
	contextOf,
	digitsFor,
	sharedOf,
	type Shared,
} from './pairing-keys.ts';
import { entryHash, replayRoster, type Roster } from '#engine/home/roster.ts';

export type HeardByNew =
	/** M0: the owner is there. `answer` is M1. */
	| { readonly kind: 'opened'; readonly answer: Bytes }
	/**
	 * M2. `names`: the code named the owner's key, so nobody stands between and nobody is asked
	 * (PR5).
	 */
	| {
			readonly kind: 'host';
			readonly digits: string;
			readonly wanted: Wanted;
			readonly names: boolean;
	  }
	/** M4, whole and checked. */
	| { readonly kind: 'admitted'; readonly admission: Admission; readonly became: Wanted }
	| { readonly kind: 'piece' }
	| { readonly kind: 'again'; readonly boxes: readonly Bytes[] }
	| { readonly kind: 'note'; readonly note: Note };

/** Whose home it is, and how far its roster went. */
export type Agreed = Pick<PendingJoin, 'home' | 'owner' | 'seq' | 'head'>;

export interface NewWish {
	readonly rid: string;
	readonly code: MeetingCode | TypedCode;
	readonly name: string;
	readonly wanted: Wanted;
}

/** The new device's half of a pairing, without a line. Every `Fault` of `hear` burns the code. */
export class NewTalk {
	readonly #crypto: Crypto;
	readonly #self: SelfIdentity;
	readonly #wish: NewWish;
	readonly #shared: Shared;
	#m0: Bytes | null = null;
	#m1: Bytes | null = null;
	#t1 = new Uint8Array();
	#commitment = new Uint8Array();
	#m2: Bytes | null = null;
	#t3 = new Uint8Array();
	#host: Host | null = null;
	#m3: Bytes | null = null;
	readonly #pieces = new Map<number, Piece>();

	private constructor(crypto: Crypto, self: SelfIdentity, wish: NewWish, shared: Shared) {
		this.#crypto = crypto;
		this.#self = self;
		this.#wish = wish;
		this.#shared = shared;
	}

	static async begin(crypto: Crypto, self: SelfIdentity, wish: NewWish): Promise<NewTalk> {
		return new NewTalk(crypto, self, wish, await sharedOf(crypto, wish.code, wish.rid));
	}

	async hear(box: Bytes): Promise<HeardByNew> {
		switch (kindOf(box)) {
			case 0:
				if (this.#m0 === null) return this.#answer(box);
				return this.#again(box, this.#m0, this.#m1);
			case 2:
				if (this.#m2 === null) return this.#meet(box);
				return this.#again(box, this.#m2, this.#m3);
			case 4:
				return this.#collect(parsePiece(box));
			case 5:
				return { kind: 'note', note: parseNote(box) };
			default:
				throw new Fault('corrupt', 'a message of the wrong side');
		}
	}

	/** What M2 said, once it was read. Throws `conflict` before it. */
	get agreed(): Agreed {
		if (this.#host === null) throw new Fault('conflict', 'nothing was agreed on');
		const { home, owner, seq, head } = this.#host;
		return { home, owner, seq, head };
	}

	/** M3: this device, and where it is asked its person, is content. Throws `conflict` before M2. */
	async ok(): Promise<Bytes> {
		if (this.#host === null) throw new Fault('conflict', 'nothing to consent to');
		const { sign } = this.#self;
		this.#m3 ??= buildOk(await this.#crypto.sign(sign.key, signedBytes('pair-ok', this.#t3)));
		return this.#m3;
	}

	#again(box: Bytes, before: Bytes, answer: Bytes | null): HeardByNew {
		if (!equalBytes(box, before)) throw new Fault('corrupt', 'the same message, but other');
		return { kind: 'again', boxes: answer === null ? [] : [answer] };
	}

	async #answer(m0: Bytes): Promise<HeardByNew> {
		const crypto = this.#crypto;
		const opening = parseOpening(m0);
		await checkTag(crypto, this.#shared, openingHead(opening), opening.tag);
		const { sign, kem, ownerKey, dtls } = this.#self;
		const t1 = await after(crypto, this.#shared.start, m0);
		const body = buildNewcomer({
			...{ sign: sign.public, kem: kem.public, owner: ownerKey },
			...{ dtls: dtls?.fingerprint ?? null, wanted: this.#wish.wanted },
			...{ nonce: crypto.random(NONCE_BYTES), name: new TextEncoder().encode(this.#wish.name) },
		});
		const signature = await crypto.sign(sign.key, signedBytes('pair-new', concatBytes(t1, body)));
		const sealed = await crypto.sealTo(
			opening.ephemeral,
			this.#shared.psk,
			contextOf(1, t1),
			concatBytes(body, signature),
		);
		this.#m0 = m0;
		this.#t1 = t1;
		this.#commitment = opening.commitment;
		this.#m1 = buildSealed(1, sealed);
		return { kind: 'opened', answer: this.#m1 };
	}

	async #meet(m2: Bytes): Promise<HeardByNew> {
		if (this.#m1 === null) throw new Fault('corrupt', 'a message before its time');
		const crypto = this.#crypto;
		const t2 = await after(crypto, this.#t1, this.#m1);
		const context = contextOf(2, t2);
		const wrapped = parseSealed(2, m2);
		const plain = await crypto.openWith(this.#self.kem, this.#shared.psk, context, wrapped);
		const { value: host, body, signature } = parseHost(plain);
		const { nonce, owner, wanted } = host;
		if (!equalBytes(await crypto.sha256(commitmentBytes(nonce, owner)), this.#commitment)) {
			throw new Fault('corrupt', 'not what was committed to');
		}
		await checkSigned(crypto, owner, 'pair-owner', concatBytes(t2, body), signature);
		const { code } = this.#wish;
		const names = code.kind === 'p1';
		if (names && !equalBytes(await crypto.sha256(owner), code.hash)) {
			throw new Fault('corrupt', 'another owner than the code names');
		}
		this.#t3 = await after(crypto, t2, m2);
		this.#m2 = m2;
		this.#host = host;
		return { kind: 'host', digits: await digitsFor(crypto, t2, nonce, owner), wanted, names };
	}

	async #collect(piece: Piece): Promise<HeardByNew> {
		const [host, m3] = [this.#host, this.#m3];
		if (host === null || m3 === null) throw new Fault('corrupt', 'a message before its time');
		this.#pieces.set(piece.part, piece);
		const pieces = [...this.#pieces.values()].sort((a, b) => a.part - b.part);
		if (pieces.length < piece.of) return { kind: 'piece' };
		if (pieces.length !== piece.of) throw new Fault('corrupt', 'pieces that do not fit');
		const t4 = await after(this.#crypto, this.#t3, m3);
		const plain = await this.#crypto.openWith(
			this.#self.kem,
			this.#shared.psk,
			contextOf(4, t4),
			parsePieces(pieces),
		);
		const admission = parseAdmission(plain);
		const { became } = await checkAgreed(this.#crypto, this.#self, host, admission.roster);
		return { kind: 'admitted', admission, became };
	}
}

/**
 * It is the owner's home, it goes on from where the owner said, and this device is in it with its
 * own keys. Throws `corrupt`.
 */
export async function checkAgreed(
	crypto: Crypto,
	self: Pick<SelfIdentity, 'device' | 'sign' | 'kem'>,
	agreed: Agreed,
	entries: readonly Bytes[],
): Promise<{ readonly roster: Roster; readonly became: Wanted }> {
	const roster = await replayRoster(crypto, entries);
	const told = entries[agreed.seq - 1];
	const entry = roster.devices.get(self.device);
	const own = entry?.subject;
	const fits =
		told !== undefined &&
		equalBytes(await entryHash(crypto, told), agreed.head) &&
		roster.owners.has(hexOf(agreed.owner)) &&
		own !== null &&
		own !== undefined &&
		equalBytes(own.sign, self.sign.public) &&
		equalBytes(own.kem, self.kem.public);
	if (!fits) throw new Fault('corrupt', 'a roster that is not what was agreed on');
	return { roster, became: wantedOf(entry?.roles ?? []) };
}
