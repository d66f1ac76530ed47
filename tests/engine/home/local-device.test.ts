import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { ascii, isZero } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import { parseHead } from '#domain/footage/head.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import type { Clock } from '#ports/device/clock.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { FakeVault } from '../../fakes/vault.ts';
import { joinedTo } from '../members/joined.ts';
import { fragmentOf, initOf, still } from '../sealing/sealing-fixture.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const given = { mime: 'video/mp4; codecs="avc3.42C01F"', anchorUs: 1_795_000_000_000_000 };
let vault: FakeVault;
let segments: MemorySegmentStore;
let nowMs: number;
const clock: Clock = { ...still, wallMs: () => nowMs };

beforeEach(() => {
	vault = new FakeVault();
	segments = new MemorySegmentStore();
	nowMs = 1_795_000_000_000;
});

function houseOf(): LocalDevice {
	return new LocalDevice({ crypto: new WebCrypto(), vault, segments, clock });
}

async function founded(): Promise<{ localDevice: LocalDevice; camera: CameraId }> {
	const localDevice = houseOf();
	const state = await localDevice.createCamera();
	const [camera] = state.kind === 'ready' ? state.cameras : [];
	if (camera === undefined) throw new Error(`not founded: ${state.kind}`);
	return { localDevice, camera: camera.id };
}

/** Stores one run of `count` segments as the recorder would. */
async function record(localDevice: LocalDevice, camera: CameraId, count: number): Promise<number> {
	const sealer = await localDevice.beginRun(camera, given);
	const { runNo } = sealer.start;
	await segments.begin(sealer.start, await sealer.init(initOf(ascii('ftypmoov'))));
	for (let at = 0; at < count; at += 1) {
		await segments.append(camera, runNo, await sealer.fragment(fragmentOf(at, ascii(`moof${at}`))));
	}
	await segments.close(camera, runNo, 'stopped');
	return runNo;
}

