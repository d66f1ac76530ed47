import type { CameraId } from '#domain/base/ids.ts';

export const CAMERA = '0'.repeat(32) as CameraId;
/** A Tuesday noon. */
export const NOON = new Date(2026, 10, 24, 12).getTime();
