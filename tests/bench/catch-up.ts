/**
 * A camera that comes back with footage of many minutes: the uploader against the whole relay,
 * until all is there, durable and checked, against a raw POST of the same bytes, in pieces as
 * large and two at a time as well, to a bare server that appends and syncs them. In alternating
 * rounds.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment } from '#domain/footage/segment.ts';
import { parseSegmentRecord } from '#domain/sync/segment-record.ts';
import { UploadSlots } from '#engine/sync/upload-slots.ts';
import { Uploader } from '#engine/sync/uploader.ts';
import { nodeClock } from '#relay/footage/space/node-clock.ts';
import { temporaryFolder } from '../e2e/support/launch.ts';
import { TestHome } from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import type { SignedRun } from '../relay/footage/signed-run.ts';
import { openHome, uploadingCamera, type UploadingCamera } from '../relay/footage/uploading.ts';
import { SMALL, type Bench } from './result.ts';
import { askerAt, repeat, round } from './support/footage-load.ts';

const ROUNDS = SMALL ? 1 : 4;
const MINUTES = SMALL ? 2 : 6;
const SEGMENTS = MINUTES * 60;
const SEGMENT_BYTES = 250_000;
/** As the uploader does. */
const AT_ONCE = 2;
const BATCH = 16;
const anchorUs = 1_795_000_020_000_000;

export const bench: Bench = async (say) => {
	const relay = await relayWithRoom();
	const home = await TestHome.found();
	await openHome(relay, home);
	const camera = await uploadingCamera(relay.address, home);
	while ((await camera.archive.have(camera.camera, 0).catch(() => null)) === null);
	const folder = temporaryFolder();
	const script = fileURLToPath(new URL('./support/bare-upload.ts', import.meta.url));
	const socketPath = join(folder, 's');
	const bare = fork(script, [socketPath, join(folder, 'file')]);
	await once(bare, 'message');
	const raw = askerAt({ socketPath });
	const spent = { ours: 0, theirs: 0 };
	for (let at = 0; at <= ROUNDS; at += 1) {
		const recorded = await camera.run(SEGMENTS, anchorUs, at + 1, SEGMENT_BYTES);
		const segments = recorded.records.slice(1);
		const bodies = Array.from({ length: Math.ceil(segments.length / BATCH) }, (_, n) =>
			concatBytes(...segments.slice(n * BATCH, (n + 1) * BATCH)),
		);
		const begunMs = performance.now();
		await uploaded(camera, at + 1, recorded);
		const betweenMs = performance.now();
		await repeat(bodies.length, AT_ONCE, (n) => raw.ask('/', bodies[n]));
		const endMs = performance.now();
		say(`round ${String(at)} of ${String(ROUNDS)}`);
		// The first warms both up.
		if (at === 0) continue;
		spent.ours += betweenMs - begunMs;
		spent.theirs += endMs - betweenMs;
	}
	raw.close();
	bare.kill();
	camera.device.close();
	await relay.stop();
	const megabytes = (ROUNDS * SEGMENTS * SEGMENT_BYTES) / 1e6;
	return {
		figures: { MBPerS: round(megabytes / (spent.ours / 1000), 1), megabytes: round(megabytes, 0) },
		baseline: { MBPerS: round(megabytes / (spent.theirs / 1000), 1) },
		ratio: { speedRatio: round(spent.theirs / spent.ours) },
		rounds: ROUNDS,
	};
};

/** Resolves when an uploader that has nothing but that run says that all of it is there. */
async function uploaded(
	{ camera, archive }: UploadingCamera,
	runNo: number,
	{ runRecord, records }: SignedRun,
): Promise<void> {
	const parsed = records.map(parseSegmentRecord);
	const segments = parsed.flatMap(({ entry }): Segment[] =>
		entry === null ? [] : [{ ...entry, camera, runNo }],
	);
	const [first, last] = [segments[0]!, segments.at(-1)!];
	const endUs = last.startUs + last.durationUs;
	const ids = { camera, runNo, runId: runNo.toString(16).padStart(32, 'a') as Run['runId'] };
	const run: Run = {
		...{ ...ids, epoch: 1, mime: 'video/mp4', anchorUs, holes: [], ended: 'stopped' },
		...{ firstSeq: first.seq, lastSeq: last.seq, startUs: first.startUs, endUs },
		bytes: segments.reduce((sum, { size }) => sum + size, 0),
	};
	const bytesOf = new Map<number, { bytes: Bytes; head: Bytes }>(
		parsed.map(({ entry, bytes, head }) => [entry?.seq ?? 0, { bytes, head }]),
	);
	const uploader = new Uploader(
		{
			...{ archive, clock: nodeClock, slots: new UploadSlots(AT_ONCE), random: Math.random },
			footage: {
				runs: () => Promise.resolve([run]),
				between: (_, from, to) =>
					Promise.resolve(segments.filter(({ startUs }) => startUs >= from && startUs < to)),
				read: ({ seq }) => Promise.resolve(bytesOf.get(seq) ?? null),
				watch: () => () => undefined,
			},
			signRun: () => Promise.resolve(runRecord),
			urgent: () => Promise.resolve([]),
			wanted: () => true,
			heldBack: () => null,
			pace: () => 'full',
			storeIs: () => undefined,
			sendBeside: () => Promise.resolve(),
			lost: () => undefined,
		},
		camera,
	);
	await new Promise<void>((resolve) => {
		uploader.on(() => {
			if (uploader.state.kind === 'current') resolve();
		});
		uploader.begin();
	});
	uploader.end();
}
