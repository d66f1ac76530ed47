/** Composition root of the process that keeps homes, rosters, invitations and waiting letters. */
import { Hono } from 'hono';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Fault } from '#domain/fault.ts';
import { childOf } from './child.ts';
import { Database } from './database.ts';
import { isLoopback } from './doors.ts';
import type { Fact } from './fact.ts';
import { messageFrom, toStore, type FromStore, type ToStore } from './ipc.ts';
import { listen } from './listener.ts';
import { createLog } from './log.ts';

const STOP_MS = 2_000;
/** How often it looks whether `npm run relay -- invite` wrote. */
const LOOK_MS = 500;
/** What could not be kept is tried again, oldest first. */
const RETRY_MS = 1_000;
/** How often it looks whether it can write though there is nothing to. */
const BEAT_MS = 30_000;

interface Asked {
	Bindings: { address: string };
}

interface Store {
	take(n: number, fact: Fact): void;
	renew(tls: { cert: string; key: string }): void;
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
			store?.renew(said.tls);
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

async function begin({ file, host, port, tls, log: level }: Begin): Promise<Store> {
	const log = createLog('store', level);
	const database = new Database(file);
	/** Why it could not write the last time; `null`: it could. */
	let wrong: string | null = null;
	const waiting: { n: number; fact: Fact }[] = [];
	const known = new Set(database.invitations());
	let seen = database.othersWrote;

	/** `true`: it worked. */
	const tried = (work: () => void): boolean => {
		try {
			work();
			if (wrong !== null) log.warn('writing works again');
			wrong = null;
			return true;
		} catch (error) {
			if (wrong === null) log.error({ why: reasonOf(error) }, 'nothing can be written');
			wrong = reasonOf(error);
			return false;
		}
	};
	const write = (): void => {
		for (let next = waiting[0]; next; next = waiting[0]) {
			const { n, fact } = next;
			if (!tried(() => database.take(fact, Date.now()))) return;
			waiting.shift();
			send({ t: 'confirmed', n });
		}
	};
	const retry = setInterval(() => {
		if (waiting.length > 0) write();
	}, RETRY_MS);
	const look = setInterval(() => {
		const now = database.othersWrote;
		if (now === seen) return;
		seen = now;
		for (const hash of database.invitations()) {
			if (!known.has(hash)) send({ t: 'invitation', hash });
			known.add(hash);
		}
	}, LOOK_MS);

	const beat = setInterval(() => {
		if (waiting.length === 0) tried(() => database.beat(Date.now()));
	}, BEAT_MS);

	const registry = new Registry();
	collectDefaultMetrics({ register: registry, prefix: 'spycam_store_' });
	const gauge = (name: string, help: string, value: () => number): Gauge =>
		new Gauge({
			...{ name: `spycam_store_${name}`, help, registers: [registry] },
			collect() {
				this.set(value());
			},
		});
	gauge('waiting', 'Facts that are not written yet', () => waiting.length);
	gauge('failing', '1 while nothing can be written', () => Number(wrong !== null));

	const app = new Hono<Asked>();
	app.get('/api/health', (context) => {
		const answer =
			wrong === null ? { store: 'ok', wrong: [] } : { store: 'failing', wrong: [wrong] };
		return context.json(answer, wrong === null ? 200 : 503, { 'Cache-Control': 'no-store' });
	});
	app.get('/metrics', async (context) => {
		if (!isLoopback(context.env.address)) return context.notFound();
		return context.text(await registry.metrics());
	});
	app.notFound((context) => context.text('There is nothing at this address.', 404));
	app.onError((error, context) => {
		log.error({ kind: error.name }, 'a request failed');
		return context.text('The store failed to answer.', 500);
	});
	const listener = await listen(
		{
			answer: (request, asked) => app.fetch(request, { address: asked.socket.remoteAddress ?? '' }),
		},
		host,
		port,
		tls,
		'--store-port',
	);
	send({ t: 'listening', port: listener.port, kept: database.kept(Date.now()) });
	log.info({ port: listener.port }, 'store listens');

	return {
		take: (n, fact) => {
			waiting.push({ n, fact });
			if (wrong === null) write();
		},
		renew: (fresh) => listener.renew(fresh),
		stop: async () => {
			clearInterval(retry);
			clearInterval(look);
			clearInterval(beat);
			write();
			await listener.close(STOP_MS);
			database.close();
		},
	};
}

function reasonOf(error: unknown): string {
	const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
	if (code === 13) return 'the disk is full';
	if (code === 5) return 'somebody else is writing';
	if (code === 8) return 'the disk is read-only';
	if (code === 11 || code === 26) return 'it is damaged';
	return error instanceof Error ? error.message : 'unknown';
}
