/** A camera stops its siren by itself after this time. */
export const SIREN_MS = 60_000;
