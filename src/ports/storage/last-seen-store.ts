import type { SeenDevices } from '#domain/home/seen-device.ts';

/** Persists when other devices were last seen. Damaged data reads as never seen. Throws `Fault`. */
export interface LastSeenStore {
	read(): Promise<SeenDevices>;
	/** Merges the stored times with this tab's. Devices not in `seen` are dropped. */
	write(seen: SeenDevices, nowMs: number): Promise<void>;
}
