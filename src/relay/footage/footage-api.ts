import { Hono, type Context } from 'hono';
import { ByteReader, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { MAX_UPLOAD_BYTES } from '#protocol/footage.ts';
import type { FootageMember } from '#relay-core/footage-member.ts';
import type { FootageIndex } from './footage-index.ts';
import {
	bodyOf,
	cameraIn,
	memberIn,
	numberIn,
	type FootageEnv,
	type MemberSource,
} from './footage-request.ts';
import type { PackArchive } from './pack-archive.ts';

const MAX_RECORDS = 64;
const MAX_PAGES = 1440;
/** Whose init section is missing; the rest is told once these came. */
const MAX_RUNS = 64;
const RETRY_S = 60;

export interface FootageApiDependencies extends MemberSource {
	readonly archive: PackArchive;
	readonly index: FootageIndex;
	/** Another device than the camera's reads these segment records. Undefined: nobody asks. */
	readonly looked?: (member: FootageMember, camera: CameraId, records: Uint8Array) => void;
}

const STATUS: Partial<Record<FaultKind, 400 | 404 | 409 | 422 | 503 | 507>> = {
	malformed: 400,
	unsupported: 422,
	'not-found': 404,
	conflict: 409,
	quota: 507,
};

/** Footage over HTTP (docs/api.md, "Footage"). Rights: SY9. */
export function createFootageApi(tools: FootageApiDependencies): Hono<FootageEnv> {
	const { archive, index, looked } = tools;
	const api = new Hono<FootageEnv>();

	/** A camera of the member's own device. */
	async function recording(
		context: Context<FootageEnv>,
	): Promise<[FootageMember, CameraId] | Response> {
		const member = await memberIn(tools, context, 'record');
		if (member instanceof Response) return member;
		const camera = cameraIn(context);
		if (!(await member.owns(camera))) return context.json({ wrong: 'camera' }, 403);
		return [member, camera];
	}

	api.get('/api/footage/:camera/pages', async (context) => {
		const member = await memberIn(tools, context, 'footage');
		if (member instanceof Response) return member;
		const [from, to] = [numberIn(context, 'from'), numberIn(context, 'to')];
		if (to - from >= MAX_PAGES) throw new Fault('malformed', 'more than a day of pages');
		const pages = index.pages(member.home.id, cameraIn(context), from, to);
		return context.json({
			store: index.storeId,
			pages: pages.map(({ runNo, minute, entries, change }) => ({
				...{ runNo, minute, change },
				entries: Buffer.from(entries).toString('base64url'),
			})),
		});
	});

	api.get('/api/footage/:camera/have', async (context) => {
		const asked = await recording(context);
		if (asked instanceof Response) return asked;
		const [{ home }, camera] = asked;
		const since = numberIn(context, 'since');
		const { pages, more } = index.withdrawn.changed(home.id, camera, since, MAX_PAGES);
		return context.json({
			...{ store: index.storeId, more },
			withoutInit: index.withdrawn.runsWithoutInit(home.id, camera, MAX_RUNS),
			pages,
		});
	});

	/** SY24: a camera's device reads back its own. */
	async function reading(
		context: Context<FootageEnv>,
	): Promise<{ readonly member: FootageMember; readonly own: boolean } | Response> {
		const own = await recording(context);
		if (!(own instanceof Response)) return { member: own[0], own: true };
		const member = await memberIn(tools, context, 'footage');
		return member instanceof Response ? member : { member, own: false };
	}

	api.get('/api/footage/:camera/:runNo/:range', async (context) => {
		const asked = await reading(context);
		if (asked instanceof Response) return asked;
		const { member, own } = asked;
		const range = /^(\d{1,15})-(\d{1,15})$/.exec(context.req.param('range'));
		const [first, last] = [Number(range?.[1] ?? Number.NaN), Number(range?.[2] ?? Number.NaN)];
		if (!(first <= last) || last - first >= MAX_RECORDS)
			throw new Fault('malformed', 'not a range of at most 64 segments');
		const run = { home: member.home.id, camera: cameraIn(context), runNo: runIn(context) };
		const records = await archive.read(run, [first, last], MAX_UPLOAD_BYTES);
		if (records.length === 0) throw new Fault('not-found', 'no such segment here');
		if (!own) looked?.(member, run.camera, records);
		return context.body(records, 200, { 'Content-Type': 'application/octet-stream' });
	});

	api.post('/api/footage/:camera/:runNo', async (context) => {
		const asked = await recording(context);
		if (asked instanceof Response) return asked;
		const [member, camera] = asked;
		const { runRecord, records } = uploadIn(await bodyOf(context));
		const origin = { home: member.home.id, camera, key: await member.key() };
		const result = await archive.put({ origin, runNo: runIn(context), runRecord, records });
		const full = result.refused.some(({ why }) => why === 'full');
		const answer = { store: index.storeId, ...result };
		return full
			? context.json(answer, 507, { 'Retry-After': String(RETRY_S) })
			: context.json(answer);
	});

	api.onError((error, context) => {
		expectFault(error);
		const status = STATUS[error.kind] ?? 503;
		const retry = status === 503 || status === 507 ? { 'Retry-After': String(RETRY_S) } : {};
		return context.json({ wrong: error.kind }, status, retry);
	});
	return api;
}

function runIn(context: Context<FootageEnv>): number {
	const text = context.req.param('runNo') ?? '';
	if (!/^\d{1,10}$/.test(text)) throw new Fault('malformed', 'not the number of a run');
	return Number(text);
}

/** Length u32 ‖ signed run record, or 0 ‖ nothing; then segment records. */
function uploadIn(body: Bytes): { readonly runRecord: Bytes | null; readonly records: Bytes } {
	if (body.length < 4) throw new Fault('malformed', 'upload is cut off');
	const length = new ByteReader(body.subarray(0, 4)).u32();
	if (4 + length > body.length) throw new Fault('malformed', 'upload ends inside its run record');
	const runRecord = length === 0 ? null : body.slice(4, 4 + length);
	return { runRecord, records: body.subarray(4 + length) };
}
