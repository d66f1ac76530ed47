/** Composition root of the process that keeps homes, rosters, invitations and waiting letters. */
import { Hono } from 'hono';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Fault } from '#domain/base/fault.ts';
import { childOf } from '#relay/process/child.ts';
import { Connections } from '#relay/http/connections.ts';
import {
	hostsFrom,
	isProxy,
	misdirected,
	proxiesFrom,
	visitOf,
	type Doors,
} from '#relay/base/doors.ts';
import type { Fact } from '#relay/base/fact.ts';
import { messageFrom, toStore, type FromStore, type ToStore } from '#relay/base/ipc.ts';
import { listen } from '#relay/http/listener.ts';
import { createLog } from '#relay/base/log.ts';
import { reasonOf, Writer } from '#relay/storage/writer.ts';

const STOP_MS = 2_000;

interface Asked {
	Bindings: { local: boolean };
}

interface Store {
	take(n: number, fact: Fact): void;
	renew(tls: { cert: string; key: string }, hosts: readonly string[]): void;
	stop(): Promise<void>;
}

type Begin = Extract<ToStore, { t: 'begin' }>;

const send: (message: FromStore) => void = childOf((message) => void hear(message));
let store: Store | null = null;

async function hear(message: unknown): Promise<void> {
	const said = messageFrom(toStore, message);
	switch (said?.t) {
		case 'begin':
			try {
				store = await begin(said);
			} catch (error) {
				const sentence =
					error instanceof Fault
						? error.message
						: `Spy-cam cannot use its database ${said.file} (${reasonOf(error)}).`;
				send({ t: 'failed', sentence });
			}
			break;
		case 'renew':
			store?.renew(said.tls, said.hosts);
			break;
		case 'fact':
			store?.take(said.n, said.fact);
			break;
		case 'ping':
			send({ t: 'pong' });
			break;
		case 'stop':
			await store?.stop();
			process.exit(0);
	}
}

async function begin({ file, settings, port, tls, hosts }: Begin): Promise<Store> {
	const log = createLog('store', settings.log);
	const proxies = proxiesFrom(settings.proxies);
	if (proxies === null) throw new Fault('malformed', 'proxies are not addresses');
	const doorsOf = (names: readonly string[]): Doors => ({
		...{ hosts: hostsFrom(names), publicName: settings.publicName, proxies },
		// No page talks to it from elsewhere, and no socket.
		...{ origins: new Set(), ports: { http: 0, https: port } },
	});
	let doors = doorsOf(hosts);
	const connections = new Connections(settings.limits);
	const writer = new Writer(file, log, send);

	const registry = new Registry();
	collectDefaultMetrics({ register: registry, prefix: 'spycam_store_' });
	const gauge = (name: string, help: string, value: () => number): Gauge =>
		new Gauge({
			...{ name: `spycam_store_${name}`, help, registers: [registry] },
			collect() {
				this.set(value());
			},
		});
	gauge('waiting', 'Facts that are not written yet', () => writer.waiting);
	gauge('failing', '1 while nothing can be written', () => Number(writer.wrong !== null));

	const app = new Hono<Asked>();
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
	app.notFound((context) => context.text('There is nothing at this address.', 404));
	app.onError((error, context) => {
		log.error({ kind: error.name }, 'a request failed');
		return context.text('The store failed to answer.', 500);
	});
	const listener = await listen(
		{
			answer: (request, asked) => {
				const { origin, local } = visitOf(doors, asked, true);
				return origin === null ? misdirected() : app.fetch(request, { local });
			},
			admit: (socket) => isProxy(doors, socket.remoteAddress) || connections.admit(socket),
		},
		settings.host,
		port,
		tls,
		'--store-port',
		settings.variables,
	);
	send({ t: 'listening', port: listener.port, kept: writer.kept });
	log.info({ port: listener.port }, 'store listens');

	return {
		take: (n, fact) => writer.take(n, fact),
		renew: (fresh, names) => {
			doors = doorsOf(names);
			listener.renew(fresh);
		},
		stop: async () => {
			writer.close();
			await listener.close(STOP_MS);
		},
	};
}
