import type { EventKind } from './event.ts';
import { PROFILES, type Profile } from './profile.ts';

/**
 * When to lower the quality and when to raise it again. Pure functions. Rules:
 * docs/spec/sparing.md.
 */

/** W3C Compute Pressure states. */
export type Pressure = 'nominal' | 'fair' | 'serious' | 'critical';

/** Load of the device at one round. `null`: not known. */
export interface LoadSigns {
	/** Share of expected frames that were lost, 0 to 1 (SR2). */
	readonly lost: number | null;
	/** Delay of the newest fragment. */
	readonly lateMs: number | null;
	readonly pressure: Pressure | null;
	readonly batteryLow: boolean;
}

export interface QualityLadder {
	/** 0: the chosen quality. */
	readonly step: number;
	/** Why quality is lowered; `null` at step 0. */
	readonly why: DegradationReason | null;
	/**
	 * SR6, SR7: `strained` is rounds of strain minus rounds of calm; `calm` is rounds of calm minus
	 * what strain took off. Neither goes below 0.
	 */
	readonly strained: number;
	readonly calm: number;
	/** Rounds of calm required for the next step up. */
	readonly patience: number;
	/** Rounds since the last step up while it may still fail; `null`: no step on trial. */
	readonly proving: number | null;
}

export type DegradationReason = 'strain' | 'battery';

/** Interval between decisions; the ladder counts in these rounds. */
export const ROUND_MS = 10_000;
const DOWN_ROUNDS = 6;
const UP_ROUNDS = 60;
const MAX_PATIENCE = 16 * UP_ROUNDS;
/** Rounds of calm that one round of strain takes off. */
const STRAIN_COSTS = 6;
const BATTERY_STEPS = 2;

const LOST_SHARE = 0.25;
const LATE_MS = 3000;
const LOW_LEVEL = 0.2;
const MIN_FRAME_RATE = 5;

export const FULL_QUALITY: QualityLadder = {
	step: 0,
	why: null,
	strained: 0,
	calm: 0,
	patience: UP_ROUNDS,
	proving: null,
};

/** SR3. */
export function batteryLow(
	charge: { readonly level: number; readonly charging: boolean } | null,
): boolean {
	return charge !== null && !charge.charging && charge.level <= LOW_LEVEL;
}

/** The ladder after one more round. `last`: number of the lowest step. */
export function afterRound(before: QualityLadder, signs: LoadSigns, last: number): QualityLadder {
	const load = loadOf(signs);
	const ladder = proved({ ...before, step: Math.min(before.step, last) });
	if (load === null || (load === 'battery' && ladder.step >= BATTERY_STEPS)) return ladder;
	if (load === 'calm') return calmer(ladder);
	const strained = ladder.strained + 1;
	const calm = Math.max(0, ladder.calm - STRAIN_COSTS);
	if (strained < DOWN_ROUNDS || ladder.step >= last) {
		return { ...ladder, strained: Math.min(strained, DOWN_ROUNDS), calm };
	}
	const failed = ladder.proving !== null;
	return {
		step: ladder.step + 1,
		why: ladder.why === 'strain' ? 'strain' : load,
		strained: 0,
		calm: 0,
		patience: failed ? Math.min(2 * ladder.patience, MAX_PATIENCE) : ladder.patience,
		proving: null,
	};
}

/** SR7: a step up that has held resets the required calm. */
function proved(ladder: QualityLadder): QualityLadder {
	if (ladder.proving === null) return ladder;
	return ladder.proving < UP_ROUNDS
		? { ...ladder, proving: ladder.proving + 1 }
		: { ...ladder, patience: UP_ROUNDS, proving: null };
}

function calmer(ladder: QualityLadder): QualityLadder {
	const strained = Math.max(0, ladder.strained - 1);
	const calm = ladder.step === 0 ? 0 : ladder.calm + 1;
	if (calm < ladder.patience || ladder.step === 0) return { ...ladder, strained, calm };
	const step = ladder.step - 1;
	return { ...ladder, step, why: step === 0 ? null : ladder.why, strained, calm: 0, proving: 0 };
}

function loadOf({
	lost,
	lateMs,
	pressure,
	batteryLow: low,
}: LoadSigns): DegradationReason | 'calm' | null {
	const pressed = pressure === 'serious' || pressure === 'critical';
	if (pressed || (lost ?? 0) >= LOST_SHARE || (lateMs ?? 0) > LATE_MS) return 'strain';
	if (low) return 'battery';
	return lost === null && lateMs === null && pressure === null ? null : 'calm';
}

/** Frame counts up to one moment. */
export interface FrameTally {
	/** When the recorder started: tallies of two recorders are not compared. Monotonic clock. */
	readonly begunMs: number;
	readonly atMs: number;
	/** Frames the lens produced, and frames in the footage. */
	readonly delivered: number;
	readonly recorded: number;
}

const MIN_INTERVAL_MS = 8000;

/** SR2: share of frames lost between two tallies, 0 to 1; `null`: cannot be determined. */
export function frameLoss(before: FrameTally, now: FrameTally, frameRate: number): number | null {
	const ms = now.atMs - before.atMs;
	if (before.begunMs !== now.begunMs || ms < MIN_INTERVAL_MS) return null;
	const due = Math.min(now.delivered - before.delivered, (frameRate * ms) / 1000);
	return due <= 0 ? null : Math.max(0, 1 - (now.recorded - before.recorded) / due);
}

/** SR5: the profile of each step, starting with `chosen`. */
export function stepsBelow(chosen: Profile): [Profile, ...Profile[]] {
	const steps: [Profile, ...Profile[]] = [chosen];
	const half = atFrameRate(chosen, chosen.frameRate / 2);
	const third = atFrameRate(chosen, chosen.frameRate / 3);
	const smaller = PROFILES.filter(({ height }) => height < chosen.height)
		.toReversed()
		.map((size) => ({ ...atFrameRate(size, third.frameRate), name: chosen.name }));
	for (const next of [half, third, ...smaller]) {
		const above = steps.at(-1) ?? chosen;
		if (next.frameRate < above.frameRate || next.height < above.height) steps.push(next);
	}
	return steps;
}

/** The profile of a step, clamped to the lowest. */
export function degradedProfile(chosen: Profile, step: number): Profile {
	const steps = stepsBelow(chosen);
	return steps[Math.min(step, steps.length - 1)] ?? chosen;
}

/** SR10: the event to log; `null`: the step changes nothing. */
export function stepEvent(chosen: Profile, from: number, to: number): EventKind | null {
	const change = changeBetween(degradedProfile(chosen, from), degradedProfile(chosen, to));
	if (change === null) return null;
	return to < from ? 'restored' : `spared-${change}`;
}

/** `size`: another frame size; `rate`: same size, another frame rate; `null`: no difference. */
export function changeBetween(before: Profile, after: Profile): 'rate' | 'size' | null {
	if (before.height !== after.height) return 'size';
	return before.frameRate === after.frameRate ? null : 'rate';
}

function atFrameRate(profile: Profile, wanted: number): Profile {
	const frameRate = Math.min(profile.frameRate, Math.max(MIN_FRAME_RATE, Math.round(wanted)));
	// Frames that lie further apart differ more and compress less.
	const share = (1 + frameRate / profile.frameRate) / 2;
	return { ...profile, frameRate, bitsPerSecond: Math.round(profile.bitsPerSecond * share) };
}
