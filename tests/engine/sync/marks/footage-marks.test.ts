/** Pins and deletions of footage that is at a relay: its real store over HTTP, real signatures. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes, hexOf } from '#domain/base/bytes.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import type { Origin, OriginSpan } from '#domain/footage/origin.ts';
import type { Span } from '#domain/footage/span.ts';
import type { Role } from '#domain/home/roster.ts';
import { buildSidecarRecord } from '#domain/sync/sidecar-record.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import { FootageMarks, type MarkControls, UNDO_MS } from '#engine/sync/marks/footage-marks.ts';
import { HiddenSpans } from '#engine/sync/marks/hidden-footage.ts';
import { ManualClock } from '../../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../../fakes/device.ts';
import { FootageServer } from '../../../relay/footage/footage-server.ts';
import { cameraIn, spanOf } from '../../../relay/footage/signed-sidecars.ts';
import { signedRun } from '../../../relay/footage/signed-run.ts';
import { eventually, until } from '../../../support/until.ts';
import { joinedTo } from '../../members/joined.ts';

const SECOND = 1_000_000;
const T0 = 1_795_000_020_000_000;
const FIRST: Span = { startUs: T0, endUs: T0 + 5 * SECOND };

let clock: ManualClock;
let server: FootageServer;
let owner: FakeDevice;
let phone: FakeDevice;
let viewer: FakeDevice;
let camera: CameraId;

beforeEach(async () => {
	clock = new ManualClock();
	server = await FootageServer.start(clock);
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	phone = await joined(['camera', 'viewer']);
	viewer = await joined(['viewer']);
	await phone.homeRoster.merge(owner.founded, 1, owner.homeRoster.entries);
	camera = cameraIn(phone);
	const { home, sign } = phone.localDevice.unlocked!.identity;
	const { runRecord, records } = await signedRun({ home, camera, sign }, 10, T0);
	await server.archiveOf(phone).put(camera, 1, runRecord, concatBytes(...records));
});
afterEach(() => server.stop());

async function joined(roles: readonly Role[]): Promise<FakeDevice> {
	const device = fakeDevice(clock);
	await device.localDevice.createCamera();
	await joinedTo(owner, device, roles);
	await server.hears(owner);
	return device;
}

interface World {
	readonly marks: MarkControls;
	readonly hidden: HiddenSpans;
	connected: boolean;
	origins: readonly Origin[];
}

function marksOf(by: FakeDevice, origins: readonly Origin[] = ['relay']): World {
	const { crypto, homeRoster, localDevice, segments } = by;
	const hidden = new HiddenSpans();
	const world = { hidden, connected: true, origins };
	const camerasOf = new Map<string, Promise<CameraId[]>>();
	const marks = new FootageMarks({
		...{ crypto, clock, hidden, footage: segments, store: segments, limitedPins: segments },
		spans: (_, startUs, endUs): Promise<OriginSpan[]> =>
			Promise.resolve(world.origins.length > 0 ? [{ startUs, endUs, origins: world.origins }] : []),
		reader: server.readerOf(by),
		archive: server.sidecarsOf(by),
		self: () => {
			const { device, sign } = localDevice.unlocked!.identity;
			return { device, sign: sign.key };
		},
		owner: () => homeRoster.owner,
		connected: () => world.connected,
		deviceOf: async (of) => {
			for (const device of homeRoster.roster!.past.devices.keys()) {
				const known = camerasOf.get(device) ?? cameraIdsOf(crypto, device);
				camerasOf.set(device, known);
				if ((await known).includes(of)) return device;
			}
			return null;
		},
		keyOf: (author, own) => {
			const { devices, owners } = homeRoster.roster!.past;
			const subject = devices.get(author);
			const owned = subject?.owner && owners.has(hexOf(subject.owner));
			return subject && (owned || author === own) ? subject.sign : null;
		},
	});
	return Object.assign(world, { marks });
}

const seqsHere = async () => {
	const { pages } = await server.archiveOf(phone).have(camera, 0);
	return pages.flatMap(({ seqs }) => seqs);
};
const isPinned = () =>
	server.sidecars.isPinned({ home: owner.founded, camera }, Math.floor(T0 / 60 / SECOND));
/** Pins are heard in the background. */
const pinsOf = async ({ marks }: World, count: number) => {
	await eventually(async () => (await marks.pins(camera)).length === count);
	return marks.pins(camera);
};

