import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Fault } from '#domain/base/fault.ts';

/** Handles the requests and WebSocket upgrades of a port. */
export interface RequestHandlers {
	answer(request: Request, incoming: IncomingMessage): Response | Promise<Response>;
	/** Answers a request itself, as a stream; `false`: `answer` is asked. */
	stream?(incoming: IncomingMessage, answer: ServerResponse): boolean;
	upgrade?(incoming: IncomingMessage, socket: Socket, head: Buffer): void;
	/** Whether to accept a connection; default: all. */
	admit?(socket: Socket): boolean;
}

/** PEM: a certificate with its chain, and its key. */
export interface Tls {
	readonly cert: string;
	readonly key: string;
}

export interface Listener {
	/** The actual port. */
	readonly port: number;
	/** Uses this certificate for new connections. */
	renew(tls: Tls): void;
	/**
	 * Stops accepting, lets requests under way finish, then cuts the rest off.
	 * @param deadlineMs time for the requests under way
	 */
	close(deadlineMs: number): Promise<void>;
}

/** Node's defaults are too lax for a server that anybody on the network can reach. */
const limits = {
	headersTimeout: 10_000,
	// One time for every body is too long for a trickle and too short for footage: see `take`.
	requestTimeout: 0,
	keepAliveTimeout: 5_000,
	connectionsCheckingInterval: 2_000,
	maxHeaderSize: 16 * 1024,
} as const;
const handshakeTimeout = 10_000;
const maxConnections = 20_000;
/** Timeouts of a connection (RL28). */
export interface ListenerTimeouts {
	/** No bytes in either direction. */
	readonly idleMs: number;
	/** For a whole request; what is streamed has a pace of its own (SY13). */
	readonly requestMs: number;
	/** For a whole response, plus `kibMs` for each KiB of it. */
	readonly answerMs: number;
	readonly kibMs: number;
}
const TIMEOUTS: ListenerTimeouts = {
	...{ idleMs: 60_000, requestMs: 20_000, answerMs: 60_000, kibMs: 1_000 },
};
/** Concurrent responses per connection (pipelining); browsers send one request at a time. */
const MAX_ANSWERS = 4;
/** Command line option → settings field. */
const FIELDS = {
	'--port': 'port',
	'--https-port': 'httpsPort',
} as const;
type PortOption = keyof typeof FIELDS;
const maxHeaders = 64;

/**
 * Listens on all addresses of a host, skipping those that this machine does not have.
 * @param tls HTTPS with it, HTTP without
 * @param option the port's command line option, for error messages
 * @param variables which of host and port an environment variable set (RL41)
 * @param timeouts shorter in tests
 * @throws Fault `conflict` if the port is taken, `denied` if this account may not use it,
 *   `not-found` if the host has no address on this machine
 */
export async function listen(
	handlers: RequestHandlers,
	host: string,
	port: number,
	tls: Tls | null = null,
	option: PortOption = '--port',
	variables: Readonly<Record<string, string>> = {},
	timeouts = TIMEOUTS,
): Promise<Listener> {
	const addresses = await addressesOf(host);
	const servers: (Server | SecureServer)[] = [];
	let actualPort = port;
	try {
		for (const address of addresses) {
			const server = serverOf(handlers, tls, timeouts);
			try {
				server.listen({ host: address, port: actualPort });
				await once(server, 'listening');
			} catch (error) {
				if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) continue;
				throw faultFrom(error, host, actualPort, option, variables);
			}
			servers.push(server);
			actualPort = (server.address() as AddressInfo).port;
			// A dual-stack socket is enough.
			if (address === ANY[0]) break;
		}
		if (servers.length === 0)
			throw new Fault(
				'not-found',
				`This machine has no address for "${host}"${variableHint(variables['host'])}. Give one it has with --host.`,
			);
	} catch (error) {
		for (const server of servers) server.close();
		throw error;
	}
	return {
		port: actualPort,
		renew: (fresh) => {
			for (const server of servers)
				if (server instanceof SecureServer) server.setSecureContext({ ...fresh });
		},
		close: async (deadlineMs) => {
			const cut = setTimeout(() => {
				for (const server of servers) server.closeAllConnections();
			}, deadlineMs);
			await Promise.all(
				servers.map(async (server) => {
					const closed = new Promise((done) => server.once('close', done));
					server.close();
					server.closeIdleConnections();
					await closed;
				}),
			);
			clearTimeout(cut);
		},
	};
}

