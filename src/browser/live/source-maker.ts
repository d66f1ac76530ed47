type Maker = typeof MediaSource;

/**
 * Where media data can be given piece by piece; `null`: nowhere. An iPhone has the managed one
 * only.
 */
export function sourceMaker(): Maker | null {
	const { MediaSource: plain, ManagedMediaSource: managed } = globalThis as {
		MediaSource?: Maker;
		ManagedMediaSource?: Maker;
	};
	return plain ?? managed ?? null;
}

export const SOUND_TYPE = 'audio/mp4; codecs="opus"';

/** Whether sound parts can be heard here. */
export function hearsParts(): boolean {
	return typeof AudioDecoder !== 'undefined' || sourceMaker()?.isTypeSupported(SOUND_TYPE) === true;
}
