import { Hono, type Context } from 'hono';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { spanOfRecords } from '#domain/sync/segment-record.ts';
import { heardLooksFrom } from '#protocol/looks.ts';
import type { FootageMember } from '#relay-core/footage-member.ts';
import type { FootageApiDependencies } from '#relay/footage/footage-api.ts';
import { bodyOf, cameraIn, type FootageEnv } from '#relay/footage/footage-request.ts';
import { bearerOf } from '#relay/http/token.ts';
import type { LookLog } from './look-log.ts';

const MAX_BODY_BYTES = 16_384;

export interface LooksApiDependencies extends Pick<
	FootageApiDependencies,
	'claimsOf' | 'memberOf'
> {
	readonly looks: LookLog;
	readonly wallMs: () => number;
}

/** For `createFootageApi`. */
export function lookedIn(
	looks: LookLog,
	wallMs: () => number,
): NonNullable<FootageApiDependencies['looked']> {
	return ({ home, device }, camera, records) => {
		try {
			const span = spanOfRecords(records);
			if (span !== null) looks.note({ home: home.id, camera }, device, span, wallMs());
		} catch (error) {
			// A full disk, or a record that nobody can open: whoever reads does not wait for it.
			expectFault(error);
		}
	};
}

/** Who looked at a camera's footage, over HTTP (docs/api.md). Goes before `createFootageApi`. */
export function createLooksApi(tools: LooksApiDependencies): Hono<FootageEnv> {
	const { looks, claimsOf, memberOf, wallMs } = tools;
	const api = new Hono<FootageEnv>();

	/** The device of the camera. */
	async function owning(
		context: Context<FootageEnv>,
	): Promise<{ member: FootageMember; camera: CameraId } | Response> {
		const claims = claimsOf(bearerOf(context.req.header('Authorization')));
		const member = claims && (await memberOf(claims.home, claims.device));
		if (!member) return context.json({ wrong: 'token' }, 401, { 'WWW-Authenticate': 'Bearer' });
		if (!member.may('record')) return context.json({ wrong: 'right' }, 403);
		const camera = cameraIn(context);
		if (!(await member.owns(camera))) return context.json({ wrong: 'camera' }, 403);
		return { member, camera };
	}

	api.get('/api/footage/:camera/looks', async (context) => {
		const asked = await owning(context);
		if (asked instanceof Response) return asked;
		const of = { home: asked.member.home.id, camera: asked.camera };
		return context.json(looks.over(of, wallMs()));
	});

	api.post('/api/footage/:camera/looks', async (context) => {
		const asked = await owning(context);
		if (asked instanceof Response) return asked;
		const body = await bodyOf(context);
		if (body.length > MAX_BODY_BYTES) return context.json({ wrong: 'length' }, 413);
		const heard = heardLooksFrom(new TextDecoder().decode(body));
		if (heard === null) throw new Fault('malformed', 'not the numbers of looks');
		looks.told({ home: asked.member.home.id, camera: asked.camera }, heard.ids, wallMs());
		return context.json({});
	});

	api.onError((error, context) => {
		expectFault(error);
		return context.json({ wrong: error.kind }, error.kind === 'malformed' ? 400 : 503);
	});
	return api;
}
