import { idFrom, type DeviceId, type HomeId } from '#domain/base/ids.ts';
import type { Arrival, PendingJoin } from '#ports/keys/vault.ts';
import { isBytes } from './key-rows.ts';
import { excessArrivals } from './memory-vault.ts';
import { readRow, type VaultConnection, type VaultDatabase } from './vault-database.ts';

/** Rows of `pendingJoin` and `arrivals`: docs/spec/pairing.md, PR21 and PR24. */
export async function readPendingJoin(connection: VaultConnection): Promise<PendingJoin | null> {
	const row = await readRow(connection, 'pendingJoin', 'this');
	if (row === undefined) return null;
	const { owner, seq, head, relay, untilMs } = row;
	const home = idFrom<HomeId>(row.home);
	const reads = isBytes(owner, 65) && isBytes(head, 32) && isCount(seq) && isCount(untilMs);
	if (home === null || !reads || (relay !== null && typeof relay !== 'string')) return null;
	return { home, owner, seq, head, relay, untilMs };
}

export async function readArrivals(connection: VaultConnection): Promise<readonly Arrival[]> {
	const keys = await connection.read(['arrivals'], ({ arrivals }) =>
		arrivals.toCollection().primaryKeys(),
	);
	const found: Arrival[] = [];
	for (const key of keys) {
		const arrival = arrivalFrom(await readRow(connection, 'arrivals', key));
		if (arrival !== null) found.push(arrival);
	}
	return found.sort((a, b) => a.sinceMs - b.sinceMs);
}

export async function changeArrival(
	{ arrivals }: VaultDatabase,
	{ home, device }: Pick<Arrival, 'home' | 'device'>,
	change: (before: Arrival | null) => Arrival | null,
): Promise<void> {
	const key: [HomeId, DeviceId] = [home, device];
	const kept = change(arrivalFrom(await arrivals.get(key)));
	if (kept === null) await arrivals.delete(key);
	else await arrivals.put(kept);
	const old = excessArrivals(await arrivals.toArray());
	await arrivals.bulkDelete(old.map((one): [HomeId, DeviceId] => [one.home, one.device]));
}

function arrivalFrom(row: Arrival | undefined): Arrival | null {
	if (row === undefined) return null;
	const { afterSeq, sinceMs, takenBackMs } = row;
	const [home, device] = [idFrom<HomeId>(row.home), idFrom<DeviceId>(row.device)];
	const reads = isCount(afterSeq) && isCount(sinceMs);
	if (!home || !device || !reads || (takenBackMs !== null && !isCount(takenBackMs))) return null;
	return { home, device, afterSeq, sinceMs, takenBackMs };
}

function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
