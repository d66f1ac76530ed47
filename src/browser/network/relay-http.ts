import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { fetchBytes } from './fetch.ts';

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

/** The relay that this device is connected to; `null`: none now. */
export interface RelayAccess {
	readonly origin: string;
	readonly token: string;
}

export interface RelayRequest extends Pick<RequestInit, 'method' | 'body' | 'keepalive'> {
	/** Below `/api/footage/`. */
	readonly path: string;
	readonly deadlineMs: number;
}

/** Whatever it answers, below `/api/footage/` (docs/api.md). Throws `offline`, `timeout`. */
export async function fetchFromRelay(
	access: RelayAccess | null,
	{ path, deadlineMs, ...init }: RelayRequest,
): Promise<{ readonly status: number; readonly bytes: Bytes }> {
	if (access === null) throw new Fault('offline', 'no relay is connected', undefined, 'connection');
	const headers = { Authorization: `Bearer ${access.token}` };
	const address = `${access.origin}/api/footage/${path}`;
	return fetchBytes(address, deadlineMs, { ...init, headers });
}

export function relayFault(status: number): Fault {
	return new Fault(KINDS[status] ?? 'unavailable', `the relay answered ${String(status)}`);
}

/** Throws `Fault` as the ports say. */
export async function askRelay(access: RelayAccess | null, request: RelayRequest): Promise<Bytes> {
	const { status, bytes } = await fetchFromRelay(access, request);
	if (status === 200) return bytes;
	throw relayFault(status);
}

/** As `askRelay`, for answers in JSON that `decode` knows. */
export async function askRelayJson<T>(
	access: RelayAccess | null,
	request: RelayRequest,
	decode: (value: unknown) => T | null,
): Promise<T> {
	return decoded(decode, await askRelay(access, request));
}

/** Throws `unavailable` for what `decode` does not know. */
export function decoded<T>(decode: (value: unknown) => T | null, bytes: Bytes): T {
	const answer = decode(jsonOf(bytes));
	if (answer === null) throw new Fault('unavailable', 'the relay answered something else');
	return answer;
}

/** `null`: not JSON. */
export function jsonOf(bytes: Bytes): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
	} catch {
		return null;
	}
}
