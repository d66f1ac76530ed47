type MediaSourceClass = typeof MediaSource;

/** The browser's MediaSource class; `null` if it has none. iPhones have only ManagedMediaSource. */
export function mediaSourceClass(): MediaSourceClass | null {
	const { MediaSource: plain, ManagedMediaSource: managed } = globalThis as {
		MediaSource?: MediaSourceClass;
		ManagedMediaSource?: MediaSourceClass;
	};
	return plain ?? managed ?? null;
}

export const OPUS_MIME_TYPE = 'audio/mp4; codecs="opus"';

/** Whether this browser can play sound parts. */
export function canPlaySound(): boolean {
	return (
		typeof AudioDecoder !== 'undefined' ||
		mediaSourceClass()?.isTypeSupported(OPUS_MIME_TYPE) === true
	);
}
