/** All footage of a camera at a relay, deleted by an owner: its real store over HTTP. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { buildSidecarRecord } from '#domain/sync/sidecar-record.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import { SavedCopies } from '#engine/sync/marks/saved-copies.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import { ManualClock } from '../../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../../fakes/device.ts';
import { FootageServer } from '../../../relay/footage/footage-server.ts';
import { cameraIn, cardOf, spanOf } from '../../../relay/footage/signed-sidecars.ts';
import { signedRun } from '../../../relay/footage/signed-run.ts';
import { joinedTo } from '../../members/joined.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const T0 = 1_795_000_020_000_000;

let clock: ManualClock;
let server: FootageServer;
let owner: FakeDevice;
let phone: FakeDevice;
let camera: CameraId;

beforeEach(async () => {
	clock = new ManualClock();
	server = await FootageServer.start(clock);
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	phone = fakeDevice(clock);
	await phone.localDevice.createCamera();
	await joinedTo(owner, phone, ['camera', 'viewer']);
	await server.hears(owner);
	camera = cameraIn(phone);
});
afterEach(() => server.stop());

async function recorded(runNo: number, anchorUs: number): Promise<void> {
	const { home, sign } = phone.localDevice.unlocked!.identity;
	const { runRecord, records } = await signedRun({ home, camera, sign }, 5, anchorUs, runNo);
	const all = concatBytes(...records);
	const { refused } = await server.archiveOf(phone).put(camera, runNo, runRecord, all);
	expect(refused).toEqual([]);
}

function copiesOf(
	by: FakeDevice,
	reader: Pick<FootageReader, 'cameras' | 'runs'> = server.readerOf(by),
): SavedCopies {
	const { crypto, homeRoster, localDevice } = by;
	return new SavedCopies({
		...{ crypto, clock, reader, archive: server.sidecarsOf(by) },
		self: () => {
			const { device, sign } = localDevice.unlocked!.identity;
			return { device, sign: sign.key };
		},
		owner: () => homeRoster.owner,
		camerasOf: (device) => cameraIdsOf(crypto, device),
	});
}
const idOf = ({ localDevice }: FakeDevice) => localDevice.unlocked!.identity.device;

test('SY43 how much a revoked device saved, and since when, is told; an owner deletes all of it, pinned footage too', async () => {
	await recorded(1, T0);
	await recorded(2, T0 + 3 * DAY);
	await recorded(3, T0 + 40 * DAY);
	const pin = await spanOf(phone, 'pin', { startUs: T0, endUs: T0 + SECOND }, { camera });
	await server
		.sidecarsOf(phone)
		.put(camera, concatBytes(...[pin, await cardOf(phone, 5)].map(buildSidecarRecord)));
	await owner.homeRoster.revoke(idOf(phone));
	await server.hears(owner);

	const copies = copiesOf(owner);
	const [copy, ...others] = await copies.of(idOf(phone));
	expect(others).toEqual([]);
	expect(copy).toMatchObject({ camera, bytes: server.index.usedBytes() });
	expect(T0 - copy!.startUs).toBeLessThan(60 * SECOND);
	expect(copy!.endUs - (T0 + 40 * DAY)).toBeLessThan(120 * SECOND);
	expect(await copies.of(idOf(owner))).toEqual([]);

	const told: number[] = [];
	await copies.removeAll(camera, (done) => told.push(done));
	expect(told[0]).toBe(0);
	expect(told).toHaveLength(3);
	expect(told).toEqual(told.toSorted((a, b) => a - b));
	expect(server.index.pages(owner.founded, camera, 0, 1e9)).toEqual([]);
	expect(await copies.of(idOf(phone))).toEqual([]);
	// Nothing left, nothing to do.
	await copies.removeAll(camera, () => expect.unreachable());
});

test('SY43 nobody but an owner, and not while the relay says that there is more', async () => {
	await recorded(1, T0);
	await expect(copiesOf(phone).removeAll(camera, () => undefined)).rejects.toMatchObject({
		kind: 'denied',
	});
	const reader = server.readerOf(owner);
	const runs = await reader.runs(camera, 0, 1e9);
	const more = { cameras: () => reader.cameras(), runs: () => Promise.resolve(runs) };
	await expect(copiesOf(owner, more).removeAll(camera, () => undefined)).rejects.toMatchObject({
		kind: 'conflict',
	});
});
