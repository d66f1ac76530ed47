import { Hono, type Context } from 'hono';
import * as v from 'valibot';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import type { FootageMember } from '#relay-core/footage-member.ts';
import type { TokenClaims } from '#relay-core/relay.ts';
import { bodyOf, type FootageEnv } from '#relay/footage/footage-request.ts';
import { bearerOf } from '#relay/http/token.ts';
import type { FootageSpace } from './footage-space.ts';

export interface SpaceApiDependencies {
	readonly space: Pick<FootageSpace, 'usage' | 'lower'>;
	readonly storeId: string;
	/** `null`: the token is forged or expired. */
	readonly claimsOf: (token: string) => TokenClaims | null;
	/** By the roster as it is now; `null`: no member. */
	readonly memberOf: (home: HomeId, device: DeviceId) => Promise<FootageMember | null>;
}

const MAX_SHARE_BYTES = 1e15;
const share = v.object({
	/** `null`: as much as there is for each home. */
	bytes: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_SHARE_BYTES))),
});

/** The room that a home's footage takes, over HTTP (docs/api.md, "Footage"). Rights: RS11. */
export function createSpaceApi({
	space,
	storeId,
	claimsOf,
	memberOf,
}: SpaceApiDependencies): Hono<FootageEnv> {
	const api = new Hono<FootageEnv>();

	async function allowed(
		context: Context<FootageEnv>,
		mayIt: (member: FootageMember) => boolean,
	): Promise<FootageMember | Response> {
		const claims = claimsOf(bearerOf(context.req.header('Authorization')));
		const member = claims && (await memberOf(claims.home, claims.device));
		if (!member) return context.json({ wrong: 'token' }, 401, { 'WWW-Authenticate': 'Bearer' });
		return mayIt(member) ? member : context.json({ wrong: 'right' }, 403);
	}

	const usage = (home: HomeId) => ({ store: storeId, ...space.usage(home) });

	api.get('/api/footage/', async (context) => {
		const member = await allowed(context, (one) => one.may('footage') || one.may('record'));
		if (member instanceof Response) return member;
		return context.json(usage(member.home.id));
	});

	api.post('/api/footage/share', async (context) => {
		const member = await allowed(context, (one) => one.may('manage'));
		if (member instanceof Response) return member;
		const given = v.safeParse(share, await jsonIn(context));
		if (!given.success) return context.json({ wrong: 'malformed' }, 400);
		space.lower(member.home.id, given.output.bytes);
		return context.json(usage(member.home.id));
	});

	api.onError((error, context) => {
		expectFault(error);
		return context.json({ wrong: error.kind }, 503, { 'Retry-After': '60' });
	});
	return api;
}

/** `null`: not JSON. */
async function jsonIn(context: Context<FootageEnv>): Promise<unknown> {
	try {
		return JSON.parse(new TextDecoder().decode(await bodyOf(context))) as unknown;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