describe('the local device', () => {
	it('ID10 reading creates nothing', async () => {
		expect(await houseOf().refresh()).toEqual({ kind: 'new' });
		expect(await vault.read()).toEqual({ kind: 'empty' });
	});

	it('ID1 the first start creates everything, exactly once', async () => {
		const { localDevice } = await founded();
		const state = localDevice.state;
		expect(state).toMatchObject({ kind: 'ready', strength: 'sealed' });
		expect(await localDevice.createCamera()).toEqual(state);
		expect(await houseOf().refresh()).toEqual(state);
	});

	it('ID12 two tabs that start at once get one identity', async () => {
		const [a, b] = await Promise.all([houseOf().createCamera(), houseOf().createCamera()]);
		expect(a.kind).toBe('ready');
		expect(b).toEqual(a);
	});

	it('ID11 falls back to weaker strengths when a browser refuses', async () => {
		vault.refuses.add('sealed');
		expect((await houseOf().createCamera()).kind).toBe('ready');
		expect(await houseOf().refresh()).toMatchObject({ strength: 'readable' });
	});

	it('ID11 falls back when what was written cannot be read back', async () => {
		vault.swallows.add('sealed').add('readable');
		expect(await houseOf().createCamera()).toMatchObject({ kind: 'ready', strength: 'memory' });
	});

	it('ID11 an unresponsive vault does not lower the key strength', async () => {
		vault.down = new Fault('timeout', 'slow');
		expect(await houseOf().createCamera()).toMatchObject({
			kind: 'unavailable',
			fault: { kind: 'timeout', source: 'keys' },
		});
		vault.down = null;
		expect(await houseOf().refresh()).toEqual({ kind: 'new' });
	});

	it('ID13 footage without keys is locked, and no new identity is made automatically', async () => {
		const { localDevice, camera } = await founded();
		await record(localDevice, camera, 2);
		await vault.clear();
		const again = houseOf();
		expect(await again.refresh()).toMatchObject({ kind: 'locked', missing: ['all keys'] });
		expect(await again.createCamera()).toMatchObject({ kind: 'locked' });
		expect(await vault.read()).toEqual({ kind: 'empty' });
		await expect(again.beginRun(camera, given)).rejects.toMatchObject({ kind: 'conflict' });
	});

	it('ID13 a damaged vault names what is missing', async () => {
		await founded();
		vault.missing.add('exchange key');
		expect(await houseOf().refresh()).toMatchObject({ kind: 'locked', missing: ['exchange key'] });
		expect((await houseOf().createCamera()).kind).toBe('locked');
	});

	it.each([
		['owner', 'roster'],
		['sign', 'device id'],
		['kem', 'device id'],
		['roster', 'roster'],
	] as const)('ID14 a vault with another device’s %s is damaged', async (part, said) => {
		await founded();
		const stranger = new FakeVault();
		const other = new LocalDevice({ crypto: new WebCrypto(), vault: stranger, segments, clock });
		await other.createCamera();
		await vault.swap(part, stranger);
		const state = await houseOf().refresh();
		expect(state).toMatchObject({ kind: 'locked' });
		if (state.kind === 'locked') expect(state.missing).toContain(said);
	});

	it('ID13 clearing deletes footage and keys, and only from the locked state', async () => {
		const { localDevice, camera } = await founded();
		await record(localDevice, camera, 2);
		await expect(localDevice.clear()).rejects.toMatchObject({ kind: 'conflict' });
		await vault.clear();
		await localDevice.refresh();
		await localDevice.clear();
		expect(localDevice.state).toEqual({ kind: 'new' });
		expect(await segments.usedBytes()).toBe(0);
		expect((await localDevice.createCamera()).kind).toBe('ready');
	});

	it('ID20 names are sealed, survive, and can be changed', async () => {
		const { localDevice, camera } = await founded();
		let told = 0;
		localDevice.on(() => (told += 1));
		await localDevice.nameCamera(camera, '  Kinderzimmer \n 🧸 ');
		expect(told).toBe(1);
		const state = await houseOf().refresh();
		expect(state).toMatchObject({ cameras: [{ id: camera, name: 'Kinderzimmer 🧸' }] });
		const kept = await vault.camera(camera);
		const clear = String.fromCharCode(...(kept?.sealedName ?? []));
		expect(clear).not.toContain('Kinderzimmer');
		await localDevice.nameCamera(camera, 'x'.repeat(500));
		const [named] = localDevice.state.kind === 'ready' ? localDevice.state.cameras : [];
		expect(named?.name).toBe('x'.repeat(190));
		await expect(localDevice.nameCamera(camera, '  ')).rejects.toMatchObject({ kind: 'malformed' });
	});

	it('says what changed, also if another page changed it, and nothing else', async () => {
		const { localDevice, camera } = await founded();
		const changes: string[] = [];
		localDevice.on((change) => changes.push(change));
		const said = () => changes.splice(0).join();
		await localDevice.refresh();
		await localDevice.beginRun(camera, { mime: 'video/mp4', anchorUs: 0 });
		expect(said()).toBe('');
		await localDevice.nameCamera(camera, 'Door');
		expect(said()).toBe('names');
		await localDevice.change(({ identity }) => vault.setRelay(identity.home, 'https://relay'));
		expect(said()).toBe('roster');
		const other = houseOf();
		await other.refresh();
		await other.nameCamera(camera, 'Gate');
		await localDevice.change(() => Promise.resolve());
		expect(said()).toBe('names');
		expect(localDevice.state).toMatchObject({ cameras: [{ name: 'Gate' }] });
		await vault.clear();
		await localDevice.refresh();
		expect(said()).toBe('identity');
	});

	it('ID20 a name that does not open counts as none', async () => {
		const { localDevice, camera } = await founded();
		await localDevice.nameCamera(camera, 'Door');
		const kept = await vault.camera(camera);
		const bytes = kept?.sealedName?.slice() ?? new Uint8Array();
		const last = bytes.length - 1;
		bytes[last] = (bytes[last] ?? 0) ^ 1;
		await vault.changeCamera(camera, { sealedName: bytes });
		expect(await houseOf().refresh()).toMatchObject({ kind: 'ready', cameras: [{ name: null }] });
	});
});

