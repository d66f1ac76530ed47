import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { fetchBytes } from './fetch.ts';
import type { RelayAccess } from './relay-archive.ts';

const KINDS: Readonly<Record<number, FaultKind>> = {
	400: 'malformed',
	401: 'denied',
	403: 'denied',
	404: 'not-found',
	409: 'conflict',
	413: 'malformed',
	422: 'unsupported',
	507: 'quota',
};

export interface RelayRequest extends Pick<RequestInit, 'method' | 'body' | 'keepalive'> {
	/** Below `/api/footage/`. */
	readonly path: string;
	readonly deadlineMs: number;
}

/** Asks the relay below `/api/footage/` (docs/api.md). Throws `Fault` as the ports say. */
export async function askRelay(
	access: RelayAccess | null,
	{ path, deadlineMs, ...init }: RelayRequest,
): Promise<Bytes> {
	if (access === null) throw new Fault('offline', 'no relay is connected');
	const headers = { Authorization: `Bearer ${access.token}` };
	const address = `${access.origin}/api/footage/${path}`;
	const { status, bytes } = await fetchBytes(address, deadlineMs, { ...init, headers });
	if (status === 200) return bytes;
	throw new Fault(KINDS[status] ?? 'unavailable', `the relay answered ${String(status)}`);
}

/** As `askRelay`, for answers in JSON that `decode` knows. */
export async function askRelayJson<T>(
	access: RelayAccess | null,
	request: RelayRequest,
	decode: (value: unknown) => T | null,
): Promise<T> {
	const answer = decode(jsonOf(await askRelay(access, request)));
	if (answer === null) throw new Fault('unavailable', 'the relay answered something else');
	return answer;
}

function jsonOf(bytes: Bytes): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
	} catch {
		return null;
	}
}
