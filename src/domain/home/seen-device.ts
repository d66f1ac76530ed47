import type { CameraId, DeviceId } from '#domain/base/ids.ts';

/** What is remembered of another device of the home. Rules: docs/spec/live.md, LV28 to LV30. */
export interface SeenDevice {
	/** When it last gave a sign of life, by this device's own clock. */
	readonly seenMs: number;
	/** Of its cameras that said so: whether they ever recorded. */
	readonly recorded: ReadonlyMap<CameraId, boolean>;
}

export type SeenDevices = ReadonlyMap<DeviceId, SeenDevice>;

/** LV29: the newest of these moments; none that lies ahead of our clock, whoever claims it. */
export function latestPast(nowMs: number, ...moments: readonly (number | null)[]): number | null {
	const past = moments.filter((ms) => ms !== null && ms > 0 && ms <= nowMs);
	return past.length === 0 ? null : Math.max(...(past as number[]));
}

/**
 * What two tabs know of one device. Once a camera recorded, no later word of it undoes that (LV30).
 */
export function mergeSeen(
	nowMs: number,
	one: SeenDevice | undefined,
	other: SeenDevice,
): SeenDevice {
	if (one === undefined) return other;
	const recorded = new Map(one.recorded);
	for (const [camera, ever] of other.recorded)
		recorded.set(camera, ever || one.recorded.get(camera) === true);
	return { seenMs: latestPast(nowMs, one.seenMs, other.seenMs) ?? 0, recorded };
}
