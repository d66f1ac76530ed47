import { Hono } from 'hono';
import type { RelayInfo } from '#protocol/wire.ts';
import { WIRE_VERSION } from '#protocol/wire.ts';
import type { RequestEnv } from './app.ts';
import {
	isAllowedOrigin,
	type ClientOrigin,
	type OriginPolicy,
} from '#relay/base/origin-policy.ts';
import { memberOf } from '#relay-core/home-registry.ts';
import type { Relay } from '#relay-core/relay.ts';
import type { StoreProbe } from './store-probe.ts';
import { bearerOf, readToken } from './token.ts';

export interface ApiDependencies {
	readonly relay: Relay;
	/** Of tokens (RL12). */
	readonly tokenKey: Uint8Array;
	readonly originPolicy: () => OriginPolicy;
	/** Advertised addresses; `null`: currently none. */
	readonly addresses: () => Pick<RelayInfo, 'secure' | 'trust'>;
	/** What `store` says of itself. */
	readonly store: Pick<StoreProbe, 'health' | 'metrics'>;
	readonly metrics: () => Promise<string>;
}

/**
 * Of every answer below `/api`: no cache, and readable for apps that the settings name (RL4).
 */
export function apiHeaders(
	originPolicy: OriginPolicy,
	client: ClientOrigin,
	origin: string | undefined,
): Record<string, string> {
	if (origin === undefined || !isAllowedOrigin(originPolicy, client, origin))
		return { 'Cache-Control': 'no-store' };
	return {
		...{ 'Cache-Control': 'no-store', Vary: 'Origin', 'Access-Control-Allow-Origin': origin },
		'Access-Control-Allow-Headers': 'Authorization',
		'Access-Control-Expose-Headers': 'Retry-After',
	};
}

/** The HTTP API beside the app (docs/api.md). */
export function createApi({
	relay,
	tokenKey,
	originPolicy,
	addresses,
	store,
	metrics,
}: ApiDependencies): Hono<RequestEnv> {
	const api = new Hono<RequestEnv>();
	api.use('/api/*', async (context, next) => {
		await next();
		const origin = context.req.header('Origin');
		const headers = apiHeaders(originPolicy(), context.env.client, origin);
		for (const [name, value] of Object.entries(headers)) context.header(name, value);
	});
	api.options('/api/*', (context) => context.body(null, 204));
	api.get('/api/relay', (context) => {
		const info: RelayInfo = { name: 'spy-cam', versions: [WIRE_VERSION], ...addresses() };
		// Open to any origin: it reveals no more than the page does.
		context.header('Access-Control-Allow-Origin', '*');
		return context.json(info);
	});
	api.get('/api/health', async (context) =>
		context.json({ live: 'ok', ...(await store.health()) }),
	);
	api.get('/api/home', (context) => {
		const wallMs = relay.host.wallMs();
		const claims = readToken(tokenKey, bearerOf(context.req.header('Authorization')), wallMs);
		const home = claims && relay.homes.loaded(claims.home);
		// The current roster decides, not the one at the time of the token (RL11).
		if (!claims || !home || !memberOf(home, claims.device, wallMs))
			return context.json({ wrong: 'token' }, 401, { 'WWW-Authenticate': 'Bearer' });
		return context.json({ home: home.id, device: claims.device, rosterSeq: home.roster.seq });
	});
	api.get('/metrics', async (context) => {
		if (!context.env.client.local) return context.notFound();
		const text = (await Promise.all([metrics(), store.metrics()])).join('\n');
		return context.text(text, 200, { 'Content-Type': 'text/plain; version=0.0.4' });
	});
	return api;
}
