import type { WakeLockState } from '#domain/recording/wake-lock.ts';

/** Keeps the screen on (Screen Wake Lock API). */
export interface ScreenWakeLock {
	readonly state: WakeLockState;
	/** Never throws. */
	setWanted(wanted: boolean): void;
	on(listener: () => void): () => void;
}
