import type { Context } from 'hono';
import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId } from '#domain/base/ids.ts';

/** Parts of the address of a request for footage. All throw `malformed`. */

export function cameraIn(context: Context): CameraId {
	const camera = idFrom<CameraId>(context.req.param('camera'));
	if (camera === null) throw new Fault('malformed', 'not the id of a camera');
	return camera;
}

export function numberIn(context: Context, name: string): number {
	const text = context.req.query(name) ?? '';
	if (!/^\d{1,15}$/.test(text)) throw new Fault('malformed', `"${name}" is not a number`);
	return Number(text);
}

/** `null`: not given. */
export function optionalNumberIn(context: Context, name: string): number | null {
	return context.req.query(name) === undefined ? null : numberIn(context, name);
}
