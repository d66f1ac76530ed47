import { Dexie } from 'dexie';
import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type {
	KeptHome,
	KeptHomeKey,
	KeptSecret,
	KeyStrength,
	NewSecret,
} from '#ports/keys/vault.ts';
import { isBytes, secretFromRow, secretRow } from './key-rows.ts';
import { readRow, type VaultConnection, type VaultDatabase } from './vault-database.ts';

/**
 * Row names in `keys` and `grants`. `null`: the founded home, whose rows keep the names of version
 * 1.
 */
export function homeKeyName(home: HomeId | null, number: number): string {
	return home === null ? `home/${number}` : `home/${home}/${number}`;
}

export function epochName(camera: CameraId, number: number): string {
	return `epoch/${camera}/${number}`;
}

export async function readSecret(connection: VaultConnection, name: string): Promise<KeptSecret> {
	const grant = (await readRow(connection, 'grants', name))?.bytes;
	return {
		key: await secretFromRow(await readRow(connection, 'keys', name)),
		grant: isBytes(grant) ? grant : null,
	};
}

/** Whatever can be read: damage leaves an empty roster or no keys. */
export async function readHome(
	connection: VaultConnection,
	home: HomeId,
	founded: boolean,
): Promise<KeptHome> {
	const roster = await readRoster(connection, home, founded);
	const numbers = await keyNumbers(connection, founded ? null : home);
	const keys: KeptHomeKey[] = [];
	for (const number of numbers) {
		const secret = await readSecret(connection, homeKeyName(founded ? null : home, number));
		if (secret.key !== null || secret.grant !== null) keys.push({ number, ...secret });
	}
	const relay: unknown = (await readRow(connection, 'homes', home))?.relay;
	return { home, roster, keys, relay: typeof relay === 'string' ? relay : null };
}

/** When an entry was received; `null`: unknown or unreadable. */
export async function readSeenMs(
	connection: VaultConnection,
	home: HomeId,
	seq: number,
): Promise<number | null> {
	const founded = (await readRow(connection, 'identity', 'this'))?.home === home;
	const row = await entryRow(connection, home, founded, seq);
	const seenMs: unknown =
		typeof row === 'object' && row !== null && 'seenMs' in row ? row.seenMs : null;
	return typeof seenMs === 'number' && Number.isFinite(seenMs) ? seenMs : null;
}

function entryRow(
	connection: VaultConnection,
	home: HomeId,
	founded: boolean,
	seq: number,
): Promise<unknown> {
	return founded ? readRow(connection, 'roster', seq) : readRow(connection, 'entries', [home, seq]);
}

async function readRoster(
	connection: VaultConnection,
	home: HomeId,
	founded: boolean,
): Promise<readonly Bytes[]> {
	const entries: Bytes[] = [];
	const seqs = await connection.read(['roster', 'entries'], (db) => seqsOf(db, home, founded));
	for (const seq of seqs) {
		const row = await entryRow(connection, home, founded, seq);
		const bytes: unknown =
			typeof row === 'object' && row !== null && 'bytes' in row ? row.bytes : null;
		if (seq !== entries.length + 1 || !isBytes(bytes)) return [];
		entries.push(bytes);
	}
	return entries;
}

export async function seqsOf(
	db: VaultDatabase,
	home: HomeId,
	founded: boolean,
): Promise<readonly number[]> {
	if (founded) return db.roster.toCollection().primaryKeys();
	const keys = await db.entries
		.where('[home+seq]')
		.between([home, Dexie.minKey], [home, Dexie.maxKey])
		.primaryKeys();
	return keys.map(([, seq]) => seq);
}

/** By key or by grant: either alone opens the secret. */
async function keyNumbers(
	connection: VaultConnection,
	home: HomeId | null,
): Promise<readonly number[]> {
	const prefix = home === null ? 'home/' : `home/${home}/`;
	const found = new Set<number>();
	for (const table of ['keys', 'grants'] as const) {
		const names = await connection.read([table], (db) =>
			db[table].where('name').startsWith(prefix).primaryKeys(),
		);
		for (const name of names) {
			const rest = name.slice(prefix.length);
			if (/^[1-9][0-9]{0,9}$/.test(rest)) found.add(Number(rest));
		}
	}
	return [...found].sort((a, b) => a - b);
}

export async function addEntries(
	db: VaultDatabase,
	home: HomeId,
	founded: boolean,
	first: number,
	entries: readonly Bytes[],
	seenMs?: number,
): Promise<void> {
	const seen = seenMs === undefined ? {} : { seenMs };
	const rows = entries.map((bytes, at) => ({ seq: first + at, bytes, ...seen }));
	if (founded) await db.roster.bulkAdd(rows);
	else await db.entries.bulkAdd(rows.map((row) => ({ home, ...row })));
}

export async function addSecret(
	db: VaultDatabase,
	name: string,
	secret: NewSecret,
	strength: KeyStrength,
): Promise<void> {
	await db.keys.add(secretRow(name, secret, strength));
	await db.grants.add({ name, bytes: secret.grant });
}
