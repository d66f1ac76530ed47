import type { AwakeState } from '#domain/recording/awake.ts';

/** Keeps the screen on. */
export interface Awake {
	readonly state: AwakeState;
	/** Keeps the screen on while `wanted`. Never throws. */
	want(wanted: boolean): void;
	on(listener: () => void): () => void;
}
