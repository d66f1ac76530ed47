import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Bytes } from '#domain/base/bytes.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { MAX_UPLOAD_BYTES } from '#protocol/footage.ts';
import type { TokenClaims } from '#relay-core/relay.ts';
import { bodyLengthOf, isForFootage, refuse } from '#relay/http/footage-request.ts';
import { bearerOf } from '#relay/http/token.ts';
import { listenAt } from '#relay/http/unix-socket.ts';
import { RequestPace, type PaceLimits } from '#relay/http/request-pace.ts';
import { RequestSlots, type SlotLimits } from '#relay/http/request-slots.ts';

/** Uploads that are in memory at a time, until they are checked and written. */
const MAX_BODIES_BYTES = 4 * MAX_UPLOAD_BYTES;
/** Requests of one connection come one after the other, so few wait for the next. */
const KEEP_MS = 60_000;

export interface StoreServerOptions {
	/** `body`: of an upload, whole; without copying it into the request. */
	answer(request: Request, body?: Bytes): Response | Promise<Response>;
	claimsOf(token: string): TokenClaims | null;
	readonly pace?: PaceLimits;
	readonly slots?: SlotLimits;
}

interface UnderWay {
	readonly claims: TokenClaims;
	readonly asked: IncomingMessage;
	readonly answer: ServerResponse;
}

/**
 * `store` over HTTP, on a unix socket: `live` asks there, or a proxy in front. Holds requests to
 * their limits before anything is read of them (SY13, SY14).
 */
export class StoreServer {
	readonly #options: StoreServerOptions;
	readonly #server: Server;
	readonly #pace: RequestPace;
	readonly #slots: RequestSlots;
	readonly #respond: (asked: IncomingMessage, answer: ServerResponse) => Promise<void>;
	readonly #underWay = new Set<UnderWay>();
	readonly #bodies = new WeakMap<IncomingMessage, Bytes>();
	#bodyBytes = 0;

	constructor(options: StoreServerOptions) {
		this.#options = options;
		this.#pace = new RequestPace(options.pace);
		this.#slots = new RequestSlots(options.slots);
		this.#respond = getRequestListener((request: Request, env) => {
			const body = this.#bodies.get((env as { incoming: IncomingMessage }).incoming);
			return options.answer(request, body);
		});
		this.#server = createServer(
			// The pace of each request is held here (SY13).
			{ requestTimeout: 0, headersTimeout: 10_000, keepAliveTimeout: KEEP_MS },
			(asked, answer) => {
				if (isForFootage(asked)) this.#take(asked, answer);
				else void this.#respond(asked, answer);
			},
		);
	}

	/** @throws Fault see `listenAt` */
	listen(path: string, gid: number | null): Promise<void> {
		return listenAt(this.#server, path, gid);
	}

	/** Requests under way. */
	get underWay(): number {
		return this.#underWay.size;
	}

	/** Cuts requests under way whose sender may no longer make them (RL11). */
	cut(home: HomeId, gone: (claims: TokenClaims) => boolean): void {
		for (const one of this.#underWay) {
			const { claims, asked, answer } = one;
			if (claims.home !== home || !gone(claims)) continue;
			this.#underWay.delete(one);
			// What was handed to the socket is not waited for: it may be megabytes.
			if (asked.complete || answer.headersSent) asked.socket.destroy();
			else refuse(asked, answer, 401, 'token');
		}
	}

	/** Ends requests under way, too. */
	async close(): Promise<void> {
		const closed = new Promise((done) => this.#server.close(done));
		this.#server.closeAllConnections();
		await closed;
	}

	#take(asked: IncomingMessage, answer: ServerResponse): void {
		const claims = this.#options.claimsOf(bearerOf(asked.headers.authorization));
		if (claims === null) {
			refuse(asked, answer, 401, 'token');
			return;
		}
		const length = bodyLengthOf(asked);
		if (length === null) {
			refuse(asked, answer, 413, 'length');
			return;
		}
		if (this.#bodyBytes + length > MAX_BODIES_BYTES) {
			refuse(asked, answer, 503, 'busy');
			return;
		}
		const release = this.#slots.take(claims);
		if (release === null) {
			refuse(asked, answer, 503, 'busy');
			return;
		}
		const one = { claims, asked, answer };
		this.#underWay.add(one);
		this.#bodyBytes += length;
		answer.once('close', () => {
			release();
			this.#underWay.delete(one);
			this.#bodyBytes -= length;
		});
		this.#pace.watch({
			...{ asked, answer, full: () => false },
			late: (part) => {
				if (part === 'sender') refuse(asked, answer, 408, 'slow');
				else asked.socket.destroy();
			},
		});
		if (length === 0) void this.#respond(asked, answer);
		else this.#collect(one, length);
	}

	/** One buffer of the announced length; Node ends the body there. */
	#collect(one: UnderWay, length: number): void {
		const { asked, answer } = one;
		const body = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
		let at = 0;
		asked.on('data', (chunk: Buffer) => {
			body.set(chunk, at);
			at += chunk.length;
		});
		asked.once('end', () => {
			if (!this.#underWay.has(one)) return;
			this.#bodies.set(asked, body);
			void this.#respond(asked, answer);
		});
	}
}
