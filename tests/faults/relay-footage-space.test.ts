/**
 * S2: ten cameras on a relay whose disk is full (64 MiB). Uploads get 507, live loses nothing, and
 * it recovers within a minute by itself, while the disk stays full of what is not its own (RS3 to
 * RS7).
 */
import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { RelayArchive } from '#browser/network/relay-archive.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { PackArchive } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { WebCrypto } from '#web/crypto.ts';
import { arrive, cameraOf, TestDevice, TestHome, type Keys } from '../relay-core/test-device.ts';
import { relayWith } from '../relay/config/settings-file.ts';
import { signedRun, type SignedRun } from '../relay/footage/signed-run.ts';
import { SOAK } from './support/counts.ts';
import { smallDisk } from './support/small-disk.ts';

const CAMERAS = 10;
const ROUNDS = SOAK ? 20 : 2;
const RECOVERS_MS = 60_000;
const PART_MS = 40;
const anchorUs = 1_795_000_020_000_000;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function smallDiskFolder(): string | null {
	const disk = smallDisk();
	if (disk !== null) cleanUps.push(disk.remove);
	return disk?.folder ?? null;
}

class Uploading {
	readonly #keys: Keys;
	readonly #home: TestHome;
	readonly #archive: RelayArchive;
	readonly camera: CameraId;
	#runNo = 0;

	constructor(home: TestHome, keys: Keys, camera: CameraId, archive: RelayArchive) {
		this.#home = home;
		this.#keys = keys;
		this.camera = camera;
		this.#archive = archive;
	}

	static async arrive(address: string, home: TestHome, keys: Keys): Promise<Uploading> {
		const device = new TestDevice(address);
		await device.prove(home.id, keys);
		const { token } = await device.next('welcome');
		device.close();
		const archive = new RelayArchive(() => ({ origin: address, token }));
		return new Uploading(home, keys, await cameraOf(keys), archive);
	}

	/** The next minute, a megabyte: whether it was kept, or what was said instead. */
	async minute(): Promise<'kept' | 'full' | 'busy'> {
		this.#runNo += 1;
		const runNo = this.#runNo;
		const { camera } = this;
		const by = { home: this.#home.id, camera, sign: this.#keys.sign };
		const start = anchorUs + runNo * 60_000_000;
		const run: SignedRun = await signedRun(by, 10, start, runNo, 100_000);
		const records = concatBytes(...run.records);
		try {
			const { refused } = await this.#archive.put(camera, runNo, run.runRecord, records);
			return refused.length === 0 ? 'kept' : 'full';
		} catch (error) {
			// Also 507 without a word of what was kept: not even the index could be written.
			expectFault(error);
			return 'busy';
		}
	}
}

/** Live parts all the while: every one arrives, in order. */
async function liveBeside(address: string, home: TestHome, viewer: Keys) {
	const [owner, watcher] = [await arrive(address, home), await arrive(address, home, viewer)];
	const camera = await cameraOf(home.first);
	watcher.say({ t: 'watch', camera, on: true });
	await owner.next('watched');
	let sent = 0;
	const sending = setInterval(() => {
		const body = Buffer.alloc(4_000);
		body.writeUInt32BE(sent);
		owner.sendPart(camera, sent % 10 === 0, body);
		sent += 1;
		for (const one of [owner, watcher]) one.say({ t: 'ping', n: sent });
	}, PART_MS);
	cleanUps.push(() => clearInterval(sending));
	return async () => {
		clearInterval(sending);
		await watcher.until(() => watcher.parts.length >= sent);
		const numbers = watcher.parts.map((part) => part.readUInt32BE(18));
		expect(numbers).toEqual(Array.from({ length: sent }, (_, at) => at));
		for (const one of [owner, watcher]) one.close();
	};
}

/** Takes the last block of the disk. */
function fillUp(file: string): void {
	for (const bytes of [2 ** 20, 2 ** 12]) {
		const block = Buffer.alloc(bytes);
		try {
			for (;;) appendFileSync(file, block);
		} catch (error) {
			expect(error).toMatchObject({ code: 'ENOSPC' });
		}
	}
}

test('S2 RS4 ten cameras on a full disk', async ({ skip }) => {
	const data = smallDiskFolder() ?? skip('only root may make a small disk');
	const limits = { socketsPerMinute: 1_000_000, socketsPerAddress: 100_000 };
	const relay = await relayWith({ limits, footageCapGB: 1 }, data);
	cleanUps.push(() => relay.kill());
	const home = await TestHome.found();
	const viewer = await home.add(['viewer']);
	const keys = [home.first];
	while (keys.length < CAMERAS) keys.push(await home.add(['camera']));
	const opener = new TestDevice(relay.address);
	await opener.open(home, relay.invitation ?? '');
	opener.close();
	const live = await liveBeside(relay.address, home, viewer);
	const cameras = await Promise.all(keys.map((one) => Uploading.arrive(relay.address, home, one)));
	const others = join(data, 'others');
	for (let round = 0; round < ROUNDS; round += 1) {
		// Its retention may make room between the filling and the asking: then from the start.
		for (let answers: string[] = []; !answers.some((answer) => answer !== 'kept');) {
			rmSync(others, { force: true });
			// Each keeps on until it has had four minutes taken.
			await Promise.all(
				cameras.map(async (camera) => {
					for (let kept = 0; kept < 4;) if ((await camera.minute()) === 'kept') kept += 1;
				}),
			);
			fillUp(others);
			answers = await Promise.all(cameras.map((camera) => camera.minute()));
		}
		const from = performance.now();
		for (const camera of cameras)
			await expect.poll(() => camera.minute(), { timeout: RECOVERS_MS }).toBe('kept');
		expect(performance.now() - from).toBeLessThan(RECOVERS_MS);
		expect(statfsSync(data).bavail).toBeGreaterThan(0);
		rmSync(others);
	}
	await live();
	expect(await relay.stop()).toBe(0);
	const index = new FootageIndex(join(data, 'footage.sqlite'));
	cleanUps.push(() => index.close());
	const packs = new PackFolder(join(data, 'footage'));
	const archive = new PackArchive({ packs, index, crypto: new WebCrypto() });
	// A full disk may have kept the index from what a pack has already (SY7): it is indexed now.
	expect(await archive.recover()).toMatchObject({ lostBytes: 0, missing: 0 });
	expect(index.database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
});
