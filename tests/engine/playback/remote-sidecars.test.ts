/** Thumbnails and events that are here, at the relay, or both; over the relay's own HTTP. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraEvent } from '#domain/recording/event.ts';
import { buildSidecarRecord, type SidecarRecord } from '#domain/sync/sidecar-record.ts';
import { JoinedEvents, RemoteEvents } from '#engine/playback/joined-events.ts';
import { JoinedThumbnails } from '#engine/playback/joined-thumbnails.ts';
import { RemoteThumbnails } from '#engine/playback/remote-thumbnails.ts';
import { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import { eventBytes } from '#protocol/event.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import { MINUTE, record, SECOND, T0 } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { FootageServer } from '../../relay/footage/footage-server.ts';
import { cameraIn } from '../../relay/footage/signed-sidecars.ts';

let server: FootageServer;
let owner: FakeDevice;
let camera: CameraId;
let reader: FootageReader;
let here: MemorySegmentStore;

beforeEach(async () => {
	const clock = new ManualClock();
	server = await FootageServer.start(clock);
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	await server.hears(owner);
	[camera, reader, here] = [cameraIn(owner), server.readerOf(owner), new MemorySegmentStore()];
});
afterEach(() => server.stop());

async function sent(...records: readonly SidecarRecord[]): Promise<void> {
	const body = concatBytes(...records.map(buildSidecarRecord));
	expect((await server.sidecarsOf(owner).put(camera, body)).refused).toEqual([]);
}

async function thumbnail(wallUs: number): Promise<SidecarRecord> {
	const sealer = await owner.localDevice.beginSidecar(camera);
	const { bytes } = await sealer.seal('thumbnail', wallUs, Uint8Array.of(255, 216));
	return { kind: 'thumbnail', id: 0, wallUs, bytes };
}

async function event(wallUs: number, id: number): Promise<SidecarRecord> {
	const sealer = await owner.localDevice.beginSidecar(camera);
	const body = eventBytes({
		kind: 'covered',
		by: null,
		order: null,
		seen: null,
		endUs: wallUs + SECOND,
	});
	const { bytes } = await sealer.seal('event', wallUs, body);
	return { kind: 'event', id, wallUs, bytes };
}

describe('PB35 thumbnails', () => {
	let asked: (readonly [number, number, number])[];
	let remote: RemoteThumbnails;
	let thumbnails: ThumbnailReader;
	const found = new Map<number, Uint8Array<ArrayBuffer>>();

	beforeEach(async () => {
		asked = [];
		found.clear();
		remote = new RemoteThumbnails({
			thumbnails: (of, from, to, everyS) => {
				asked.push([from - T0 / MINUTE, to - T0 / MINUTE, everyS]);
				return reader.thumbnails(of, from, to, everyS);
			},
		});
		const joined = new JoinedThumbnails({
			here: {
				find: (_, __, fromUs, untilUs) => {
					const at = [...found.keys()].find((us) => us >= fromUs && us <= untilUs);
					return Promise.resolve(at === undefined ? null : { wallUs: at, bytes: found.get(at)! });
				},
			},
			footage: here,
			elsewhere: () => Promise.resolve(remote),
		});
		thumbnails = new ThumbnailReader(joined, owner.localDevice.opener);
		const all = Array.from({ length: 120 }, (_, at) => thumbnail(T0 + at * 5 * SECOND));
		await sent(...(await Promise.all(all)));
	});

	const slots = async (count: number, stepS: number) => {
		const shown: (number | null)[] = [];
		for (let at = 0; at < count; at += 1) {
			const fromUs = T0 + at * stepS * SECOND;
			const one = await thumbnails.first(camera, fromUs, fromUs + stepS * SECOND - 1000);
			shown.push(one && (one.wallUs - T0) / SECOND);
		}
		return shown;
	};

	test('what the ribbon shows comes in one request, once', async () => {
		await thumbnails.load(camera, T0, T0 + 600 * SECOND - 1000, 30 * SECOND);
		expect(await slots(20, 30)).toEqual(Array.from({ length: 20 }, (_, at) => at * 30));
		await thumbnails.load(camera, T0 + 60 * SECOND, T0 + 300 * SECOND, 30 * SECOND);
		expect(asked).toEqual([[0, 9, 30]]);
		// Scrolled on: only what came into sight.
		await thumbnails.load(camera, T0 + 300 * SECOND, T0 + 900 * SECOND - 1000, 30 * SECOND);
		expect(asked.slice(1)).toEqual([[10, 14, 30]]);
		expect(await slots(30, 30)).toEqual([
			...Array.from({ length: 20 }, (_, at) => at * 30),
			...Array.from({ length: 10 }, () => null),
		]);
		expect(asked).toHaveLength(2);
	});

	test('what is asked for while they are on their way waits for them', async () => {
		const load = thumbnails.load(camera, T0, T0 + 600 * SECOND - 1000, 60 * SECOND);
		expect(await slots(10, 60)).toEqual(Array.from({ length: 10 }, (_, at) => at * 60));
		await load;
		expect(asked).toEqual([[0, 9, 60]]);
	});

	test('what is here is asked of nobody, and what was deleted here is not shown', async () => {
		found.set(T0 + 5 * SECOND, (await thumbnail(T0 + 5 * SECOND)).bytes);
		expect((await thumbnails.first(camera, T0, T0 + 10 * SECOND))?.wallUs).toBe(T0 + 5 * SECOND);
		await record(here, camera, 1, 60, T0);
		await here.remove(camera, { startUs: T0 + 20 * SECOND, endUs: T0 + 30 * SECOND });
		expect(await thumbnails.near(camera, T0 + 40 * SECOND)).toBeNull();
		expect(asked).toEqual([]);
		await here.close(camera, 1, 'stopped');
		await record(here, camera, 3, 60, T0 + 5 * MINUTE);
		expect((await thumbnails.near(camera, T0 + 2 * MINUTE))?.wallUs).toBe(T0 + 2 * MINUTE);
		expect(await thumbnails.near(camera, T0 + 29 * SECOND, 8 * SECOND)).toBeNull();
	});

	test('the one shortly before a moment, and the first of a day that is no slot', async () => {
		expect((await thumbnails.near(camera, T0 + 88 * SECOND))?.wallUs).toBe(T0 + 80 * SECOND);
		expect(await thumbnails.near(camera, T0 + 3000 * SECOND)).toBeNull();
		const first = await thumbnails.first(camera, T0 + 61 * SECOND, T0 + 86_400 * SECOND);
		expect(first?.wallUs).toBe(T0 + 120 * SECOND);
		const short = await thumbnails.first(camera, T0 + 61 * SECOND, T0 + 99 * SECOND);
		expect(short?.wallUs).toBe(T0 + 70 * SECOND);
		const before = asked.length;
		await thumbnails.first(camera, T0 + 61 * SECOND, T0 + 86_400 * SECOND);
		expect(asked).toHaveLength(before);
	});

	test('what changed is asked for anew, and a relay that fails is no fault', async () => {
		const look = () => thumbnails.first(camera, T0 + 20 * MINUTE, T0 + 21 * MINUTE - 1000);
		expect(await look()).toBeNull();
		await sent(await thumbnail(T0 + 20 * MINUTE));
		expect(await look()).toBeNull();
		const minute = T0 / MINUTE + 20;
		remote.forget(camera, { from: minute, to: minute });
		expect((await look())?.wallUs).toBe(T0 + 20 * MINUTE);
		server.leave();
		remote.forget(camera, { from: minute, to: minute });
		expect(await look()).toBeNull();
	});
});

describe('PB36 events', () => {
	let own: CameraEvent[];
	let isOwn: boolean;
	let events: JoinedEvents;
	let elsewhere: RemoteEvents;
	beforeEach(() => {
		[own, isOwn] = [[], false];
		elsewhere = new RemoteEvents(reader, owner.localDevice.opener);
		events = new JoinedEvents({
			here: { between: () => Promise.resolve(own), watch: () => () => undefined },
			footage: here,
			isOwn: () => isOwn,
			elsewhere: () => Promise.resolve(elsewhere),
		});
	});
	const starts = async (fromUs = T0, toUs = T0 + MINUTE) =>
		(await events.between(camera, fromUs, toUs)).map(({ startUs, id }) => [
			(startUs - T0) / SECOND,
			id,
		]);

	test('of a camera elsewhere come from the relay, opened, and each once', async () => {
		const broken = await event(T0 + 9 * SECOND, 7);
		await sent(await event(T0 + 30 * SECOND, 2), await event(T0 + 5 * SECOND, 1), broken);
		const open = vi.spyOn(owner.localDevice.opener, 'openSidecar');
		open.mockImplementationOnce(() => Promise.reject(new Fault('corrupt', 'did not open')));
		expect(await starts(T0 + 9 * SECOND, T0 + 10 * SECOND)).toEqual([]);
		expect(await starts()).toEqual([
			[5, 1],
			[9, 7],
			[30, 2],
		]);
		const [first] = await events.between(camera, T0, T0 + MINUTE);
		expect(first).toMatchObject({ kind: 'covered', camera, endUs: T0 + 6 * SECOND });
		await sent(await event(T0 + 40 * SECOND, 3));
		expect(await starts()).toHaveLength(3);
		elsewhere.forget();
		expect(await starts()).toHaveLength(4);
		server.leave();
		elsewhere.forget();
		expect(await starts()).toEqual([]);
	});

	test('of an own camera are here; only from before its footage here others are asked', async () => {
		isOwn = true;
		await sent(await event(T0 + 5 * SECOND, 1), await event(T0 + 20 * SECOND, 2));
		own = [
			{
				id: 2,
				camera,
				startUs: T0 + 20 * SECOND,
				endUs: T0 + 20 * SECOND,
				kind: 'covered',
				by: null,
				order: null,
				seen: null,
			},
		];
		expect(await starts()).toEqual([[20, 2]]);
		await record(here, camera, 5, 3, T0 + 60 * MINUTE);
		expect(await starts()).toEqual([
			[5, 1],
			[20, 2],
		]);
		expect(await starts(T0, T0 + 61 * MINUTE)).toEqual([[20, 2]]);
	});
});
