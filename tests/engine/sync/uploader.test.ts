import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Span } from '#domain/footage/span.ts';
import { Uploader, type UploaderTools } from '#engine/sync/uploader.ts';
import { DOOR, sealed, SECOND, startOf } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeFootageArchive } from '../../fakes/footage-archive.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { until } from '../../support/until.ts';

const MINUTE_MS = 60_000;
/** A whole minute. */
const NOW_MS = 1_800_000_000_000;

let clock: ManualClock;
let segments: MemorySegmentStore;
let archive: FakeFootageArchive;
let uploader: Uploader;
let urgent: Span[];
let goes: boolean;
let wanted: (span: Span) => boolean;

beforeEach(() => {
	clock = new ManualClock(NOW_MS);
	segments = new MemorySegmentStore();
	archive = new FakeFootageArchive();
	[urgent, goes, wanted] = [[], true, () => true];
	uploader = made();
});
afterEach(() => {
	uploader.end();
	segments.dispose();
});

/** As after a reload of the page. */
function made(): Uploader {
	const tools: UploaderTools = {
		...{ footage: segments, archive, clock },
		signRun: () => Promise.resolve(new Uint8Array(8)),
		urgent: () => Promise.resolve(urgent),
		wanted: (span) => wanted(span),
		mayUpload: () => goes,
	};
	return new Uploader(tools, DOOR);
}

/** Ten segments at the start of a minute; minute 0 is now. */
async function recorded(runNo: number, minutes: readonly number[], ended = true): Promise<void> {
	const first = Math.min(...minutes);
	const anchorUs = (NOW_MS + first * MINUTE_MS) * 1000;
	await segments.begin(startOf(DOOR, runNo, anchorUs), sealed(0, anchorUs));
	let seq = 0;
	for (const minute of minutes) {
		const startUs = (NOW_MS + minute * MINUTE_MS) * 1000;
		for (let at = 0; at < 10; at += 1) {
			seq += 1;
			await segments.append(DOOR, runNo, sealed(seq, startUs + at * SECOND));
		}
	}
	if (ended) await segments.close(DOOR, runNo, 'stopped');
}

/** Lets it take its turns until that holds. */
const turns = (so: () => boolean): Promise<void> =>
	until(() => {
		clock.advance(100);
		return so();
	});
const isCurrent = (): boolean => uploader.state.kind === 'current';
/** Minutes in the order in which they were sent, counted from now. */
const order = (): number[] => [
	...new Set(archive.sent.map(({ minute }) => minute - NOW_MS / MINUTE_MS)),
];

describe('SY10 the uploader', () => {
	test('sends what is not there, newest first, and is current then', async () => {
		await recorded(1, [-5, -4]);
		await recorded(2, [-2, -1, 0], false);
		uploader.begin();
		await turns(() => isCurrent() && archive.sent.length === 50);
		expect(order()).toEqual([0, -1, -2, -4, -5]);
		expect(uploader.state).toEqual({ kind: 'current', upToMs: NOW_MS + 10_000 });
	});

	test('what is urgent goes before the rest, after the minute of now', async () => {
		await recorded(1, [-9, -8, -7, -6, -5, 0]);
		const startUs = (NOW_MS - 8 * MINUTE_MS) * 1000;
		urgent = [{ startUs, endUs: startUs + SECOND }];
		uploader.begin();
		await turns(() => isCurrent() && archive.sent.length === 60);
		expect(order()).toEqual([0, -8, -5, -6, -7, -9]);
	});

	test('after a reload it asks what is there and sends nothing twice', async () => {
		await recorded(1, [-3, -2]);
		uploader.begin();
		await turns(() => archive.sent.length >= 10);
		uploader.end();
		uploader = made();
		uploader.begin();
		await turns(() => isCurrent() && archive.sent.length >= 20);
		expect(archive.sent).toHaveLength(20);
	});

	test('a wiped archive gets everything again', async () => {
		await recorded(1, [-3, -2]);
		uploader.begin();
		await turns(() => isCurrent() && archive.sent.length === 20);
		archive.wipe();
		await recorded(2, [-1]);
		await turns(() => isCurrent() && archive.sent.length >= 50);
		expect(order()).toEqual([-2, -3, -1]);
		// The upload that showed it counts in the new store, too.
		expect(archive.sent).toHaveLength(50);
	});

	test('while the archive is away or full it says so, and goes on by itself', async () => {
		await recorded(1, [-2]);
		archive.away = true;
		uploader.begin();
		await turns(() => uploader.state.kind === 'failed');
		expect(uploader.state).toMatchObject({ why: 'offline' });
		archive.away = false;
		archive.full = true;
		await turns(() => uploader.state.kind === 'failed' && uploader.state.why === 'full');
		expect(archive.sent).toEqual([]);
		archive.full = false;
		await turns(() => isCurrent() && archive.sent.length === 10);
	});

	test('waits while live video needs the uplink, and leaves out what nobody wants', async () => {
		await recorded(1, [-30, -2]);
		goes = false;
		wanted = ({ startUs }) => startUs >= (NOW_MS - 10 * MINUTE_MS) * 1000;
		uploader.begin();
		await turns(() => uploader.state.kind === 'paused');
		expect(archive.sent).toEqual([]);
		goes = true;
		await turns(() => isCurrent() && archive.sent.length > 0);
		expect(order()).toEqual([-2]);
	});

	test('a minute that grows is sent as it grows', async () => {
		await recorded(1, [0], false);
		uploader.begin();
		await turns(() => isCurrent() && archive.sent.length === 10);
		await segments.append(DOOR, 1, sealed(11, NOW_MS * 1000 + 10 * SECOND));
		await turns(() => archive.sent.length === 11);
	});
});
