import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { LookLog } from '#relay/footage/looks/look-log.ts';
import { SidecarIndex } from '#relay/footage/sidecar-index.ts';

const OF = { home: 'a'.repeat(32) as HomeId, camera: 'c'.repeat(32) as CameraId };
const PHONE = '1'.repeat(32) as DeviceId;
const LAPTOP = '2'.repeat(32) as DeviceId;
const HOUR = 3_600_000;
/** The start of an hour. */
const T0 = 500_000 * HOUR;
/** Footage of these minutes. */
const minutes = (from: number, to: number) => ({ startUs: from * 60e6, endUs: to * 60e6 });
/** As it is read: five seconds at a time. */
function read(log: LookLog, by: DeviceId, from: number, to: number, nowMs: number): void {
	for (let us = from * 60e6; us < to * 60e6; us += 5e6)
		log.note(OF, by, { startUs: us, endUs: us + 5e6 }, nowMs);
}

let folder: string;
let index: FootageIndex;
let sidecars: SidecarIndex;
let log: LookLog;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-looks-'));
	open();
});
afterEach(() => {
	close();
	rmSync(folder, { recursive: true });
});
function open(): void {
	index = new FootageIndex(join(folder, 'footage.sqlite'));
	sidecars = new SidecarIndex(join(folder, 'sidecar.sqlite'), index);
	log = new LookLog(sidecars.database);
}
function close(): void {
	sidecars.close();
	index.close();
}
const spans = (nowMs: number) =>
	log
		.over(OF, nowMs)
		.looks.map(({ device, startUs, endUs }) => [device, startUs / 60e6, endUs / 60e6]);

describe('SY44 who looked at what', () => {
	test('is one entry a look, not one a segment, and told once it is over', () => {
		read(log, PHONE, 10, 22, T0);
		read(log, LAPTOP, 100, 101, T0 + 1000);
		expect(log.over(OF, T0 + 4_000)).toEqual({ looks: [], more: true });
		// It goes on.
		read(log, PHONE, 22, 23, T0 + 4_000);
		expect(spans(T0 + 7_000)).toEqual([[LAPTOP, 100, 101]]);
		expect(spans(T0 + 60_000)).toEqual([
			[PHONE, 10, 23],
			[LAPTOP, 100, 101],
		]);
		expect(log.over(OF, T0 + 60_000).looks[0]).toMatchObject({ fromMs: T0, toMs: T0 + 4_000 });
	});

	test('what was told is not told again: the same footage in the same hour is no news, more is', () => {
		read(log, PHONE, 10, 12, T0);
		const ids = log.over(OF, T0 + 30_000).looks.map(({ id }) => id);
		log.told(OF, ids, T0 + 30_000);
		read(log, PHONE, 10, 12, T0 + 40_000);
		expect(spans(T0 + 90_000)).toEqual([]);
		read(log, PHONE, 12, 13, T0 + 100_000);
		expect(spans(T0 + 150_000)).toEqual([[PHONE, 12, 13]]);
		// In the next hour it is.
		read(log, PHONE, 10, 12, T0 + HOUR);
		expect(spans(T0 + HOUR + 30_000)).toEqual([
			[PHONE, 12, 13],
			[PHONE, 10, 12],
		]);
	});

	test('a device that jumps about fills nothing: four an hour, the last takes the rest', () => {
		for (let at = 0; at < 50; at += 1) read(log, PHONE, at * 60, at * 60 + 1, T0 + at * 1000);
		expect(spans(T0 + HOUR / 2)).toEqual([
			[PHONE, 0, 1],
			[PHONE, 60, 61],
			[PHONE, 120, 121],
		]);
		log.told(
			OF,
			log.over(OF, T0 + HOUR / 2).looks.map(({ id }) => id),
			T0 + HOUR / 2,
		);
		read(log, PHONE, 9000, 9001, T0 + HOUR / 2);
		expect(spans(T0 + HOUR / 2 + 60_000)).toEqual([]);
		// An hour of somebody who jumps about is no reason to ask all the time.
		expect(log.over(OF, T0 + HOUR / 2).more).toBe(false);
		expect(spans(T0 + HOUR)).toEqual([[PHONE, 180, 9001]]);
	});

	test('of a camera that hears nothing the newest 500 stay', () => {
		for (let hour = 0; hour < 600; hour += 1)
			log.note(OF, PHONE, minutes(hour, hour + 1), T0 + hour * HOUR);
		const all = log.over(OF, T0 + 601 * HOUR).looks;
		expect([all.length, all[0]!.startUs / 60e6]).toEqual([500, 100]);
		sidecars.deleteHome(OF.home);
		expect(log.over(OF, T0 + 601 * HOUR).looks).toEqual([]);
	});

	test('a restart forgets nothing that was written', () => {
		read(log, PHONE, 10, 12, T0);
		log.write(T0);
		close();
		open();
		read(log, PHONE, 11, 13, T0 + 5000);
		expect(spans(T0 + 60_000)).toEqual([[PHONE, 10, 13]]);
		log.told({ ...OF, home: 'b'.repeat(32) as HomeId }, [1], T0 + 60_000);
		expect(spans(T0 + 60_000)).toHaveLength(1);
	});
});
