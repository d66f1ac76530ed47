import type { TamperSign } from './tamper.ts';

/** LV50: what needs somebody at a camera although it may record, worst first. */
export const CAMERA_NEEDS = ['covered', 'frozen', 'storage'] as const satisfies readonly (
	TamperSign | 'storage'
)[];
export type CameraNeed = (typeof CAMERA_NEEDS)[number];
