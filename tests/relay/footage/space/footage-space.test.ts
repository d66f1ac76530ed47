import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { Fault } from '#domain/base/fault.ts';
import { concatBytes } from '#domain/base/bytes.ts';
import { FootageSpace } from '#relay/footage/space/footage-space.ts';
import { WebCrypto } from '#web/crypto.ts';
import { signedRun } from '../signed-run.ts';
import { idOf, SpaceFixture } from './fixture.ts';

const MB = 1e6;
const [home, other] = [idOf<HomeId>('a'), idOf<HomeId>('d')];
const [one, two] = [idOf<CameraId>('b'), idOf<CameraId>('c')];

let store: SpaceFixture;
afterEach(async () => {
	await store.close();
	store.remove();
});
const opened = (sizeMB: number, capMB: number | null = null) => {
	store = new SpaceFixture({
		...{ sizeBytes: sizeMB * MB, capBytes: capMB === null ? null : capMB * MB },
	});
	return store.open();
};

async function fill(minutes: number, bytes = MB, of: HomeId = home, camera = one, from = 0) {
	for (let at = from; at < from + minutes; at += 1) await store.minute(of, camera, at, bytes);
	await store.space.look();
}
const minutesOf = (of = home, camera = one) =>
	store.index.pages(of, camera, 0, 2 ** 40).map(({ minute }) => minute - 1000);

