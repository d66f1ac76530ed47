export const SOAK = process.env['SOAK'] === '1';

/**
 * `npm run soak` does a thing as often as reliability asks; `npm test` the tenth part of it or
 * less, where a round takes a browser or many sockets, at least three times.
 */
export function times(full: number, share = 10): number {
	return SOAK ? full : Math.max(3, Math.ceil(full / share));
}
