import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { TrustFiles } from './ipc.ts';
import { trustPage, trustScript } from './trust-page.ts';

const scriptHash = createHash('sha256').update(trustScript).digest('base64');
const headers = {
	'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
	'X-Content-Type-Options': 'nosniff',
	'Referrer-Policy': 'no-referrer',
	'Cache-Control': 'no-store',
};

/** The one thing that is said in clear to everybody: how a phone comes to trust this relay. */
export function createTrust(files: TrustFiles, secure: () => string): Hono {
	const app = new Hono();
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
	const page = ['/', '/trust', '/trust/'];
	for (const path of page)
		app.get(path, (context) => {
			const german = /^de\b/i.test(context.req.header('Accept-Language') ?? '');
			const wish = context.req.query('language');
			const language = wish === 'de' || wish === 'en' ? wish : german ? 'de' : 'en';
			return context.html(trustPage(language, secure(), files.fingerprint), 200, {
				Vary: 'Accept-Language',
			});
		});
	app.notFound((context) => context.text('There is nothing at this address.', 404));
	return app;
}

/** What iOS installs. The identifiers follow from the certificate, so that a second download replaces the first. */
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
