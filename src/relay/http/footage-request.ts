import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { MAX_UPLOAD_BYTES } from '#protocol/footage.ts';

const FOOTAGE = '/api/footage/';
/** For the rest of a body that is refused: a browser reads the answer only after it. */
const REST_MS = 5_000;
const RETRY_S = 2;

export function isForFootage({ url = '' }: IncomingMessage): boolean {
	return url.startsWith(FOOTAGE);
}

/** Bytes of the body as announced; `null`: too many, or it does not say. */
export function bodyLengthOf({ method, headers }: IncomingMessage): number | null {
	if (method !== 'POST') return 0;
	const length = Number(headers['content-length'] ?? Number.NaN);
	return length <= MAX_UPLOAD_BYTES ? length : null;
}

/** Answers with a reason; what is still sent of the body is passed over, for a moment. */
export function refuse(
	asked: IncomingMessage,
	answer: ServerResponse,
	status: number,
	wrong: string,
	headers: OutgoingHttpHeaders = {},
): void {
	if (answer.headersSent || answer.destroyed) return;
	const more = {
		...(status === 503 ? { 'Retry-After': String(RETRY_S) } : {}),
		...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
	};
	answer.writeHead(status, { 'Content-Type': 'application/json', ...more, ...headers });
	answer.end(JSON.stringify({ wrong }));
	if (asked.complete) return;
	asked.resume();
	const cut = setTimeout(() => asked.socket.destroy(), REST_MS);
	asked.once('close', () => clearTimeout(cut));
}
