import { Hono, type Context } from 'hono';
import { concatBytes } from '#domain/base/bytes.ts';
import { expectFault, Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { endUsOf, parseEntries } from '#domain/footage/index-page.ts';
import { isKit } from '#domain/home/rights.ts';
import {
	buildSidecarRecord,
	parseSidecarRecords,
	type SidecarRecord,
} from '#domain/sync/sidecar-record.ts';
import { parseSpanStatement } from '#domain/sync/span-statement.ts';
import { segmentRecordBytes } from '#domain/sync/segment-record.ts';
import type { FootageMember } from '#relay-core/footage-member.ts';
import { checkSidecar, type SidecarOrigin } from '#relay-core/sidecar-check.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { FootageApiDependencies } from './footage-api.ts';
import {
	bodyOf,
	cameraIn,
	type FootageEnv,
	memberIn,
	numberIn,
	optionalNumberIn,
} from './footage-request.ts';
import type { IndexedRun, RunExtent } from './footage-index.ts';
import { removeSpan } from './remove-span.ts';
import type { SidecarIndex } from './sidecar-index.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** A request: minutes of thumbnails, and how many of them when they are a minute or more apart. */
const MAX_MINUTES = 60;
const MAX_THUMBNAILS = 720;
const MAX_CHANGES = 2000;
const MAX_GRANTS = 2000;
const RETRY_S = 60;

export interface SidecarApiDependencies extends FootageApiDependencies {
	readonly sidecars: SidecarIndex;
	readonly crypto: Pick<Crypto, 'verify'>;
	/** Whether there is room for more of a home. Undefined: no limit but the disk. */
	readonly mayGrow?: (home: HomeId, bytes: number) => boolean;
}

const STATUS: Partial<Record<FaultKind, 400 | 404 | 409 | 422 | 507>> = {
	malformed: 400,
	unsupported: 422,
	'not-found': 404,
	quota: 507,
};

/**
 * What stands beside segments, over HTTP (docs/api.md, "Footage"). Mount it before
 * `createFootageApi`: its paths are narrower. Rights: SY32.
 */
export function createSidecarApi(tools: SidecarApiDependencies): Hono<FootageEnv> {
	const { archive, index, sidecars, crypto, mayGrow } = tools;
	const api = new Hono<FootageEnv>();

	/** Answers who may see saved footage, about a camera of the home. */
	function reading(
		path: string,
		answer: (
			of: { home: FootageMember['home']['id']; camera: CameraId },
			context: Context<FootageEnv>,
			member: FootageMember,
		) => Response,
	): void {
		api.get(`/api/footage/:camera/${path}`, async (context) => {
			const member = await memberIn(tools, context, 'footage');
			if (member instanceof Response) return member;
			return answer({ home: member.home.id, camera: cameraIn(context) }, context, member);
		});
	}

	api.get('/api/footage/cameras', async (context) => {
		const member = await memberIn(tools, context, 'footage');
		if (member instanceof Response) return member;
		const home = member.home.id;
		const bytes = new Map(index.cameras(home).map((one) => [one.camera, one.bytes]));
		const cameras = [...new Set([...bytes.keys(), ...sidecars.camerasWithCard(home)])];
		return context.json({
			...{ store: index.storeId, change: index.newestChange },
			cameras: cameras.map((camera) => ({
				...{ camera, bytes: bytes.get(camera) ?? 0 },
				card: base64OrNull(sidecars.card({ home, camera })),
			})),
		});
	});

	reading('runs', ({ home, camera }, context) => {
		const [from, to] = [numberIn(context, 'from'), numberIn(context, 'to')];
		const runs = index.runs(home, camera, from, to).map((run) => ({
			...{ runNo: run.runNo, record: base64OrNull(run.record) },
			...extentOf(run, index.extent(home, camera, run.runNo)),
		}));
		return context.json({ store: index.storeId, runs });
	});

	reading('thumbs', (of, context) => {
		const [from, to] = [numberIn(context, 'from'), numberIn(context, 'to')];
		const everyS = optionalNumberIn(context, 'every') ?? 0;
		const everyMinutes = Math.floor(everyS / 60);
		if (to - from >= Math.max(MAX_MINUTES, MAX_THUMBNAILS * everyMinutes))
			throw new Fault('malformed', 'more minutes than one request may have');
		const every = everyS % 60 === 0 ? everyMinutes : 1;
		const found = sidecars.thumbnails(of, from, to, every).flat();
		return binary(context, thinned(found, everyS).map(buildSidecarRecord));
	});

	reading('events', (of, context) =>
		binary(context, sidecars.events(of, numberIn(context, 'from'), numberIn(context, 'to'))),
	);

	reading('spans', (of, context) => {
		const spans = sidecars.spans(of).map(({ kind, bytes }) => ({ kind, signed: base64(bytes) }));
		return context.json({ store: sidecars.storeId, spans });
	});

	reading('grants', (of, context, member) => {
		const recipients = context.req.query('for') === 'kit' ? kitsFor(member) : [member.device];
		if (recipients === null) return context.json({ wrong: 'right' }, 403);
		const from = optionalNumberIn(context, 'from') ?? 0;
		const grants = sidecars.grants(of, recipients, from, MAX_GRANTS).map(base64);
		return context.json({ store: sidecars.storeId, more: grants.length === MAX_GRANTS, grants });
	});

	api.get('/api/footage/:camera/meta', async (context) => {
		const member = await memberIn(tools, context, 'record');
		if (member instanceof Response) return member;
		const camera = cameraIn(context);
		if (!(await member.owns(camera))) return context.json({ wrong: 'camera' }, 403);
		const of = { home: member.home.id, camera };
		const found = sidecars.changed(of, numberIn(context, 'since'), MAX_CHANGES);
		const spans = found.spans.map(({ kind, bytes }) => ({ kind, signed: base64(bytes) }));
		return context.json({ store: sidecars.storeId, ...found, spans });
	});

	api.post('/api/footage/:camera/meta', async (context) => {
		const camera = cameraIn(context);
		const asked = await memberIn(tools, context, 'write');
		if (asked instanceof Response) return asked;
		const own = asked.may('record') && (await asked.owns(camera));
		if (!own && !asked.may('manage')) return context.json({ wrong: 'right' }, 403);
		const body = await bodyOf(context);
		if (body.length > MAX_BODY_BYTES) return context.json({ wrong: 'length' }, 413);
		const records = parseSidecarRecords(body);
		const { device, home } = asked;
		const refused = await take({ home, camera, device, key: await asked.key(), own }, records);
		return context.json({ store: sidecars.storeId, refused });
	});

	/** Stores what is as it claims to be; returns the places of the rest. */
	async function take(
		origin: SidecarOrigin,
		records: readonly SidecarRecord[],
	): Promise<readonly number[]> {
		const of = { home: origin.home.id, camera: origin.camera };
		const refused: number[] = [];
		const good: SidecarRecord[] = [];
		for (const [at, record] of records.entries()) {
			try {
				await checkSidecar(crypto, origin, record);
				good.push(record);
			} catch (error) {
				expectFault(error);
				refused.push(at);
			}
		}
		const grows = good.some(({ kind }) => kind === 'thumbnail' || kind === 'event');
		const length = good.reduce((sum, { bytes }) => sum + bytes.length, 0);
		if (grows && mayGrow?.(of.home, length) === false) throw new Fault('quota', 'no room for more');
		sidecars.put(of, good);
		for (const { kind, bytes } of good) {
			if (kind !== 'removal') continue;
			const { statement } = parseSpanStatement(bytes);
			if (statement.holds) await removeSpan({ archive, index, sidecars }, of, statement);
		}
		return refused;
	}

	api.onError((error, context) => {
		expectFault(error);
		const status = STATUS[error.kind] ?? 503;
		const retry = status === 503 || status === 507 ? { 'Retry-After': String(RETRY_S) } : {};
		return context.json({ wrong: error.kind }, status, retry);
	});
	return api;
}

/** Sealed bytes, the init section included, and times as in the entries. */
function extentOf({ initBytes }: IndexedRun, extent: RunExtent | null) {
	if (extent === null) return { firstSeq: 1, lastSeq: 0, startUs: 0, endUs: 0, bytes: initBytes };
	const { firstSeq, lastSeq, segments, recordBytes } = extent;
	const frames = segmentRecordBytes(0) * (segments + (initBytes > 0 ? 1 : 0));
	const startUs = parseEntries(extent.firstEntries)[0]?.startUs ?? 0;
	const last = parseEntries(extent.lastEntries).at(-1);
	const endUs = last === undefined ? startUs : endUsOf(last);
	return { firstSeq, lastSeq, startUs, endUs, bytes: recordBytes + initBytes - frames };
}

/**
 * Kits of the home, for an owner: a kit opens nothing itself, and what it makes is an owner only
 * after its day (KT7). `null`: not an owner.
 */
function kitsFor(member: FootageMember): DeviceId[] | null {
	if (!member.may('earlier')) return null;
	const devices = [...member.home.roster.devices];
	return devices.flatMap(([device, { roles }]) => (isKit(roles) ? [device] : []));
}

/** The first of each so many seconds, counted from 1970. */
function thinned(records: readonly SidecarRecord[], everyS: number): SidecarRecord[] {
	if (everyS === 0) return [...records];
	let last = -1;
	return records.filter(({ wallUs }) => {
		const which = Math.floor(wallUs / (everyS * 1_000_000));
		if (which <= last) return false;
		last = which;
		return true;
	});
}

function binary(context: Context<FootageEnv>, records: readonly Uint8Array[]): Response {
	const headers = { 'Content-Type': 'application/octet-stream' };
	return context.body(concatBytes(...records), 200, headers);
}

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString('base64url');
}

function base64OrNull(bytes: Uint8Array | null): string | null {
	return bytes === null ? null : base64(bytes);
}
