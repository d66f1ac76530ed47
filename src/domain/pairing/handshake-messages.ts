import {
	ascii,
	isZero,
	concatBytes,
	ByteReader,
	ByteWriter,
	type Bytes,
} from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Wrapped } from '#domain/home/grant.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { MAX_PADDED_NAME_BYTES, padName, unpadName } from '#domain/home/name.ts';
import { accessOf, rolesFor } from '#domain/home/rights.ts';
import type { Role } from '#domain/home/roster.ts';
import { HASH_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '#domain/base/signed.ts';

/** Layout and rules: docs/spec/pairing.md, "Handshake messages". */
export const NONCE_BYTES = 32;
const TAG_BYTES = 16;
const OPENING_BYTES = 1 + PUBLIC_KEY_BYTES + HASH_BYTES;
const JOINER_BYTES = 3 * PUBLIC_KEY_BYTES + HASH_BYTES + 1 + NONCE_BYTES;
const OWNER_BYTES = NONCE_BYTES + PUBLIC_KEY_BYTES + 16 + 4 + HASH_BYTES + 1;
/** Bytes of M4 per box; a box holds 32 KiB. */
const PIECE_BYTES = 31 * 1024;
const MAX_PIECES = 12;
export const MAX_ROSTER_ENTRIES = 4096;

export type HandshakeMessageKind = 0 | 1 | 2 | 3 | 4 | 5;

/** The access that a new device is to get. Its index is the number in a message. */
export const REQUESTED_ACCESSES = ['viewer', 'live-only', 'camera', 'owner', 'view-only'] as const;
export type RequestedAccess = (typeof REQUESTED_ACCESSES)[number];

export function rolesOfRequested(wanted: RequestedAccess): readonly Role[] {
	return wanted === 'camera' ? rolesFor(null, true) : rolesFor(wanted, false);
}

/** The inverse of `rolesOfRequested`. */
export function requestedAccessOf(roles: readonly Role[]): RequestedAccess {
	return accessOf(roles) ?? 'camera';
}

/** Contents of an end note. A note only selects the words on the screen. */
export const END_NOTES = ['refused', 'cancelled', 'digits', 'burnt', 'failed'] as const;
export type EndNote = (typeof END_NOTES)[number];

export function messageKindOf(box: Uint8Array): HandshakeMessageKind {
	const kind = box[0];
	if (kind === undefined || kind > 5)
		throw new Fault('malformed', 'unknown kind of handshake message');
	return kind as HandshakeMessageKind;
}

// ─── transcript ──────────────────────────────────────────────────────────────────────────────────

/** Its hash is T0. */
export function transcriptStart(core: Uint8Array): Bytes {
	return concatBytes(ascii('spycam/v1/pair\0'), core);
}

export function commitmentBytes(nonce: Uint8Array, owner: Uint8Array): Bytes {
	return concatBytes(ascii('spycam/v1/commit\0'), nonce, owner);
}

export function digitsBytes(t2: Uint8Array, nonce: Uint8Array, owner: Uint8Array): Bytes {
	return concatBytes(ascii('spycam/v1/digits\0'), t2, nonce, owner);
}

/** Six digits from the hash of `digitsBytes` (PR3). */
export function digitsOf(hash: Uint8Array): string {
	const number = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
	return String(number % 1_000_000n).padStart(6, '0');
}

/** HPKE `info` of message n. */
export function pairInfo(n: 1 | 2 | 4): Bytes {
	return concatBytes(ascii('spycam/v1/pair\0'), new Uint8Array([n]));
}

// ─── M0 ──────────────────────────────────────────────────────────────────────────────────────────

export interface OpeningMessage {
	/** The owner's key for this pairing only. */
	readonly ephemeral: Bytes;
	readonly commitment: Bytes;
	/** Authenticated with the S of the only code of this pairing (PR15). */
	readonly tag: Bytes;
}

/** Additional data of the tag. */
export function openingHead({ ephemeral, commitment }: Omit<OpeningMessage, 'tag'>): Bytes {
	return new ByteWriter(OPENING_BYTES)
		.u8(0)
		.put(ephemeral, PUBLIC_KEY_BYTES)
		.put(commitment, HASH_BYTES).bytes;
}

export function buildOpening(opening: OpeningMessage): Bytes {
	return new ByteWriter(OPENING_BYTES + TAG_BYTES)
		.put(openingHead(opening))
		.put(opening.tag, TAG_BYTES).bytes;
}

export function parseOpening(box: Uint8Array): OpeningMessage {
	const from = readerAfterKind(0, box);
	const ephemeral = from.take(PUBLIC_KEY_BYTES);
	const commitment = from.take(HASH_BYTES);
	const tag = from.take(TAG_BYTES);
	from.end();
	return { ephemeral, commitment, tag };
}

// ─── M1 ──────────────────────────────────────────────────────────────────────────────────────────

export interface JoinerMessage {
	readonly sign: Bytes;
	readonly kem: Bytes;
	/** The key with which it would sign the roster as an owner. */
	readonly owner: Bytes;
	/** SHA-256 of its DTLS certificate. */
	readonly dtls: Bytes | null;
	readonly wanted: RequestedAccess;
	readonly nonce: Bytes;
	/** UTF-8. */
	readonly name: Bytes;
}

export function buildJoinerMessage(joiner: JoinerMessage): Bytes {
	const name = padName(joiner.name);
	return new ByteWriter(JOINER_BYTES + name.length)
		.put(joiner.sign, PUBLIC_KEY_BYTES)
		.put(joiner.kem, PUBLIC_KEY_BYTES)
		.put(joiner.owner, PUBLIC_KEY_BYTES)
		.put(joiner.dtls ?? new Uint8Array(HASH_BYTES), HASH_BYTES)
		.u8(REQUESTED_ACCESSES.indexOf(joiner.wanted))
		.put(joiner.nonce, NONCE_BYTES)
		.put(name).bytes;
}

function joinerMessageFrom(body: Uint8Array): JoinerMessage {
	const from = new ByteReader(body);
	const sign = from.take(PUBLIC_KEY_BYTES);
	const kem = from.take(PUBLIC_KEY_BYTES);
	const owner = from.take(PUBLIC_KEY_BYTES);
	const dtls = from.take(HASH_BYTES);
	const wanted = requestedAccessFrom(from.u8());
	const nonce = from.take(NONCE_BYTES);
	const padded = from.take(body.length - JOINER_BYTES);
	if (padded.length === 0 || padded.length % 64 !== 0 || padded.length > MAX_PADDED_NAME_BYTES) {
		throw new Fault('malformed', `name of the new device: ${padded.length} padded bytes`);
	}
	const certificate = isZero(dtls) ? null : dtls;
	return { sign, kem, owner, dtls: certificate, wanted, nonce, name: unpadName(padded) };
}

// ─── M2 ──────────────────────────────────────────────────────────────────────────────────────────

export interface OwnerMessage {
	readonly nonce: Bytes;
	readonly owner: Bytes;
	/** The home to return to as a member if the pairing is cut off (PR21). */
	readonly home: HomeId;
	/** Number and hash of the newest roster entry, which M4 must contain. */
	readonly seq: number;
	readonly head: Bytes;
	/** The access that the owner has chosen so far. */
	readonly wanted: RequestedAccess;
}

export function buildOwnerMessage(host: OwnerMessage): Bytes {
	return new ByteWriter(OWNER_BYTES)
		.put(host.nonce, NONCE_BYTES)
		.put(host.owner, PUBLIC_KEY_BYTES)
		.id(host.home)
		.u32(host.seq)
		.put(host.head, HASH_BYTES)
		.u8(REQUESTED_ACCESSES.indexOf(host.wanted)).bytes;
}

function ownerMessageFrom(body: Uint8Array): OwnerMessage {
	const from = new ByteReader(body);
	const nonce = from.take(NONCE_BYTES);
	const owner = from.take(PUBLIC_KEY_BYTES);
	const home = from.id() as HomeId;
	const seq = from.u32();
	const head = from.take(HASH_BYTES);
	const wanted = requestedAccessFrom(from.u8());
	from.end();
	return { nonce, owner, home, seq, head, wanted };
}

/** Plaintext of M1 and M2: a body, and a signature over transcript and body. */
export interface SignedBody<T> {
	readonly value: T;
	readonly body: Bytes;
	readonly signature: Bytes;
}

export function parseJoinerMessage(plain: Uint8Array): SignedBody<JoinerMessage> {
	return signedBodyFrom(plain, joinerMessageFrom);
}

export function parseOwnerMessage(plain: Uint8Array): SignedBody<OwnerMessage> {
	return signedBodyFrom(plain, ownerMessageFrom);
}

function signedBodyFrom<T>(plain: Uint8Array, read: (body: Uint8Array) => T): SignedBody<T> {
	const from = new ByteReader(plain);
	const body = from.take(Math.max(0, plain.length - SIGNATURE_BYTES));
	const signature = from.take(SIGNATURE_BYTES);
	return { value: read(body), body, signature };
}

// ─── sealed messages ─────────────────────────────────────────────────────────────────────────────

export function buildSealed(kind: 1 | 2, { encapsulated, ciphertext }: Wrapped): Bytes {
	return concatBytes(new Uint8Array([kind]), encapsulated, ciphertext);
}

export function parseSealed(kind: 1 | 2, box: Uint8Array): Wrapped {
	return wrappedFrom(readerAfterKind(kind, box), box.length - 1);
}

function wrappedFrom(from: ByteReader, length: number): Wrapped {
	if (length < PUBLIC_KEY_BYTES + TAG_BYTES)
		throw new Fault('malformed', `sealed handshake message: only ${length} bytes`);
	const encapsulated = from.take(PUBLIC_KEY_BYTES);
	return { encapsulated, ciphertext: from.take(length - PUBLIC_KEY_BYTES) };
}

// ─── M3 ──────────────────────────────────────────────────────────────────────────────────────────

export function buildOk(signature: Bytes): Bytes {
	return new ByteWriter(1 + SIGNATURE_BYTES).u8(3).put(signature, SIGNATURE_BYTES).bytes;
}

export function parseOk(box: Uint8Array): Bytes {
	const from = readerAfterKind(3, box);
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	return signature;
}

// ─── M4 ──────────────────────────────────────────────────────────────────────────────────────────

export interface AdmissionMessage {
	/** All entries, in order. */
	readonly roster: readonly Bytes[];
	/** Grants of the home keys for the joiner, concatenated. */
	readonly grants: Bytes;
}

export function buildAdmissionMessage({ roster, grants }: AdmissionMessage): Bytes {
	const counted = (bytes: Bytes) => concatBytes(new ByteWriter(2).u16(bytes.length).bytes, bytes);
	return concatBytes(
		new ByteWriter(2).u16(roster.length).bytes,
		...[...roster, grants].map(counted),
	);
}

export function parseAdmissionMessage(body: Uint8Array): AdmissionMessage {
	const from = new ByteReader(body);
	const count = from.u16();
	if (count > MAX_ROSTER_ENTRIES)
		throw new Fault('malformed', `the roster in M4 has ${count} entries`);
	const roster = Array.from({ length: count }, () => from.take(from.u16()));
	const grants = from.take(from.u16());
	from.end();
	return { roster, grants };
}

/** M4 in as many boxes as it needs. Throws `malformed` if it exceeds what a rendezvous carries. */
export function buildAdmissionPieces({ encapsulated, ciphertext }: Wrapped): Bytes[] {
	const whole = concatBytes(encapsulated, ciphertext);
	const of = Math.ceil(whole.length / PIECE_BYTES);
	if (of > MAX_PIECES)
		throw new Fault('malformed', `the roster does not fit into ${MAX_PIECES} pieces of M4`);
	return Array.from({ length: of }, (_, part) => {
		const piece = whole.subarray(part * PIECE_BYTES, (part + 1) * PIECE_BYTES);
		return concatBytes(new Uint8Array([4, part, of]), piece);
	});
}

export interface AdmissionPiece {
	readonly part: number;
	readonly of: number;
	readonly bytes: Bytes;
}

export function parseAdmissionPiece(box: Uint8Array): AdmissionPiece {
	const from = readerAfterKind(4, box);
	const [part, of] = [from.u8(), from.u8()];
	const bytes = from.take(box.length - 3);
	const full = part === of - 1 ? bytes.length > 0 : bytes.length === PIECE_BYTES;
	if (part >= of || of > MAX_PIECES || bytes.length > PIECE_BYTES || !full) {
		throw new Fault('malformed', 'M4: piece of a wrong number or length');
	}
	return { part, of, bytes };
}

/** Expects all pieces, in order. */
export function joinAdmissionPieces(pieces: readonly AdmissionPiece[]): Wrapped {
	const whole = concatBytes(...pieces.map(({ bytes }) => bytes));
	return wrappedFrom(new ByteReader(whole), whole.length);
}

// ─── notes ───────────────────────────────────────────────────────────────────────────────────────

export function buildEndNote(note: EndNote): Bytes {
	return new Uint8Array([5, END_NOTES.indexOf(note)]);
}

export function parseEndNote(box: Uint8Array): EndNote {
	const from = readerAfterKind(5, box);
	const note = END_NOTES[from.u8()];
	from.end();
	if (note === undefined) throw new Fault('malformed', 'unknown end note');
	return note;
}

function readerAfterKind(kind: HandshakeMessageKind, box: Uint8Array): ByteReader {
	const from = new ByteReader(box);
	if (from.u8() !== kind)
		throw new Fault('malformed', `expected a handshake message of kind ${kind}`);
	return from;
}

function requestedAccessFrom(code: number): RequestedAccess {
	const wanted = REQUESTED_ACCESSES[code];
	if (wanted === undefined) throw new Fault('malformed', 'unknown requested access');
	return wanted;
}
