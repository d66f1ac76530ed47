/** `npm run soak` runs a fault as often as reliability asks; `npm test` a tenth, at least three. */
export const SOAK = process.env['SOAK'] === '1';

export function times(full: number): number {
	return SOAK ? full : Math.max(3, Math.ceil(full / 10));
}
