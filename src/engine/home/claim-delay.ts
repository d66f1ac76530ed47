import type { Vault } from '#ports/keys/vault.ts';
import { CLAIM_DELAY_MS } from './claims.ts';
import type { Author, Roster } from './roster.ts';

/** Tolerated clock difference between devices. */
const CLOCK_TOLERANCE_MS = 30 * 60 * 1000;

/**
 * Whether entry `at` was signed by an unexpired owner who was one at entry `after`, or whom such an
 * owner made one since.
 */
export function isOwnerSigned(
	authors: readonly Author[],
	at: number,
	after: number,
	nowMs: number,
): boolean {
	const author = authors[at];
	if (author?.claim !== null || !isUnexpired(author, nowMs)) return false;
	return author.since <= after || isOwnerSigned(authors, author.since - 1, after, nowMs);
}

/**
 * How many entries of a roster count, given that the first `after` are known. An entry whose signer
 * has since expired counts only with a later entry by an owner in force, because nobody can tell
 * when it was signed (ID44).
 */
export function unexpiredSeq({ authors }: Roster, after: number, nowMs: number): number {
	const sure = authors.findLastIndex(
		(_, at) => at >= after && isOwnerSigned(authors, at, after, nowMs),
	);
	const over = authors.findIndex(
		(author, at) => at >= after && at > sure && !isUnexpired(author, nowMs),
	);
	return over < 0 ? authors.length : over;
}

/**
 * How many entries of a roster take effect now, given that the first `after` are known. An entry by
 * which a kit makes an owner waits until its claim has been known here for a day, by this device's
 * clock (KT8).
 */
export async function effectiveSeq(
	vault: Pick<Vault, 'seenMs'>,
	roster: Roster,
	after: number,
	nowMs: number,
): Promise<number> {
	const limit = unexpiredSeq(roster, after, nowMs);
	for (let at = after; at < limit; at += 1) {
		const claim = roster.authors[at]?.claim ?? null;
		if (claim === null || claim === at + 1) continue;
		const seenMs = claim <= after ? await vault.seenMs(roster.home, claim) : nowMs;
		if (nowMs - (seenMs ?? nowMs) < CLAIM_DELAY_MS - CLOCK_TOLERANCE_MS) return at;
	}
	return limit;
}

function isUnexpired({ untilMs }: Author, nowMs: number): boolean {
	return untilMs === null || nowMs < untilMs;
}