describe('more cameras', () => {
	it('RC37 ID33 gets a camera with the next number and a key of its own, which members are given', async () => {
		const { localDevice, camera } = await founded();
		const epochs: unknown[] = [];
		localDevice.onEpoch((...epoch) => epochs.push(epoch));
		const second = await localDevice.addCamera();
		expect(epochs).toEqual([[second, 1]]);
		expect(localDevice.state).toMatchObject({
			cameras: [
				{ id: camera, number: 1 },
				{ id: second, number: 2, name: null },
			],
		});
		const later = houseOf();
		await later.refresh();
		expect(later.state).toEqual(localDevice.state);
		await Promise.all([record(later, camera, 2), record(later, second, 2)]);
		await expect(later.beginRun('ab'.repeat(16) as CameraId, given)).rejects.toThrow(Fault);
	});

	it('RC37 a removed one keeps footage, keys, name and number, and can come back', async () => {
		const { localDevice, camera } = await founded();
		const prepared: number[] = [];
		const prepare = (number: number) => Promise.resolve(prepared.push(number));
		const second = await localDevice.addCamera(prepare);
		await localDevice.nameCamera(second, 'Yard');
		await record(localDevice, second, 2);
		await localDevice.setRemoved(second, true);
		const named = { id: second, number: 2, name: 'Yard' };
		expect(localDevice.state).toMatchObject({ cameras: [{ id: camera }], removed: [named] });
		const third = await localDevice.addCamera(prepare);
		expect(prepared).toEqual([2, 3]);
		await localDevice.setRemoved(second, false);
		expect(localDevice.state).toMatchObject({
			...{ cameras: [{ id: camera }, named, { id: third, number: 3 }], removed: [] },
		});
		const run = await localDevice.beginRun(second, given);
		expect(run.start.runNo).toBe(2);
	});

	it('RC37 has at most sixteen', async () => {
		const { localDevice } = await founded();
		for (let number = 2; number <= 16; number += 1) await localDevice.addCamera();
		await expect(localDevice.addCamera()).rejects.toMatchObject({ kind: 'conflict' });
	});
});

