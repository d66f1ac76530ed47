import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Span } from '#domain/footage/span.ts';
import { statementRecord, type SidecarRecord } from '#domain/sync/sidecar-record.ts';
import {
	buildSpanStatement,
	parseSpanStatement,
	type SpanPurpose,
	type SpanStatement,
} from '#domain/sync/span-statement.ts';
import type { SignedSpan } from '#ports/footage/sidecar-archive.ts';
import type { Crypto, SignKey } from '#ports/keys/crypto.ts';

/** Who signs statements: this device. */
export interface SpanSigner {
	readonly device: DeviceId;
	readonly sign: SignKey;
}

export interface SaidSpan {
	readonly statement: SpanStatement;
	readonly record: SidecarRecord;
}

export async function signSpan(
	crypto: Pick<Crypto, 'sign'>,
	{ device, sign }: SpanSigner,
	kind: SpanPurpose,
	said: Omit<SpanStatement, 'author'>,
): Promise<SaidSpan> {
	const { startUs, endUs, atMs } = said;
	const whole = { startUs: Math.floor(startUs), endUs: Math.ceil(endUs), atMs: Math.floor(atMs) };
	const statement = { ...said, ...whole, author: device };
	const canonical = buildSpanStatement(statement);
	const signature = await crypto.sign(sign, signedBytes(kind, canonical));
	return { statement, record: statementRecord(kind, concatBytes(canonical, signature)) };
}

/**
 * `keyOf`: public key of an author whose word counts; `null` for all others. Returns `null` where
 * none does, or the signature is wrong. Throws `malformed` or `unsupported` for what is no
 * statement.
 */
export async function readSpan(
	crypto: Pick<Crypto, 'verify' | 'verifier'>,
	{ kind, signed }: SignedSpan,
	keyOf: (statement: SpanStatement) => Bytes | null,
): Promise<SpanStatement | null> {
	const { statement, canonical, signature } = parseSpanStatement(signed);
	const key = keyOf(statement);
	if (key === null) return null;
	const verifier = await crypto.verifier(key);
	return (await crypto.verify(verifier, signature, signedBytes(kind, canonical)))
		? statement
		: null;
}

/** Of several statements of one name the newest counts. */
export function spanName(kind: SpanPurpose, { startUs, endUs }: Span): string {
	return `${kind} ${String(startUs)} ${String(endUs)}`;
}
