import * as v from 'valibot';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { SeenDevice, SeenDevices } from '#domain/home/seen-device.ts';

const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const seen = v.object({
	seenMs: v.pipe(v.number(), v.finite()),
	recorded: v.fallback(v.record(id, v.boolean()), {}),
	acknowledged: v.fallback(v.optional(v.literal(true)), undefined),
});

/** Reads the stored document: invalid rows are left out. */
export function seenFrom(stored: unknown): SeenDevices {
	const given = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
	const rows = given.flatMap(([device, row]): [DeviceId, SeenDevice][] => {
		const parsed = v.safeParse(seen, row);
		if (!v.is(id, device) || !parsed.success) return [];
		const { seenMs, recorded, acknowledged } = parsed.output;
		const cameras = new Map(Object.entries(recorded) as [CameraId, boolean][]);
		const known = acknowledged && { acknowledged };
		return [[device as DeviceId, { seenMs, recorded: cameras, ...known }]];
	});
	return new Map(rows);
}

export function seenDocument(devices: SeenDevices): object {
	const rows = [...devices].map(([device, { recorded, ...more }]) => [
		device,
		{ ...more, recorded: Object.fromEntries(recorded) },
	]);
	return Object.fromEntries(rows) as object;
}
