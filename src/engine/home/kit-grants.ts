import { bytesOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { GRANT_BYTES, parseGrant } from '#domain/home/grant.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { parseEntry } from '#domain/home/roster.ts';
import { SIGNATURE_BYTES, signedBytes } from '#domain/base/signed.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { KitKeys } from './kit-keys.ts';

/** What fits into one entry's detail. */
const MAX_GRANTS_PER_ENTRY = 60;

/**
 * Details of the entries about a kit: the kit's signed home, then the home keys granted to it
 * (KT3).
 */
export function kitEntryDetails(signedHome: Bytes, grants: readonly Bytes[]): readonly Bytes[] {
	const details = [concatBytes(signedHome, ...grants.slice(0, MAX_GRANTS_PER_ENTRY))];
	for (let at = MAX_GRANTS_PER_ENTRY; at < grants.length; at += MAX_GRANTS_PER_ENTRY) {
		details.push(concatBytes(...grants.slice(at, at + MAX_GRANTS_PER_ENTRY)));
	}
	return details;
}

/** The kit signs the home it was made for, so that it cannot be lured into another (KT11). */
export async function signKitHome(
	crypto: Pick<Crypto, 'sign'>,
	{ device, sign }: KitKeys,
	home: HomeId,
): Promise<Bytes> {
	return crypto.sign(sign.key, kitHomeBytes(home, device));
}

/** Whether this kit was made for this home. */
export async function isKitOfHome(
	crypto: Pick<Crypto, 'verifier' | 'verify'>,
	{ device, sign }: KitKeys,
	home: HomeId,
	entries: readonly Bytes[],
): Promise<boolean> {
	const added = entries
		.map((bytes) => parseEntry(bytes).entry)
		.findLast(({ op, subject }) => op === 'add' && subject?.device === device);
	const signedHome = added?.detail.slice(0, SIGNATURE_BYTES);
	if (signedHome?.length !== SIGNATURE_BYTES) return false;
	return crypto.verify(await crypto.verifier(sign.public), signedHome, kitHomeBytes(home, device));
}

function kitHomeBytes(home: HomeId, device: DeviceId): Bytes {
	return signedBytes('kit-home', concatBytes(bytesOf(home), bytesOf(device)));
}

/** By home key number, from all entries about the kit; the first grant of each number wins. */
export function kitGrantsIn(entries: readonly Bytes[], kit: DeviceId): ReadonlyMap<number, Bytes> {
	const found = new Map<number, Bytes>();
	for (const bytes of entries) {
		const { op, subject, detail } = parseEntry(bytes).entry;
		const from = op === 'add' ? SIGNATURE_BYTES : 0;
		if (subject?.device !== kit || (detail.length - from) % GRANT_BYTES !== 0) continue;
		for (let at = from; at < detail.length; at += GRANT_BYTES) {
			const grant = detail.slice(at, at + GRANT_BYTES);
			const number = numberOf(grant);
			if (number !== null && !found.has(number)) found.set(number, grant);
		}
	}
	return found;
}

function numberOf(grant: Bytes): number | null {
	try {
		return parseGrant(grant).grant.number;
	} catch {
		return null;
	}
}