describe('runs', () => {
	it('EN4 a device can open its own recordings later', async () => {
		const { localDevice, camera } = await founded();
		const runNo = await record(localDevice, camera, 3);
		const later = houseOf();
		await later.refresh();
		const [run] = await segments.runs(camera);
		if (run?.runNo !== runNo) throw new Error('the run is not there');
		for (const row of await segments.between(camera, 0, Number.MAX_SAFE_INTEGER)) {
			const stored = await segments.read(row);
			if (stored === null) throw new Error('no bytes');
			const opened = await later.opener.open(run, row, stored);
			expect(opened.body).toEqual(ascii(`moof${row.seq - 1}`));
		}
	});

	it('EN20 a run names the newest head of the previous run', async () => {
		const { localDevice, camera } = await founded();
		await record(localDevice, camera, 2);
		const [row] = (await segments.between(camera, 0, Number.MAX_SAFE_INTEGER)).slice(-1);
		const stored = row && (await segments.read(row));
		if (!stored) throw new Error('no bytes');
		const sealer = await localDevice.beginRun(camera, given);
		const { head } = parseHead((await sealer.init(initOf(ascii('x')))).head);
		expect(head.prevRunHead).toEqual(await new WebCrypto().sha256(stored.head));
		expect(head.oldestKept).toEqual({ runNo: 1, seq: 1 });
	});

	it('EN20 the first run names none', async () => {
		const { localDevice, camera } = await founded();
		const sealer = await localDevice.beginRun(camera, given);
		const { head } = parseHead((await sealer.init(initOf(ascii('x')))).head);
		expect(isZero(head.prevRunHead)).toBe(true);
		expect(sealer.start).toMatchObject({ runNo: 1, epoch: 1, ...given });
	});

	it('ID31 run numbers never go back, even when the footage is gone', async () => {
		const { localDevice, camera } = await founded();
		await record(localDevice, camera, 1);
		await record(localDevice, camera, 1);
		segments = new MemorySegmentStore();
		const later = houseOf();
		await later.refresh();
		const numbers = await Promise.all([
			later.beginRun(camera, given),
			later.beginRun(camera, given),
		]);
		expect(numbers.map(({ start }) => start.runNo)).toEqual([3, 4]);
	});

	it('ID30 an epoch is replaced after 20 hours, at the start of a run', async () => {
		const { localDevice, camera } = await founded();
		const epochOf = async () => (await localDevice.beginRun(camera, given)).start.epoch;
		expect(await epochOf()).toBe(1);
		nowMs += 20 * 3_600_000 - 1;
		expect(await epochOf()).toBe(1);
		nowMs += 1;
		expect(await epochOf()).toBe(2);
		nowMs -= 72 * 3_600_000;
		expect(await epochOf()).toBe(3);
	});

	it('ID22 an epoch opens from its grant alone, or from its key alone', async () => {
		const { localDevice, camera } = await founded();
		await record(localDevice, camera, 1);
		for (const epochs of ['key lost', 'grant lost'] as const) {
			vault.epochs = epochs;
			const later = houseOf();
			expect((await later.refresh()).kind).toBe('ready');
			const [run] = await segments.runs(camera);
			const [row] = await segments.between(camera, 0, Number.MAX_SAFE_INTEGER);
			const stored = row && (await segments.read(row));
			if (!run || !stored) throw new Error('no footage');
			expect((await later.opener.open(run, row, stored)).body).toEqual(ascii('moof0'));
		}
		vault.epochs = 'lost';
		const missing = ['epoch key of camera 1'];
		expect(await houseOf().refresh()).toMatchObject({ kind: 'locked', missing });
	});

	it('EN21 the keys of another device’s camera are not here', async () => {
		const { localDevice, camera } = await founded();
		const foreign = 'ab'.repeat(16) as CameraId;
		await expect(localDevice.beginRun(foreign, given)).rejects.toMatchObject({ kind: 'not-found' });
		const run = { ...given, camera: foreign, runNo: 1, runId: 'ab'.repeat(16), epoch: 1 };
		const stored = { bytes: new Uint8Array(), head: new Uint8Array() };
		const opened = localDevice.opener.openInit(run as never, stored);
		await expect(opened).rejects.toMatchObject({ kind: 'not-found' });
		expect(camera).not.toBe(foreign);
	});

	it('PR9 a device that had a home of its own keeps its recordings, under the old home', async () => {
		const [owner, newcomer] = [fakeDevice(clock), fakeDevice(clock)];
		await owner.localDevice.createCamera();
		const state = await newcomer.localDevice.createCamera();
		const [camera] = state.kind === 'ready' ? state.cameras : [];
		if (!camera) throw new Error('no camera');
		segments = newcomer.segments;
		const before = await record(newcomer.localDevice, camera.id, 3);
		const oldHome = newcomer.homeRoster.roster?.home;
		await joinedTo(owner, newcomer, ['camera', 'viewer']);
		const newHome = newcomer.homeRoster.roster?.home;
		expect(newHome).toBe(owner.homeRoster.roster?.home);
		const after = await record(newcomer.localDevice, camera.id, 2);

		const again = newcomer.again();
		await again.localDevice.refresh();
		for (const [runNo, count, home] of [
			[before, 3, oldHome],
			[after, 2, newHome],
		] as const) {
			const run = (await segments.runs(camera.id)).find((one) => one.runNo === runNo)!;
			const rows = await segments.between(camera.id, run.startUs, run.endUs);
			const own = rows.filter((row) => row.runNo === runNo);
			expect(own).toHaveLength(count);
			for (const [at, row] of own.entries()) {
				const stored = (await segments.read(row))!;
				expect(slicesOf(stored.bytes)[0]?.header.home).toBe(home);
				expect((await again.localDevice.opener.open(run, row, stored)).body).toEqual(
					ascii(`moof${at}`),
				);
			}
		}
	});
});
