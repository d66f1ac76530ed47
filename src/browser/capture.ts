import { Fault, type FaultKind } from '#domain/fault.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/lens.ts';
import type { Capture, Captured, CapturedEvent, CaptureRequest, Lens } from '#ports/capture.ts';
import { processorMaker } from './frame-clock.ts';
import { pictureOf } from './picture.ts';
import type { Drawn } from './test-picture.ts';

/** A person may take a while to answer the browser's question; a lens may not take a minute to open. */
const OPEN_DEADLINE_MS = 60_000;
const ADJUST_DEADLINE_MS = 3000;

const KINDS: Readonly<Record<string, FaultKind>> = {
	NotAllowedError: 'denied',
	SecurityError: 'denied',
	NotFoundError: 'not-found',
	OverconstrainedError: 'not-found',
	NotReadableError: 'conflict',
	AbortError: 'conflict',
	TypeError: 'unsupported',
	InvalidStateError: 'unavailable',
};

function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
	return new Fault(KINDS[name] ?? 'unavailable', `the camera said ${name}`, error);
}

/** The lenses of this device, by getUserMedia. */
export class MediaCapture implements Capture {
	async lenses(): Promise<Lens[]> {
		const devices = await mediaDevices().enumerateDevices();
		return devices
			.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
			.map(({ deviceId: id, label }) => ({ id, label, facing: facingOf(label) }));
	}

	async open(request: CaptureRequest, signal?: AbortSignal): Promise<Captured> {
		try {
			if (isTestPicture(request.lensId)) return await drawn(request, signal);
			return new CapturedStream(await this.#ask(request, signal));
		} catch (error) {
			throw faultFrom(error);
		}
	}

	onLenses(listener: () => void): () => void {
		if (!('mediaDevices' in navigator)) return () => undefined;
		navigator.mediaDevices.addEventListener('devicechange', listener);
		return () => {
			navigator.mediaDevices.removeEventListener('devicechange', listener);
		};
	}

	async #ask(request: CaptureRequest, signal?: AbortSignal, limited = true): Promise<MediaStream> {
		const { lensId, frameRate, sound } = request;
		const wished = sizeOf(request);
		const size = limited ? wished : { ...wished, frameRate: { ideal: frameRate } };
		const video = lensId === null ? size : { ...size, deviceId: { exact: lensId } };
		try {
			return await inTime(mediaDevices().getUserMedia({ video, audio: sound }), signal);
		} catch (error) {
			const { kind } = faultFrom(error);
			// A lens that cannot be that slow: as slow as it can.
			if (limited && (error as { constraint?: string }).constraint === 'frameRate') {
				return this.#ask(request, signal, false);
			}
			// A lens that is gone: what the browser thinks best. A microphone refused: the picture alone.
			if (lensId !== null && kind === 'not-found') {
				return this.#ask({ ...request, lensId: null }, signal);
			}
			if (sound && kind !== 'aborted' && kind !== 'timeout') {
				return this.#ask({ ...request, sound: false }, signal);
			}
			throw error;
		}
	}
}

/** RC23: it goes on as any lens would. */
async function drawn(request: CaptureRequest, signal?: AbortSignal): Promise<Captured> {
	const { openTestPicture } = await import('./test-picture.ts');
	const picture = await openTestPicture(request);
	if (signal?.aborted === true) {
		picture.stop();
		throw new Fault('aborted', 'the camera is not wanted any more');
	}
	return new CapturedStream(picture.stream, picture);
}

function sizeOf({
	width,
	height,
	frameRate,
}: Pick<CaptureRequest, 'width' | 'height' | 'frameRate'>): MediaTrackConstraints {
	return {
		width: { ideal: width },
		height: { ideal: height },
		frameRate: { ideal: frameRate, max: Math.max(frameRate, 1) },
	};
}

function mediaDevices(): MediaDevices {
	if (!('mediaDevices' in navigator)) {
		throw new Fault('unsupported', 'this page may not use a camera');
	}
	return navigator.mediaDevices;
}

/** What comes after the deadline is given back at once: no lens stays on unseen. */
async function inTime(asked: Promise<MediaStream>, signal?: AbortSignal): Promise<MediaStream> {
	let late = false;
	let expire: ReturnType<typeof setTimeout> | undefined;
	const expired = new Promise<never>((_, fail) => {
		expire = setTimeout(() => {
			fail(new Fault('timeout', 'the camera did not open'));
		}, OPEN_DEADLINE_MS);
		const leave = (): void => {
			fail(new Fault('aborted', 'the camera is not wanted any more'));
		};
		if (signal?.aborted === true) leave();
		else signal?.addEventListener('abort', leave);
	});
	asked
		.then((stream) => {
			if (late) for (const track of stream.getTracks()) track.stop();
		})
		.catch(() => undefined);
	try {
		return await Promise.race([asked, expired]);
	} finally {
		late = true;
		clearTimeout(expire);
	}
}

function facingOf(label: string): Lens['facing'] {
	if (/\b(front|user|facetime|selfie)\b|vorder|front/i.test(label)) return 'front';
	if (/\b(back|rear|environment)\b|rück/i.test(label)) return 'back';
	return 'unknown';
}

