import { createFile, MP4BoxBuffer } from 'mp4box';
import { describe, expect, it } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { movieFragment, initSectionOf } from '#domain/media/fmp4.ts';
import { avcConfig } from '#domain/media/h264.ts';
import { webmCluster, webmHead } from '#domain/media/webm.ts';

/** Output for MediaSource, read by independent parsers. */

const sets = {
	sequence: [Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe8)],
	picture: [Uint8Array.of(0x68, 0xce, 0x3c, 0x80)],
};

function parsed(...parts: readonly Bytes[]) {
	const file = createFile(true);
	file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(concatBytes(...parts).buffer, 0));
	return file;
}

describe('a stream built of frames', () => {
	const head = initSectionOf({ kind: 'avc', width: 1280, height: 720, config: avcConfig(sets) });

	it('LV17 is an MP4 with one track', () => {
		const { tracks, timescale, isFragmented } = parsed(head).getInfo();
		expect([timescale, isFragmented, tracks.length]).toEqual([1_000_000, true, 1]);
		expect(tracks[0]).toMatchObject({ codec: 'avc1.42e01f', type: 'video', timescale: 1_000_000 });
		expect(tracks[0]?.video).toMatchObject({ width: 1280, height: 720 });
	});

	it('LV17 has its samples at their offsets, with time, size and sync flag', () => {
		const samples = [
			{ durationUs: 50_000, key: true, bytes: new Uint8Array(900).fill(1) },
			{ durationUs: 48_000, key: false, bytes: new Uint8Array(77).fill(2) },
		];
		// Above 2^32 µs, which is an hour and twelve minutes.
		const file = parsed(head, movieFragment(7, 5_000_000_000, samples));
		const found = file.getTrackSamplesInfo(1);
		expect(found.map(({ dts, duration, size, is_sync }) => [dts, duration, size, is_sync])).toEqual(
			[
				[5_000_000_000, 50_000, 900, true],
				[5_000_050_000, 48_000, 77, false],
			],
		);
		for (const [at, { bytes }] of samples.entries()) {
			expect([...(file.getTrackSample(1, at).data ?? [])]).toEqual([...bytes]);
		}
	});

	it('LV16 Opus has its own track', () => {
		const sound = initSectionOf({ kind: 'opus', sampleRate: 48_000, channels: 1 });
		const { tracks } = parsed(sound).getInfo();
		expect(tracks[0]).toMatchObject({ codec: 'Opus', type: 'audio' });
		expect(tracks[0]?.audio).toMatchObject({ sample_rate: 48_000, channel_count: 1 });
	});
});

describe('VP8', () => {
	it('LV17 is a WebM that a demuxer reads', async () => {
		const { BufferSource, EncodedPacketSink, Input, WEBM } = await import('mediabunny');
		const blocks = [
			{ atMs: 4000, key: true, bytes: Uint8Array.of(0x10, 2, 0, 0x9d, 1, 0x2a, 64, 1, 180, 0) },
			{ atMs: 4050, key: false, bytes: Uint8Array.of(0x11, 9, 9) },
		];
		const bytes = concatBytes(webmHead('V_VP8', 320, 180), webmCluster(blocks));
		const input = new Input({ source: new BufferSource(bytes), formats: [WEBM] });
		const track = await input.getPrimaryVideoTrack();
		expect([await track?.getCodec(), await track?.getDisplayWidth()]).toEqual(['vp8', 320]);
		const sink = new EncodedPacketSink(track!);
		const first = await sink.getFirstPacket();
		const second = first && (await sink.getNextPacket(first));
		expect([first?.timestamp, first?.type, first?.data]).toEqual([4, 'key', blocks[0]?.bytes]);
		expect([second?.timestamp, second?.type, second?.data]).toEqual([
			4.05,
			'delta',
			blocks[1]?.bytes,
		]);
	});
});
