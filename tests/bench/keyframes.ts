import { spawnSync } from 'node:child_process';
import { roomClip } from '../fixtures/media.ts';
import { need } from '../support/programs.ts';
import type { BenchResult } from './result.ts';

const RATE = 15;
const SECONDS = 20;
/** A fixed quantizer: the same quality for all, so that only the size differs. */
const QUANTIZER = 26;

/**
 * The cost of key frames: size of the same real footage (720p, 15 fps, constrained baseline, no B
 * frames, fixed quantizer) with a key frame every 1 s and every 2 s, relative to one at the start
 * only.
 */
export function bench(): Promise<BenchResult> {
	const [one, two, never] = [1, 2, SECONDS].map(bytesWith) as [number, number, number];
	const kbps = (bytes: number) => Math.round((bytes * 8) / SECONDS / 1000);
	return Promise.resolve({
		figures: { kbpsAt1S: kbps(one), kbpsAt2S: kbps(two) },
		baseline: { kbpsWithout: kbps(never) },
		ratio: {
			costAt1S: Math.round((one / never) * 100) / 100,
			costAt2S: Math.round((two / never) * 100) / 100,
			at1SOver2S: Math.round((one / two) * 100) / 100,
		},
		rounds: 1,
	});
}

function bytesWith(intervalS: number): number {
	const gop = String(intervalS * RATE);
	const { status, stdout, stderr } = spawnSync(
		need('ffmpeg'),
		[
			...['-v', 'error', '-t', String(SECONDS), '-i', roomClip, '-an'],
			...['-vf', `scale=1280:720,fps=${RATE}`, '-c:v', 'libx264', '-profile:v', 'baseline'],
			...['-preset', 'veryfast', '-tune', 'zerolatency', '-qp', String(QUANTIZER)],
			...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-f', 'h264', '-'],
		],
		{ maxBuffer: 256 * 1024 * 1024 },
	);
	if (status !== 0) throw new Error(`ffmpeg: ${stderr.toString()}`);
	return stdout.length;
}
