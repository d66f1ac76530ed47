/**
 * The names of things, as lower-case hex so that they can be keys, addresses and log fields.
 * Each is 16 bytes; where it comes from is fixed for ever in docs/spec/identity.md.
 */
declare const brand: unique symbol;
type Id<Noun extends string> = string & { readonly [brand]: Noun };

export type HomeId = Id<'home'>;
export type DeviceId = Id<'device'>;
export type CameraId = Id<'camera'>;
export type RunId = Id<'run'>;

const HEX_16_BYTES = /^[0-9a-f]{32}$/;

/** Takes text from outside (an address, a row) as an id, or `null` when it is none. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which noun it reads
export function idFrom<I extends HomeId | DeviceId | CameraId | RunId>(text: unknown): I | null {
	return typeof text === 'string' && HEX_16_BYTES.test(text) ? (text as I) : null;
}
