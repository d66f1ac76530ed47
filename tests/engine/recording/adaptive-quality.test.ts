import { beforeEach, describe, expect, test } from 'vitest';
import type { EventKind } from '#domain/recording/event.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { PROFILES } from '#domain/recording/profile.ts';
import type { Pressure } from '#domain/recording/quality-ladder.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import { AdaptiveQuality } from '#engine/recording/adaptive-quality.ts';
import type { EncodingStats } from '#engine/recording/run-writer.ts';
import type { BatteryCharge } from '#ports/device/power-source.ts';
import { ManualClock } from '../../fakes/clock.ts';

const [low, standard] = PROFILES;
const MINUTE = 60_000;
const CAMERA = 'c'.repeat(32) as CameraId;

/** A fake recorder that only counts frames per second, delivered and recorded, and the delay. */
function world() {
	const clock = new ManualClock();
	const noted: EventKind[] = [];
	const asked: number[] = [];
	let charge: BatteryCharge | null = null;
	let press: ((pressure: Pressure) => void) | null = null;
	let listener: () => void = () => undefined;
	const recorder = {
		camera: CAMERA as CameraId | null,
		state: { kind: 'off', fault: null } as RecorderState,
		chosenProfile: standard,
		encodingStats: null as EncodingStats | null,
		on: (listening: () => void) => {
			listener = listening;
			return () => undefined;
		},
		degrade: (step: number) => {
			asked.push(step);
			return Promise.resolve();
		},
	};
	const adaptiveQuality = new AdaptiveQuality({
		clock,
		eventLog: { add: (_, kind) => void noted.push(kind) },
		pressure: {
			watch: (report) => {
				press = report;
				return () => (press = null);
			},
		},
		power: {
			get charge() {
				return charge;
			},
			on: () => () => undefined,
		},
	});
	let changes = 0;
	adaptiveQuality.on(() => (changes += 1));
	adaptiveQuality.adapt(recorder);
	const second = { given: 15, kept: 15 };
	clock.every(1000, () => {
		if (recorder.encodingStats === null) return;
		const { delivered: given, recorded: kept, ...rest } = recorder.encodingStats;
		recorder.encodingStats = {
			...rest,
			delivered: given + second.given,
			recorded: kept + second.kept,
		};
	});
	return {
		...{ clock, noted, asked, recorder, adaptiveQuality, second },
		changes: () => changes,
		watching: () => press !== null,
		press: (pressure: Pressure) => press?.(pressure),
		charge: (level: number, charging: boolean) => (charge = { level, charging }),
		be: (kind: RecorderState['kind'], begunMs = 0) => {
			recorder.state = { kind, fault: null } as unknown as RecorderState;
			const begins = kind === 'recording';
			recorder.encodingStats = begins
				? { begunMs, delivered: 0, recorded: 0, frameRate: 15, lateMs: 800 }
				: recorder.encodingStats;
			listener();
		},
	};
}
let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world();
	here.be('recording');
});

describe('adaptive quality', () => {
	test('SR1 SR6 SR7 SR10 pressure lowers quality step by step, calm restores it, and each step is logged', () => {
		const { clock, press, noted, asked, adaptiveQuality, changes } = here;
		press('critical');
		clock.advance(MINUTE - 1);
		expect(asked).toEqual([]);
		clock.advance(1);
		expect(asked).toEqual([1]);
		expect(adaptiveQuality.why).toBe('strain');
		clock.advance(10 * MINUTE);
		expect(asked).toEqual([1, 2, 3]);
		expect(noted).toEqual(['spared-rate', 'spared-rate', 'spared-size']);
		press('nominal');
		clock.advance(10 * MINUTE);
		expect(asked).toEqual([1, 2, 3, 2]);
		clock.advance(20 * MINUTE);
		expect(asked).toEqual([1, 2, 3, 2, 1, 0]);
		expect(noted.slice(3)).toEqual(['restored', 'restored', 'restored']);
		expect(adaptiveQuality.why).toBe(null);
		expect(changes()).toBe(2);
	});

	test('SR2 SR3 counts lost frames within one recorder only', () => {
		const { clock, second, asked, recorder } = here;
		second.kept = 9;
		clock.advance(MINUTE);
		expect(asked).toEqual([]); // The first round only starts counting.
		clock.advance(10_000);
		expect(asked).toEqual([1]);
		// A new recorder restarts the counts, so the round in between is unknown.
		second.kept = 15;
		recorder.encodingStats = {
			begunMs: 70_000,
			delivered: 0,
			recorded: 0,
			frameRate: 15,
			lateMs: null,
		};
		clock.advance(11 * MINUTE);
		expect(asked).toEqual([1, 0]);
	});

	test('SR3 late fragments are strain', () => {
		const { clock, recorder, asked } = here;
		recorder.encodingStats = { ...recorder.encodingStats!, lateMs: 5000 };
		clock.advance(MINUTE);
		expect(asked).toEqual([1]);
	});

	test('SR6 a low battery that is not charging lowers quality', () => {
		const { clock, charge, asked, adaptiveQuality } = here;
		charge(0.12, false);
		clock.advance(60 * MINUTE);
		expect(asked).toEqual([1, 2]);
		expect(adaptiveQuality.why).toBe('battery');
		charge(0.13, true);
		clock.advance(20 * MINUTE);
		expect(asked).toEqual([1, 2, 1, 0]);
	});

	test('SR9 a recording starts at the chosen quality; the ladder does not move while nothing is saved', () => {
		const { clock, press, be, asked, noted, adaptiveQuality, watching } = here;
		press('critical');
		clock.advance(MINUTE);
		be('blind');
		expect(watching()).toBe(false);
		clock.advance(60 * MINUTE);
		expect(asked).toEqual([1]);
		be('recording', 5000);
		expect(adaptiveQuality.why).toBe('strain');
		be('preview');
		expect(asked).toEqual([1, 0]);
		expect(adaptiveQuality.why).toBe(null);
		expect(noted).toEqual(['spared-rate']);
		be('off');
		be('recording', 9000);
		clock.advance(60 * MINUTE);
		expect(asked).toEqual([1, 0]);
	});

	test('SR10 does not log a step that changes nothing', () => {
		const { clock, press, recorder, noted } = here;
		press('critical');
		clock.advance(4 * MINUTE);
		expect(noted).toHaveLength(3);
		recorder.chosenProfile = low;
		clock.advance(MINUTE);
		expect(noted).toHaveLength(3);
		press('nominal');
		clock.advance(10 * MINUTE);
		expect(noted.slice(3)).toEqual(['restored']);
	});
});
