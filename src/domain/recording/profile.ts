/**
 * A quality a person can choose. Bit rates are what the encoder is asked for; real footage needs
 * less.
 */
export interface Profile {
	readonly name: 'low' | 'standard' | 'high';
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	readonly bitsPerSecond: number;
}

export const PROFILES: readonly [Profile, Profile, Profile] = [
	{ name: 'low', width: 640, height: 360, frameRate: 10, bitsPerSecond: 500_000 },
	{ name: 'standard', width: 1280, height: 720, frameRate: 15, bitsPerSecond: 1_500_000 },
	{ name: 'high', width: 1920, height: 1080, frameRate: 30, bitsPerSecond: 5_000_000 },
];

export function profileNamed(name: Profile['name']): Profile {
	return PROFILES.find((profile) => profile.name === name) ?? PROFILES[1];
}

/** Bytes per hour at the requested bit rate. */
export function bytesPerHourOf({ bitsPerSecond }: Profile): number {
	return bitsPerSecond * 450;
}
