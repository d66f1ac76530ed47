import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { Role } from '#domain/home/roster.ts';
import {
	buildSidecarRecord,
	parseSidecarRecords,
	type SidecarRecord,
} from '#domain/sync/sidecar-record.ts';
import { deriveKitKeys } from '#engine/home/kit-keys.ts';
import { repeatRemovals } from '#relay/footage/remove-span.ts';
import { joinedTo } from '../../engine/members/joined.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { FootageServer } from './footage-server.ts';
import { cameraIn, cardOf, grantTo, sidecarAt, spanOf } from './signed-sidecars.ts';
import { signedRun } from './signed-run.ts';

const clock = new ManualClock();
/** A whole minute. */
const T0 = 1_795_000_020_000_000;
const SECOND = 1_000_000;
const MINUTE = minuteOf(T0);

let server: FootageServer;
let owner: FakeDevice;
let phone: FakeDevice;
let camera: CameraId;

beforeEach(async () => {
	server = await FootageServer.start(clock);
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	phone = await joined(['camera', 'viewer']);
	camera = cameraIn(phone);
	await server.hears(owner);
});
afterEach(() => server.stop());

async function joined(roles: readonly Role[]): Promise<FakeDevice> {
	const device = fakeDevice(clock);
	await device.localDevice.createCamera();
	await joinedTo(owner, device, roles);
	await server.hears(owner);
	await shown();
	return device;
}

/** The camera has the roster as it is. */
const shown = async () =>
	(phone as FakeDevice | undefined)?.homeRoster.merge(owner.founded, 1, owner.homeRoster.entries);
const idOf = ({ localDevice }: FakeDevice) => localDevice.unlocked!.identity.device;
const send = (by: FakeDevice, ...records: readonly SidecarRecord[]) =>
	server.sidecarsOf(by).put(camera, concatBytes(...records.map(buildSidecarRecord)));
const keys = async (since = 0) => server.sidecarsOf(phone).changed(camera, since);

/** Segments of about a second each, at the relay. */
async function uploaded(count: number, anchorUs: number, runNo = 1): Promise<void> {
	const { home, sign } = phone.localDevice.unlocked!.identity;
	const { runRecord, records } = await signedRun({ home, camera, sign }, count, anchorUs, runNo);
	const sent = await server.archiveOf(phone).put(camera, runNo, runRecord, concatBytes(...records));
	expect(sent.refused).toEqual([]);
}
const seqsHere = async () => {
	const pages = await server.archiveOf(phone).have(camera, 0);
	return pages.pages.flatMap(({ seqs }) => seqs);
};

describe('SY30 what stands beside segments', () => {
	test('is told by its keys, only what changed, and kept once', async () => {
		const event = await sidecarAt(phone, 'event', T0, { id: 7 });
		const records = [
			await cardOf(phone, 5),
			await grantTo(phone, idOf(owner), 3),
			event,
			await sidecarAt(phone, 'thumbnail', T0 + 5 * SECOND),
			await sidecarAt(phone, 'thumbnail', T0 + 10 * SECOND),
		];
		expect((await send(phone, ...records)).refused).toEqual([]);
		const all = await keys();
		const [eventKey] = all.keys.filter((key) => key.startsWith('event'));
		expect(all.keys).toEqual([
			'card 5',
			`grant 3 ${idOf(owner)}`,
			eventKey,
			`thumbs ${String(MINUTE)}`,
		]);
		expect(all).toMatchObject({ store: server.sidecars.storeId, more: false, spans: [] });
		await send(phone, ...records);
		expect(await keys(all.change)).toMatchObject({ keys: [], change: all.change });
		// The event is over; a grant of that epoch is there.
		await send(phone, await sidecarAt(phone, 'event', T0, { id: 7 }));
		await send(phone, await grantTo(phone, idOf(owner), 3), await cardOf(phone, 4));
		const [changed, ...rest] = (await keys(all.change)).keys;
		expect(rest).toEqual([]);
		expect(changed).toMatch(new RegExp(`^event ${String(T0)} 7 `));
		expect(changed).not.toBe(eventKey);
	});

	test('a newer card and a newer word about a span take the place of earlier ones', async () => {
		const span = { startUs: T0, endUs: T0 + SECOND };
		const at = (atMs: number, holds: boolean) =>
			spanOf(phone, 'pin', span, { camera, atMs, holds });
		await send(phone, await cardOf(phone, 9), await cardOf(phone, 8), await at(6, false));
		await send(phone, await at(5, true));
		expect(server.sidecars.isPinned({ home: owner.founded, camera }, MINUTE)).toBe(false);
		await send(phone, await at(7, true));
		expect(server.sidecars.isPinned({ home: owner.founded, camera }, MINUTE)).toBe(true);
		expect(server.sidecars.isPinned({ home: owner.founded, camera }, MINUTE + 1)).toBe(false);
		const { keys: told, spans } = await keys();
		expect(told).toEqual(['card 9']);
		expect(spans).toHaveLength(1);
	});
});

