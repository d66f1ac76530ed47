import { concatBytes, ByteReader, equalBytes, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { lowS } from '#domain/base/p256.ts';
import { HASH_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '#domain/base/signed.ts';

/** Layout and rules: docs/spec/identity.md, "Roster". */
const FIXED_BYTES = 382;
const MAX_DETAIL_BYTES = 16 * 1024;
const VERSION = 1;

const OP_CODES = { add: 1, revoke: 2, rotate: 3, relays: 4, policy: 5, settle: 6 } as const;
export type RosterOp = keyof typeof OP_CODES;
const OPS = Object.keys(OP_CODES) as readonly RosterOp[];

/** `live` and `view-only` narrow `viewer`; see `rights.ts`. */
const ROLE_BITS = {
	camera: 1,
	viewer: 2,
	owner: 4,
	recovery: 8,
	live: 16,
	'view-only': 32,
} as const;
export type Role = keyof typeof ROLE_BITS;
const ROLES = Object.keys(ROLE_BITS) as readonly Role[];

/** The device an entry is about. Absent keys are zeros in the layout and `null` here. */
export interface Subject {
	readonly device: DeviceId;
	readonly sign: Bytes;
	readonly kem: Bytes;
	readonly owner: Bytes | null;
	/** SHA-256 fingerprint of the DTLS certificate. */
	readonly dtls: Bytes | null;
}

export interface RosterEntry {
	readonly op: RosterOp;
	readonly roles: readonly Role[];
	readonly home: HomeId;
	/** 1 for the first. */
	readonly seq: number;
	/** SHA-256 of the previous entry's canonical bytes (ID43); zeros for the first. */
	readonly prev: Bytes;
	readonly wallMs: number;
	/** When the membership expires; `null`: never. */
	readonly notAfterMs: number | null;
	/** Public owner key of the signer. */
	readonly author: Bytes;
	/** `null` for operations about no device. */
	readonly subject: Subject | null;
	/** `add` and `rotate`: sealed name. `settle`: hashes. Otherwise a document. */
	readonly detail: Bytes;
}

/** The canonical bytes, which the signature covers. */
export function buildEntry(entry: RosterEntry): Bytes {
	const { subject, detail } = entry;
	if (detail.length > MAX_DETAIL_BYTES)
		throw new Fault('malformed', `roster entry's detail exceeds ${MAX_DETAIL_BYTES} bytes`);
	const writer = new ByteWriter(FIXED_BYTES + detail.length)
		.u8(VERSION)
		.u8(OP_CODES[entry.op])
		.u16(entry.roles.reduce((bits, role) => bits | ROLE_BITS[role], 0))
		.id(entry.home)
		.u32(entry.seq)
		.put(entry.prev, HASH_BYTES)
		.u64(entry.wallMs)
		.u64(entry.notAfterMs ?? 0)
		.put(entry.author, PUBLIC_KEY_BYTES);
	if (subject === null) writer.zeros(16 + 3 * PUBLIC_KEY_BYTES + HASH_BYTES);
	else {
		writer
			.id(subject.device)
			.put(subject.sign, PUBLIC_KEY_BYTES)
			.put(subject.kem, PUBLIC_KEY_BYTES)
			.put(subject.owner ?? new Uint8Array(PUBLIC_KEY_BYTES), PUBLIC_KEY_BYTES)
			.put(subject.dtls ?? new Uint8Array(HASH_BYTES), HASH_BYTES);
	}
	return writer.u16(detail.length).put(detail).bytes;
}

export function parseEntry(bytes: Uint8Array): {
	readonly entry: RosterEntry;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unsupported roster entry version');
	const code = from.u8();
	const op = OPS.find((candidate) => OP_CODES[candidate] === code);
	if (op === undefined) throw new Fault('unsupported', `unsupported roster operation ${code}`);
	const bits = from.u16();
	const roles = ROLES.filter((role) => (bits & ROLE_BITS[role]) !== 0);
	if (bits > 63) throw new Fault('unsupported', 'unknown role bits in a roster entry');
	const home = from.id() as HomeId;
	const seq = from.u32();
	const prev = from.take(HASH_BYTES);
	const wallMs = from.u64();
	const notAfterMs = from.u64() || null;
	const author = from.take(PUBLIC_KEY_BYTES);
	const device = from.id() as DeviceId;
	const keys = [PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES, HASH_BYTES].map((length) => {
		const key = from.take(length);
		return key.every((byte) => byte === 0) ? null : key;
	});
	const [sign = null, kem = null, owner = null, dtls = null] = keys;
	const absent = /^0+$/.test(device) && keys.every((key) => key === null);
	// A revocation names a device without repeating its keys.
	const empty = new Uint8Array(PUBLIC_KEY_BYTES);
	const subject = absent ? null : { device, sign: sign ?? empty, kem: kem ?? empty, owner, dtls };
	const length = from.u16();
	if (length > MAX_DETAIL_BYTES)
		throw new Fault('malformed', `roster entry's detail exceeds ${MAX_DETAIL_BYTES} bytes`);
	const detail = from.take(length);
	const canonical = bytes.slice(0, FIXED_BYTES + length);
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	return {
		entry: { op, roles, home, seq, prev, wallMs, notAfterMs, author, subject, detail },
		canonical,
		signature,
	};
}

/** The entry without its signature: what is signed, and what the next entry's `prev` hashes. */
export function canonicalOf(entry: Bytes): Bytes {
	return entry.slice(0, -SIGNATURE_BYTES);
}

/** Two signatures over the same canonical bytes are one statement (ID43). */
function isSameEntry(a: Bytes, b: Bytes): boolean {
	return equalBytes(canonicalOf(a), canonicalOf(b));
}

/** The form to store and forward, with a low s (ID43). */
export function normalizeEntry(entry: Bytes): Bytes {
	return entry.length < SIGNATURE_BYTES
		? entry
		: concatBytes(canonicalOf(entry), lowS(entry.slice(-SIGNATURE_BYTES)));
}

/** Length of the common prefix of two rosters. */
export function commonLength(a: readonly Bytes[], b: readonly Bytes[]): number {
	const at = a.findIndex((entry, index) => {
		const other = b[index];
		return other === undefined || !isSameEntry(entry, other);
	});
	return at < 0 ? a.length : at;
}

/** Hashes of the entries that a `settle` drops (ID45). */
export function settledHashes({ op, detail }: RosterEntry): readonly Bytes[] {
	const count = op === 'settle' ? Math.floor(detail.length / HASH_BYTES) : 0;
	return Array.from({ length: count }, (_, at) =>
		detail.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
	);
}

/** `null`: unreadable. */
export function seqOf(entry: Bytes): number | null {
	try {
		return parseEntry(entry).entry.seq;
	} catch {
		return null;
	}
}
