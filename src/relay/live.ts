/**
 * Composition root of `live`, the process that serves devices. It opens no file once it has started
 * (RL1).
 */
import type { IncomingMessage } from 'node:http';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { RelayInfo } from '#protocol/wire.ts';
import { apiHeaders, createApi } from '#relay/http/api.ts';
import { createApp } from '#relay/http/app.ts';
import { runChild, type ChildWork } from '#relay/process/child-process.ts';
import { UnprovedConnections } from '#relay/http/unproved-connections.ts';
import { WebCrypto } from '#web/crypto.ts';
import {
	hostsFrom,
	isLoopback,
	isProxy,
	misdirectedResponse,
	proxiesFrom,
	clientOriginOf,
	type OriginPolicy,
} from '#relay/base/origin-policy.ts';
import { ConnectionLimiter } from '#relay/http/connection-limiter.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import {
	messageFrom,
	messageToLive,
	type LiveBegin,
	type MessageFromLive,
	type MessageToLive,
} from '#relay/base/ipc.ts';
import { FootagePass } from '#relay/http/footage-pass.ts';
import { isForFootage } from '#relay/http/footage-request.ts';
import { StoreProbe } from '#relay/http/store-probe.ts';
import { listen, type RequestHandlers, type Listener } from '#relay/http/listener.ts';
import { createLog } from '#relay/base/log.ts';
import { relayAddressesOf, type RelayAddresses } from '#relay/config/network-interfaces.ts';
import { Metrics } from '#relay/http/metrics.ts';
import { Relay } from '#relay-core/relay.ts';
import { iceServersFor } from '#relay/http/ice-servers.ts';
import { makeToken, readToken } from '#relay/http/token.ts';
import { SocketServer } from '#relay/http/socket-server.ts';
import { createTrust } from '#relay/http/trust.ts';

const PRESENCE_MS = 20;
/** Time for requests under way at shutdown. */
const STOP_MS = 5_000;

runChild<MessageToLive, MessageFromLive>({
	decode: (message) => messageFrom(messageToLive, message),
	begin: startLive,
	sentenceOf: (error) => {
		expectFault(error);
		return error.message;
	},
});

