type MediaSourceClass = typeof MediaSource;

/**
 * Where media data can be given piece by piece; `null`: nowhere. An iPhone has the managed one
 * only.
 */
export function mediaSourceClass(): MediaSourceClass | null {
	const { MediaSource: plain, ManagedMediaSource: managed } = globalThis as {
		MediaSource?: MediaSourceClass;
		ManagedMediaSource?: MediaSourceClass;
	};
	return plain ?? managed ?? null;
}

export const OPUS_MIME_TYPE = 'audio/mp4; codecs="opus"';

/** Whether sound parts can be heard here. */
export function canPlaySound(): boolean {
	return (
		typeof AudioDecoder !== 'undefined' ||
		mediaSourceClass()?.isTypeSupported(OPUS_MIME_TYPE) === true
	);
}
