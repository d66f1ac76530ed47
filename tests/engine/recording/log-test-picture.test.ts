import { beforeEach, expect, test } from 'vitest';
import { TEST_PICTURE } from '#domain/media/lens.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { logTestPicture } from '#engine/recording/log-test-picture.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryEventLog } from '../../fakes/event-log.ts';

const camera = 'ab'.repeat(16) as CameraId;
const DAY_MS = 86_400_000;

let clock: ManualClock;
let eventLog: MemoryEventLog;
let become: (kind: RecorderState['kind'], lensId?: string) => void;

beforeEach(() => {
	clock = new ManualClock();
	eventLog = new MemoryEventLog(clock);
	const recorder = {
		camera,
		state: { kind: 'off', fault: null } as RecorderState,
		tell: (): void => undefined,
		on(listener: () => void) {
			this.tell = listener;
			return () => undefined;
		},
	};
	const day = (ms: number) => Math.floor(ms / DAY_MS);
	const calendar = { fieldsOf: (ms: number) => ({ day: day(ms) }) as never };
	logTestPicture({ recorder, eventLog, clock, calendar });
	become = (kind, lensId = TEST_PICTURE) => {
		recorder.state = { kind, view: { lensId } } as unknown as RecorderState;
		recorder.tell();
	};
});

const spans = () => eventLog.all.map(({ startMs, endMs }) => (endMs ?? startMs) - startMs);

test('RC25 logs from when to when the test picture was recorded', () => {
	become('preview');
	expect(eventLog.all).toEqual([]);
	become('starting');
	for (let second = 0; second < 90; second++) {
		clock.advance(1000);
		become('recording');
	}
	// A killed page would lose less than half a minute of it.
	expect(eventLog.all).toMatchObject([{ camera, kind: 'test-picture' }]);
	expect(spans()[0]).toBeGreaterThan(70_000);
	become('preview');
	expect(spans()).toEqual([90_000]);
	clock.advance(60_000);
	become('preview');
	expect(spans()).toEqual([90_000]);
});

test('RC25 logs nothing while a lens records or nothing is saved', () => {
	become('recording', 'lens-1');
	expect(eventLog.all).toEqual([]);
	become('recording');
	clock.advance(5000);
	become('recording', 'lens-1');
	clock.advance(5000);
	become('recording');
	clock.advance(3000);
	become('blind');
	clock.advance(3000);
	become('blind');
	expect(spans()).toEqual([5000, 3000]);
});

test('RC25 logs one event per day, so that each day lists it', () => {
	become('recording');
	for (let hour = 0; hour < 36; hour++) {
		clock.advance(DAY_MS / 24);
		become('recording');
	}
	expect(eventLog.all.length).toBeGreaterThanOrEqual(2);
	expect(spans().reduce((sum, one) => sum + one)).toBe(1.5 * DAY_MS);
});
