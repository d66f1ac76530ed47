import { Fault } from '#domain/base/fault.ts';

/**
 * Fetches with a deadline for the whole response. Throws `Fault`: `timeout`, `offline` (also when
 * CSP blocks the request: browsers do not tell the two apart).
 */
export async function fetchText(
	address: string,
	deadlineMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
	const { status, bytes } = await fetchBytes(address, deadlineMs);
	return { status, text: new TextDecoder().decode(bytes) };
}

/** As `fetchText`; `init`: method, headers, body, and whether it outlives the page. */
export async function fetchBytes(
	address: string,
	deadlineMs: number,
	init: Pick<RequestInit, 'method' | 'headers' | 'body' | 'keepalive'> = {},
): Promise<{ readonly status: number; readonly bytes: Uint8Array<ArrayBuffer> }> {
	const signal = AbortSignal.timeout(deadlineMs);
	try {
		const response = await fetch(address, {
			...init,
			signal,
			cache: 'no-store',
			credentials: 'omit',
			redirect: 'error',
			referrerPolicy: 'no-referrer',
		});
		return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
	} catch (error) {
		if (signal.aborted)
			throw new Fault('timeout', `no response from ${address} in ${deadlineMs} ms`, error);
		throw new Fault('offline', `${address} could not be reached`, error);
	}
}
