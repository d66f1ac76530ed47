import { WebCrypto } from '#web/crypto.ts';
import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import type { PairingCode, TypedCode } from '#domain/pairing/code.ts';
import { JoinerHandshake } from '#engine/pairing/joiner-handshake.ts';
import { OwnerHandshake } from '#engine/pairing/owner-handshake.ts';
import type { FakeAdmissions } from '../../fakes/admissions.ts';
import { RELAY } from './people.ts';

const crypto = new WebCrypto();
export const rid = 'ab'.repeat(16);
export const letters = { kind: 'typed', locator: 'K7QX2MPA' } as const;

export interface Handshakes {
	readonly owner: FakeAdmissions;
	readonly guest: FakeAdmissions;
	readonly ownerHandshake: OwnerHandshake;
	readonly joinerHandshake: JoinerHandshake;
}

export async function handshakes(
	owner: FakeAdmissions,
	guest: FakeAdmissions,
	kind: 'p1' | 'n1' | 'typed',
): Promise<Handshakes> {
	const named =
		kind === 'n1' ? concatBytes(guest.me.sign.public, guest.me.kem.public) : owner.me.owner.public;
	const made = { rid, secret: crypto.random(32), hash: await crypto.sha256(named), relay: RELAY };
	const code: PairingCode | TypedCode = kind === 'typed' ? letters : { ...made, kind };
	const [ownSelf, newSelf] = await Promise.all([owner.self(), guest.self()]);
	return {
		...{ owner, guest },
		ownerHandshake: await OwnerHandshake.begin(crypto, ownSelf, { rid, code, wanted: 'viewer' }),
		joinerHandshake: await JoinerHandshake.begin(crypto, newSelf, {
			rid,
			code,
			name: 'Phone',
			wanted: 'viewer',
		}),
	};
}

/** Runs the whole handshake, each box through `wire`. Resolves to whether both sides accepted. */
export async function converse(
	{ owner, ownerHandshake, joinerHandshake }: Handshakes,
	wire: (n: number, box: Bytes) => Bytes,
): Promise<boolean> {
	const opened = await joinerHandshake.receive(wire(0, ownerHandshake.opening));
	if (opened.kind !== 'opened') return false;
	const met = await ownerHandshake.receive(wire(1, opened.answer));
	if (met.kind !== 'joiner') return false;
	const host = await joinerHandshake.receive(wire(2, met.answer));
	if (host.kind !== 'owner' || host.digits !== met.digits) return false;
	const ok = await ownerHandshake.receive(wire(3, await joinerHandshake.ok()));
	if (ok.kind !== 'ok') return false;
	const pieces = await ownerHandshake.admit(owner, 'viewer');
	let last: Awaited<ReturnType<JoinerHandshake['receive']>> | null = null;
	for (const piece of pieces) last = await joinerHandshake.receive(wire(4, piece));
	return last?.kind === 'admitted';
}

/** Changes one box: bits, length, swaps or zeros. Never returns it unchanged. */
export function mutated(box: Bytes, below: (n: number) => number): Bytes {
	for (;;) {
		const at = below(box.length);
		const other = box.slice();
		switch (below(6)) {
			case 0:
			case 1:
				other[at] = (other[at] ?? 0) ^ (1 << below(8));
				break;
			case 2:
				other[at] = below(256);
				break;
			case 3:
				other.fill(0, at, at + 1 + below(32));
				break;
			case 4:
				return below(2) === 0
					? other.slice(0, at)
					: concatBytes(other, new Uint8Array([below(256)]));
			default:
				other.copyWithin(at, below(box.length), below(box.length));
		}
		if (!equalBytes(other, box)) return other;
	}
}
