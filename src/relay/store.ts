/**
 * Composition root of `store`, the process that persists homes, rosters, invitations and waiting
 * messages.
 */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Fault } from '#domain/base/fault.ts';
import { connectToSupervisor } from '#relay/process/supervisor-channel.ts';
import { UnprovedConnections } from '#relay/http/unproved-connections.ts';
import {
	hostsFrom,
	isProxy,
	misdirectedResponse,
	proxiesFrom,
	clientOriginOf,
	type OriginPolicy,
} from '#relay/base/origin-policy.ts';
import { footageMemberOf } from '#relay-core/footage-member.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import type { RelayChange } from '#relay-core/relay.ts';
import {
	messageFrom,
	messageToStore,
	type MessageFromStore,
	type MessageToStore,
	type StoredRoster,
} from '#relay/base/ipc.ts';
import { createFootageApi } from '#relay/footage/footage-api.ts';
import { FootageStart } from '#relay/footage/footage-start.ts';
import { readToken } from '#relay/http/token.ts';
import { listenAt } from '#relay/http/unix-socket.ts';
import { WebCrypto } from '#web/crypto.ts';
import { listen } from '#relay/http/listener.ts';
import { createLog } from '#relay/base/log.ts';
import { sqliteReasonOf, ChangeWriter } from '#relay/storage/change-writer.ts';

const STOP_MS = 2_000;

interface StoreRequestEnv {
	Bindings: { local: boolean };
}

interface Store {
	take(n: number, fact: RelayChange): void;
	replaceRoster(roster: StoredRoster): void;
	renew(tls: { cert: string; key: string }, hosts: readonly string[]): void;
	stop(): Promise<void>;
}

type Begin = Extract<MessageToStore, { t: 'begin' }>;

const send: (message: MessageFromStore) => void = connectToSupervisor(
	(message) => void receive(message),
);
let store: Store | null = null;

async function receive(message: unknown): Promise<void> {
	const decoded = messageFrom(messageToStore, message);
	switch (decoded?.t) {
		case 'begin':
			try {
				store = await startStore(decoded);
			} catch (error) {
				const sentence =
					error instanceof Fault
						? error.message
						: `Spy-cam cannot use its database ${decoded.file} (${sqliteReasonOf(error)}).`;
				send({ t: 'failed', sentence });
			}
			break;
		case 'renew':
			store?.renew(decoded.tls, decoded.hosts);
			break;
		case 'roster':
			store?.replaceRoster(decoded);
			break;
		case 'fact':
			store?.take(decoded.n, decoded.fact);
			break;
		case 'ping':
			send({ t: 'pong' });
			break;
		case 'stop':
			await store?.stop();
			process.exit(0);
	}
}

async function startStore(begin: Begin): Promise<Store> {
	const { file, settings, port, tls, hosts, tokenKey } = begin;
	const log = createLog('store', settings.log);
	const proxies = proxiesFrom(settings.proxies);
	if (proxies === null)
		throw new Fault('malformed', 'invalid setting proxies: not addresses or networks');
	const originPolicyFor = (names: readonly string[]): OriginPolicy => ({
		...{ hosts: hostsFrom(names), publicName: settings.publicName, proxies },
		// No cross-origin access and no sockets here.
		...{ origins: new Set(), ports: { http: 0, https: port } },
	});
	let originPolicy = originPolicyFor(hosts);
	const connections = new UnprovedConnections(settings.limits);
	const writer = new ChangeWriter(file, log, send);

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
	gauge('failing', '1 while the database cannot be written', () => Number(writer.wrong !== null));

	const app = new Hono<StoreRequestEnv>();
	app.get('/api/health', (context) => {
		const { wrong } = writer;
		const answer =
			wrong === null ? { store: 'ok', wrong: [] } : { store: 'failing', wrong: [wrong] };
		return context.json(answer, wrong === null ? 200 : 503, { 'Cache-Control': 'no-store' });
	});
	app.get('/metrics', async (context) => {
		if (!context.env.local) return context.notFound();
		return context.text(await registry.metrics());
	});
	app.notFound((context) => context.text('Not found.', 404));
	app.onError((error, context) => {
		log.error({ kind: error.name }, 'request failed');
		return context.text('Internal server error.', 500);
	});
	const crypto = new WebCrypto();
	const homes = new HomeRegistry(crypto, begin.homes ?? writer.stored.homes);
	let api: ReturnType<typeof createFootageApi> | null = null;
	const footage = new FootageStart({
		...{ ...begin.footage, crypto, log },
		ready: ({ archive, index }) => {
			api = createFootageApi({
				...{ archive, index },
				claimsOf: (token) => readToken(tokenKey, token, Date.now()),
				memberOf: async (id, device) => {
					const home = await homes.find(id);
					return home && footageMemberOf(crypto, home, device, Date.now());
				},
			});
		},
	});
	const respond = getRequestListener((request: Request) =>
		api === null
			? Response.json({ wrong: 'opening' }, { status: 503, headers: { 'Retry-After': '5' } })
			: api.fetch(request),
	);
	const server = createServer((asked, answer) => void respond(asked, answer));
	await listenAt(server, begin.footage.socket, null);
	const listener = await listen(
		{
			answer: (request, asked) => {
				const { origin, local } = clientOriginOf(originPolicy, asked, true);
				return origin === null ? misdirectedResponse() : app.fetch(request, { local });
			},
			admit: (socket) => isProxy(originPolicy, socket.remoteAddress) || connections.admit(socket),
		},
		settings.host,
		port,
		tls,
		'--store-port',
		settings.variables,
	);
	send({ t: 'listening', port: listener.port, kept: writer.stored });
	log.info({ port: listener.port }, 'store is listening');

	return {
		replaceRoster: (roster) => {
			homes.replace(roster);
			send({ t: 'roster-counts' });
		},
		take: (n, fact) => writer.write(n, fact),
		renew: (fresh, names) => {
			originPolicy = originPolicyFor(names);
			listener.renew(fresh);
		},
		stop: async () => {
			writer.close();
			footage.end();
			server.closeAllConnections();
			server.close();
			await listener.close(STOP_MS);
		},
	};
}
