import { afterEach, describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { minuteOf, parseEntries } from '#domain/footage/index-page.ts';
import { buildSidecarRecord, parseSidecarRecords } from '#domain/sync/sidecar-record.ts';
import { sidecarArchiveContract } from '../../contracts/sidecar-archive.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { joinedTo } from '../../engine/members/joined.ts';
import { FootageServer } from './footage-server.ts';
import { cameraIn, sidecarAt } from './signed-sidecars.ts';
import { signedRun } from './signed-run.ts';

const servers: FootageServer[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) server.stop();
});

async function opened() {
	const clock = new ManualClock();
	const server = await FootageServer.start(clock);
	servers.push(server);
	const owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	await server.hears(owner);
	return { clock, server, owner, camera: cameraIn(owner), away: () => server.leave() };
}

sidecarArchiveContract(async () => {
	const { clock, server, owner, ...rest } = await opened();
	const archive = server.sidecarsOf(owner);
	return {
		...{ ...rest, archive, sealed: (kind, wallUs) => sidecarAt(owner, kind, wallUs) },
		looked: async (seconds) => {
			const viewer = fakeDevice(clock);
			await viewer.localDevice.createCamera();
			await joinedTo(owner, viewer, ['viewer']);
			await server.hears(owner);
			const { home, sign } = owner.localDevice.unlocked!.identity;
			const run = await signedRun({ home, camera: rest.camera, sign }, 9, anchorUs);
			await server.archiveOf(owner).put(rest.camera, 1, run.runRecord, concatBytes(...run.records));
			await server.readerOf(viewer).records(rest.camera, 1, 0, seconds);
			// Read by its own device: no look.
			await server.archiveOf(owner).read(rest.camera, 1, 9);
			clock.advance(60_000);
			return viewer.localDevice.unlocked!.identity.device;
		},
	};
});

/** 3 s before a minute ends. */
const anchorUs = 1_795_000_017_000_000;
const MINUTE = minuteOf(anchorUs);

async function given() {
	const { server, owner, camera, away } = await opened();
	const { home, sign } = owner.localDevice.unlocked!.identity;
	return {
		...{ camera, away, reader: server.readerOf(owner) },
		upload: async (count: number) => {
			const run = await signedRun({ home, camera, sign }, count, anchorUs);
			const all = concatBytes(...run.records);
			await server.archiveOf(owner).put(camera, 1, run.runRecord, all);
			return run;
		},
		thumbnailsAt: async (...wallUs: readonly number[]) => {
			const all = await Promise.all(wallUs.map((us) => sidecarAt(owner, 'thumbnail', us)));
			await server.sidecarsOf(owner).put(camera, concatBytes(...all.map(buildSidecarRecord)));
		},
	};
}

describe('footage reader', () => {
	test('SY32 reads what was uploaded: cameras, runs, pages, records', async () => {
		const { reader, camera, upload } = await given();
		const empty = await reader.cameras();
		expect(empty.cameras).toEqual([]);
		const { runRecord, records } = await upload(5);
		const { cameras, change, store } = await reader.cameras();
		expect([store, change > empty.change]).toEqual([empty.store, true]);
		expect(cameras).toMatchObject([{ camera, card: null }]);
		const [run, ...others] = await reader.runs(camera, MINUTE + 1, MINUTE + 1);
		expect(others).toEqual([]);
		expect(run).toMatchObject({ runNo: 1, record: runRecord, firstSeq: 1, lastSeq: 5 });
		expect(run).toMatchObject({ startUs: anchorUs });
		const pages = await reader.pages(camera, MINUTE, MINUTE + 9);
		const seqs = pages.map(({ minute, entries }) => [
			minute,
			parseEntries(entries).map(({ seq }) => seq),
		]);
		expect(seqs).toEqual([
			[MINUTE, [1, 2, 3]],
			[MINUTE + 1, [4, 5]],
		]);
		expect(await reader.records(camera, 1, 0, 9)).toEqual(concatBytes(...records));
		expect(await reader.records(camera, 1, 6, 9)).toEqual(new Uint8Array());
		expect(await reader.records(camera, 2, 0, 0)).toEqual(new Uint8Array());
	});

	test('SY32 thumbnails are thinned out as asked for', async () => {
		const { reader, camera, thumbnailsAt } = await given();
		const all = Array.from({ length: 12 }, (_, at) => (MINUTE * 60 + at * 10) * 1_000_000);
		await thumbnailsAt(...all);
		const found = async (to: number, everyS: number) => {
			const bytes = await reader.thumbnails(camera, MINUTE, to, everyS);
			return parseSidecarRecords(bytes).map(({ wallUs }) => wallUs);
		};
		expect(await found(MINUTE + 1, 0)).toEqual(all);
		expect(await found(MINUTE, 0)).toEqual(all.slice(0, 6));
		expect(await found(MINUTE + 700, 60)).toEqual([all[0], all[6]]);
		const hour = MINUTE - (MINUTE % 60) + 60;
		const later = [hour + 3, hour + 8, hour + 61].map((minute) => minute * 60 * 1_000_000);
		await thumbnailsAt(...later);
		expect(await found(hour + 40_000, 3600)).toEqual([all[0], later[0], later[2]]);
		const asked = reader.thumbnails(camera, MINUTE, MINUTE + 700, 10);
		await expect(asked).rejects.toMatchObject({ kind: 'malformed' });
	});

	test('SY32 a fault says that it cannot be reached', async () => {
		const { reader, camera, away } = await given();
		away();
		await expect(reader.cameras()).rejects.toMatchObject({ kind: 'offline' });
		await expect(reader.records(camera, 1, 0, 1)).rejects.toMatchObject({ kind: 'offline' });
	});
});
