import type { Context } from 'hono';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId } from '#domain/base/ids.ts';

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
