import type { Context } from 'hono';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId, type DeviceId, type HomeId } from '#domain/base/ids.ts';
import type { Right } from '#domain/home/rights.ts';
import type { FootageMember } from '#relay-core/footage-member.ts';
import type { TokenClaims } from '#relay-core/relay.ts';
import { bearerOf } from '#relay/http/token.ts';

/** Bindings. */
export interface FootageEnv {
	/** Of an upload, where the server has it already; without, it is read from the request. */
	Bindings: { readonly body?: Bytes };
}

export async function bodyOf(context: Context<FootageEnv>): Promise<Bytes> {
	const { body } = (context.env as FootageEnv['Bindings'] | undefined) ?? {};
	return body ?? new Uint8Array(await context.req.arrayBuffer());
}

/** Parts of the address of a request for footage. All throw `malformed`. */

export function cameraIn(context: Context<FootageEnv>): CameraId {
	const camera = idFrom<CameraId>(context.req.param('camera'));
	if (camera === null) throw new Fault('malformed', 'not the id of a camera');
	return camera;
}

export function numberIn(context: Context<FootageEnv>, name: string): number {
	const text = context.req.query(name) ?? '';
	if (!/^\d{1,15}$/.test(text)) throw new Fault('malformed', `"${name}" is not a number`);
	return Number(text);
}

/** `null`: not given. */
export function optionalNumberIn(context: Context<FootageEnv>, name: string): number | null {
	return context.req.query(name) === undefined ? null : numberIn(context, name);
}

/** Who asks, by the roster as it is now. */
export interface MemberSource {
	/** `null`: the token is forged or expired. */
	readonly claimsOf: (token: string) => TokenClaims | null;
	/** `null`: no member. */
	readonly memberOf: (home: HomeId, device: DeviceId) => Promise<FootageMember | null>;
}

/** The member that asks, if it has one of these rights; else the refusal (SY9). */
export async function memberIn(
	{ claimsOf, memberOf }: MemberSource,
	context: Context<FootageEnv>,
	...rights: readonly Right[]
): Promise<FootageMember | Response> {
	const claims = claimsOf(bearerOf(context.req.header('Authorization')));
	const member = claims && (await memberOf(claims.home, claims.device));
	if (!member) return context.json({ wrong: 'token' }, 401, { 'WWW-Authenticate': 'Bearer' });
	const may = rights.some((right) => member.may(right));
	return may ? member : context.json({ wrong: 'right' }, 403);
}
