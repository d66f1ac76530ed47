import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Listeners } from '#domain/base/listeners.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Outlook } from '#domain/storage/forecast.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { Uploads, type RelayUsage } from '#engine/sync/uploads.ts';
import type { BatteryCharge } from '#ports/device/power-source.ts';
import { DOOR, sealed, SECOND, startOf, YARD } from '../../contracts/segment-store.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryEventStore } from '../../fakes/event-store.ts';
import { FakeFootageArchive } from '../../fakes/footage-archive.ts';
import { FakeNetwork } from '../../fakes/network.ts';
import { MemoryCameraPreferences, MemoryDevicePreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryLedger } from '../../fakes/storage.ts';
import { until } from '../../support/until.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const NOW_MS = 1_800_000_000_000;

let clock: ManualClock;
let segments: MemorySegmentStore;
let archive: FakeFootageArchive;
let ledger: MemoryLedger;
let uploads: Uploads[];
let owner: boolean;
let online: string;
let charge: BatteryCharge | null;
let outlook: Outlook | null;
let network: FakeNetwork;
let lost: CameraId[];
const relay = new Listeners();
/** Locks of all tabs. */
let recording: Set<CameraId>;
let uploading: Set<CameraId>;
let device: AuditedPreferences<Awaited<ReturnType<MemoryDevicePreferences['read']>>>;

beforeEach(() => {
	clock = new ManualClock(NOW_MS);
	[segments, archive, ledger] = [
		new MemorySegmentStore(),
		new FakeFootageArchive(),
		new MemoryLedger(),
	];
	[uploads, owner, online, charge, outlook, lost] = [[], true, 'connected', null, null, []];
	network = new FakeNetwork();
	[recording, uploading] = [new Set(), new Set()];
	relay.clear();
	device = new AuditedPreferences(new MemoryDevicePreferences(), ledger, clock);
});
afterEach(async () => {
	for (const one of uploads) await one.choose(1, 'nothing').catch(() => undefined);
	segments.dispose();
});

function cameraOf(number: number, camera: CameraId) {
	return {
		number,
		recorder: { camera, state: { kind: 'off' } },
		hosting: { watchers: [] as unknown[] },
		preferences: new AuditedPreferences(new MemoryCameraPreferences(), ledger, clock),
	};
}
type TestCamera = ReturnType<typeof cameraOf>;

/** A tab of the device with these cameras. */
function tab(cameras: readonly TestCamera[]): Uploads {
	const made = new Uploads({
		...{ clock, archive, network, footage: segments, preferences: device, random: () => 0 },
		cameras: { all: cameras, on: () => () => undefined },
		messenger: {
			get state() {
				return { kind: online };
			},
			waiting: 0,
			on: (listener) => relay.add(listener),
		},
		power: {
			get charge() {
				return charge;
			},
			on: () => () => undefined,
		},
		events: () => Promise.resolve([]),
		onEvents: new MemoryEventStore().watch.bind(new MemoryEventStore()),
		outlook: () => outlook,
		usage: () => Promise.reject(new Fault('offline', 'not asked here')),
		lowerShare: (lowered) => Promise.resolve({ lowered } as RelayUsage),
		sign: () => Promise.resolve(new Uint8Array(64)),
		mayChoose: () => owner,
		sendBeside: () => Promise.resolve(),
		noteLost: (camera) => lost.push(camera),
		records: new MemoryCameraLock(recording),
		uploads: new MemoryCameraLock(uploading),
	});
	made.begin();
	uploads.push(made);
	return made;
}

async function recorded(camera: CameraId, minutes: readonly number[], ended = true): Promise<void> {
	const anchorUs = (NOW_MS + Math.min(...minutes) * MINUTE_MS) * 1000;
	await segments.begin(startOf(camera, 1, anchorUs), sealed(0, anchorUs));
	let seq = 0;
	for (const minute of minutes)
		for (let at = 0; at < 10; at += 1) {
			seq += 1;
			const startUs = (NOW_MS + minute * MINUTE_MS) * 1000 + at * SECOND;
			await segments.append(camera, 1, sealed(seq, startUs));
		}
	if (ended) await segments.close(camera, 1, 'stopped');
}

const turns = (so: () => boolean): Promise<void> =>
	until(() => {
		clock.advance(200);
		return so();
	});
const stateOf = (of: Uploads, number = 1) =>
	of.cameras.find((one) => one.number === number)?.state ?? null;

test('RS11 only at an owner’s device can the share of the home be lowered', async () => {
	const own = tab([]);
	const told = vi.fn();
	own.on(told);
	await own.lowerShare(5);
	expect(own.usage?.lowered).toBe(5);
	expect(told).toHaveBeenCalled();
	owner = false;
	await expect(own.lowerShare(6)).rejects.toMatchObject({ kind: 'denied' });
	expect(own.usage?.lowered).toBe(5);
});

