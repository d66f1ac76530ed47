/**
 * Branded ids: 16 bytes as lower-case hex, fit for keys, addresses and log fields. Their derivation
 * is final: docs/spec/identity.md.
 */
declare const brand: unique symbol;
type Id<Noun extends string> = string & { readonly [brand]: Noun };

export type HomeId = Id<'home'>;
export type DeviceId = Id<'device'>;
export type CameraId = Id<'camera'>;
export type RunId = Id<'run'>;

const HEX_16_BYTES = /^[0-9a-f]{32}$/;

/** Validates external text (an address, a database row); `null`: not an id. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which noun it reads
export function idFrom<I extends HomeId | DeviceId | CameraId | RunId>(text: unknown): I | null {
	return typeof text === 'string' && HEX_16_BYTES.test(text) ? (text as I) : null;
}
