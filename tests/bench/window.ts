/**
 * Footage through `live` over TLS, 2.5 MB a request, against nginx over TLS that serves the same
 * pack: CPU time of the processes that a request passes, in alternating rounds. Then the latency of
 * live parts, alone and under 50 MB/s of footage.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { childrenOf, temporaryFolder } from '../e2e/support/launch.ts';
import { arrive, TestHome } from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import { openHome, uploadingCamera } from '../relay/footage/uploading.ts';
import { concatBytes } from '#domain/base/bytes.ts';
import { SMALL, type Bench } from './result.ts';
import { askerAt, cpuMs, percentile, repeat, round, startNginx } from './support/footage-load.ts';

const ROUNDS = SMALL ? 1 : 5;
const REQUESTS = SMALL ? 20 : 120;
const SEGMENTS = 10;
const SEGMENT_BYTES = 250_000;
const AT_ONCE = 4;
const MB_A_SECOND = 50;
const PARTS = SMALL ? 50 : 250;
const EACH_MS = 20;
const anchorUs = 1_795_000_020_000_000;

export const bench: Bench = async (say) => {
	const folder = temporaryFolder();
	const relay = await relayWithRoom();
	const home = await TestHome.found();
	const viewer = await home.add(['viewer']);
	await openHome(relay, home);
	const by = await uploadingCamera(relay.address, home);
	const { archive, camera, device, token } = by;
	const { runRecord, records } = await by.run(SEGMENTS, anchorUs, 1, SEGMENT_BYTES);
	while ((await archive.have(camera, 0).catch(() => null)) === null);
	await archive.put(camera, 1, runRecord, concatBytes(...records));

	const authority = join(relay.data, 'authority');
	const ca = readFileSync(join(authority, 'authority.crt'), 'utf8');
	const tls = { protocol: 'https:', host: 'localhost', ca };
	const port = 20_000 + (process.pid % 20_000);
	const nginx = await startNginx(
		folder,
		join(relay.data, 'footage'),
		`listen 127.0.0.1:${String(port)} ssl;
			ssl_certificate ${authority}/leaf.crt; ssl_certificate_key ${authority}/leaf.key;`,
	);
	const ours = askerAt({ ...tls, port: new URL(relay.secure).port }, token);
	const theirs = askerAt({ ...tls, port });
	const paths = {
		ours: `/api/footage/${camera}/1/1-${String(SEGMENTS)}`,
		theirs: `/${home.id}/${camera}/1/${String(Math.floor(anchorUs / 60e6))}.pack`,
	};
	const spent = { ours: 0, theirs: 0 };
	let bytes = 0;
	for (let at = 0; at <= ROUNDS; at += 1) {
		for (const [who, asker, pids] of [
			['ours', ours, childrenOf(relay.pid)],
			['theirs', theirs, nginx.pids],
		] as const) {
			const spentMs = (): number => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
			const before = spentMs();
			await repeat(REQUESTS, AT_ONCE, async () => {
				bytes = await asker.ask(paths[who]);
			});
			// The first warms both up.
			if (at > 0) spent[who] += spentMs() - before;
		}
		say(`round ${String(at)} of ${String(ROUNDS)}`);
	}
	for (const one of [ours, theirs]) one.close();
	await nginx.stop();

	const watcher = await arrive(relay.address, home, viewer);
	watcher.say({ t: 'watch', camera, on: true });
	await device.next('watched');
	const sentMs: number[] = [];
	const tookMs: number[] = [];
	watcher.ws.on('message', (data: Buffer, binary: boolean) => {
		if (binary) tookMs.push(performance.now() - sentMs[data.readUInt32BE(18)]!);
	});
	/** A part each 20 ms; how long the slowest 5 % take at least. */
	const p95 = async (): Promise<number> => {
		tookMs.length = 0;
		for (let n = 0; n < PARTS; n += 1) {
			const body = Buffer.alloc(8_000);
			body.writeUInt32BE(sentMs.length);
			sentMs.push(performance.now());
			device.sendPart(camera, true, body);
			if (n % 100 === 0) for (const one of [device, watcher]) one.say({ t: 'ping', n });
			await new Promise((resolve) => setTimeout(resolve, EACH_MS));
		}
		await watcher.until(() => tookMs.length >= PARTS);
		return percentile(
			tookMs.toSorted((a, b) => a - b),
			0.95,
		);
	};
	say('live parts, alone and under load');
	await p95();
	const idle = await p95();
	const load = new Worker(new URL('./support/paced-reader.ts', import.meta.url), {
		workerData: {
			...{ where: { ...tls, port: new URL(relay.secure).port }, token, path: paths.ours },
			everyMs: bytes / 1000 / MB_A_SECOND,
		},
	});
	await new Promise((resolve) => load.once('message', resolve));
	const busy = await p95();
	const readBytes = await new Promise<number>((resolve) => {
		load.once('message', resolve);
		load.postMessage('how much');
	});
	await load.terminate();
	for (const one of [device, watcher]) one.close();
	await relay.stop();
	const gigabytes = (ROUNDS * REQUESTS * bytes) / 1e9;
	return {
		figures: {
			cpuSPerGB: round(spent.ours / 1000 / gigabytes, 3),
			...{ liveP95Ms: round(busy), footageMBPerS: round(readBytes, 1) },
		},
		baseline: {
			cpuSPerGB: round(spent.theirs / 1000 / gigabytes, 3),
			liveP95Ms: round(idle),
		},
		ratio: {
			cpuRatio: round(spent.ours / spent.theirs),
			liveP95Ratio: round(busy / idle),
			liveP95MoreMs: round(busy - idle),
		},
		rounds: ROUNDS,
	};
};
