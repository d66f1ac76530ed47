import * as v from 'valibot';
import type { CameraId } from '#domain/base/ids.ts';
import type { HeadPin } from '#domain/sync/head-pin.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const row = v.object({
	camera: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
	...{ runNo: count, seq: count, wallMs: count, startUs: count, endUs: count },
	chain: v.pipe(
		v.instance(Uint8Array),
		v.check(({ length }) => length === 32),
	),
	oldestKept: v.object({ runNo: count, seq: count }),
	record: v.nullable(v.object({ runNo: count, lastSeq: count, wallMs: count })),
});

/** A row as it was stored; `null`: not such a row. */
export function headPinFrom(stored: unknown): HeadPin | null {
	const parsed = v.safeParse(row, stored);
	if (!parsed.success) return null;
	const { camera, chain, ...rest } = parsed.output;
	return { ...rest, camera: camera as CameraId, chain: Uint8Array.from(chain) };
}