describe('the relay is never full', () => {
	test('RS5 a ring: the oldest leaves below the cap, its packs too, and it is written down', async () => {
		await opened(1000, 50);
		await fill(70);
		const { bytes, share, fullAtMs, freed, cap } = store.space.usage(home);
		expect(cap).toEqual({ bytes: 50 * MB, by: 'admin' });
		expect(bytes).toBeLessThanOrEqual(share);
		expect(bytes).toBeGreaterThan(0.7 * share);
		expect(fullAtMs).toBeNull();
		const kept = minutesOf();
		expect(kept.at(-1)).toBe(69);
		expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => 70 - kept.length + at));
		const pack = (minute: number) =>
			existsSync(join(store.folder, 'footage', home, one, '1', `${String(1000 + minute)}.pack`));
		expect([pack(0), pack(70 - kept.length - 1), pack(69)]).toEqual([false, false, true]);
		expect(freed).toHaveLength(1);
		expect(freed[0]).toMatchObject({ rule: 'budget', segments: 70 - kept.length });
		expect(freed[0]!.bytes).toBe((70 - kept.length) * MB);
		expect(FootageSpace.GAUGES['freed_bytes']?.read(store.space)).toBe((70 - kept.length) * MB);
		expect(store.said.some(({ text }) => text === 'the oldest footage left')).toBe(true);
	});

	test('RS1 nobody decided: a tenth of the volume, and it says so', async () => {
		await opened(400);
		expect(store.space.usage(home).cap).toEqual({ bytes: 40 * MB, by: 'default' });
		const said = store.said.find(({ text }) => text === 'room for footage');
		expect(said?.what).toMatchObject({ capBytes: 40 * MB, by: 'default' });
	});

	test('RS2 a home borrows what others do not use, and gives it back when they do', async () => {
		await opened(1000, 60);
		await fill(45);
		expect(store.space.usage(home).bytes).toBe(45 * MB);
		await fill(25, MB, other, two);
		const [mine, theirs] = [store.space.usage(home), store.space.usage(other)];
		expect(theirs.bytes).toBe(25 * MB);
		expect(mine.bytes).toBeLessThan(35 * MB);
		expect(mine.bytes + theirs.bytes).toBeLessThan(60 * MB);
		expect(mine.share).toBe(theirs.share);
	});

	test('RS2 an owner lowers its share: the oldest leaves, and the rest is for the others', async () => {
		await opened(1000, 60);
		await fill(20);
		await fill(20, MB, other, two);
		store.space.lower(home, 10 * MB);
		await store.space.look();
		expect(store.space.usage(home)).toMatchObject({ share: 10 * MB, lowered: 10 * MB });
		expect(store.space.usage(home).bytes).toBeLessThanOrEqual(10 * MB);
		expect(store.space.usage(other).bytes).toBe(20 * MB);
		expect(store.space.usage(other).share).toBeGreaterThan(40 * MB);
		store.space.lower(home, null);
		expect(store.space.usage(home).lowered).toBeNull();
	});

	test('RS3 the reserve is given up on a full disk, and refilled when it was quiet for a minute', async () => {
		await opened(1000, 50);
		await store.space.look();
		const held = store.ballast.bytes;
		expect(held).toBe((50 * MB) / 8);
		expect(statSync(join(store.folder, 'ballast')).blocks * 512).toBeGreaterThanOrEqual(held);
		store.space.refused(home, 1, true);
		await store.space.look();
		expect(store.ballast.bytes).toBe(0);
		expect(store.space.level).toBe('emergency');
		await store.pass(45_000);
		expect(store.ballast.bytes).toBe(0);
		await store.pass(30_000);
		expect(store.ballast.bytes).toBe(held);
	});

	test('RS4 others fill the disk: footage gives way, a quarter of the cap stays, then 507', async () => {
		await opened(200, 100);
		await fill(80);
		const floor = 10 * MB;
		store.othersBytes = 112 * MB;
		await store.space.look();
		expect(store.freeBytes()).toBeGreaterThan(floor);
		expect(store.space.usage(home).freed[0]).toMatchObject({ rule: 'refused' });
		expect(store.space.mayAdd(home, one, MB).newer).toBe(true);
		store.othersBytes = 200 * MB;
		await store.pass(150_000);
		const left = store.index.usedBytes();
		expect(left).toBeGreaterThan(15 * MB);
		expect(left).toBeLessThan(26 * MB);
		expect(store.space.mayAdd(home, one, MB)).toEqual({ newer: false, older: false });
		expect(['critical', 'emergency']).toContain(store.space.level);
		store.othersBytes = 0;
		await store.pass(15_000);
		expect(store.space.mayAdd(home, one, MB).newer).toBe(true);
	});

	test('RS4 others took all but a quarter of the cap: in that the newest replaces the oldest', async () => {
		await opened(200, 100);
		await fill(60);
		store.othersBytes = 200 * MB - 26 * MB;
		await store.pass(30_000);
		for (let at = 60; at < 90; at += 1) {
			expect(store.space.mayAdd(home, one, MB).newer).toBe(true);
			await fill(1, MB, home, one, at);
		}
		expect(minutesOf().at(-1)).toBe(89);
		expect(minutesOf()[0]).toBeGreaterThan(60);
	});

	test('RS4 not even the index can be written, and the reserve is gone: packs go first', async () => {
		await opened(200, 40);
		await fill(35);
		await store.ballast.giveUp();
		const transaction = store.index.database.transaction.bind(store.index.database);
		store.index.database.transaction = (work) => {
			// A page of the log has room once a pack is gone.
			const packs = minutesOf().filter((minute) =>
				existsSync(join(store.folder, 'footage', home, one, '1', `${1000 + minute}.pack`)),
			);
			if (packs.length === minutesOf().length) throw new Fault('quota', 'full');
			return transaction(work);
		};
		store.othersBytes = 180 * MB;
		await store.pass(150_000);
		expect(store.index.usedBytes()).toBeLessThan(15 * MB);
		store.index.database.transaction = transaction;
		expect(await store.archive.recover()).toMatchObject({ rebuilt: 0, missing: 0 });
	});

	test('RS6 a home that has nothing here is not let in while the disk is nearly full', async () => {
		await opened(200, 100);
		await fill(5);
		store.othersBytes = 182 * MB;
		await store.pass(15_000);
		expect(store.space.level).toBe('high');
		expect(store.space.mayAdd(other, two, 1).newer).toBe(false);
		expect(store.space.mayAdd(home, one, 1).newer).toBe(true);
	});

	test('RS12 a relay whose clock jumps by years deletes nothing for it, and warns of nothing', async () => {
		await opened(1000, 100);
		await fill(40);
		await store.pass(3_600_000);
		for (const days of [4000, -8000, 30]) {
			store.clock.step(days * 86_400_000);
			await store.pass(120_000);
			expect(minutesOf()).toHaveLength(40);
			expect(store.space.usage(home).warning).toBeNull();
		}
	});

	test('RS9 an index that was lost deletes nothing: it is built again from the packs', async () => {
		await opened(1000, 100);
		const crypto = new WebCrypto();
		const sign = await crypto.makeSignKey(true);
		const { runRecord, records } = await signedRun(
			{ home, camera: one, sign },
			4,
			1_795_000_020_000_000,
		);
		const origin = { home, camera: one, key: await crypto.verifier(sign.public) };
		await store.archive.put({ origin, runNo: 1, runRecord, records: concatBytes(...records) });
		const used = store.index.usedBytes();
		await store.close();
		for (const end of ['', '-wal', '-shm'])
			rmSync(join(store.folder, `footage.sqlite${end}`), { force: true });
		await store.open();
		await store.pass(2 * 3_600_000);
		expect(store.index.usedBytes()).toBe(used);
		const read = await store.archive.read({ home, camera: one, runNo: 1 }, [0, 9], 1e9);
		expect(read).toEqual(concatBytes(...records));
	});
});