describe('SY40 who may, and whose word counts', () => {
	test('an owner may while the relay answers, the camera for its own, anybody for what is here; a viewer may not, and is told so', async () => {
		const [byOwner, byViewer, byCamera] = [marksOf(owner), marksOf(viewer), marksOf(phone)];
		expect(await byOwner.marks.may(camera)).toBe('yes');
		byOwner.connected = false;
		expect(await byOwner.marks.may(camera)).toBe('away');
		await expect(byOwner.marks.pin(camera, FIRST)).rejects.toMatchObject({ kind: 'offline' });
		byCamera.connected = false;
		expect(await byCamera.marks.may(camera)).toBe('yes');
		expect(await byViewer.marks.may(camera)).toBe('not-owner');
		for (const doing of [
			() => byViewer.marks.pin(camera, FIRST),
			() => byViewer.marks.remove(camera, FIRST),
		])
			await expect(doing()).rejects.toMatchObject({ kind: 'denied' });
		expect(byViewer.hidden.of(camera)).toEqual([]);
		expect(await seqsHere()).toEqual([[1, 10]]);
	});

	test('a pin holds at the relay and shows on every device; taken back, it is gone everywhere', async () => {
		const [byOwner, byViewer] = [marksOf(owner), marksOf(viewer)];
		const pin = await byOwner.marks.pin(camera, FIRST);
		expect(isPinned()).toBe(true);
		expect(await pinsOf(byViewer, 1)).toEqual([{ camera, ...FIRST }]);
		await expect(byOwner.marks.remove(camera, FIRST)).rejects.toMatchObject({ kind: 'conflict' });
		await expect(byViewer.marks.unpin(pin)).rejects.toMatchObject({ kind: 'denied' });
		await byOwner.marks.unpin(pin);
		expect(isPinned()).toBe(false);
		expect(await byOwner.marks.pins(camera)).toEqual([]);
		clock.advance(60_000);
		await pinsOf(byViewer, 0);
	});

	test("what neither an owner nor the camera's device signed is not shown, whatever the relay says", async () => {
		const span = (at: number) => ({ startUs: T0 + at * SECOND, endUs: T0 + (at + 1) * SECOND });
		const forged = await spanOf(owner, 'pin', span(2), { camera });
		forged.bytes[70]! ^= 1;
		server.sidecars.put({ home: owner.founded, camera }, [
			await spanOf(viewer, 'pin', span(1), { camera }),
			forged,
			await spanOf(phone, 'pin', span(3), { camera }),
			await spanOf(owner, 'pin', span(4), { camera }),
			await spanOf(owner, 'pin', span(5), { camera: cameraIn(owner) }),
		]);
		expect(await pinsOf(marksOf(viewer), 2)).toEqual([
			{ camera, ...span(3) },
			{ camera, ...span(4) },
		]);
	});

	test('what is nowhere is not pinned', async () => {
		await expect(marksOf(owner, []).marks.pin(camera, FIRST)).rejects.toMatchObject({
			kind: 'not-found',
		});
	});
});

describe('SY41 deleted at the relay', () => {
	test('it is hidden at once, and said when the time to undo it is over', async () => {
		const { marks, hidden } = marksOf(owner);
		const removal = await marks.remove(camera, FIRST);
		expect(removal).toMatchObject({ state: 'waiting', trash: null });
		expect(hidden.of(camera)).toEqual([FIRST]);
		clock.advance(UNDO_MS - 1);
		expect(await seqsHere()).toEqual([[1, 10]]);
		clock.advance(1);
		await until(() => marks.removal(removal!).state === 'gone');
		expect(await seqsHere()).toEqual([[6, 10]]);
		expect(await marks.restore(removal!)).toBe(false);
		expect(await marks.removals(camera)).toEqual([]);
		expect(hidden.of(camera)).toEqual([FIRST]);
	});

	test('undone in time, nothing was said', async () => {
		const { marks, hidden } = marksOf(owner);
		const removal = await marks.remove(camera, FIRST);
		expect(await marks.restore(removal!)).toBe(true);
		expect(hidden.of(camera)).toEqual([]);
		clock.advance(UNDO_MS);
		marks.settle();
		expect(await seqsHere()).toEqual([[1, 10]]);
		expect(server.sidecars.allRemovals()).toEqual([]);
	});

	test('whoever leaves does not undo: it is said at once', async () => {
		const { marks } = marksOf(owner);
		const removal = await marks.remove(camera, FIRST);
		marks.settle();
		expect(await marks.restore(removal!)).toBe(false);
		await until(() => marks.removal(removal!).state === 'gone');
		expect(await seqsHere()).toEqual([[6, 10]]);
	});

	test('without an answer nothing is deleted, and it says so and shows again', async () => {
		const { marks, hidden } = marksOf(owner);
		const removal = await marks.remove(camera, FIRST);
		server.leave();
		marks.settle();
		await until(() => marks.removal(removal!).state === 'failed');
		expect(hidden.of(camera)).toEqual([]);
		const [failed] = await marks.removals(camera);
		expect(failed).toMatchObject({ ...FIRST, state: 'failed', fault: { kind: 'offline' } });
		marks.dismiss(failed!);
		expect(await marks.removals(camera)).toEqual([]);
	});

	test('what is nowhere is nothing', async () => {
		expect(await marksOf(owner, []).marks.remove(camera, FIRST)).toBeNull();
	});
});

