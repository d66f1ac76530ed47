import type { EventKind } from './event.ts';
import { PROFILES, type Profile } from './profile.ts';

/**
 * When to record less, and when to record as chosen again. Pure decisions. Rules:
 * docs/spec/sparing.md.
 */

/** As the browser tells it (W3C Compute Pressure). */
export type Pressure = 'nominal' | 'fair' | 'serious' | 'critical';

/** How the device fares, at one round. `null`: not known. */
export interface LoadSigns {
	/** Pictures lost, as a share of those that were to come, 0 to 1. */
	readonly lost: number | null;
	/** How late the newest fragment came. */
	readonly lateMs: number | null;
	readonly pressure: Pressure | null;
	readonly batteryLow: boolean;
}

export interface QualityLadder {
	/** 0: as chosen. */
	readonly step: number;
	/** Why it stands lower; `null` on step 0. */
	readonly why: DegradationReason | null;
	/** Rounds of strain more than of calm, and of calm less what strain took from them. */
	readonly strained: number;
	readonly calm: number;
	/** Rounds of calm that the next step up takes. */
	readonly patience: number;
	/** Rounds since the last step up, while it has not proved itself; `null`: it has. */
	readonly proving: number | null;
}

export type DegradationReason = 'strain' | 'battery';

/** The ladder counts in rounds. */
export const ROUND_MS = 10_000;
const DOWN_ROUNDS = 6;
const UP_ROUNDS = 60;
const MAX_PATIENCE = 16 * UP_ROUNDS;
/** What one round of strain takes from the calm. */
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

/** The ladder after one more round. `last`: the lowest step there is. */
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

/** SR7: a step up that holds is as good as any. */
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

/** What was counted up to one moment. */
export interface FrameTally {
	/** When the recorder began; two recorders are not compared. All on the monotonic clock. */
	readonly begunMs: number;
	readonly atMs: number;
	/** Pictures the lens gave, and those that are in the footage. */
	readonly delivered: number;
	readonly recorded: number;
}

const MIN_INTERVAL_MS = 8000;

/** SR2: the share of pictures that were lost between two moments; `null`: it cannot be told. */
export function frameLoss(before: FrameTally, now: FrameTally, frameRate: number): number | null {
	const ms = now.atMs - before.atMs;
	if (before.begunMs !== now.begunMs || ms < MIN_INTERVAL_MS) return null;
	const due = Math.min(now.delivered - before.delivered, (frameRate * ms) / 1000);
	return due <= 0 ? null : Math.max(0, 1 - (now.recorded - before.recorded) / due);
}

/** SR5: what is recorded on each step, `chosen` first. */
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

/** The profile of one step; below the lowest there is none. */
export function degradedProfile(chosen: Profile, step: number): Profile {
	const steps = stepsBelow(chosen);
	return steps[Math.min(step, steps.length - 1)] ?? chosen;
}

/** SR10; `null`: the step makes no difference. */
export function stepEvent(chosen: Profile, from: number, to: number): EventKind | null {
	const change = changeBetween(degradedProfile(chosen, from), degradedProfile(chosen, to));
	if (change === null) return null;
	return to < from ? 'restored' : `spared-${change}`;
}

/** Another size, the same at another rate, or no difference. */
export function changeBetween(before: Profile, after: Profile): 'rate' | 'size' | null {
	if (before.height !== after.height) return 'size';
	return before.frameRate === after.frameRate ? null : 'rate';
}

function atFrameRate(profile: Profile, wanted: number): Profile {
	const frameRate = Math.min(profile.frameRate, Math.max(MIN_FRAME_RATE, Math.round(wanted)));
	// Pictures that lie further apart differ more.
	const share = (1 + frameRate / profile.frameRate) / 2;
	return { ...profile, frameRate, bitsPerSecond: Math.round(profile.bitsPerSecond * share) };
}
