import { invitationText } from '#domain/pairing/invitation.ts';
import { INVITATION_MS } from '#relay/storage/database.ts';
import { lanAddress, relayAddressesOf } from '#relay/config/network-interfaces.ts';
import type { Settings } from '#relay/config/settings.ts';
import type { Ports } from './supervisor.ts';

/** Printed with every invitation. */
export const INVITATION_VALIDITY = `good for ${INVITATION_MS / 3_600_000} hours`;

export interface GreetingOptions {
	readonly settings: Settings;
	readonly ports: Ports;
	/** This machine's names and addresses. */
	readonly hosts: readonly string[];
	/** `null`: a home exists already. */
	readonly invitation: string | null;
	/** The authority's fingerprint, in lines. */
	readonly fingerprint: readonly string[];
	/** Renders a QR code for the terminal; `null`: not a terminal. */
	readonly qr: ((text: string) => string) | null;
}

/** The lines printed at the start; the last one gives the address. */
export function greeting(options: GreetingOptions): string[] {
	const { settings, ports, hosts, invitation, fingerprint, qr } = options;
	const addresses = relayAddressesOf(settings, ports, hosts);
	const { here, secure } = addresses;
	// Without a LAN address no phone can reach it.
	const trust = lanAddress(hosts) === null ? null : addresses.trust;
	const lines: string[] = [];
	if (invitation !== null) {
		lines.push(`Invitation to set up a home here: ${here}/#invite.${invitation}`);
		lines.push(`  (${INVITATION_VALIDITY}, or until the next start)`);
		lines.push(...otherAppLines(settings, secure, invitation));
	}
	// One code leads all the way (RL36).
	if (qr !== null && invitation !== null)
		lines.push(
			'Or start on a phone: scan this to trust Spy-cam, set up your home and open the camera.',
			qr(`${trust ?? `${secure}/`}#invite.${invitation}`),
		);
	else if (qr !== null && trust !== null)
		lines.push('To add a phone, scan this: it shows how to trust Spy-cam.', qr(trust));
	lines.push(`Other devices open ${secure}`);
	if (settings.variables['host'])
		lines.push(`  (listening on "${settings.host}" only, because the variable HOST is set)`);
	if (trust !== null) lines.push(`  (${trust} shows how to trust it on a phone)`);
	if (!settings.publicName)
		lines.push(
			'Before you trust the certificate on a phone, compare its SHA-256 fingerprint:',
			...fingerprint.map((line) => `  ${line}`),
		);
	lines.push(`Spy-cam is at ${here}`);
	return lines;
}

/**
 * One line per configured app origin: the app served there needs the relay's address in the
 * invitation.
 */
export function otherAppLines(
	{ origins }: Pick<Settings, 'origins'>,
	secure: string,
	code: string,
): string[] {
	return origins.map(
		(origin) => `In the app at ${origin}: ${origin}/#${invitationText({ code, relay: secure })}`,
	);
}
