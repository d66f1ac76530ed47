import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { WIRE_VERSION } from '#protocol/wire.ts';
import type { KitKeys } from '#engine/home/kit-keys.ts';
import type { RelayConnection, RelayFailure } from '#engine/messaging/relay-connection.ts';

/**
 * Authenticates a recovery kit, which does not know its home (KT4). Returns the home's complete
 * roster as the relay has it, unverified. Throws `corrupt`, `malformed`.
 */
export async function fetchKitRoster(
	connection: RelayConnection,
	{ device, sign }: KitKeys,
): Promise<readonly Bytes[] | RelayFailure> {
	connection.send({ t: 'whose', version: WIRE_VERSION, device });
	const of = await connection.next('of');
	if (of.t !== 'of') return of;
	const failure = await connection.prove({ home: of.home as HomeId, device, sign });
	if (failure !== null) return failure;
	connection.send({ t: 'roster-since', seq: 0 });
	const entries: Bytes[] = [];
	while (entries.length < (connection.welcome?.rosterSeq ?? 0)) {
		const roster = await connection.next('roster');
		if (roster.t !== 'roster') return roster;
		if (roster.from !== entries.length + 1 || roster.entries.length === 0) {
			throw new Fault('corrupt', 'relay sent a roster with gaps');
		}
		entries.push(...roster.entries.map(bytesOfBase64url));
	}
	return entries;
}

/** `null`: the relay stored it; else why not. */
export async function appendEntry(
	connection: RelayConnection,
	entry: Bytes,
): Promise<RelayFailure | null> {
	connection.send({ t: 'append', entries: [base64urlOf(entry)] });
	const appended = await connection.next('appended');
	return appended.t === 'appended' ? null : appended;
}
