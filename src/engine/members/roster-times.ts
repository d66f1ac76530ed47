import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { parseEntry } from '#domain/home/roster.ts';
import { latestPast } from '#domain/home/seen-device.ts';
import type { Roster } from '#engine/home/roster.ts';

/** When each device was last added to the roster, wall ms. */
export function addedMs(entries: readonly Bytes[]): Map<DeviceId, number> {
	const added = new Map<DeviceId, number>();
	for (const bytes of entries) {
		const { op, subject, wallMs } = parseEntry(bytes).entry;
		if (op === 'add' && subject !== null) added.set(subject.device, wallMs);
	}
	return added;
}

/**
 * When each member was last seen according to the roster: when admitted, or when signing as an
 * owner.
 */
export function signedMs(
	entries: readonly Bytes[],
	{ devices }: Roster,
	nowMs: number,
): Map<DeviceId, number> {
	const lived = new Map([...devices.keys()].map((device) => [device, 0]));
	const owners = new Map(
		[...devices].flatMap(([device, { subject }]) =>
			subject?.owner ? [[hexOf(subject.owner), device] as const] : [],
		),
	);
	for (const bytes of entries) {
		const { op, subject, wallMs, author } = parseEntry(bytes).entry;
		const signer = owners.get(hexOf(author));
		for (const device of [op === 'add' ? subject?.device : undefined, signer])
			if (device !== undefined && lived.has(device))
				lived.set(device, latestPast(nowMs, wallMs, lived.get(device) ?? 0) ?? 0);
	}
	return lived;
}
