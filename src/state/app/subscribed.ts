import { createSubscriber } from 'svelte/reactivity';

type Subscribe = (update: () => void) => () => void;

/**
 * Makes getters reactive: what calls the result in an effect or a template runs again when one of
 * the sources reports a change. They are listened to only while something does.
 */
export function subscribed(
	...sources: readonly (Subscribe | { readonly on: Subscribe })[]
): () => void {
	return createSubscriber((update) => {
		const offs = sources.map((one) => (typeof one === 'function' ? one(update) : one.on(update)));
		return () => {
			for (const off of offs) off();
		};
	});
}
