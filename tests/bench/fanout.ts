/**
 * Footage from `store`, asked on its socket as a proxy in front does, token checked, against nginx
 * that serves the same pack on a socket. CPU time of the processes, in alternating rounds.
 */
import { join } from 'node:path';
import { temporaryFolder } from '../e2e/support/launch.ts';
import { cameraOf, TestHome } from '../relay-core/test-device.ts';
import { signedRun } from '../relay/footage/signed-run.ts';
import { startStore, tokenFor } from '../relay/footage/store-process.ts';
import { uploadOf } from '../relay/footage/uploading.ts';
import { SMALL, type Bench } from './result.ts';
import { askerAt, cpuMs, percentile, repeat, round, startNginx } from './support/footage-load.ts';

const ROUNDS = SMALL ? 1 : 6;
const REQUESTS = SMALL ? 50 : 300;
const SEGMENTS = 10;
const SEGMENT_BYTES = 250_000;
const AT_ONCE = 4;
const anchorUs = 1_795_000_020_000_000;

export const bench: Bench = async (say) => {
	const [data, folder] = [temporaryFolder(), temporaryFolder()];
	const home = await TestHome.found();
	const camera = await cameraOf(home.first);
	const by = { home: home.id, camera, sign: home.first.sign };
	const { records } = await signedRun(by, SEGMENTS, anchorUs, 1, SEGMENT_BYTES);
	const store = await startStore(data, [home]);
	const ours = askerAt({ socketPath: store.socketPath }, tokenFor(home.id, home.first.device));
	await ours.ask(`/api/footage/${camera}/1`, uploadOf(...records));
	const socket = join(folder, 'socket');
	const nginx = await startNginx(folder, join(data, 'footage'), `listen unix:${socket};`);
	const theirs = askerAt({ socketPath: socket });
	const paths = {
		ours: `/api/footage/${camera}/1/1-${String(SEGMENTS)}`,
		theirs: `/${home.id}/${camera}/1/${String(Math.floor(anchorUs / 60e6))}.pack`,
	};
	const spent = { ours: 0, theirs: 0 };
	const took: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
	let bytes = 0;
	for (let at = 0; at <= ROUNDS; at += 1) {
		for (const [who, asker, pids] of [
			['ours', ours, [store.pid]],
			['theirs', theirs, nginx.pids],
		] as const) {
			const spentMs = (): number => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
			const before = spentMs();
			const ms = await repeat(REQUESTS, AT_ONCE, async () => {
				bytes = await asker.ask(paths[who]);
			});
			// The first warms both up.
			if (at === 0) continue;
			spent[who] += spentMs() - before;
			took[who].push(...ms);
		}
		say(`round ${String(at)} of ${String(ROUNDS)}`);
	}
	for (const one of [ours, theirs]) one.close();
	await nginx.stop();
	await store.kill();
	for (const list of Object.values(took)) list.sort((a, b) => a - b);
	const gigabytes = (ROUNDS * REQUESTS * bytes) / 1e9;
	const figuresOf = (who: 'ours' | 'theirs') => ({
		cpuSPerGB: round(spent[who] / 1000 / gigabytes, 3),
		p50Ms: round(percentile(took[who], 0.5)),
		p99Ms: round(percentile(took[who], 0.99)),
	});
	return {
		figures: { ...figuresOf('ours'), bytesARequest: bytes },
		baseline: figuresOf('theirs'),
		ratio: { plainRatio: round(spent.ours / spent.theirs) },
		rounds: ROUNDS,
	};
};
