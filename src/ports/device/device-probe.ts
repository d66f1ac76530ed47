import type { BrowserCodecs } from '#domain/recording/device-check.ts';
import type { DeviceDescription } from '#domain/recording/device-report.ts';
import type { FramesPart } from '#domain/live/live-part.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Vault } from '#ports/keys/vault.ts';

/** Databases that nothing else knows, for one check of the device. */
export interface ScratchDatabases {
	readonly segments: SegmentStore;
	readonly vault: Vault;
	/** Everything that was written, keys and all. False: the browser did not let it go now. */
	remove(): Promise<boolean>;
}

/** What only the browser itself can answer about itself. Asks a person for nothing. */
export interface DeviceProbe {
	about(): Omit<DeviceDescription, 'version'>;
	codecs(): BrowserCodecs;
	/** Resolves with the first picture that comes out. Throws `unsupported`, or why none came. */
	decode(parts: readonly FramesPart[], signal: AbortSignal): Promise<void>;
	/** Whether the screen can be kept on; let go at once. */
	wakeLock(): Promise<boolean>;
	/** `null`: it does not say. */
	storageEstimate(): Promise<{ readonly quotaBytes: number; readonly usedBytes: number } | null>;
	/** Watches from now on whether the page goes out of sight. */
	watchVisibility(): { readonly lost: boolean; stop(): void };
	/** Empty, and of this tab alone; `taken`: another tab checks. Throws what databases throw. */
	scratch(): Promise<ScratchDatabases | 'taken'>;
}