class CapturedStream implements Captured {
	readonly picture;
	readonly #stream: MediaStream;
	readonly #track: MediaStreamTrack;
	readonly #listeners = new Set<(event: CapturedEvent) => void>();
	readonly #counter: FrameCounter;
	readonly #drawn: Drawn | null;
	#closed = false;

	constructor(stream: MediaStream, drawn: Drawn | null = null) {
		this.#drawn = drawn;
		const [track] = stream.getVideoTracks();
		if (track === undefined) throw new Fault('not-found', 'the camera gives no picture');
		this.#stream = stream;
		this.#track = track;
		this.picture = pictureOf(stream);
		this.#counter = counterOf(track);
		track.addEventListener('ended', () => {
			void this.#tellEnd();
		});
		track.addEventListener('mute', () => {
			this.#tell('muted');
		});
		track.addEventListener('unmute', () => {
			this.#tell('unmuted');
		});
	}

	get lensId(): string {
		return this.#drawn ? TEST_PICTURE : (this.#track.getSettings().deviceId ?? '');
	}
	get label(): string {
		return this.#drawn ? '' : this.#track.label;
	}
	get width(): number {
		return this.#settings.width ?? 0;
	}
	get height(): number {
		return this.#settings.height ?? 0;
	}
	get frameRate(): number {
		return this.#settings.frameRate ?? 0;
	}
	get #settings(): Pick<MediaTrackSettings, 'width' | 'height' | 'frameRate'> {
		return this.#drawn ?? this.#track.getSettings();
	}
	get sound(): boolean {
		return this.#stream.getAudioTracks().some(({ readyState }) => readyState === 'live');
	}

	frames(): number {
		return this.#counter.frames();
	}

	lost(): number {
		const { deliveredFrames = 0, discardedFrames = 0, totalFrames = 0 } = statsOf(this.#track);
		// Discarded are those that nobody asked for: a lens of 30 pictures a second, asked for 15.
		return Math.max(0, totalFrames - deliveredFrames - discardedFrames);
	}

	async adjust(wish: Parameters<Captured['adjust']>[0]): Promise<void> {
		if (this.#drawn !== null) {
			this.#drawn.adjust(wish);
			return;
		}
		const asked = this.#track.applyConstraints({
			...this.#track.getConstraints(),
			...sizeOf(wish),
		});
		const late = new Promise<void>((done) => setTimeout(done, ADJUST_DEADLINE_MS));
		await Promise.race([asked, late]).catch(() => undefined);
	}

	on(listener: (event: CapturedEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#closed = true;
		this.#listeners.clear();
		this.#counter.stop();
		this.#drawn?.stop();
		for (const track of this.#stream.getTracks()) track.stop();
	}

	async #tellEnd(): Promise<void> {
		this.#tell((await cameraDenied()) ? 'denied' : 'ended');
	}

	#tell(event: CapturedEvent): void {
		if (this.#closed) return;
		for (const listener of this.#listeners) listener(event);
	}
}

/** The track ends alike when it is unplugged and when the permission goes; only the permission tells. */
async function cameraDenied(): Promise<boolean> {
	try {
		const status = await navigator.permissions.query({ name: 'camera' });
		return status.state === 'denied';
	} catch {
		return false;
	}
}

interface TrackStats {
	readonly deliveredFrames?: number;
	readonly discardedFrames?: number;
	readonly totalFrames?: number;
}

/** Empty where the browser does not count (W3C Media Capture Extensions). */
function statsOf(track: MediaStreamTrack): TrackStats {
	return (track as { stats?: TrackStats }).stats ?? {};
}

interface FrameCounter {
	frames(): number;
	stop(): void;
}

/** Delivered frames, also in a hidden page where the browser can tell. */
function counterOf(track: MediaStreamTrack): FrameCounter {
	const tell = () => statsOf(track).deliveredFrames;
	if (typeof tell() === 'number') return { frames: () => tell() ?? 0, stop: () => undefined };
	const Maker = processorMaker();
	return Maker === null ? watchedCounter(track) : readCounter(track, Maker);
}

function readCounter(
	track: MediaStreamTrack,
	Maker: NonNullable<ReturnType<typeof processorMaker>>,
): FrameCounter {
	let count = 0;
	const reader = new Maker({ track, maxBufferSize: 1 }).readable.getReader();
	const read = async (): Promise<void> => {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			value.close();
			count++;
		}
	};
	void read().catch(() => undefined);
	return {
		frames: () => count,
		stop: () => {
			void reader.cancel().catch(() => undefined);
		},
	};
}

/** Counts what a hidden video shows. In a hidden page nothing is shown: then every look counts as a frame. */
function watchedCounter(track: MediaStreamTrack): FrameCounter {
	const video = document.createElement('video');
	video.muted = true;
	video.srcObject = new MediaStream([track]);
	void video.play().catch(() => undefined);
	let count = 0;
	let stopped = false;
	const watch = () => {
		if (stopped) return;
		count++;
		video.requestVideoFrameCallback(watch);
	};
	video.requestVideoFrameCallback(watch);
	return {
		frames: () => (document.hidden ? ++count : count),
		stop: () => {
			stopped = true;
			video.srcObject = null;
		},
	};
}
