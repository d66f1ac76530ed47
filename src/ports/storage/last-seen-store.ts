import type { SeenDevices } from '#domain/home/seen-device.ts';

/**
 * Remembers when other devices were last seen, over reloads. What is damaged reads as never. Throws
 * `Fault`.
 */
export interface LastSeenStore {
	read(): Promise<SeenDevices>;
	/** Brings together what is kept and what this tab saw; who is not named here is forgotten. */
	write(seen: SeenDevices, nowMs: number): Promise<void>;
}
