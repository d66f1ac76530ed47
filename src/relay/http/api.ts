import { Hono } from 'hono';
import type { RelayInfo } from '#protocol/wire.ts';
import { WIRE_VERSION } from '#protocol/wire.ts';
import type { RequestEnv } from './app.ts';
import { isAllowedOrigin, type OriginPolicy } from '#relay/base/origin-policy.ts';
import { memberOf } from '#relay/session/home-registry.ts';
import type { RelayContext } from '#relay/session/relay-context.ts';
import { readToken } from '#relay/session/token.ts';

export interface ApiDependencies {
	readonly relay: RelayContext;
	readonly originPolicy: () => OriginPolicy;
	/** Addresses that a device may be told; `null`: nowhere now. */
	readonly addresses: () => Pick<RelayInfo, 'secure' | 'store' | 'trust'>;
	readonly metrics: () => Promise<string>;
}

/** What is answered over HTTP beside the app (docs/api.md). */
export function createApi({
	relay,
	originPolicy,
	addresses,
	metrics,
}: ApiDependencies): Hono<RequestEnv> {
	const api = new Hono<RequestEnv>();
	api.use('/api/*', async (context, next) => {
		await next();
		context.header('Cache-Control', 'no-store');
		const origin = context.req.header('Origin');
		if (origin === undefined || !isAllowedOrigin(originPolicy(), context.env.client, origin))
			return;
		context.header('Access-Control-Allow-Origin', origin);
		context.header('Access-Control-Allow-Headers', 'Authorization');
		context.header('Vary', 'Origin', { append: true });
	});
	api.options('/api/*', (context) => context.body(null, 204));
	api.get('/api/relay', (context) => {
		const card: RelayInfo = { name: 'spy-cam', versions: [WIRE_VERSION], ...addresses() };
		// Anybody may ask what is here: it says no more than the page does.
		context.header('Access-Control-Allow-Origin', '*');
		return context.json(card);
	});
	api.get('/api/health', (context) => {
		const wrong = addresses().store === null ? ['store'] : [];
		return context.json({ live: 'ok', wrong });
	});
	api.get('/api/home', (context) => {
		const token = /^Bearer (\S+)$/.exec(context.req.header('Authorization') ?? '')?.[1] ?? '';
		const claim = readToken(relay.tokenKey, token, relay.wallMs());
		const home = claim && relay.homes.loaded(claim.home);
		// What the roster says now counts, not what it said when the token was made (RL11).
		if (!claim || !home || !memberOf(home, claim.device, relay.wallMs()))
			return context.json({ wrong: 'token' }, 401, { 'WWW-Authenticate': 'Bearer' });
		return context.json({ home: home.id, device: claim.device, rosterSeq: home.roster.seq });
	});
	api.get('/metrics', async (context) => {
		if (!context.env.client.local) return context.notFound();
		return context.text(await metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4' });
	});
	return api;
}