async function startLive(
	begin: LiveBegin,
	send: (message: MessageFromLive) => void,
): Promise<ChildWork<MessageToLive>> {
	const { settings, site, kept } = begin;
	const log = createLog('live', settings.log);
	let hosts = begin.hosts;
	let ports = { http: settings.port, https: settings.httpsPort };

	const crypto = new WebCrypto();
	const homes = new HomeRegistry(crypto, kept.homes);
	const metrics = new Metrics({
		sockets: { help: 'Open sockets', value: () => sockets.count },
		unproved: {
			help: 'Connections without an authenticated socket',
			value: () => connections.unproved,
		},
		homes: { help: 'Homes', value: () => homes.count },
		meetings: { help: 'Open rendezvous', value: () => relay.rendezvous.count },
		footage_requests: { help: 'Requests for footage under way', value: () => footage.underWay },
		ring_bytes: { help: 'Bytes of live parts in memory', value: () => relay.liveBuffer.bytes },
	});
	const { tokenKey } = begin;
	const relay = new Relay(
		{
			crypto,
			wallMs: () => Date.now(),
			nowMs: () => performance.now(),
			soon: (work) => setTimeout(work, PRESENCE_MS),
			save: (fact) => send({ t: 'fact', fact }),
			tokenOf: (claims) => makeToken(tokenKey, claims),
			ice: (device) => iceServersFor(settings.ice, device, Date.now()),
			footage: true,
			failed: (error) => log.error({ kind: kindOf(error) }, 'handling a frame failed'),
			count: (event, by) => metrics.count(event, by),
		},
		{
			homes,
			messages: kept.letters,
			liveBytes: settings.limits.ringMiB * 1024 * 1024,
			invitations: new Map(kept.invitations.map(({ hash, untilMs }) => [hash, untilMs])),
			timeouts: true,
			farewell: null,
		},
	);

	const proxies = proxiesFrom(settings.proxies);
	if (proxies === null)
		throw new Fault('malformed', 'invalid setting proxies: not addresses or networks');
	const makeOriginPolicy = (): OriginPolicy => ({
		...{ hosts: hostsFrom(hosts), origins: new Set(settings.origins), ports, proxies },
		...{ publicName: settings.publicName, publicPort: settings.publicPort },
	});
	let originPolicy = makeOriginPolicy();

	const limiter = new ConnectionLimiter({
		socketsPerMinute: settings.limits.socketsPerMinute,
		socketsAtOnce: settings.limits.socketsPerAddress,
	});
	const connections = new UnprovedConnections(settings.limits);
	const sockets = new SocketServer(relay, () => originPolicy, limiter, connections);
	let name = isLoopback(settings.host) ? 'localhost' : settings.name;
	const relayAddresses = (): RelayAddresses =>
		relayAddressesOf({ ...settings, name }, ports, hosts);
	const addresses = (): Pick<RelayInfo, 'secure' | 'trust'> => {
		const { secure, trust } = relayAddresses();
		return { secure, trust };
	};
	const api = createApi({
		...{ relay, tokenKey, addresses },
		originPolicy: () => originPolicy,
		store: new StoreProbe(begin.footageSocket),
		metrics: () => metrics.text(),
	});
	const app = createApp(site, api, settings.publicName);
	const trust = createTrust(begin.trust, relayAddresses);

	const footage = new FootagePass({
		socketPath: begin.footageSocket,
		claimsOf: (token) => readToken(tokenKey, token, Date.now()),
	});
	const handlersFor = (secure: boolean): RequestHandlers => ({
		answer: (request, incoming: IncomingMessage) => {
			const client = clientOriginOf(originPolicy, incoming, secure);
			if (client.origin === null) return misdirectedResponse();
			// The trust page is all that is served unencrypted (RL4).
			const { pathname } = new URL(request.url);
			if ((!secure && !client.inside) || /^\/trust(\/|$)/.test(pathname))
				return trust.fetch(request, { client });
			return app.fetch(request, { client });
		},
		stream: (incoming, answer) => {
			if (!isForFootage(incoming) || incoming.method === 'OPTIONS') return false;
			const client = clientOriginOf(originPolicy, incoming, secure);
			if (client.origin === null || (!secure && !client.inside)) return false;
			footage.pass(incoming, answer, apiHeaders(originPolicy, client, incoming.headers.origin));
			return true;
		},
		upgrade: (incoming, socket, head) => sockets.upgrade(incoming, socket, head, secure),
		// Behind a configured proxy clients are counted by their own addresses, as sockets.
		admit: (socket) => isProxy(originPolicy, socket.remoteAddress) || connections.admit(socket),
	});
	const listeners: Listener[] = [];
	try {
		const { variables } = settings;
		const http = await listen(
			handlersFor(false),
			settings.host,
			settings.port,
			null,
			'--port',
			variables,
		);
		listeners.push(http);
		const { tls } = begin;
		const https = await listen(
			handlersFor(true),
			settings.host,
			settings.httpsPort,
			tls,
			'--https-port',
			variables,
		);
		listeners.push(https);
		ports = { http: http.port, https: https.port };
		originPolicy = makeOriginPolicy();
	} catch (error) {
		await Promise.all(listeners.map((listener) => listener.close(0)));
		throw error;
	}
	send({ t: 'listening', ...ports });
	log.info({ ports }, 'live is listening');

	return {
		heard: (message) => {
			if (message.t === 'invitation') {
				const { hash, untilMs } = message.invitation;
				relay.invitations.set(hash, untilMs);
			}
			if (message.t === 'footage-changed') {
				const { home, camera, from, to } = message;
				relay.footageChanged(home as HomeId, camera as CameraId, from, to);
			}
			if (message.t !== 'renew') return;
			hosts = [...message.hosts];
			if (!isLoopback(settings.host)) name = message.name;
			originPolicy = makeOriginPolicy();
			for (const listener of listeners) listener.renew(message.tls);
			log.info({ hosts }, 'names or certificate changed');
		},
		stop: async () => {
			const closed = Promise.all(listeners.map((listener) => listener.close(STOP_MS)));
			await sockets.close();
			await closed;
			footage.close();
		},
	};
}

function kindOf(error: unknown): string {
	return error instanceof Fault ? error.kind : error instanceof Error ? error.name : 'unknown';
}
