import { ascii, concatBytes, ByteWriter, type Bytes } from '#domain/base/bytes.ts';

/**
 * The subset of WebM (RFC 8794, RFC 9559) needed to hand encoded frames to a browser one by one.
 * Times in ms.
 */
const UNKNOWN = Uint8Array.of(1, 255, 255, 255, 255, 255, 255, 255);

const element = (id: readonly number[], ...parts: readonly Uint8Array[]): Bytes => {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	// Always an 8-byte length; shorter ones save too little to be worth the code.
	const size = new ByteWriter(8).u8(1).zeros(3).u32(length).bytes;
	return concatBytes(Uint8Array.from(id), size, ...parts);
};
const uint = (value: number): Bytes => new ByteWriter(8).u64(value).bytes;

/** Everything before the first cluster, for one video track. */
export function webmHead(codec: 'V_VP8' | 'V_VP9', width: number, height: number): Bytes {
	const head = element(
		[0x1a, 0x45, 0xdf, 0xa3],
		element([0x42, 0x86], uint(1)),
		element([0x42, 0xf7], uint(1)),
		element([0x42, 0xf2], uint(4)),
		element([0x42, 0xf3], uint(8)),
		element([0x42, 0x82], ascii('webm')),
		element([0x42, 0x87], uint(4)),
		element([0x42, 0x85], uint(2)),
	);
	const info = element(
		[0x15, 0x49, 0xa9, 0x66],
		element([0x2a, 0xd7, 0xb1], uint(1_000_000)),
		element([0x4d, 0x80], ascii('spy-cam')),
		element([0x57, 0x41], ascii('spy-cam')),
	);
	const track = element(
		[0xae],
		element([0xd7], uint(1)),
		element([0x73, 0xc5], uint(1)),
		element([0x83], uint(1)),
		element([0x86], ascii(codec)),
		element([0xe0], element([0xb0], uint(width)), element([0xba], uint(height))),
	);
	const segment = concatBytes(Uint8Array.of(0x18, 0x53, 0x80, 0x67), UNKNOWN);
	return concatBytes(head, segment, info, element([0x16, 0x54, 0xae, 0x6b], track));
}

export interface Block {
	readonly atMs: number;
	readonly key: boolean;
	readonly bytes: Uint8Array;
}

/** One cluster; block times must be within half a minute. */
export function webmCluster(blocks: readonly Block[]): Bytes {
	const startMs = blocks[0]?.atMs ?? 0;
	return element(
		[0x1f, 0x43, 0xb6, 0x75],
		element([0xe7], uint(startMs)),
		...blocks.map(({ atMs, key, bytes }) => {
			const about = new ByteWriter(4)
				.u8(0x81)
				.u16(atMs - startMs)
				.u8(key ? 0x80 : 0).bytes;
			return element([0xa3], about, bytes);
		}),
	);
}