describe('SY31 what is taken', () => {
	test('nothing of another home, camera or device, and nothing that is not signed', async () => {
		const stranger = fakeDevice(clock);
		await stranger.localDevice.createCamera();
		const forged = await grantTo(phone, idOf(owner), 3);
		forged.bytes[240]! ^= 1;
		const thumbnail = await sidecarAt(phone, 'thumbnail', T0);
		const wrong = [
			await cardOf(owner, 5),
			forged,
			await grantTo(owner, idOf(phone), 1),
			await sidecarAt(stranger, 'thumbnail', T0),
			{ ...thumbnail, wallUs: T0 + 5 * SECOND },
			{ ...thumbnail, kind: 'event' as const },
			await spanOf(owner, 'pin', { startUs: T0, endUs: T0 + 1 }, { camera }),
		];
		const good = await sidecarAt(phone, 'thumbnail', T0 + SECOND);
		const { refused } = await send(phone, ...wrong, good);
		expect(refused).toEqual([0, 1, 2, 3, 4, 5, 6]);
		expect((await keys()).keys).toEqual([`thumbs ${String(MINUTE)}`]);
	});

	test('of a minute at most 32 thumbnails, of a camera at most 5,000 events', async () => {
		const of = { home: owner.founded, camera };
		const one = await sidecarAt(phone, 'thumbnail', T0, { size: 10 });
		const many = Array.from({ length: 50 }, (_, at) => ({ ...one, wallUs: T0 + at }));
		server.sidecars.put(of, many);
		expect(server.sidecars.thumbnails(of, MINUTE, MINUTE).flat()).toHaveLength(32);
		const event = await sidecarAt(phone, 'event', T0, { size: 10 });
		const events = Array.from({ length: 5003 }, (_, id) => ({
			...{ ...event, id, wallUs: T0 + id * 60 * SECOND },
		}));
		server.sidecars.put(of, events);
		const left = parseSidecarRecords(concatBytes(...server.sidecars.events(of, 0, 1e9)));
		expect([left.length, left[0]!.id]).toEqual([5000, 3]);
	});

	test('what is no such record is refused by name', async () => {
		const put = (bytes: number[]) => server.sidecarsOf(phone).put(camera, Uint8Array.from(bytes));
		await expect(put([0, 0, 0, 9])).rejects.toMatchObject({ kind: 'malformed' });
		await expect(put([0, 0, 0, 21, 99, ...new Array<number>(20).fill(0)])).rejects.toMatchObject({
			kind: 'unsupported',
		});
	});
});

describe('SY32 who may', () => {
	test('a viewer reads, gets its own grants and no others; a live-only member and a camera nothing', async () => {
		const viewer = await joined(['viewer']);
		const live = await joined(['viewer', 'live']);
		const bare = await joined(['camera']);
		await uploaded(4, T0);
		await send(
			phone,
			await cardOf(phone, 5),
			...[await grantTo(phone, idOf(viewer), 1), await grantTo(phone, idOf(owner), 1)],
			...[await sidecarAt(phone, 'event', T0), await sidecarAt(phone, 'thumbnail', T0)],
		);
		const reader = server.readerOf(viewer);
		const own = await reader.grants(camera, 'this');
		expect(own).toHaveLength(1);
		expect(own).not.toEqual(await server.readerOf(owner).grants(camera, 'this'));
		const { cameras } = await reader.cameras();
		expect(cameras).toMatchObject([{ camera }]);
		expect(cameras[0]!.card).not.toBeNull();
		expect(await reader.runs(camera, 0, MINUTE - 1)).toEqual([]);
		expect(await reader.runs(camera, MINUTE, MINUTE)).toMatchObject([
			{ runNo: 1, firstSeq: 1, lastSeq: 4, startUs: T0 },
		]);
		expect(parseSidecarRecords(await reader.events(camera, MINUTE, MINUTE))).toHaveLength(1);
		expect(parseSidecarRecords(await reader.thumbnails(camera, MINUTE, MINUTE, 0))).toHaveLength(1);
		for (const other of [live, bare]) {
			const refused = server.readerOf(other);
			for (const asked of [
				() => refused.cameras(),
				() => refused.runs(camera, 0, MINUTE),
				() => refused.pages(camera, MINUTE, MINUTE),
				() => refused.records(camera, 1, 0, 1),
				() => refused.events(camera, 0, MINUTE),
				() => refused.thumbnails(camera, MINUTE, MINUTE, 0),
				() => refused.grants(camera, 'this'),
				() => refused.spans(camera),
			])
				await expect(asked()).rejects.toMatchObject({ kind: 'denied' });
		}
		await expect(send(viewer, await cardOf(phone, 6))).rejects.toMatchObject({ kind: 'denied' });
		await expect(server.sidecarsOf(owner).changed(camera, 0)).rejects.toMatchObject({
			kind: 'denied',
		});
	});

	test('what is granted to a kit goes to owners only, and never to the kit itself', async () => {
		const viewer = await joined(['viewer']);
		const kit = await deriveKitKeys(owner.crypto, new Uint8Array(16).fill(9));
		await owner.homeRoster.admitKit(kit);
		await server.hears(owner);
		await shown();
		await send(phone, await grantTo(phone, kit.device, 1));
		expect(await server.readerOf(owner).grants(camera, 'kit')).toHaveLength(1);
		for (const refused of [viewer, phone])
			await expect(server.readerOf(refused).grants(camera, 'kit')).rejects.toMatchObject({
				kind: 'denied',
			});
		const asKit = await fetch(`${server.origin}/api/footage/${camera}/grants`, {
			headers: { Authorization: `Bearer ${server.tokenOf(owner.founded, kit.device)}` },
		});
		expect(asKit.status).toBe(403);
	});
});