describe('SY20 the choice', () => {
	test('nothing is uploaded until an owner says so, for each camera', async () => {
		await recorded(DOOR, [-3]);
		await recorded(YARD, [-3]);
		const own = tab([cameraOf(1, DOOR), cameraOf(2, YARD)]);
		await turns(() => own.cameras.every(({ choice }) => choice === 'nothing'));
		await clock.pass(5_000, 1_000);
		expect([archive.sent, stateOf(own)]).toEqual([[], null]);
		await own.choose(2, 'everything');
		await turns(() => stateOf(own, 2)?.kind === 'current' && archive.sent.length === 10);
		expect(stateOf(own)).toBeNull();
		const [first] = archive.runRecords;
		const padded = first?.bytes ?? new Uint8Array();
		expect(parseRunRecord(padded).record).toMatchObject({ camera: YARD, runNo: 1, lastSeq: 10 });
		await own.choose(2, 'nothing');
		await turns(() => stateOf(own, 2) === null);
	});

	test('another device than an owner may not change it, and says so', async () => {
		owner = false;
		const own = tab([cameraOf(1, DOOR)]);
		await expect(own.choose(1, 'everything')).rejects.toMatchObject({ kind: 'denied' });
		await turns(() => own.cameras[0]?.choice === 'nothing');
	});
});

describe('SY21 what holds it back', () => {
	test('a person, a metered network, a low battery; each only where chosen', async () => {
		await recorded(DOOR, [-3]);
		[network.metered, charge] = [true, { level: 0.05, charging: false }];
		await device.write({ uploadPaused: true });
		const own = tab([cameraOf(1, DOOR)]);
		await own.choose(1, 'everything');
		const waitsFor = (why: string) =>
			turns(() => {
				const state = stateOf(own);
				return state?.kind === 'paused' && state.why === why;
			});
		await waitsFor('person');
		await own.set({ uploadPaused: false, uploadSparesData: true, uploadSparesBattery: true });
		await waitsFor('metered');
		network.metered = false;
		await waitsFor('battery');
		expect(archive.sent).toEqual([]);
		await own.set({ uploadSparesBattery: false });
		await turns(() => stateOf(own)?.kind === 'current' && archive.sent.length === 10);
	});

	test('one tab uploads: the one that records', async () => {
		await recorded(DOOR, [-3]);
		const camera = cameraOf(1, DOOR);
		const [here, there] = [
			tab([camera]),
			tab([{ ...camera, recorder: { camera: DOOR, state: { kind: 'recording' } } }]),
		];
		await here.choose(1, 'everything');
		recording.add(DOOR);
		await turns(() => {
			const [one, other] = [stateOf(here), stateOf(there)];
			return one?.kind === 'paused' && one.why === 'elsewhere' && other?.kind === 'current';
		});
		await turns(() => archive.sent.length === 10);
	});
});

describe('SY23 what will be deleted without a copy', () => {
	const rates = [{ camera: DOOR, bytesPerHour: 1000 }];
	const room = { usedBytes: 1000, allowedBytes: 3000, keepsMs: HOUR_MS, fullInMs: 2 * HOUR_MS };

	test('is told beforehand, with both rates', async () => {
		await recorded(DOOR, [-60, -59, -2], false);
		const camera = cameraOf(1, DOOR);
		camera.recorder.state.kind = 'recording';
		const own = tab([camera]);
		outlook = { ...room, rates, bytesPerHour: 1000 };
		await own.choose(1, 'everything');
		await own.set({ uploadPaused: true });
		await turns(() => stateOf(own)?.kind === 'paused');
		expect(own.forecast).toBeNull();
		await own.set({ uploadPaused: false });
		archive.answers = () => new Promise(() => undefined);
		await turns(() => stateOf(own)?.kind === 'uploading');
		online = 'away';
		relay.notify();
		await turns(() => own.forecast !== null);
		expect(own.forecast).toMatchObject({ recordedPerHour: 1000, uploadedPerHour: 0 });
		expect(own.forecast?.inMs).toBe(2 * HOUR_MS);
	});

	test('SP27 RT23 and counted in the journal', async () => {
		await recorded(DOOR, [-3, -2]);
		const own = tab([cameraOf(1, DOOR)]);
		archive.invalid.add(4);
		await own.choose(1, 'everything');
		await turns(() => stateOf(own)?.kind === 'current' && archive.sent.length === 19);
		const journal = new DeletionJournal(ledger, clock, (pages) => own.unsavedBytes(pages));
		const evicted = await segments.evict(1, 1);
		journal.note('budget', evicted);
		journal.note('budget', { segments: 1, bytes: 5, span: null });
		await journal.settled();
		const [entry] = await ledger.deletions(1);
		expect(entry).toMatchObject({ segments: 11, unsaved: 100 });
	});
});

test('SY25 another store is remembered: since when, and that there had been one before', async () => {
	await recorded(DOOR, [-3]);
	const own = tab([cameraOf(1, DOOR)]);
	await own.choose(1, 'everything');
	await turns(() => stateOf(own)?.kind === 'current' && archive.sent.length === 10);
	expect(own.anotherSinceMs).toBeNull();
	online = 'away';
	relay.notify();
	archive.wipe();
	online = 'connected';
	relay.notify();
	await turns(() => archive.sent.length === 20 && own.anotherSinceMs !== null);
	expect(own.anotherSinceMs).toBeGreaterThan(NOW_MS);
	expect((await device.read()).uploadStore).toMatchObject({ id: 'store-1+', again: true });
});
