import * as v from 'valibot';

const bytes = v.instance(Uint8Array<ArrayBuffer>);

export const letter = v.object({
	...{ home: v.string(), to: v.string(), id: v.number(), from: v.string() },
	...{ box: v.string(), untilMs: v.number() },
});

/**
 * What live learned and store keeps. Each may be told twice: the second time changes nothing.
 */
export const fact = v.variant('kind', [
	/** A home was opened, with the hash of the invitation that is used up now. */
	v.object({
		kind: v.literal('opened'),
		home: v.string(),
		invitation: v.string(),
		entries: v.array(bytes),
	}),
	/** Entries from number `from` on, instead of what was there. */
	v.object({
		kind: v.literal('appended'),
		home: v.string(),
		from: v.number(),
		entries: v.array(bytes),
	}),
	v.object({ kind: v.literal('waits'), letter }),
	/** Letters that wait no more. */
	v.object({ kind: v.literal('gone'), ids: v.array(v.number()) }),
]);
export type RelayChange = v.InferOutput<typeof fact>;
