import type { WakeLockState } from '#domain/recording/wake-lock.ts';

/** Keeps the screen on. */
export interface ScreenWakeLock {
	readonly state: WakeLockState;
	/** Keeps the screen on while `wanted`. Never throws. */
	setWanted(wanted: boolean): void;
	on(listener: () => void): () => void;
}
