import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii } from '#domain/base/bytes.ts';
import { isOrigin } from './code.ts';

/** Lets one home be opened at a relay (docs/spec/relay.md, RL24). */
export interface Invitation {
	readonly code: string;
	/** Origin of that relay; `null`: the app's own origin. */
	readonly relay: string | null;
}

/** The fragment of the link, without `#`. */
export function invitationText({ code, relay }: Invitation): string {
	return relay === null ? `invite.${code}` : `invite.${code}.${base64urlOf(ascii(relay))}`;
}

/**
 * Reads what was pasted or typed: a whole link, its fragment, or the code alone. `null`: not an
 * invitation.
 */
export function invitationFrom(text: string): Invitation | null {
	const [code = '', at, more] = text
		.trim()
		.replace(/^.*#/, '')
		.replace(/^invite\./, '')
		.split('.');
	if (more !== undefined || !/^[\w-]{1,64}$/.test(code)) return null;
	if (at === undefined) return { code, relay: null };
	try {
		const relay = String.fromCharCode(...bytesOfBase64url(at));
		return isOrigin(relay) ? { code, relay } : null;
	} catch {
		return null;
	}
}
