/**
 * Composition root of the process that answers devices. It opens no file after it has begun (RL1).
 */
import type { IncomingMessage } from 'node:http';
import { Fault } from '#domain/base/fault.ts';
import type { RelayCard } from '#protocol/wire.ts';
import { createApi } from '#relay/http/api.ts';
import { createApp } from '#relay/http/app.ts';
import { childOf } from '#relay/process/child.ts';
import { Connections } from '#relay/http/connections.ts';
import { checking } from '#relay/base/crypto.ts';
import {
	hostsFrom,
	isLoopback,
	isProxy,
	misdirected,
	proxiesFrom,
	visitOf,
	type Doors,
} from '#relay/base/doors.ts';
import { Gate } from '#relay/http/gate.ts';
import { Homes } from '#relay/session/homes.ts';
import { Hub } from '#relay/session/hub.ts';
import {
	messageFrom,
	toLive,
	type Begin,
	type FromLive,
	type Invitation,
} from '#relay/base/ipc.ts';
import { listen, type Behind, type Listener } from '#relay/http/listener.ts';
import { createLog } from '#relay/base/log.ts';
import { placesOf, type Places } from '#relay/config/machine.ts';
import { Mailbox } from '#relay/session/mailbox.ts';
import { Meetings } from '#relay/session/meetings.ts';
import { Metrics } from '#relay/http/metrics.ts';
import { iceFor, type Relay } from '#relay/session/relay.ts';
import { Ring } from '#relay/session/ring.ts';
import { Shares } from '#relay/session/shares.ts';
import { Sockets } from '#relay/http/socket.ts';
import { createTrust } from '#relay/http/trust.ts';

const PRESENCE_MS = 20;
/** Requests under way may take this long when the process is told to stop. */
const STOP_MS = 5_000;

interface Live {
	renew(tls: Begin['tls'], hosts: readonly string[], name: string): void;
	invite(invitation: Invitation): void;
	storeAt(port: number | null): void;
	stop(): Promise<void>;
}

const send: (message: FromLive) => void = childOf((message) => void hear(message));
let live: Live | null = null;

async function hear(message: unknown): Promise<void> {
	const said = messageFrom(toLive, message);
	switch (said?.t) {
		case 'begin':
			try {
				live = await begin(said);
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
				send({ t: 'failed', sentence: error.message });
			}
			break;
		case 'renew':
			live?.renew(said.tls, said.hosts, said.name);
			break;
		case 'invitation':
			live?.invite(said.invitation);
			break;
		case 'store':
			live?.storeAt(said.port);
			break;
		case 'ping':
			send({ t: 'pong' });
			break;
		case 'stop':
			await live?.stop();
			process.exit(0);
	}
}

