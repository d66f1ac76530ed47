import * as v from 'valibot';
import { bytesOfBase64url } from '#domain/base/base64url.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';

/** Answers of `/api/footage` about reading and sidecars (docs/api.md). */

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const store = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const camera = v.pipe(
	v.string(),
	v.regex(/^[0-9a-f]{32}$/),
	v.transform((id) => id as CameraId),
);
const bytes = (max: number) =>
	v.pipe(v.string(), v.maxLength(Math.ceil((max * 4) / 3)), v.transform(bytesOfBase64url));
/** A signed statement or a grant. */
const signed = bytes(1024);
const spans = v.pipe(
	v.array(v.object({ kind: v.picklist(['pin', 'removal']), signed })),
	v.maxLength(4000),
);

const changedSidecars = v.object({
	...{ store, change: whole, more: v.boolean(), spans },
	keys: v.pipe(v.array(v.pipe(v.string(), v.maxLength(120))), v.maxLength(10_000)),
});
const sidecarResult = v.object({
	store,
	refused: v.pipe(v.array(whole), v.maxLength(100_000)),
});
const readableCameras = v.object({
	...{ store, change: whole },
	cameras: v.pipe(
		v.array(v.object({ camera, bytes: whole, card: v.nullable(signed) })),
		v.maxLength(4096),
	),
});
const readableRuns = v.object({
	runs: v.pipe(
		v.array(
			v.object({
				...{ runNo: whole, record: v.nullable(signed), firstSeq: whole, lastSeq: whole },
				...{ startUs: whole, endUs: whole, bytes: whole },
			}),
		),
		v.maxLength(100_000),
	),
});
const readablePages = v.object({
	pages: v.pipe(
		v.array(
			v.object({
				...{ runNo: whole, minute: whole },
				entries: bytes(1_000_000),
			}),
		),
		v.maxLength(10_000),
	),
});
const readableSpans = v.object({ spans });
const readableGrants = v.object({
	more: v.boolean(),
	grants: v.pipe(v.array(signed), v.maxLength(10_000)),
});

/** Each is `null` for anything else. */
export const changedSidecarsFrom = decoder(changedSidecars);
export const sidecarResultFrom = decoder(sidecarResult);
export const readableCamerasFrom = decoder(readableCameras);
export const readableRunsFrom = decoder(readableRuns);
export const readablePagesFrom = decoder(readablePages);
export const readableSpansFrom = decoder(readableSpans);
export const readableGrantsFrom = decoder(readableGrants);

function decoder<T extends v.GenericSchema>(schema: T) {
	return (value: unknown): v.InferOutput<T> | null => {
		try {
			const parsed = v.safeParse(schema, value);
			return parsed.success ? parsed.output : null;
		} catch (error) {
			// Base64 that is none.
			expectFault(error);
			return null;
		}
	};
}
