import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { parseHead } from '#domain/footage/head.ts';
import { parseEntry } from '#domain/home/roster.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import { parseSegmentRecord } from '#domain/sync/segment-record.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';
import type { Home } from './home-registry.ts';

type Keys = ReadonlyMap<CameraId, readonly VerifyKey[]>;

/** Homes whose keys are remembered; the rest are read again from their rosters. */
const MAX_HOMES = 64;

type Judge = (
	key: { readonly home: HomeId; readonly camera: CameraId },
	record: Bytes,
) => Promise<boolean>;

/**
 * Whether the head of a segment record (`judge`), or a run record (`judgeRun`), is signed by the
 * device of its camera, one that has left the home included. `true` also when the home or the
 * device is unknown here: then nobody can tell.
 */
export function recordJudgesOf(
	crypto: Pick<Crypto, 'sha256' | 'verifier' | 'verify'>,
	find: (id: HomeId) => Promise<Pick<Home, 'entries'> | null>,
): { readonly judge: Judge; readonly judgeRun: Judge } {
	const known = new Map<HomeId, { readonly entries: readonly Bytes[]; readonly keys: Keys }>();

	async function keysOf(id: HomeId): Promise<Keys> {
		const home = await find(id);
		if (home === null) return new Map();
		const before = known.get(id);
		if (before?.entries === home.entries) return before.keys;
		const keys = await keysIn(crypto, home.entries);
		known.delete(id);
		known.set(id, { entries: home.entries, keys });
		for (const oldest of known.keys()) {
			if (known.size <= MAX_HOMES) break;
			known.delete(oldest);
		}
		return keys;
	}

	async function isSigned(
		{ home, camera }: Parameters<Judge>[0],
		signedOf: () => { readonly signature: Bytes; readonly signed: Bytes },
	): Promise<boolean> {
		const own = (await keysOf(home)).get(camera) ?? [];
		if (own.length === 0) return true;
		const { signature, signed } = signedOf();
		for (const key of own) if (await crypto.verify(key, signature, signed)) return true;
		return false;
	}

	return {
		judge: (of, record) =>
			isSigned(of, () => {
				const { canonical, signature } = parseHead(parseSegmentRecord(record).head);
				return { signature, signed: signedBytes('head', canonical) };
			}),
		judgeRun: (of, record) =>
			isSigned(of, () => {
				const { canonical, signature } = parseRunRecord(record);
				return { signature, signed: signedBytes('run', canonical) };
			}),
	};
}

/** Every key that a device ever had in this roster. */
async function keysIn(
	crypto: Pick<Crypto, 'sha256' | 'verifier'>,
	entries: readonly Bytes[],
): Promise<Keys> {
	const keys = new Map<CameraId, VerifyKey[]>();
	for (const bytes of entries) {
		const { op, subject } = parseEntry(bytes).entry;
		if (!subject || (op !== 'add' && op !== 'rotate')) continue;
		try {
			const key = await crypto.verifier(subject.sign);
			for (const camera of await cameraIdsOf(crypto, subject.device))
				keys.set(camera, [...(keys.get(camera) ?? []), key]);
		} catch (error) {
			expectFault(error);
		}
	}
	return keys;
}
