import { Hono, type Context } from 'hono';
import type { ClientOrigin } from '#relay/base/origin-policy.ts';
import type { Asset, Site } from '#relay/base/site.ts';

/** Permissions-Policy: camera and what belongs to it, nothing else. */
const permissions = [
	...[
		'camera',
		'microphone',
		'screen-wake-lock',
		'fullscreen',
		'picture-in-picture',
		'autoplay',
	].map((name) => `${name}=(self)`),
	...['display-capture', 'geolocation', 'payment', 'usb', 'serial', 'hid', 'midi'].map(
		(name) => `${name}=()`,
	),
	...['browsing-topics', 'publickey-credentials-get', 'xr-spatial-tracking'].map(
		(name) => `${name}=()`,
	),
].join(', ');

/** Without `includeSubDomains`: other names below this one are not ours. */
const YEAR_S = 365 * 86_400;

/** Bindings: where the request comes from. */
export interface RequestEnv {
	Bindings: { client: ClientOrigin };
}

/**
 * The server as a function from request to response; tests call it without a socket. `/api/…`
 * belongs to the server, a path with a file extension is that file or 404, and every other path is
 * a screen of the app.
 */
export function createApp(
	site: Site,
	api = new Hono<RequestEnv>(),
	publicName: string | null = null,
): Hono<RequestEnv> {
	const app = new Hono<RequestEnv>();
	const headers = {
		'Content-Security-Policy': `${site.policy}; frame-ancestors 'none'`,
		'Permissions-Policy': permissions,
		'X-Content-Type-Options': 'nosniff',
		'X-Frame-Options': 'DENY',
		'Referrer-Policy': 'no-referrer',
		'Cross-Origin-Opener-Policy': 'same-origin',
		'Cross-Origin-Resource-Policy': 'same-origin',
	};

	app.use(async (context, next) => {
		await next();
		for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
		if (publicName !== null && isPublicHost(publicName, context.env.client))
			context.res.headers.set('Strict-Transport-Security', `max-age=${YEAR_S}`);
	});
	app.route('/', api);
	app.all('/api', (context) => context.notFound());
	app.all('/api/*', (context) => context.notFound());
	app.get('*', (context) => {
		const path = decodedPath(new URL(context.req.url).pathname);
		if (path === null) return context.text('The path has invalid percent-encoding.', 400);
		const asset = site.assets.get(path);
		if (asset) return answer(context, asset);
		if (path.startsWith('/_app/') || /\.[^/]*$/.test(path)) return context.notFound();
		return answer(context, site.page);
	});
	app.all('*', (context) =>
		context.text('Only GET and HEAD are allowed.', 405, { Allow: 'GET, HEAD' }),
	);
	app.notFound((context) => context.text('Not found.', 404, { 'Cache-Control': 'no-store' }));
	app.onError((error, context) => {
		console.error('request failed:', error);
		return context.text('Internal server error. Please try again.', 500, {
			'Cache-Control': 'no-store',
		});
	});
	return app;
}

/** HSTS is never sent for local names, whose certificate a browser may stop trusting (AP12). */
function isPublicHost(publicName: string, { origin }: ClientOrigin): boolean {
	return origin !== null && new URL(origin).hostname === publicName;
}

/** The percent-decoded path; `null`: invalid escapes. */
function decodedPath(path: string): string | null {
	try {
		return decodeURIComponent(path);
	} catch {
		return null;
	}
}

function answer(context: Context, asset: Asset): Response {
	const accepted = acceptedEncodings(context.req.header('Accept-Encoding') ?? '');
	const smaller = asset.smaller.find(({ encoding }) => accepted(encoding));
	// Each encoding needs its own ETag: a cache must not combine ranges of different ones (RFC 9110,
	// 8.8.3).
	const tag = `"${asset.hash}${smaller ? `-${smaller.encoding}` : ''}"`;
	const headers: Record<string, string> = {
		ETag: tag,
		Vary: 'Accept-Encoding',
		// The page must be revalidated: a stale one would ask for hashed files that are gone.
		'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
	};
	if (matches(context.req.header('If-None-Match'), tag)) return context.body(null, 304, headers);
	const bytes = smaller?.bytes ?? asset.bytes;
	headers['Content-Type'] = asset.type;
	headers['Content-Length'] = String(bytes.byteLength);
	if (smaller) headers['Content-Encoding'] = smaller.encoding;
	return context.body(bytes, 200, headers);
}

/** Weak comparison (RFC 9110, 13.1.2): a proxy may have marked the ETag as weak. */
function matches(condition: string | undefined, tag: string): boolean {
	return (condition ?? '')
		.split(',')
		.map((one) => one.trim().replace(/^W\//, ''))
		.some((one) => one === tag || one === '*');
}

/**
 * Accept-Encoding (RFC 9110, 12.5.3), as far as two encodings need it: a name alone, or with a
 * weight other than 0.
 */
function acceptedEncodings(header: string): (encoding: string) => boolean {
	const weights = new Map(
		header.split(',').map((part) => {
			const [name = '', weight = ''] = part.split(';').map((piece) => piece.trim());
			return [name.toLowerCase(), /^q=0(\.0*)?$/.test(weight)] as const;
		}),
	);
	return (encoding) => {
		const refused = weights.get(encoding) ?? weights.get('*');
		return refused === false;
	};
}
