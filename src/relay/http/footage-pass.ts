import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream';

const PREFIX = '/api/footage/';
/** No dot and no escape: what follows the prefix cannot lead anywhere else. */
const PATH = /^\/api\/footage\/[\w/-]{1,200}(\?[\w=&-]{0,200})?$/;
/** Of a request, as far as `store` reads them. */
const ASKED = ['authorization', 'content-length', 'content-type', 'if-none-match'] as const;
/** Of its answer: no header that concerns one connection only gets past. */
const ANSWERED = [
	...['content-type', 'content-length', 'cache-control', 'etag', 'retry-after'],
	'www-authenticate',
] as const;

export interface FootagePassOptions {
	/** Where `store` answers. */
	readonly socketPath: string;
}

/** Passes requests for footage on to `store`, and its answers back, as streams. */
export class FootagePass {
	readonly #agent = new Agent({ keepAlive: true });
	readonly #options: FootagePassOptions;

	constructor(options: FootagePassOptions) {
		this.#options = options;
	}

	/** Whether a request is for footage; then `pass` answers it. */
	static takes({ url = '', method }: IncomingMessage): boolean {
		return url.startsWith(PREFIX) && method !== 'OPTIONS';
	}

	/** `headers`: added to the answer. */
	pass(asked: IncomingMessage, answer: ServerResponse, headers: OutgoingHttpHeaders): void {
		const { url = '', method } = asked;
		if (!PATH.test(url)) {
			refuse(answer, 404, 'not-found', headers);
			return;
		}
		const onward = request({
			...{ socketPath: this.#options.socketPath, path: url, method, agent: this.#agent },
			headers: { host: 'store', ...only(ASKED, asked.headers) },
		});
		onward.on('response', (heard) => {
			const kept = only(ANSWERED, heard.headers);
			answer.writeHead(heard.statusCode ?? 502, { ...kept, ...headers });
			pipeline(heard, answer, () => undefined);
		});
		onward.on('error', () => {
			asked.unpipe(onward);
			asked.resume();
			if (answer.headersSent) answer.destroy();
			else refuse(answer, 503, 'store', headers);
		});
		answer.once('close', () => {
			if (!answer.writableFinished) onward.destroy();
		});
		asked.pipe(onward);
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

function refuse(
	answer: ServerResponse,
	status: number,
	wrong: string,
	headers: OutgoingHttpHeaders,
): void {
	if (answer.destroyed || answer.headersSent) return;
	const retry = status === 503 ? { 'Retry-After': '5' } : {};
	answer.writeHead(status, { 'Content-Type': 'application/json', ...retry, ...headers });
	answer.end(JSON.stringify({ wrong }));
}