describe('SY42 here and at the relay', () => {
	/** Ten segments of a second in the store of this device, too. */
	async function recordedHere(): Promise<void> {
		const { segments } = phone;
		const runId = 'e'.repeat(32) as RunId;
		await segments.begin(
			{ camera, runId, runNo: 1, epoch: 1, mime: 'video/mp4', anchorUs: T0 },
			{ bytes: new Uint8Array(10), head: new Uint8Array(284) },
		);
		for (let seq = 1; seq <= 10; seq += 1)
			await segments.append(camera, 1, {
				...{ seq, startUs: T0 + (seq - 1) * SECOND, durationUs: SECOND, sound: false },
				...{ bytes: new Uint8Array(50), head: new Uint8Array(284) },
			});
	}
	const here = () => phone.segments.between(camera, T0, T0 + 60 * SECOND);

	test('the camera deletes both; for ten minutes it brings back what was here, and sends it again', async () => {
		await recordedHere();
		const { marks } = marksOf(phone, ['here', 'relay']);
		const removal = await marks.remove(camera, FIRST);
		expect(removal?.state).toBe('here');
		expect(await here()).toHaveLength(5);
		clock.advance(UNDO_MS);
		await eventually(async () => (await seqsHere())[0]?.[0] === 6);
		expect(server.sidecars.isRemoved({ home: owner.founded, camera }, FIRST)).toBe(true);
		expect(await marks.restore(removal!)).toBe(true);
		expect(await here()).toHaveLength(10);
		// Taken back: the relay takes it again.
		expect(server.sidecars.isRemoved({ home: owner.founded, camera }, FIRST)).toBe(false);
	});

	test('what is all here is deleted at the relay, too, if it is there', async () => {
		await recordedHere();
		const { marks } = marksOf(phone, ['here']);
		await marks.remove(camera, FIRST);
		clock.advance(UNDO_MS);
		await eventually(async () => (await seqsHere())[0]?.[0] === 6);
		const later = { startUs: T0 + 3600 * SECOND, endUs: T0 + 3601 * SECOND };
		const { segments } = phone;
		await segments.append(camera, 1, {
			...{ seq: 11, startUs: later.startUs, durationUs: SECOND, sound: false },
			...{ bytes: new Uint8Array(50), head: new Uint8Array(284) },
		});
		await marks.remove(camera, later);
		marks.settle();
		await until(() => clock.monotonicMs() > 0);
		expect(server.sidecars.allRemovals()).toHaveLength(1);
	});

	test('pins both; a pin that only the relay has is unpinned there', async () => {
		await recordedHere();
		const { marks } = marksOf(phone, ['here', 'relay']);
		const pin = await marks.pin(camera, FIRST);
		expect(isPinned()).toBe(true);
		expect(await phone.segments.pins(camera)).toHaveLength(1);
		await marks.unpin(pin);
		expect([isPinned(), await phone.segments.pins(camera)]).toEqual([false, []]);
		await server
			.sidecarsOf(owner)
			.put(camera, buildSidecarRecord(await spanOf(owner, 'pin', FIRST, { camera, atMs: 2e12 })));
		clock.advance(60_000);
		const [theirs] = await pinsOf({ marks } as World, 1);
		await marks.unpin(theirs!);
		expect(isPinned()).toBe(false);
	});

	test('while no relay answers, what is here is deleted as ever', async () => {
		await recordedHere();
		const world = marksOf(phone, ['here']);
		world.connected = false;
		const removal = await world.marks.remove(camera, FIRST);
		expect(removal).toMatchObject({ state: 'here', said: null });
		expect(await here()).toHaveLength(5);
		expect(await world.marks.removals(camera)).toEqual([removal]);
		expect(await world.marks.restore(removal!)).toBe(true);
		expect(await here()).toHaveLength(10);
	});
});
