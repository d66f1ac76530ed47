import { beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import { parseSpanStatement } from '#domain/sync/span-statement.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import { ownCard } from '#engine/sync/own-card.ts';
import { SidecarUploader } from '#engine/sync/sidecar-uploader.ts';
import { SpanExchange } from '#engine/sync/span-exchange.ts';
import { MINUTE, record, SECOND, T0 } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { MemoryEventStore } from '../../fakes/event-store.ts';
import { MemoryDisk, MemoryFootageRows } from '../../fakes/footage-rows.ts';
import { MemoryGrantStore } from '../../fakes/grant-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { FakeSidecarArchive } from '../../fakes/sidecar-archive.ts';
import { cameraIn, grantTo, sidecarAt, spanOf } from '../../relay/footage/signed-sidecars.ts';
import { joinedTo } from '../members/joined.ts';

const FIRST = minuteOf(T0);
let clock: ManualClock;
let archive: FakeSidecarArchive;
let segments: MemorySegmentStore;
let events: MemoryEventStore;
let thumbnails: SealedThumbnails;
let grants: MemoryGrantStore;
let owner: FakeDevice;
let phone: FakeDevice;
let viewer: FakeDevice;
let camera: CameraId;
let uploader: SidecarUploader;
let archived: Set<number>;
let epochs: ReadonlySet<number> | null;

beforeEach(async () => {
	clock = new ManualClock((T0 + 10 * MINUTE) / 1000);
	archive = new FakeSidecarArchive();
	const disk = new MemoryDisk();
	segments = new MemorySegmentStore(disk);
	thumbnails = new SealedThumbnails(new MemoryFootageRows(disk));
	[events, grants] = [new MemoryEventStore(), new MemoryGrantStore()];
	[owner, phone, viewer] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	for (const one of [owner, phone, viewer]) await one.localDevice.createCamera();
	await joinedTo(owner, phone, ['camera']);
	await joinedTo(owner, viewer, ['viewer']);
	await phone.homeRoster.merge(owner.founded, 1, owner.homeRoster.entries);
	camera = cameraIn(phone);
	archived = new Set(Array.from({ length: 5 }, (_, at) => FIRST + at));
	uploader = made();
});

/** As after a reload of the page. */
function made(): SidecarUploader {
	const { crypto, localDevice, homeRoster } = phone;
	const identity = () => localDevice.unlocked!.identity;
	return new SidecarUploader(
		{
			...{ archive, clock, grants, events, thumbnails },
			noteArchived: (_, found) => (epochs = found),
			card: (of) => ownCard(crypto, clock, identity(), of),
			spans: new SpanExchange({
				...{ crypto, clock, footage: segments, store: segments },
				self: () => ({ device: identity().device, sign: identity().sign.key }),
				member: (device) => homeRoster.member(device),
			}),
		},
		camera,
	);
}

/** So many turns, a while apart. */
async function turns(count = 2): Promise<void> {
	for (let at = 0; at < count; at += 1) {
		await uploader.send({ has: (minute) => archived.has(minute), oldest: FIRST });
		clock.advance(15_000);
	}
}
const kinds = (): string[] => archive.sent.map(({ kind }) => kind);
const saidBy = (kind: string) =>
	archive.sent
		.filter((one) => one.kind === kind)
		.map(({ bytes }) => parseSpanStatement(bytes).statement);

describe('SY35 what stands beside segments', () => {
	beforeEach(async () => {
		const { device } = viewer.localDevice.unlocked!.identity;
		const { bytes: grant } = await grantTo(phone, device, 3);
		await grants.add(camera, [{ number: 3, recipient: device, grant }]);
		for (const atUs of [T0, T0 + MINUTE]) {
			await thumbnails.put(camera, await sidecarAt(phone, 'thumbnail', atUs));
			await events.add(camera, await sidecarAt(phone, 'event', atUs));
		}
	});

	test('goes in order, once, thumbnails of minutes whose footage is there', async () => {
		archived = new Set([FIRST]);
		expect(epochs).toBeNull();
		await turns();
		expect(kinds()).toEqual(['card', 'grant', 'event', 'event', 'thumbnail']);
		expect(epochs).toEqual(new Set());
		archived.add(FIRST + 1);
		clock.advance(60_000);
		await turns(3);
		expect(kinds().slice(5)).toEqual(['thumbnail']);
		// The end of an event.
		const [event] = await events.between(camera, T0, T0 + 1);
		const { bytes } = await sidecarAt(phone, 'event', T0, { id: event!.id });
		await events.replace({ ...event!, bytes });
		await turns();
		expect(kinds().slice(6)).toEqual(['event']);
	});

	test('after a reload only the card goes again; a wiped archive gets all', async () => {
		await turns(3);
		const before = archive.sent.length;
		uploader = made();
		await turns(3);
		expect(kinds().slice(before)).toEqual(['card']);
		expect(epochs).toEqual(new Set([3]));
		archive.wipe();
		clock.advance(3_600_000);
		await turns(3);
		expect(
			kinds()
				.slice(before + 1)
				.sort(),
		).toEqual(kinds().slice(0, before).sort());
	});

	test('what retention deleted there is sent again within the hour, and a fault comes out', async () => {
		await turns(3);
		archive.lose(`thumbs ${String(FIRST)}`);
		const before = archive.sent.length;
		clock.advance(3_600_000);
		await turns(3);
		expect(kinds().slice(before)).toEqual(['card', 'thumbnail']);
		archive.away = true;
		clock.advance(3_600_000);
		await expect(turns(1)).rejects.toMatchObject({ kind: 'offline' });
	});
});

describe('SY36 what a person said', () => {
	beforeEach(async () => {
		await record(segments, camera, 1, 20);
	});

	test('a pin is told and taken back, a deletion told once it cannot be undone', async () => {
		const pin = await segments.pin(camera, { startUs: T0, endUs: T0 + 5 * SECOND });
		await segments.remove(camera, { startUs: T0 + 10 * SECOND, endUs: T0 + 12 * SECOND });
		await turns();
		expect(saidBy('pin')).toMatchObject([{ startUs: T0, holds: true }]);
		expect(saidBy('removal')).toEqual([]);
		await segments.unpin(pin.id);
		await segments.purge(Number.MAX_SAFE_INTEGER);
		await turns();
		expect(saidBy('pin')).toMatchObject([{ holds: true }, { startUs: T0, holds: false }]);
		expect(saidBy('removal')).toMatchObject([
			{ startUs: T0 + 10 * SECOND, endUs: T0 + 12 * SECOND, holds: true },
		]);
		const before = archive.sent.length;
		uploader = made();
		await turns(3);
		expect(kinds().slice(before)).toEqual(['card']);
	});

	test('what made room behind a pin is no deletion', async () => {
		await record(segments, camera, 2, 150, T0 + MINUTE);
		for (const startUs of [T0, T0 + MINUTE])
			await segments.pin(camera, { startUs, endUs: startUs + SECOND });
		await segments.evict(1, 1);
		expect((await segments.runs(camera))[1]?.holes).toMatchObject([{ why: 'evicted' }]);
		await turns();
		expect(saidBy('pin')).toHaveLength(2);
		expect(saidBy('removal')).toEqual([]);
	});

	test('an owner’s word from elsewhere is done here, a viewer’s and a forged one is not', async () => {
		const said = async (by: FakeDevice, kind: 'pin' | 'removal', from: number, to: number) => {
			const span = { startUs: T0 + from * SECOND, endUs: T0 + to * SECOND };
			const { bytes } = await spanOf(by, kind, span, { camera });
			archive.say({ kind, signed: bytes });
			return bytes;
		};
		await said(owner, 'pin', 0, 3);
		await said(owner, 'removal', 10, 12);
		await said(viewer, 'removal', 5, 7);
		(await said(owner, 'removal', 14, 16))[123]! ^= 1;
		await turns();
		expect(await segments.pins(camera)).toMatchObject([{ startUs: T0 }]);
		const trash = await segments.removals(camera);
		expect(trash).toMatchObject([{ startUs: T0 + 10 * SECOND, endUs: T0 + 12 * SECOND }]);
		// A pin here is stronger.
		await said(owner, 'removal', 1, 2);
		clock.advance(3_600_000);
		await turns();
		expect(await segments.removals(camera)).toHaveLength(1);
	});
});
