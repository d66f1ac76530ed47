import { createHmac, timingSafeEqual } from 'node:crypto';
import { ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { idFrom, type DeviceId, type HomeId } from '#domain/base/ids.ts';
import type { TokenClaims } from '#relay-core/relay.ts';

const CLAIMS_BYTES = 40;
const MAC_BYTES = 32;

export function makeToken(key: Uint8Array, { home, device, untilMs }: TokenClaims): string {
	const claim = new ByteWriter(CLAIMS_BYTES).id(home).id(device).u64(untilMs).bytes;
	return Buffer.concat([claim, macOf(key, claim)]).toString('base64url');
}

/** `null`: invalid MAC or length, or expired. */
export function readToken(key: Uint8Array, text: string, nowMs: number): TokenClaims | null {
	const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
	if (bytes.length !== CLAIMS_BYTES + MAC_BYTES) return null;
	const claim = bytes.slice(0, CLAIMS_BYTES);
	if (!timingSafeEqual(macOf(key, claim), bytes.slice(CLAIMS_BYTES))) return null;
	const from = new ByteReader(claim);
	const [home, device] = [idFrom<HomeId>(from.id()), idFrom<DeviceId>(from.id())];
	const untilMs = from.u64();
	return home && device && nowMs < untilMs ? { home, device, untilMs } : null;
}

/** The token of an `Authorization` header; empty: there is none. */
export function bearerOf(header: string | undefined): string {
	return /^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? '';
}

function macOf(key: Uint8Array, claim: Bytes): Buffer {
	return createHmac('sha256', key).update('spycam/v1/token\0').update(claim).digest();
}
