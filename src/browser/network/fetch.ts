import { Fault } from '#domain/base/fault.ts';

/**
 * Asks a server, with a deadline for the whole answer. Throws `Fault`: `timeout`, `offline` (also
 * where the page's policy forbids it: browsers do not say which).
 */
export async function fetchText(
	address: string,
	deadlineMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
	const { status, bytes } = await fetchBytes(address, deadlineMs);
	return { status, text: new TextDecoder().decode(bytes) };
}

/** As above. */
export async function fetchBytes(
	address: string,
	deadlineMs: number,
): Promise<{ readonly status: number; readonly bytes: Uint8Array<ArrayBuffer> }> {
	const signal = AbortSignal.timeout(deadlineMs);
	try {
		const response = await fetch(address, {
			signal,
			cache: 'no-store',
			credentials: 'omit',
			redirect: 'error',
			referrerPolicy: 'no-referrer',
		});
		return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
	} catch (error) {
		if (signal.aborted) throw new Fault('timeout', `no answer in ${deadlineMs} ms`, error);
		throw new Fault('offline', 'the server was not reached', error);
	}
}
