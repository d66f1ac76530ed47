import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Fault } from '#domain/fault.ts';

/** A request as the web defines it, to its response. */
export type Answer = (request: Request) => Response | Promise<Response>;

export interface Listener {
	/** The port that was really taken. */
	readonly port: number;
	/**
	 * Takes no new request, lets those under way end, and cuts off what is left.
	 * @param deadlineMs how long the requests under way may take
	 */
	close(deadlineMs: number): Promise<void>;
}

/** Node's own limits are far too lax for a server that anybody on the network may talk to. */
const limits = {
	headersTimeout: 10_000,
	requestTimeout: 120_000,
	keepAliveTimeout: 5_000,
	connectionsCheckingInterval: 2_000,
	maxHeaderSize: 16 * 1024,
} as const;
const maxConnections = 20_000;
const maxHeaders = 64;

/**
 * Listens on every address of a host. An address that this machine does not have is passed over.
 *
 * @throws Fault `conflict` when the port is taken, `denied` when it is not ours to take,
 *   `not-found` when the host has no address here
 */
export async function listen(answer: Answer, host: string, port: number): Promise<Listener> {
	const addresses = await addressesOf(host);
	const servers: Server[] = [];
	let taken = port;
	try {
		for (const address of addresses) {
			const server = createAdaptorServer({
				fetch: answer,
				serverOptions: { ...limits },
			}) as Server;
			server.maxConnections = maxConnections;
			server.maxHeadersCount = maxHeaders;
			try {
				server.listen({ host: address, port: taken });
				await once(server, 'listening');
			} catch (error) {
				if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) continue;
				throw faultFrom(error, host, taken);
			}
			servers.push(server);
			taken = (server.address() as AddressInfo).port;
		}
		if (servers.length === 0)
			throw new Fault(
				'not-found',
				`This machine has no address for "${host}". Give one it has with --host.`,
			);
	} catch (error) {
		for (const server of servers) server.close();
		throw error;
	}
	return {
		port: taken,
		close: async (deadlineMs) => {
			const cut = setTimeout(() => {
				for (const server of servers) server.closeAllConnections();
			}, deadlineMs);
			await Promise.all(
				servers.map(async (server) => {
					const closed = once(server, 'close');
					server.close();
					server.closeIdleConnections();
					await closed;
				}),
			);
			clearTimeout(cut);
		},
	};
}

/** A browser takes localhost for both, whatever this machine's list of hosts says (RFC 6761, 6.3). */
async function addressesOf(host: string): Promise<Iterable<string>> {
	if (host === 'localhost') return ['127.0.0.1', '::1'];
	const found = await lookup(host, { all: true }).catch(() => []);
	return new Set(found.map(({ address }) => address));
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function faultFrom(error: unknown, host: string, port: number): Fault {
	switch (codeOf(error)) {
		case 'EADDRINUSE':
			return new Fault(
				'conflict',
				`Port ${port} is already in use, perhaps by another Spy-cam. Stop that program, or choose another port, as in: npm start -- --port ${port === 65_535 ? port - 1 : port + 1}`,
				error,
			);
		case 'EACCES':
			return new Fault(
				'denied',
				`Port ${port} may not be used by this account. Choose one from 1024 up, as in: npm start -- --port 8080`,
				error,
			);
		default:
			return new Fault(
				'unavailable',
				`Spy-cam cannot listen on "${host}", port ${port} (${codeOf(error)}).`,
				error,
			);
	}
}
