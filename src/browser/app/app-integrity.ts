import { ascii, hexOf, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { SUMS_PATH, sumsFrom, sumsText } from '#domain/base/sums.ts';
import type { AppIntegrity } from '#ports/app/app-integrity.ts';
import { fetchBytes } from '#browser/network/fetch.ts';

const FILE_TIMEOUT_MS = 10_000;

/**
 * Hashes the app's files one at a time, to leave the CPU to a recording. Throws `Fault`:
 * `not-found` (a host without the list), `malformed`, `timeout`, `offline`.
 */
export async function computeAppIntegrity(): Promise<AppIntegrity> {
	const listed = sumsFrom(new TextDecoder().decode(await fetchFile(SUMS_PATH)));
	const sums = new Map<string, string>();
	for (const path of listed.keys()) sums.set(path, await sha256(await fetchFile(path)));
	const altered = [...listed].filter(([path, sum]) => sums.get(path) !== sum).map(([path]) => path);
	return { hash: await sha256(ascii(sumsText(sums))), count: sums.size, altered };
}

async function fetchFile(path: string): Promise<Bytes> {
	const { status, bytes } = await fetchBytes(path, FILE_TIMEOUT_MS);
	if (status !== 200) throw new Fault('not-found', `the server does not serve ${path}`);
	return bytes;
}

async function sha256(bytes: Bytes): Promise<string> {
	return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
