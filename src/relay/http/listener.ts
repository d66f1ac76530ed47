import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Fault } from '#domain/base/fault.ts';

/** What stands behind a door: requests as the web defines them, and sockets. */
export interface RequestHandlers {
	answer(request: Request, asked: IncomingMessage): Response | Promise<Response>;
	upgrade?(asked: IncomingMessage, socket: Socket, head: Buffer): void;
	/** Whether a connection may be; without it all may. */
	admit?(socket: Socket): boolean;
}

/** A certificate with its chain, and its key, as PEM. */
export interface Tls {
	readonly cert: string;
	readonly key: string;
}

export interface Listener {
	/** The port that was really taken. */
	readonly port: number;
	/** Connections from now on get this certificate. */
	renew(tls: Tls): void;
	/**
	 * Takes no new request, lets those under way end, and cuts off what is left.
	 * @param deadlineMs how long the requests under way may take
	 */
	close(deadlineMs: number): Promise<void>;
}

/** Node's own limits are far too lax for a server that anybody on the network may talk to. */
const limits = {
	headersTimeout: 10_000,
	requestTimeout: 20_000,
	keepAliveTimeout: 5_000,
	connectionsCheckingInterval: 2_000,
	maxHeaderSize: 16 * 1024,
} as const;
const handshakeTimeout = 10_000;
const maxConnections = 20_000;
/** How long a connection is waited for (RL28). */
export interface ListenerTimeouts {
	/** Nothing came and nothing went: whoever asked reads no more. */
	readonly idleMs: number;
	/** An answer in all, however it trickles, and for each KiB of it. */
	readonly answerMs: number;
	readonly kibMs: number;
}
const TIMEOUTS: ListenerTimeouts = { idleMs: 60_000, answerMs: 60_000, kibMs: 1_000 };
/** Answers of one connection that are under way; a browser asks for one after the other. */
const MAX_ANSWERS = 4;
/** What a port is called on the command line, and in the settings. */
const FIELDS = {
	'--port': 'port',
	'--https-port': 'httpsPort',
	'--store-port': 'storePort',
} as const;
type PortOption = keyof typeof FIELDS;
const maxHeaders = 64;

/**
 * Listens on every address of a host. An address that this machine does not have is passed over.
 *
 * @param tls with it HTTPS, without it HTTP
 * @param option what the port is called on the command line
 * @param variables which of host and port (by its option) a variable of the environment said (RL41)
 * @param patience shorter in tests
 * @throws Fault `conflict` when the port is taken, `denied` when it is not ours to take,
 *   `not-found` when the host has no address here
 */
export async function listen(
	behind: RequestHandlers,
	host: string,
	port: number,
	tls: Tls | null = null,
	option: PortOption = '--port',
	variables: Readonly<Record<string, string>> = {},
	patience = TIMEOUTS,
): Promise<Listener> {
	const addresses = await addressesOf(host);
	const servers: (Server | SecureServer)[] = [];
	let taken = port;
	try {
		for (const address of addresses) {
			const server = serverOf(behind, tls, patience);
			try {
				server.listen({ host: address, port: taken });
				await once(server, 'listening');
			} catch (error) {
				if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) continue;
				throw faultFrom(error, host, taken, option, variables);
			}
			servers.push(server);
			taken = (server.address() as AddressInfo).port;
			// One that listens for both kinds of addresses is enough.
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
		port: taken,
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
	behind: RequestHandlers,
	tls: Tls | null,
	patience: ListenerTimeouts,
): Server | SecureServer {
	// Nothing here speaks HTTP/2, so it is always a message of HTTP/1.
	const fetch = (request: Request, { incoming }: { incoming: unknown }): unknown =>
		behind.answer(request, incoming as IncomingMessage);
	const server = tls
		? (createAdaptorServer({
				fetch,
				createServer: createSecureServer,
				serverOptions: { ...limits, ...tls, handshakeTimeout, minVersion: 'TLSv1.2' },
			}) as SecureServer)
		: (createAdaptorServer({ fetch, serverOptions: { ...limits } }) as Server);
	server.maxConnections = maxConnections;
	server.maxHeadersCount = maxHeaders;
	server.timeout = patience.idleMs;
	server.prependListener('request', deadlines(patience));
	server.on('connection', (socket: Socket) => {
		if (behind.admit?.(socket) === false) socket.destroy();
	});
	server.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) => {
		if (behind.upgrade) behind.upgrade(asked, socket, head);
		else socket.destroy();
	});
	return server;
}

/**
 * An answer that nobody reads ends with its connection, and so does one that asks without reading.
 */
function deadlines({
	answerMs,
	kibMs,
}: ListenerTimeouts): (asked: IncomingMessage, answer: ServerResponse) => void {
	const underWay = new WeakMap<Socket, number>();
	return ({ socket }, answer) => {
		const others = underWay.get(socket) ?? 0;
		underWay.set(socket, others + 1);
		if (others >= MAX_ANSWERS) {
			socket.destroy();
			return;
		}
		const before = socket.bytesWritten;
		// How long it is is known by then: all of it waits to go.
		let late = setTimeout(() => {
			const kib = (socket.bytesWritten - before) / 1024;
			late = setTimeout(() => socket.destroy(), kib * kibMs);
		}, answerMs);
		answer.once('close', () => {
			clearTimeout(late);
			underWay.set(socket, (underWay.get(socket) ?? 1) - 1);
		});
	};
}

/** Every address: both kinds at once, or the older alone where the newer is switched off. */
const ANY = ['::', '0.0.0.0'];

/**
 * A browser takes localhost for both, whatever this machine's list of hosts says (RFC 6761, 6.3).
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
	const said = variableHint(variables[FIELDS[option]]);
	switch (codeOf(error)) {
		case 'EADDRINUSE':
			return new Fault(
				'conflict',
				`Port ${port}${said} is already in use, perhaps by another Spy-cam. Stop that program, or choose another port, as in: npm start -- ${option} ${port === 65_535 ? port - 1 : port + 1}`,
				error,
			);
		case 'EACCES':
			return new Fault(
				'denied',
				`Port ${port}${said} may not be used by this account. Choose one from 1024 up, as in: npm start -- ${option} 8080`,
				error,
			);
		default:
			return new Fault(
				'unavailable',
				`Spy-cam cannot listen on "${host}"${variableHint(variables['host'])}, port ${port}${said} (${codeOf(error)}).`,
				error,
			);
	}
}

/** What a person did not type here, they may not know of. */
function variableHint(variable: string | undefined): string {
	return variable === undefined ? '' : ` (from the variable ${variable})`;
}
