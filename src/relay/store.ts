/**
 * Composition root of `store`, the process that has the disk: homes, rosters, invitations, waiting
 * messages, and footage.
 */
import { Hono } from 'hono';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Fault } from '#domain/base/fault.ts';
import { idFrom, type DeviceId, type HomeId } from '#domain/base/ids.ts';
import { runChild, type ChildWork } from '#relay/process/child-process.ts';
import { footageMemberOf, lostRights } from '#relay-core/footage-member.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { recordJudgesOf } from '#relay-core/record-judge.ts';
import {
	messageFrom,
	messageToStore,
	type MessageFromStore,
	type MessageToStore,
	type StoredRoster,
} from '#relay/base/ipc.ts';
import { sha256 } from '#relay/base/crypto.ts';
import { createLog } from '#relay/base/log.ts';
import { wasForwarded } from '#relay/base/origin-policy.ts';
import { ChangeNotices } from '#relay/base/change-notices.ts';
import { createFootageApi } from '#relay/footage/footage-api.ts';
import type { FootageEnv } from '#relay/footage/footage-request.ts';
import { FootageStart } from '#relay/footage/footage-start.ts';
import { LookLog } from '#relay/footage/looks/look-log.ts';
import { createLooksApi, lookedIn } from '#relay/footage/looks/looks-api.ts';
import { createSpaceApi } from '#relay/footage/space/space-api.ts';
import { ownVersion, SpaceStart } from '#relay/footage/space/space-start.ts';
import { createSidecarApi } from '#relay/footage/sidecar-api.ts';
import { StoreServer } from '#relay/footage/store-server.ts';
import { readToken } from '#relay/http/token.ts';
import { sqliteReasonOf, ChangeWriter } from '#relay/storage/change-writer.ts';
import { WebCrypto } from '#web/crypto.ts';

type StoreBegin = Extract<MessageToStore, { t: 'begin' }>;

runChild<MessageToStore, MessageFromStore>({
	decode: (message) => messageFrom(messageToStore, message),
	begin: startStore,
	sentenceOf: (error, { file }) =>
		error instanceof Fault
			? error.message
			: `Spy-cam cannot use its database ${file} (${sqliteReasonOf(error)}).`,
});

async function startStore(
	begin: StoreBegin,
	send: (message: MessageFromStore) => void,
): Promise<ChildWork<MessageToStore>> {
	const { settings, tokenKey } = begin;
	const log = createLog('store', settings.log);
	const writer = new ChangeWriter(begin.file, log, send);
	const crypto = new WebCrypto();
	const homes = new HomeRegistry(crypto, begin.homes ?? writer.stored.homes);
	const claimsOf = (token: string): ReturnType<typeof readToken> =>
		readToken(tokenKey, token, Date.now());

	const app = new Hono<FootageEnv>();
	let footageApi: Hono<FootageEnv> | null = null;
	const space = new SpaceStart({ ...begin.footage, log, version: ownVersion() });
	const footage = new FootageStart({
		...{ ...begin.footage, log },
		// Where the thread pool would take a copy of each segment.
		crypto: {
			sha256: (bytes) => Promise.resolve(sha256(bytes)),
			verify: (...signed) => crypto.verify(...signed),
		},
		...recordJudgesOf(crypto, (id) => homes.find(id)),
		before: () => space.before(),
		roomOf: (opened) => space.of(opened),
		ready: ({ archive, index, sidecars }) => {
			const notices = new ChangeNotices((notice) => send({ t: 'footage-changed', ...notice }));
			index.onChange = (of, minute) => notices.note(of, minute);
			sidecars.onChange = (of, minute) => notices.note(of, minute);
			const memberOf = async (id: HomeId, device: DeviceId) => {
				const home = await homes.find(id);
				return home && footageMemberOf(crypto, home, device, Date.now());
			};
			const who = { claimsOf, memberOf };
			const { opened } = space;
			const all = new Hono<FootageEnv>();
			const looks = new LookLog(sidecars.database);
			const looked = lookedIn(looks, Date.now);
			all.route('/', createLooksApi({ looks, wallMs: Date.now, ...who }));
			if (opened !== null) {
				all.route('/', createSpaceApi({ space: opened, storeId: index.storeId, ...who }));
				const mayGrow = (home: HomeId, bytes: number) => opened.mayAdd(home, null, bytes).newer;
				const tools = { archive, index, sidecars, crypto, mayGrow, ...who };
				all.route('/', createSidecarApi(tools));
			}
			all.route('/', createFootageApi({ archive, index, looked, ...who }));
			footageApi = all;
		},
	});
	app.all('/api/footage/*', (context) =>
		footageApi === null
			? context.json({ wrong: 'opening' }, 503, { 'Retry-After': '5' })
			: footageApi.fetch(context.req.raw, context.env),
	);
	const reasons = (): string[] => [
		...new Set([writer.wrong, footage.wrong].filter((reason) => reason !== null)),
	];
	app.get('/api/health', (context) => {
		const wrong = reasons();
		const well = wrong.length === 0;
		return context.json({ store: well ? 'ok' : 'failing', wrong }, well ? 200 : 503);
	});
	const server = new StoreServer({
		answer: (request, body) => app.fetch(request, body ? { body } : {}),
		claimsOf,
	});

	const registry = new Registry();
	collectDefaultMetrics({ register: registry, prefix: 'spycam_store_' });
	const gauge = (name: string, help: string, value: () => number): Gauge =>
		new Gauge({
			...{ name: `spycam_store_${name}`, help, registers: [registry] },
			collect() {
				this.set(value());
			},
		});
	gauge('waiting', 'Changes not written yet', () => writer.waiting);
	gauge('failing', '1 while the disk cannot be written', () => Number(reasons().length > 0));
	for (const [name, { help, value }] of Object.entries(space.gauges))
		gauge(`footage_${name}`, help, value);
	gauge('requests', 'Requests for footage under way', () => server.underWay);
	app.get('/metrics', async (context) => {
		// Behind a proxy it would be for everybody (RL5).
		if (wasForwarded(context.req.header())) return context.notFound();
		return context.text(await registry.metrics());
	});
	app.notFound((context) => context.text('Not found.', 404));
	app.onError((error, context) => {
		log.error({ kind: error.name }, 'request failed');
		return context.text('Internal server error.', 500);
	});

	const replaceRoster = async (roster: StoredRoster): Promise<void> => {
		const id = idFrom<HomeId>(roster.home);
		const before = id && homes.loaded(id);
		homes.replace(roster);
		send({ t: 'roster-counts' });
		// Not loaded: nobody of that home was let in.
		if (!before) return;
		const after = await homes.find(before.id);
		server.cut(before.id, ({ device }) => lostRights(before, after, device, Date.now()));
	};

	await server.listen(begin.footage.socket, begin.footage.gid);
	send({ t: 'listening', kept: writer.stored });
	log.info('store is listening');

	return {
		heard: (message) => {
			if (message.t === 'fact') writer.write(message.n, message.fact);
			if (message.t === 'roster') void replaceRoster(message);
		},
		stop: async () => {
			writer.close();
			await footage.end();
			await server.close();
		},
	};
}