describe('SY33 deleted by a person', () => {
	test('segments that touch the span leave, with their thumbnails, and are not taken again', async () => {
		await uploaded(130, T0);
		for (const at of [0, 70, 125])
			await send(phone, await sidecarAt(phone, 'thumbnail', T0 + at * SECOND));
		const span = { startUs: T0 + 50 * SECOND, endUs: T0 + 124 * SECOND };
		const before = server.index.usedBytes();
		await send(phone, await spanOf(phone, 'removal', span, { camera }));
		const left = await seqsHere();
		expect(left).toEqual([
			[1, 49],
			[125, 130],
		]);
		expect(server.index.usedBytes()).toBeLessThan(before / 2);
		const reader = server.readerOf(phone);
		const kept = parseSidecarRecords(await reader.thumbnails(camera, MINUTE, MINUTE + 3, 0));
		expect(kept.map(({ wallUs }) => (wallUs - T0) / SECOND)).toEqual([0, 125]);
		const { home, sign } = phone.localDevice.unlocked!.identity;
		const { records } = await signedRun({ home, camera, sign }, 60, T0);
		const again = await server
			.archiveOf(phone)
			.put(camera, 1, null, concatBytes(...records.slice(52)));
		expect(again.kept).toEqual([]);
		expect(await server.archive.recover()).toEqual({ rebuilt: 0, lostBytes: 0, missing: 0 });
	});

	test('an owner may, for every camera of the home; a viewer may not', async () => {
		const viewer = await joined(['viewer']);
		await uploaded(10, T0);
		const span = { startUs: T0, endUs: T0 + 5 * SECOND };
		const removal = await spanOf(owner, 'removal', span, { camera });
		await expect(
			send(viewer, await spanOf(viewer, 'removal', span, { camera })),
		).rejects.toMatchObject({ kind: 'denied' });
		// Nor may it send the owner's word for the owner, or an owner a camera's card.
		expect((await send(phone, removal)).refused).toEqual([0]);
		expect((await send(owner, removal, await cardOf(phone, 1))).refused).toEqual([1]);
		expect(await seqsHere()).toEqual([[6, 10]]);
		expect((await keys()).spans).toHaveLength(1);
	});

	test('a crash in between is made up for at the next start', async () => {
		await uploaded(10, T0);
		const { home } = phone.localDevice.unlocked!.identity;
		const span = { startUs: T0, endUs: T0 + 5 * SECOND };
		server.sidecars.put({ home, camera }, [await spanOf(phone, 'removal', span, { camera })]);
		await repeatRemovals(server);
		expect(await seqsHere()).toEqual([[6, 10]]);
	});
});

describe('SY34 leaves with its footage', () => {
	test('thumbnails and events of a minute, grants of earlier epochs, and nothing else', async () => {
		const { home } = phone.localDevice.unlocked!.identity;
		const of = { home, camera };
		await uploaded(130, T0);
		const grants = await Promise.all([0, 1, 2].map((epoch) => grantTo(phone, idOf(owner), epoch)));
		await send(phone, await cardOf(phone, 5), ...grants);
		for (const minute of [-1, 0, 1, 2]) {
			const atUs = T0 + minute * 60 * SECOND;
			await send(phone, await sidecarAt(phone, 'thumbnail', atUs));
			await send(phone, await sidecarAt(phone, 'event', atUs));
		}
		const before = server.sidecars.usedBytes(home);
		await server.archive.discard([{ ...of, runNo: 1, minute: MINUTE }]);
		server.sidecars.deleteBeside(of, MINUTE);
		const { keys: left } = await keys();
		expect(left.map((key) => key.split(' ').slice(0, 2).join(' ')).sort()).toEqual(
			[
				...['card 5', 'grant 1', 'grant 2'],
				...[1, 2].map((at) => `event ${String(T0 + at * 60 * SECOND)}`),
				...[1, 2].map((at) => `thumbs ${String(MINUTE + at)}`),
			].sort(),
		);
		expect(server.sidecars.usedBytes(home)).toBeLessThan(before);
		server.sidecars.deleteHome(home);
		expect(server.sidecars.usedBytes()).toBe(0);
		expect((await keys()).keys).toEqual([]);
	});
});
