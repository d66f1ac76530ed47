import * as v from 'valibot';

const bytes = v.instance(Uint8Array<ArrayBuffer>);

export const letter = v.object({
	...{ home: v.string(), to: v.string(), id: v.number(), from: v.string() },
	...{ box: v.string(), untilMs: v.number() },
});

/** A change that `live` made and `store` writes. Idempotent: it may be delivered twice. */
export const fact = v.variant('kind', [
	/** A home was opened; `invitation` is the hash of the one it used up. */
	v.object({
		kind: v.literal('opened'),
		home: v.string(),
		invitation: v.string(),
		entries: v.array(bytes),
	}),
	/** Replaces the entries from number `from` on. */
	v.object({
		kind: v.literal('appended'),
		home: v.string(),
		from: v.number(),
		entries: v.array(bytes),
	}),
	v.object({ kind: v.literal('waits'), letter }),
	/** Messages that no longer wait. */
	v.object({ kind: v.literal('gone'), ids: v.array(v.number()) }),
]);
export type RelayChange = v.InferOutput<typeof fact>;
