import { hexOf, same, type Bytes } from '#domain/bytes.ts';
import { parseEntry } from '#domain/roster.ts';
import type { Vault } from '#ports/vault.ts';
import { CLAIM_MS } from './claims.ts';
import type { Roster } from './roster.ts';

/** How far apart clocks may be before a day is no day. */
const TOLERANCE_MS = 30 * 60 * 1000;

/**
 * How many of the entries that came may count already. One by which a kit makes an owner has to wait until its claim has been
 * known here for a day, by this device's own clock (KT8).
 */
export async function countsNow(
	vault: Pick<Vault, 'seenMs'>,
	roster: Roster,
	entries: { readonly known: readonly Bytes[]; readonly fresh: readonly Bytes[] },
	nowMs: number,
): Promise<number> {
	const { known, fresh } = entries;
	const all = [...known, ...fresh].map((bytes) => parseEntry(bytes).entry);
	for (const [at, { op, author, subject }] of all.entries()) {
		const byKit = !roster.past.owners.has(hexOf(author));
		if (at < known.length || !byKit || op !== 'rotate') continue;
		const claimed = all.findLastIndex(
			(one, before) =>
				before < at &&
				one.op === 'add' &&
				same(one.author, author) &&
				one.subject?.device === subject?.device,
		);
		const seenMs = claimed < known.length ? await vault.seenMs(roster.home, claimed + 1) : nowMs;
		// Who was handed a whole roster by an owner takes that owner's word for it.
		const sinceMs = seenMs ?? all[claimed]?.wallMs ?? nowMs;
		if (nowMs - sinceMs < CLAIM_MS - TOLERANCE_MS) return at - known.length;
	}
	return fresh.length;
}