function serverOf(
	handlers: RequestHandlers,
	tls: Tls | null,
	timeouts: ListenerTimeouts,
): Server | SecureServer {
	// No HTTP/2 server here, so it is always an HTTP/1 message.
	const fetch = (request: Request, env: { incoming: unknown }): unknown =>
		handlers.answer(request, env.incoming as IncomingMessage);
	const respond = getRequestListener(fetch);
	const admit = oneAfterAnother();
	const take = (incoming: IncomingMessage, answer: ServerResponse): void => {
		if (!admit(incoming, answer) || handlers.stream?.(incoming, answer) === true) return;
		holdTo(timeouts, incoming, answer);
		void respond(incoming, answer);
	};
	const server = tls
		? createSecureServer({ ...limits, ...tls, handshakeTimeout, minVersion: 'TLSv1.2' }, take)
		: createServer({ ...limits }, take);
	server.maxConnections = maxConnections;
	server.maxHeadersCount = maxHeaders;
	server.timeout = timeouts.idleMs;
	server.on('connection', (socket: Socket) => {
		if (handlers.admit?.(socket) === false) socket.destroy();
	});
	server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
		if (handlers.upgrade) handlers.upgrade(incoming, socket, head);
		else socket.destroy();
	});
	return server;
}

/** Closes connections that pipeline requests without reading the answers. */
function oneAfterAnother(): (incoming: IncomingMessage, answer: ServerResponse) => boolean {
	const underWay = new WeakMap<Socket, number>();
	return ({ socket }, answer) => {
		const others = underWay.get(socket) ?? 0;
		underWay.set(socket, others + 1);
		if (others >= MAX_ANSWERS) {
			socket.destroy();
			return false;
		}
		answer.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
		return true;
	};
}

/** Closes connections whose requests do not end, or whose responses are not read, in time. */
function holdTo(
	{ requestMs, answerMs, kibMs }: ListenerTimeouts,
	incoming: IncomingMessage,
	answer: ServerResponse,
): void {
	const { socket } = incoming;
	const before = socket.bytesWritten;
	// By now the response is written completely, so its length is known.
	let timer = setTimeout(() => {
		const kib = (socket.bytesWritten - before) / 1024;
		timer = setTimeout(() => socket.destroy(), kib * kibMs);
	}, answerMs);
	answer.once('close', () => clearTimeout(timer));
	const slow = setTimeout(() => socket.destroy(), requestMs);
	incoming.once('close', () => clearTimeout(slow));
}

/** All addresses: dual-stack, or IPv4 alone where IPv6 is disabled. */
const ANY = ['::', '0.0.0.0'];

/**
 * Browsers resolve localhost to both loopback addresses, whatever the hosts file says (RFC 6761,
 * 6.3).
 */
async function addressesOf(host: string): Promise<Iterable<string>> {
	if (host === ANY[0]) return ANY;
	if (host === 'localhost') return ['127.0.0.1', '::1'];
	const found = await lookup(host, { all: true }).catch(() => []);
	return new Set(found.map(({ address }) => address));
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function faultFrom(
	error: unknown,
	host: string,
	port: number,
	option: PortOption,
	variables: Readonly<Record<string, string>>,
): Fault {
	const hint = variableHint(variables[FIELDS[option]]);
	switch (codeOf(error)) {
		case 'EADDRINUSE':
			return new Fault(
				'conflict',
				`Port ${port}${hint} is already in use, perhaps by another Spy-cam. Stop that program, or choose another port, as in: npm start -- ${option} ${port === 65_535 ? port - 1 : port + 1}`,
				error,
			);
		case 'EACCES':
			return new Fault(
				'denied',
				`Port ${port}${hint} may not be used by this account. Choose one from 1024 up, as in: npm start -- ${option} 8080`,
				error,
			);
		default:
			return new Fault(
				'unavailable',
				`Spy-cam cannot listen on "${host}"${variableHint(variables['host'])}, port ${port}${hint} (${codeOf(error)}).`,
				error,
			);
	}
}

/** Names the environment variable: the user may not know it is set. */
function variableHint(variable: string | undefined): string {
	return variable === undefined ? '' : ` (from the variable ${variable})`;
}
