import { Fault } from '#domain/fault.ts';

/** Asks a server, with a deadline for the whole answer. Throws `Fault`: `timeout`, `offline` (also where the page's policy forbids it: browsers do not say which). */
export async function fetchText(
	address: string,
	deadlineMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
	const signal = AbortSignal.timeout(deadlineMs);
	try {
		const response = await fetch(address, {
			signal,
			cache: 'no-store',
			credentials: 'omit',
			redirect: 'error',
			referrerPolicy: 'no-referrer',
		});
		return { status: response.status, text: await response.text() };
	} catch (error) {
		if (signal.aborted) throw new Fault('timeout', `no answer in ${deadlineMs} ms`, error);
		throw new Fault('offline', 'the server was not reached', error);
	}
}
