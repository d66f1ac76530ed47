import { Hono, type Context } from 'hono';
import * as v from 'valibot';
import { expectFault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import {
	bodyOf,
	memberIn,
	type FootageEnv,
	type MemberSource,
} from '#relay/footage/footage-request.ts';
import type { FootageSpace } from './footage-space.ts';

export interface SpaceApiDependencies extends MemberSource {
	readonly space: Pick<FootageSpace, 'usage' | 'lower'>;
	readonly storeId: string;
}

const MAX_SHARE_BYTES = 1e15;
const share = v.object({
	/** `null`: as much as there is for each home. */
	bytes: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_SHARE_BYTES))),
});

/** The room that a home's footage takes, over HTTP (docs/api.md, "Footage"). Rights: RS11. */
export function createSpaceApi(tools: SpaceApiDependencies): Hono<FootageEnv> {
	const { space, storeId } = tools;
	const api = new Hono<FootageEnv>();

	const usage = (home: HomeId) => ({ store: storeId, ...space.usage(home) });

	api.get('/api/footage/', async (context) => {
		const member = await memberIn(tools, context, 'footage', 'record');
		if (member instanceof Response) return member;
		return context.json(usage(member.home.id));
	});

	api.post('/api/footage/share', async (context) => {
		const member = await memberIn(tools, context, 'manage');
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
