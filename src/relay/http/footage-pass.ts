import {
	Agent,
	request,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type OutgoingHttpHeaders,
	type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { TokenClaims } from '#relay-core/relay.ts';
import { bodyLengthOf, refuse } from './footage-request.ts';
import { RequestPace, type PaceLimits } from './request-pace.ts';
import { RequestSlots, type SlotLimits } from './request-slots.ts';
import { bearerOf } from './token.ts';

/** No dot and no escape: what follows the prefix cannot lead anywhere else (SY12). */
const PATH = /^\/api\/footage\/[\w/-]{0,200}(\?[\w=&-]{0,200})?$/;
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];
/** Of a request, as far as `store` reads them; the length is the one that was checked. */
const ASKED = ['authorization', 'content-type', 'if-none-match'];
/** Of its answer: none that concerns one connection only gets past. */
const ANSWERED = [
	...['content-type', 'content-length', 'cache-control', 'etag', 'retry-after'],
	'www-authenticate',
];

export interface FootagePassOptions {
	/** Where `store` answers. */
	readonly socketPath: string;
	/** `null`: the token is forged or expired. Rights are the business of `store`. */
	claimsOf(token: string): TokenClaims | null;
	readonly pace?: PaceLimits;
	readonly slots?: SlotLimits;
}

/**
 * Passes requests for footage on to `store`, and its answers back, as streams: of each no more than
 * a few chunks are here. Whatever `store` does, each ends in time (SY13) and takes its slot only
 * (SY14).
 */
export class FootagePass {
	readonly #options: FootagePassOptions;
	readonly #agent = new Agent({ keepAlive: true });
	readonly #pace: RequestPace;
	readonly #slots: RequestSlots;

	constructor(options: FootagePassOptions) {
		this.#options = options;
		this.#pace = new RequestPace(options.pace);
		this.#slots = new RequestSlots(options.slots);
	}

	/** Requests under way. */
	get underWay(): number {
		return this.#slots.inAll;
	}

	/** `headers`: added to the answer. */
	pass(asked: IncomingMessage, answer: ServerResponse, headers: OutgoingHttpHeaders): void {
		const { url = '', method = '' } = asked;
		const no = (status: number, wrong: string, more: OutgoingHttpHeaders = {}): void =>
			refuse(asked, answer, status, wrong, { ...more, ...headers });
		if (!PATH.test(url)) {
			no(404, 'not-found');
			return;
		}
		if (!METHODS.includes(method)) {
			no(405, 'method', { Allow: METHODS.join(', ') });
			return;
		}
		const length = bodyLengthOf(asked);
		if (length === null) {
			no(413, 'length');
			return;
		}
		const claims = this.#options.claimsOf(bearerOf(asked.headers.authorization));
		if (claims === null) {
			no(401, 'token');
			return;
		}
		const release = this.#slots.take(claims);
		if (release === null) {
			no(503, 'busy');
			return;
		}
		let heard = false;
		const onward = request({
			...{ socketPath: this.#options.socketPath, path: url, method, agent: this.#agent },
			headers: {
				...{ host: 'store', ...only(ASKED, asked.headers) },
				...(length > 0 ? { 'content-length': length } : {}),
			},
		});
		const end = (status: number, wrong: string): void => {
			asked.unpipe(onward);
			onward.destroy();
			if (answer.headersSent) answer.destroy();
			else no(status, wrong);
		};
		this.#pace.watch({
			...{ asked, answer, full: () => onward.writableNeedDrain },
			late: (part) => {
				if (part === 'sender') end(408, 'slow');
				else end(504, 'store');
			},
		});
		onward.once('response', (from) => {
			heard = true;
			answer.writeHead(from.statusCode ?? 502, { ...only(ANSWERED, from.headers), ...headers });
			// Either side's end is the other's: nobody waits for bytes that do not come.
			pipeline(from, answer, () => undefined);
		});
		// After its answer, what is left of the body may well find the connection closed.
		onward.on('error', () => {
			if (heard) asked.unpipe(onward).resume();
			else end(503, 'store');
		});
		answer.once('close', () => {
			release();
			if (!answer.writableFinished) onward.destroy();
		});
		if (length > 0) asked.pipe(onward);
		else onward.end();
	}

	close(): void {
		this.#agent.destroy();
	}
}

function only(names: readonly string[], headers: IncomingHttpHeaders): OutgoingHttpHeaders {
	const kept: OutgoingHttpHeaders = {};
	for (const name of names) if (headers[name] !== undefined) kept[name] = headers[name];
	return kept;
}
