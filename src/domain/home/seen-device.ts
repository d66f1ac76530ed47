import type { CameraId, DeviceId } from '#domain/base/ids.ts';

/** What is remembered about another device of the home: docs/spec/live.md, LV28 to LV30, LV36. */
export interface SeenDevice {
	/** When it was last heard from, by this device's clock. */
	readonly seenMs: number;
	/** Whether each camera has ever recorded, for cameras that reported it. */
	readonly recorded: ReadonlyMap<CameraId, boolean>;
	/** Somebody here has seen it watch a camera of this device (LV36). */
	readonly acknowledged?: true;
}

export type SeenDevices = ReadonlyMap<DeviceId, SeenDevice>;

/** LV29: the newest of these moments, ignoring any ahead of our clock. */
export function latestPast(nowMs: number, ...moments: readonly (number | null)[]): number | null {
	const past = moments.filter((ms) => ms !== null && ms > 0 && ms <= nowMs);
	return past.length === 0 ? null : Math.max(...(past as number[]));
}

/** Merges what two tabs know of one device. A camera that ever recorded stays so (LV30). */
export function mergeSeen(
	nowMs: number,
	one: SeenDevice | undefined,
	other: SeenDevice,
): SeenDevice {
	if (one === undefined) return other;
	const recorded = new Map(one.recorded);
	for (const [camera, ever] of other.recorded)
		recorded.set(camera, ever || one.recorded.get(camera) === true);
	const seenMs = latestPast(nowMs, one.seenMs, other.seenMs) ?? 0;
	const acknowledged = one.acknowledged ?? other.acknowledged;
	return { seenMs, recorded, ...(acknowledged && { acknowledged }) };
}
