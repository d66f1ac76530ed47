import { createHash } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { RequestEnv } from './app.ts';
import { isLoopback } from '#relay/base/origin-policy.ts';
import type { TrustFiles } from '#relay/base/ipc.ts';
import type { RelayAddresses } from '#relay/config/network-interfaces.ts';
import type { TrustLanguage } from './trust-words.ts';
import { trustPage, trustScript } from './trust-page.ts';

const scriptHash = createHash('sha256').update(trustScript).digest('base64');
const headers = {
	'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
	'X-Content-Type-Options': 'nosniff',
	'Referrer-Policy': 'no-referrer',
	'Cache-Control': 'no-store',
};

/** Not a screen of the app: an API path or a file. */
const NO_SCREEN = /^\/(api|metrics|trust)(\/|$)|\.[^/]*$/;

/**
 * The only thing served unencrypted to everybody: how a device comes to trust this relay. Every
 * screen's address shows it, because a link with `http:` instead of `https:` may lead to any of
 * them (RL34).
 */
export function createTrust(
	files: TrustFiles,
	relayAddresses: () => RelayAddresses,
): Hono<RequestEnv> {
	const app = new Hono<RequestEnv>();
	app.use(async (context, next) => {
		await next();
		for (const [name, value] of Object.entries(headers)) context.header(name, value);
	});
	app.get('/trust/spy-cam.crt', (context) =>
		context.body(files.certificate, 200, { 'Content-Type': 'application/x-x509-ca-cert' }),
	);
	app.get('/trust/spy-cam.mobileconfig', (context) =>
		context.body(files.profile, 200, { 'Content-Type': 'application/x-apple-aspen-config' }),
	);
	const page = (context: Context<RequestEnv>, screen: string): Response => {
		const german = /^de\b/i.test(context.req.header('Accept-Language') ?? '');
		const requested = context.req.query('language');
		const language: TrustLanguage =
			requested === 'de' || requested === 'en' ? requested : german ? 'de' : 'en';
		const { secure, here } = relayAddresses();
		const { origin, local } = context.env.client;
		const agent = context.req.header('User-Agent') ?? '';
		const options = {
			...{ language, agent, fingerprint: files.fingerprint },
			...{ secure: secure + screen, here: local ? here + screen : null },
			instead: alternativeAddress(secure, origin, screen),
		} as const;
		return context.html(trustPage(options), 200, { Vary: 'Accept-Language, User-Agent' });
	};
	for (const path of ['/trust', '/trust/']) app.get(path, (context) => page(context, '/'));
	app.get('*', (context) => {
		const { pathname } = new URL(context.req.url);
		return NO_SCREEN.test(pathname) ? context.notFound() : page(context, pathname);
	});
	app.notFound((context) => context.text('Not found.', 404));
	return app;
}

/**
 * The same screen at the address this page was reached by. `null`: it is the same, or this
 * machine's own.
 */
function alternativeAddress(secure: string, origin: string | null, screen: string): string | null {
	const [reached, own] = [origin === null ? null : new URL(origin), new URL(secure)];
	// A public name has a publicly trusted certificate.
	if (reached === null || own.port === '' || isLoopback(reached.hostname)) return null;
	if (reached.hostname === own.hostname) return null;
	return `https://${reached.hostname}:${own.port}${screen}`;
}

/**
 * A configuration profile for iOS. Its identifiers derive from the certificate, so that a second
 * download replaces the first.
 */
export function mobileConfig(certificate: Uint8Array): Uint8Array<ArrayBuffer> {
	const uuid = (what: string): string => {
		const hex = createHash('sha256').update(what).update(certificate).digest('hex');
		return [
			[0, 8],
			[8, 12],
			[12, 16],
			[16, 20],
			[20, 32],
		]
			.map(([from, to]) => hex.slice(from, to))
			.join('-')
			.toUpperCase();
	};
	const data = Buffer.from(certificate).toString('base64');
	const pair = (key: string, value: string): string => `<key>${key}</key><string>${value}</string>`;
	const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadContent</key><array><dict>
${pair('PayloadType', 'com.apple.security.root')}
${pair('PayloadIdentifier', `spycam.authority.${uuid('authority')}`)}
${pair('PayloadUUID', uuid('authority'))}
${pair('PayloadDisplayName', 'Spy-cam')}
<key>PayloadVersion</key><integer>1</integer>
${pair('PayloadCertificateFileName', 'spy-cam.crt')}
<key>PayloadContent</key><data>${data}</data>
</dict></array>
${pair('PayloadType', 'Configuration')}
${pair('PayloadIdentifier', `spycam.profile.${uuid('profile')}`)}
${pair('PayloadUUID', uuid('profile'))}
${pair('PayloadDisplayName', 'Spy-cam')}
${pair('PayloadDescription', 'Lets this device open Spy-cam on your own network.')}
<key>PayloadVersion</key><integer>1</integer>
</dict></plist>
`;
	return new Uint8Array(Buffer.from(text));
}