describe('what grows is named', () => {
	test('RS8 another program fills the disk: what grows, until when, and what changed before', async () => {
		await opened(1000, 100);
		await fill(5);
		await store.pass(3_600_000);
		expect(store.space.usage(home).warning).toBeNull();
		await store.close();
		await store.open({ version: '2' });
		await store.pass(600_000);
		for (let minute = 0; minute < 6; minute += 1) {
			store.othersBytes += 20 * MB;
			await store.pass(60_000);
		}
		const { warning } = store.space.usage(home);
		expect(warning).toMatchObject({ growing: 'others', after: { what: 'version' } });
		const hours = (warning!.fullAtMs! - store.clock.wallMs()) / 3_600_000;
		expect(hours).toBeGreaterThan(0.4);
		expect(hours).toBeLessThan(1);
		expect(FootageSpace.GAUGES['full_in_seconds']?.read(store.space)).toBeGreaterThan(0);
		const said = store.said.filter(({ text }) => text === 'the disk of the footage fills');
		expect(said.at(-1)?.what).toMatchObject({ growing: 'others', after: { what: 'version' } });
		await store.pass(7_200_000);
		expect(store.space.usage(home).warning).toBeNull();
		expect(store.said.at(-1)).toMatchObject({ text: 'there is room again' });
	});

	test('RS8 a new camera, a lowered share and another cap are changes; of others only their own', async () => {
		await opened(1000, 100);
		await fill(1);
		await fill(1, MB, home, two);
		store.space.lower(home, 50 * MB);
		await store.close();
		await store.open({ capBytes: 80 * MB });
		const whats = (of: HomeId | null) => store.ledger.changes(of, 9).map(({ what }) => what);
		expect(whats(home)).toEqual(['cap', 'share', 'camera', 'home']);
		expect(whats(other)).toEqual(['cap']);
	});

	test('RS11 when it will be full, and how long footage stays, at the rate of the last hour', async () => {
		await opened(1000, 100);
		for (let minute = 0; minute < 30; minute += 1) {
			await store.minute(home, one, minute, MB);
			await store.pass(60_000);
		}
		const { fullAtMs, keepsMs, share, bytes, cameras } = store.space.usage(home);
		const left = (share - bytes) / MB;
		expect((fullAtMs! - store.clock.wallMs()) / 60_000 / left).toBeCloseTo(1, 1);
		expect(keepsMs! / 60_000 / (share / MB)).toBeCloseTo(1, 1);
		expect(cameras).toEqual([{ camera: one, bytes: 30 * MB, newestMs: 1030 * 60_000 }]);
	});
});
