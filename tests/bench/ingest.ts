/**
 * Uploads of 250 kB to `store`, each checked (hash and signature) and durable before it is
 * acknowledged, against a bare server that collects, appends and syncs the same bytes. CPU time of
 * the two processes, in alternating rounds, one segment a request and 16 at a time. `--kills` also
 * kills `store` 200 times in the middle of uploads.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bytes } from '#domain/base/bytes.ts';
import { temporaryFolder } from '../e2e/support/launch.ts';
import { cameraOf, TestHome } from '../relay-core/test-device.ts';
import { signedRun } from '../relay/footage/signed-run.ts';
import { startStore, tokenFor } from '../relay/footage/store-process.ts';
import { uploadOf } from '../relay/footage/uploading.ts';
import { SMALL, type Bench } from './result.ts';
import { askerAt, cpuMs, percentile, repeat, round } from './support/footage-load.ts';

const ROUNDS = SMALL ? 1 : 5;
const SEGMENTS = SMALL ? 64 : 192;
/** Segments of one upload when there is much to send: 4 MB, as the uploader does. */
const BATCH = 16;
const SEGMENT_BYTES = 250_000;
const AT_ONCE = 2;
const anchorUs = 1_795_000_020_000_000;

export const bench: Bench = async (say) => {
	const data = temporaryFolder();
	const home = await TestHome.found();
	const camera = await cameraOf(home.first);
	const by = { home: home.id, camera, sign: home.first.sign };
	say('sealing');
	// The first round warms both up.
	const runs: { init: Bytes; segments: Bytes[] }[] = [];
	for (let runNo = 1; runNo <= 2 * (ROUNDS + 1); runNo += 1) {
		const { records } = await signedRun(by, SEGMENTS, anchorUs, runNo, SEGMENT_BYTES);
		const [init, ...segments] = records;
		runs.push({ init: uploadOf(init!), segments });
	}
	const store = await startStore(data, [home]);
	const folder = temporaryFolder();
	const script = fileURLToPath(new URL('./support/bare-upload.ts', import.meta.url));
	const bareSocket = join(folder, 's');
	const bare = fork(script, [bareSocket, join(folder, 'file')]);
	await once(bare, 'message');
	const token = tokenFor(home.id, home.first.device);
	const ours = askerAt({ socketPath: store.socketPath }, token);
	const theirs = askerAt({ socketPath: bareSocket });
	const single = { ours: { ms: 0, took: [] as number[] }, theirs: { ms: 0, took: [] as number[] } };
	const batch = { ours: { ms: 0, took: [] as number[] }, theirs: { ms: 0, took: [] as number[] } };
	for (const [at, { init, segments }] of runs.entries()) {
		const [of, size] = at % 2 === 0 ? [single, 1] : [batch, BATCH];
		const bodies = Array.from({ length: SEGMENTS / size }, (_, n) =>
			uploadOf(...segments.slice(n * size, (n + 1) * size)),
		);
		const path = `/api/footage/${camera}/${String(at + 1)}`;
		await ours.ask(path, init);
		for (const [who, asker, pid] of [
			['ours', ours, store.pid],
			['theirs', theirs, bare.pid ?? 0],
		] as const) {
			const before = cpuMs(pid);
			const took = await repeat(bodies.length, AT_ONCE, (n) => asker.ask(path, bodies[n]));
			if (at < 2) continue;
			of[who].ms += cpuMs(pid) - before;
			of[who].took.push(...took);
		}
		say(`round ${String(at + 1)} of ${String(runs.length)}`);
	}
	ours.close();
	theirs.close();
	bare.kill();
	await store.kill();
	const gigabytes = (ROUNDS * SEGMENTS * SEGMENT_BYTES) / 1e9;
	const figuresOf = (who: 'ours' | 'theirs') => {
		const took = single[who].took.toSorted((a, b) => a - b);
		return {
			cpuSPerGB: round(single[who].ms / 1000 / gigabytes),
			batchCpuSPerGB: round(batch[who].ms / 1000 / gigabytes),
			...{ p50Ms: round(percentile(took, 0.5)), p99Ms: round(percentile(took, 0.99)) },
		};
	};
	const [us, them] = [figuresOf('ours'), figuresOf('theirs')];
	return {
		figures: { ...us, ...kills(say) },
		baseline: them,
		ratio: {
			cpuRatio: round(single.ours.ms / single.theirs.ms),
			batchCpuRatio: round(batch.ours.ms / batch.theirs.ms),
			p99Ratio: round(us.p99Ms / them.p99Ms),
		},
		rounds: ROUNDS,
	};
};

/** By the test that does it. */
function kills(say: (line: string) => void): Record<string, number | null> {
	if (!process.argv.includes('--kills')) return { kills: null, ackedLost: null };
	say('killing');
	const args = ['vitest', 'run', '--project', 'faults', 'tests/faults/footage-kill.test.ts'];
	const { stdout } = spawnSync('npx', args, { env: { ...process.env, SOAK: '1' } });
	const [, times, lost] = /(\d+) kills, \d+ acknowledged, (\d+) lost/.exec(String(stdout)) ?? [];
	return { kills: Number(times ?? Number.NaN), ackedLost: Number(lost ?? Number.NaN) };
}
