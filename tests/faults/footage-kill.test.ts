/**
 * S3: `store`, or the whole relay, killed in the middle of uploads. What was acknowledged is there,
 * byte for byte (SY7).
 */
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { archiveAnswerFrom } from '#protocol/footage.ts';
import { temporaryFolder } from '../e2e/support/launch.ts';
import { cameraOf, TestHome } from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import { signedRun } from '../relay/footage/signed-run.ts';
import { askStore, startStore, tokenFor } from '../relay/footage/store-process.ts';
import { openHome, uploadingCamera, uploadOf } from '../relay/footage/uploading.ts';
import { randomFrom } from '../support/random.ts';
import { times } from './support/counts.ts';

const anchorUs = 1_795_000_020_000_000;
const CAMERAS = 4;
const SEGMENTS = 40;
/** Records of one upload. */
const BATCH = 4;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Run {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly records: readonly Bytes[];
}

const acked = new Map<string, Bytes>();

/** Sends a run batch by batch until it is whole or nobody answers. */
async function uploadUntilDead(
	run: Run,
	send: (path: string, body: Bytes) => Promise<{ status: number; body: Uint8Array }>,
): Promise<void> {
	for (let from = 0; from < run.records.length; from += BATCH) {
		const batch = run.records.slice(from, from + BATCH);
		const path = `${run.camera}/${String(run.runNo)}`;
		const answer = await send(path, uploadOf(...batch)).catch(() => null);
		if (answer?.status !== 200) return;
		const told = archiveAnswerFrom(JSON.parse(Buffer.from(answer.body).toString()));
		expect(told?.refused).toEqual([]);
		for (const seq of told?.kept ?? []) acked.set(`${path}/${String(seq)}`, run.records[seq]!);
	}
}

/** How many of the acknowledged segments are not there as they were sent. */
async function lost(read: (path: string) => Promise<Uint8Array>): Promise<number> {
	let gone = 0;
	for (const [key, record] of acked) {
		const seq = key.slice(key.lastIndexOf('/') + 1);
		const bytes = await read(`${key}-${seq}`).catch(() => new Uint8Array());
		if (Buffer.compare(bytes, record) !== 0) gone += 1;
	}
	return gone;
}

test('S3 SY7 store killed in the middle of uploads: nothing that it acknowledged is lost', async () => {
	const seed = randomInt(2 ** 31);
	const below = randomFrom(seed);
	console.log(`footage-kill seed ${String(seed)}`);
	acked.clear();
	const data = temporaryFolder();
	cleanUps.push(() => rmSync(data, { recursive: true, force: true }));
	const home = await TestHome.found();
	const cameras = await Promise.all(
		Array.from({ length: CAMERAS }, (_, at) => cameraOf(home.first, at + 1)),
	);
	const token = tokenFor(home.id, home.first.device);
	const by = { home: home.id, sign: home.first.sign };
	const rounds = times(200);
	for (let runNo = 1; runNo <= rounds; runNo += 1) {
		const runs = await Promise.all(
			cameras.map(async (camera) => {
				const { records } = await signedRun({ ...by, camera }, SEGMENTS, anchorUs, runNo, 9_000);
				return { camera, runNo, records };
			}),
		);
		const store = await startStore(data, [home]);
		const before = acked.size;
		const sending = runs.map((run) =>
			uploadUntilDead(run, (path, body) =>
				askStore(store.socketPath, `/api/footage/${path}`, { token, body }),
			),
		);
		// Not before it has taken something, then at any moment of a write.
		await expect.poll(() => acked.size, { interval: 2 }).toBeGreaterThan(before + below(60));
		await store.kill();
		await Promise.all(sending);
	}
	const store = await startStore(data, [home]);
	cleanUps.push(() => store.kill());
	const read = async (path: string) =>
		(await askStore(store.socketPath, `/api/footage/${path}`, { token })).body;
	const ackedLost = await lost(read);
	console.log(
		`${String(rounds)} kills, ${String(acked.size)} acknowledged, ${String(ackedLost)} lost`,
	);
	expect(ackedLost).toBe(0);
});

test('S3 SY7 the whole relay killed in the middle of uploads', async () => {
	acked.clear();
	const data = temporaryFolder();
	cleanUps.push(() => rmSync(data, { recursive: true, force: true }));
	const home = await TestHome.found();
	let first = true;
	for (let runNo = 1; runNo <= times(20) + 1; runNo += 1) {
		const relay = await relayWithRoom(data);
		cleanUps.push(() => relay.kill());
		if (first) await openHome(relay, home);
		first = false;
		const camera = await uploadingCamera(relay.address, home);
		await expect.poll(() => camera.archive.have(camera.camera, 0).catch(() => null)).not.toBeNull();
		const read = async (path: string) => {
			const answer = await camera.ask(path.slice(path.indexOf('/') + 1));
			return new Uint8Array(await answer.arrayBuffer());
		};
		expect(await lost(read)).toBe(0);
		const { records } = await camera.run(SEGMENTS, anchorUs, runNo, 9_000);
		const before = acked.size;
		const sending = uploadUntilDead({ camera: camera.camera, runNo, records }, async (_, body) => {
			const answer = await camera.ask(String(runNo), { method: 'POST', body });
			return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
		});
		await expect.poll(() => acked.size, { interval: 2 }).toBeGreaterThan(before);
		await relay.kill();
		await sending;
	}
	expect(acked.size).toBeGreaterThan(0);
});
