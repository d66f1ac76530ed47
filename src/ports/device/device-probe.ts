import type { BrowserCodecs } from '#domain/recording/device-check.ts';
import type { DeviceDescription } from '#domain/recording/device-report.ts';
import type { FramesPart } from '#domain/live/live-part.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Vault } from '#ports/keys/vault.ts';

/** Databases of one device check, separate from all others. */
export interface ScratchDatabases {
	readonly segments: SegmentStore;
	readonly vault: Vault;
	/** Deletes all of it, keys included. False: the browser could not delete it now. */
	remove(): Promise<boolean>;
}

/** What only the browser can answer about itself. Never prompts the user. */
export interface DeviceProbe {
	about(): Omit<DeviceDescription, 'version'>;
	codecs(): BrowserCodecs;
	/** Resolves with the first decoded frame. Throws `unsupported`, or why there was none. */
	decode(parts: readonly FramesPart[], signal: AbortSignal): Promise<void>;
	/** Whether a screen wake lock is granted; released at once. */
	wakeLock(): Promise<boolean>;
	/** `null`: not reported. */
	storageEstimate(): Promise<{ readonly quotaBytes: number; readonly usedBytes: number } | null>;
	/** Watches from now on whether the page becomes hidden. */
	watchVisibility(): { readonly lost: boolean; stop(): void };
	/**
	 * Empty databases for this tab alone; `taken`: another tab runs a check. Throws as databases do.
	 */
	scratch(): Promise<ScratchDatabases | 'taken'>;
}
