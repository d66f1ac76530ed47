import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageArchive } from '#ports/footage/footage-archive.ts';
import type { ArchivedMinutes } from './sidecar-uploader.ts';
import type { UploadSlots } from './upload-slots.ts';
import type { HeldBack } from './upload-state.ts';

/** What an `Uploader` needs. */
export interface UploaderTools {
	readonly footage: Pick<Footage, 'runs' | 'between' | 'read' | 'watch'>;
	readonly archive: FootageArchive;
	readonly clock: Clock;
	readonly slots: UploadSlots;
	/** 0 to below 1. */
	readonly random: () => number;
	/** The signed run record as of now. */
	readonly signRun: (run: Run) => Promise<Bytes>;
	/** Minutes that go before the rest, most urgent first: what retention takes next, then events. */
	readonly urgent: (camera: CameraId) => Promise<readonly number[]>;
	/** Minutes that are to be uploaded at all (the person's choice). */
	readonly wanted: (minute: number) => boolean;
	readonly heldBack: () => HeldBack | null;
	/** `gentle`: somebody watches live; `wait`: messages wait for the uplink. */
	readonly pace: () => 'full' | 'gentle' | 'wait';
	/** The archive's id, each time it is another one than before. */
	readonly storeIs: (store: string) => void;
	/** A turn for what stands beside segments (SY35). Throws as `SidecarArchive` does. */
	readonly sendBeside: (camera: CameraId, archived: ArchivedMinutes) => Promise<void>;
	/** It had acknowledged what begins then, and does not have it. */
	readonly lost: (camera: CameraId, startUs: number) => void;
}