async function begin(given: Begin): Promise<Live> {
	const { settings, site, kept } = given;
	const log = createLog('live', settings.log);
	let hosts = given.hosts;
	let store = given.store;
	let ports = { http: settings.port, https: settings.httpsPort };

	const hub = new Hub(() => setTimeout(() => hub.tellPresence(), PRESENCE_MS));
	const meetings = new Meetings();
	const mailbox = new Mailbox(kept.letters);
	const ring = new Ring(settings.limits.ringMiB * 1024 * 1024);
	const homes = new Homes(checking, kept.homes);
	const metrics = new Metrics({
		sockets: { help: 'Sockets that are open', value: () => sockets.count },
		unproved: {
			help: 'Connections that carry nothing that has proved itself',
			value: () => connections.unproved,
		},
		homes: { help: 'Homes', value: () => homes.count },
		meetings: { help: 'Meetings that are open', value: () => meetings.count },
		ring_bytes: { help: 'Live parts in memory', value: () => ring.bytes },
	});
	const relay: Relay = {
		...{ crypto: checking, homes, hub, meetings, mailbox, ring, shares: new Shares() },
		invitations: new Map(kept.invitations.map(({ hash, untilMs }) => [hash, untilMs])),
		tokenKey: given.tokenKey,
		ice: (device) => iceFor(settings.ice, device, Date.now()),
		tell: (fact) => send({ t: 'fact', fact }),
		tidy: (nowMs) => {
			ring.tidy(nowMs);
			meetings.tidy(nowMs);
			relay.shares.tidy(nowMs);
			homes.tidy(nowMs);
			const over = mailbox.tidy(Date.now());
			if (over.length > 0)
				send({ t: 'fact', fact: { kind: 'gone', ids: over.map(({ id }) => id) } });
		},
		failed: (error) => log.error({ kind: kindOf(error) }, 'a frame could not be answered'),
		count: (event, by) => metrics.count(event, by),
		wallMs: () => Date.now(),
		nowMs: () => performance.now(),
	};

	const proxies = proxiesFrom(settings.proxies);
	if (proxies === null) throw new Fault('malformed', 'proxies are not addresses');
	const makeDoors = (): Doors => ({
		...{ hosts: hostsFrom(hosts), origins: new Set(settings.origins), ports, proxies },
		...{ publicName: settings.publicName, publicPort: settings.publicPort },
	});
	let doors = makeDoors();

	const gate = new Gate({
		socketsPerMinute: settings.limits.socketsPerMinute,
		socketsAtOnce: settings.limits.socketsPerAddress,
	});
	const connections = new Connections(settings.limits);
	const sockets = new Sockets(relay, () => doors, gate, connections);
	let name = isLoopback(settings.host) ? 'localhost' : settings.name;
	const places = (): Places => placesOf({ ...settings, name }, ports, hosts);
	const addresses = (): Pick<RelayCard, 'secure' | 'store' | 'trust'> => {
		const { secure, trust } = places();
		return { secure, trust, store: store === null ? null : `https://${name}:${store}` };
	};
	const api = createApi({ relay, doors: () => doors, addresses, metrics: () => metrics.text() });
	const app = createApp(site, api, settings.publicName);
	const trust = createTrust(given.trust, places);

	const behind = (secure: boolean): Behind => ({
		answer: (request, asked: IncomingMessage) => {
			const visit = visitOf(doors, asked, secure);
			if (visit.origin === null) return misdirected();
			// The page that leads a phone to trust is all that goes out in clear (RL4).
			const { pathname } = new URL(request.url);
			if ((!secure && !visit.inside) || /^\/trust(\/|$)/.test(pathname))
				return trust.fetch(request, { visit });
			return app.fetch(request, { visit });
		},
		upgrade: (asked, socket, head) => sockets.upgrade(asked, socket, head, secure),
		// A proxy brings everybody: those are counted by their own addresses, as sockets.
		admit: (socket) => isProxy(doors, socket.remoteAddress) || connections.admit(socket),
	});
	const listeners: Listener[] = [];
	try {
		const { variables } = settings;
		const http = await listen(
			behind(false),
			settings.host,
			settings.port,
			null,
			'--port',
			variables,
		);
		listeners.push(http);
		const { tls } = given;
		const https = await listen(
			behind(true),
			settings.host,
			settings.httpsPort,
			tls,
			'--https-port',
			variables,
		);
		listeners.push(https);
		ports = { http: http.port, https: https.port };
		doors = makeDoors();
	} catch (error) {
		await Promise.all(listeners.map((listener) => listener.close(0)));
		throw error;
	}
	send({ t: 'listening', ...ports });
	log.info({ ports }, 'live listens');

	return {
		renew: (tls, names, called) => {
			hosts = [...names];
			if (!isLoopback(settings.host)) name = called;
			doors = makeDoors();
			for (const listener of listeners) listener.renew(tls);
			log.info({ hosts }, 'names or certificate changed');
		},
		invite: ({ hash, untilMs }) => relay.invitations.set(hash, untilMs),
		storeAt: (port) => {
			store = port;
			log.info({ away: port === null }, 'store');
		},
		stop: async () => {
			const closed = Promise.all(listeners.map((listener) => listener.close(STOP_MS)));
			await sockets.leave();
			await closed;
		},
	};
}

function kindOf(error: unknown): string {
	return error instanceof Fault ? error.kind : error instanceof Error ? error.name : 'unknown';
}
