export const SOAK = process.env['SOAK'] === '1';

/**
 * The number of repetitions: all of them in `npm run soak`; in `npm test` a tenth or less, where a
 * round takes a browser or many sockets, but at least three.
 */
export function times(full: number, share = 10): number {
	return SOAK ? full : Math.max(3, Math.ceil(full / share));
}
