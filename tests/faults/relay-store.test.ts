/**
 * S1: store killed, stopped and out of space while live parts flow, and footage runs. No part may
 * be lost (RL1, RL2), and no segment that was acknowledged (SY7).
 */
import { appendFileSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { childrenOf, temporaryFolder, type Relay } from '../e2e/support/launch.ts';
import {
	arrive,
	base64url,
	cameraOf,
	TestDevice,
	TestHome,
	type Keys,
} from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import { uploadingCamera } from '../relay/footage/uploading.ts';
import { times } from './support/counts.ts';
import { smallDisk } from './support/small-disk.ts';

const EACH_MS = 40;
const anchorUs = 1_795_000_020_000_000;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Flow {
	readonly relay: Relay;
	readonly home: TestHome;
	readonly owner: TestDevice;
	/** Footage that runs meanwhile. */
	readonly footage: Footage;
	/** Sends parts until stopped; resolves to the number sent, and the number received in order. */
	stop(): Promise<{ sent: number; came: number }>;
	newcomer(): Promise<Keys>;
}

interface Footage {
	/** Numbers of the segments that were acknowledged. */
	readonly acked: ReadonlySet<number>;
	/** Requests that got no such answer. */
	failed(): number;
	/** After the one under way. */
	stop(): Promise<void>;
}

let runNo = 0;

/** A camera uploads one segment after the other, each again until it is acknowledged. */
async function footageTo(relay: Relay, home: TestHome): Promise<Footage> {
	const by = await uploadingCamera(relay.address, home);
	const { archive, camera, device } = by;
	runNo += 1;
	const { records } = await by.run(1_000, anchorUs, runNo);
	const acked = new Set<number>();
	let [failed, ended] = [0, false];
	const sending = (async () => {
		for (let at = 0; !ended && at < records.length;) {
			const answer = await archive.put(camera, runNo, null, records[at]!).catch(() => null);
			if (answer?.kept.includes(at) === true) acked.add(at);
			else failed += 1;
			if (acked.has(at)) at += 1;
			await new Promise((resolve) => setTimeout(resolve, EACH_MS));
		}
	})();
	const stop = async (): Promise<void> => {
		ended = true;
		await sending;
		device.close();
	};
	cleanUps.push(stop);
	return { acked, failed: () => failed, stop };
}

async function flowing(data: string): Promise<Flow> {
	const relay = await relayWithRoom(data);
	cleanUps.push(() => relay.kill());
	const home = await TestHome.found();
	const viewer = await home.add(['viewer']);
	const opener = new TestDevice(relay.address);
	await opener.open(home, relay.invitation ?? '');
	opener.close();
	return flowThrough(relay, home, viewer);
}

async function flowThrough(relay: Relay, home: TestHome, viewer: Keys): Promise<Flow> {
	const owner = await arrive(relay.address, home);
	const watcher = await arrive(relay.address, home, viewer);
	const camera = await cameraOf(home.first);
	const footage = await footageTo(relay, home);
	watcher.say({ t: 'watch', camera, on: true });
	await owner.next('watched');
	let sent = 0;
	const sending = setInterval(() => {
		const body = Buffer.alloc(4_000);
		body.writeUInt32BE(sent);
		owner.sendPart(camera, sent % 10 === 0, body);
		sent += 1;
		for (const one of [owner, watcher]) one.say({ t: 'ping', n: sent });
	}, EACH_MS);
	cleanUps.push(() => clearInterval(sending));
	return {
		...{ relay, home, owner, footage },
		newcomer: async () => {
			const keys = await home.add(['viewer']);
			owner.say({ t: 'append', entries: [base64url(home.entries.at(-1)!)] });
			await owner.next('appended');
			return keys;
		},
		stop: async () => {
			clearInterval(sending);
			await watcher.until(() => watcher.parts.length >= sent);
			const numbers = watcher.parts.map((part) => part.readUInt32BE(18));
			expect(numbers).toEqual(Array.from({ length: sent }, (_, at) => at));
			await until(() => footage.acked.size > 0);
			await footage.stop();
			owner.close();
			watcher.close();
			return { sent, came: numbers.length };
		},
	};
}

function storePid(relay: Relay): number | null {
	const found = childrenOf(relay.pid).find((child) => {
		try {
			return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('store.ts');
		} catch {
			return false;
		}
	});
	return found ?? null;
}

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 30_000;
	while (!(await look())) {
		if (performance.now() > deadline) throw new Error('condition not met before the deadline');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

const partsBy = (flow: Flow, more: number): Promise<void> => {
	const begun = performance.now();
	return until(() => performance.now() - begun > more * EACH_MS && flow.owner.closed === null);
};

const storeIsBack = (relay: Relay): Promise<void> =>
	until(async () => ((await storeHealth(relay)) as { wrong: string[] }).wrong.length === 0);

/** What was accepted survives a restart. */
async function holdsAfterRestart(flow: Flow, keys: readonly Keys[]): Promise<void> {
	expect(await flow.relay.stop()).toBe(0);
	const again = await relayWithRoom(flow.relay.data);
	cleanUps.push(() => again.kill());
	for (const one of keys) (await arrive(again.address, flow.home, one)).close();
	const { archive, camera, device } = await uploadingCamera(again.address, flow.home);
	await until(async () => (await archive.have(camera, 0).catch(() => null)) !== null);
	const there = (await archive.have(camera, 0)).pages.flatMap((page) =>
		page.runNo === runNo ? page.seqs : [],
	);
	const lost = [...flow.footage.acked].filter(
		(seq) => seq > 0 && !there.some(([first, last]) => first <= seq && seq <= last),
	);
	expect(lost).toEqual([]);
	device.close();
	await again.stop();
}

test('S1 killed', async () => {
	const flow = await flowing(temporaryFolder());
	const keys: Keys[] = [];
	for (let round = 0; round < times(20); round += 1) {
		await until(() => storePid(flow.relay) !== null);
		process.kill(storePid(flow.relay)!, 'SIGKILL');
		keys.push(await flow.newcomer());
		await partsBy(flow, 10);
	}
	const { sent, came } = await flow.stop();
	expect(came).toBe(sent);
	expect(flow.footage.failed()).toBeGreaterThan(0);
	await storeIsBack(flow.relay);
	await holdsAfterRestart(flow, keys);
});

test('S1 stopped', async () => {
	const flow = await flowing(temporaryFolder());
	const keys: Keys[] = [];
	for (let round = 0; round < times(20); round += 1) {
		const pid = storePid(flow.relay)!;
		process.kill(pid, 'SIGSTOP');
		keys.push(await flow.newcomer());
		await partsBy(flow, 15);
		process.kill(pid, 'SIGCONT');
		await partsBy(flow, 5);
	}
	const { sent, came } = await flow.stop();
	expect(came).toBe(sent);
	await holdsAfterRestart(flow, keys);
});

/** A message larger than SQLite's remaining space in its own files. */
async function large({ owner }: Flow, n: number, { device }: Keys): Promise<void> {
	owner.say({ t: 'letter', n, to: device, box: 'x'.repeat(60_000), keep: 60 });
	await owner.next('taken');
}

function smallDiskFolder(): string | null {
	const disk = smallDisk();
	if (disk !== null) cleanUps.push(disk.remove);
	return disk?.folder ?? null;
}

const NO_DISK = 'only root may make a small disk';
const FULL = { live: 'ok', store: 'failing', wrong: ['the disk is full'] };

test('S1 out of space', async ({ skip }) => {
	const data = smallDiskFolder() ?? skip(NO_DISK);
	const flow = await flowing(data);
	// A home that has nothing here yet is not let in for a while after that (RS6).
	await until(() => flow.footage.acked.size > 0);
	const keys: Keys[] = [];
	const ballast = join(data, 'ballast');
	for (let round = 0; round < times(20); round += 1) {
		const empty = fillUp(ballast, data);
		keys.push(await flow.newcomer());
		await large(flow, round, keys[0]!);
		await until(() => flow.relay.said().split('cannot write to the database').length > round + 1);
		await partsBy(flow, 10);
		await isFull(flow.relay);
		empty();
		await until(
			() => flow.relay.said().split('can write to the database again').length > round + 1,
		);
		await expect
			.poll(() => storeHealth(flow.relay), { timeout: 10_000 })
			.toEqual({ live: 'ok', store: 'ok', wrong: [] });
		expect(statfsSync(data).bavail).toBeGreaterThan(0);
	}
	const { sent, came } = await flow.stop();
	expect(came).toBe(sent);
	await holdsAfterRestart(flow, keys);
});

test.for(['stop', 'kill'] as const)(
	'RL25 S1 started on a full disk, after a %s: live works as usual, and changes are saved once there is room',
	async (end, { skip }) => {
		const data = smallDiskFolder() ?? skip(NO_DISK);
		const first = await flowing(data);
		const keys = [await first.newcomer()];
		await first.stop();
		await first.relay[end]();
		const ballast = join(data, 'ballast');
		const empty = fillUp(ballast, data);

		const again = await relayWithRoom(data);
		cleanUps.push(() => again.kill());
		await bringBack(again, first.home);
		const flow = await flowThrough(again, first.home, keys[0]!);
		keys.push(await flow.newcomer());
		(await arrive(again.address, flow.home, keys[1])).close();
		await large(flow, 1, keys[0]!);
		await partsBy(flow, 50);
		await until(() => again.said().includes('cannot write to the database'));
		await isFull(again);
		empty();
		await until(() => again.said().includes('can write to the database again'));
		const { sent, came } = await flow.stop();
		expect(came).toBe(sent);
		await holdsAfterRestart(flow, keys);
	},
);

/** Accepted is not yet stored (RL2): devices append again what a kill cost the relay. */
async function bringBack(relay: Relay, home: TestHome): Promise<void> {
	const owner = await arrive(relay.address, home);
	owner.say({ t: 'append', entries: home.entries.map(base64url) });
	await owner.next('appended');
	owner.close();
}

async function storeHealth({ address }: Relay): Promise<unknown> {
	const answer = await fetch(`${address}/api/health`, { signal: AbortSignal.timeout(5_000) });
	return answer.json();
}

/** Fills a small disk to its last block. */
/**
 * To the last byte, also what `store` frees for its database meanwhile (RS3, RS5). Returns a
 * function that makes room again.
 */
function fillUp(file: string, disk: string): () => void {
	const fill = (): void => {
		const { bavail, bsize } = statfsSync(disk);
		try {
			appendFileSync(file, Buffer.alloc(bavail * bsize));
		} catch (error) {
			// `store` took of it in the meantime.
			if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
		}
	};
	fill();
	const filling = setInterval(fill, 20);
	cleanUps.push(() => clearInterval(filling));
	return () => {
		clearInterval(filling);
		rmSync(file);
	};
}

const isFull = (relay: Relay): Promise<void> =>
	until(async () => isDeepStrictEqual(await storeHealth(relay), FULL));
