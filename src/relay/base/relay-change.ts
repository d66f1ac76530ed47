import * as v from 'valibot';

const bytes = v.instance(Uint8Array<ArrayBuffer>);

export const letter = v.object({
	...{ home: v.string(), to: v.string(), id: v.number(), from: v.string() },
	...{ box: v.string(), untilMs: v.number() },
});

/** A `RelayChange`, which `live` made and `store` writes. */
export const fact = v.variant('kind', [
	v.object({
		kind: v.literal('opened'),
		home: v.string(),
		invitation: v.string(),
		entries: v.array(bytes),
	}),
	v.object({
		kind: v.literal('appended'),
		home: v.string(),
		from: v.number(),
		entries: v.array(bytes),
	}),
	v.object({ kind: v.literal('waits'), letter }),
	v.object({ kind: v.literal('gone'), ids: v.array(v.number()) }),
]);
