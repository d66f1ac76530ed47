import { Listeners } from '#domain/base/listeners.ts';
import { Fault } from '#domain/base/fault.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/media/lens.ts';
import { scaledToFit, type Dimensions } from '#domain/media/scaled-to-fit.ts';
import type {
	Capture,
	Captured,
	CapturedEvent,
	CaptureRequest,
	Lens,
} from '#ports/media/capture.ts';
import { cameraFault, cameraPermission } from './camera-fault.ts';
import { trackProcessor } from './frame-clock.ts';
import { pictureOf, replacePicture } from './picture.ts';
import { Scaler } from './scaler.ts';
import type { TestPictureSource } from './test-picture.ts';
import {
	refusedConstraint,
	constraintsFor,
	type RefusedConstraint,
	type CaptureFormat,
} from './lens-constraints.ts';

/** Generous, because a person has to answer the browser's prompt. */
const OPEN_DEADLINE_MS = 60_000;
const ADJUST_DEADLINE_MS = 3000;

/** Opens this device's lenses with getUserMedia. */
export class MediaCapture implements Capture {
	async lenses(): Promise<Lens[]> {
		const devices = await mediaDevices().enumerateDevices();
		return devices
			.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
			.map(({ deviceId: id, label }) => ({ id, label, facing: facingOf(label) }));
	}

	async open(request: CaptureRequest, signal?: AbortSignal): Promise<Captured> {
		try {
			if (isTestPicture(request.lensId)) return await openDrawn(request, signal);
			const { stream, chosen } = await this.#request(request, signal);
			return new CapturedStream(stream, request, chosen);
		} catch (error) {
			throw cameraFault(error, (await cameraPermission())?.state ?? null);
		}
	}

	onLenses(listener: () => void): () => void {
		if (!('mediaDevices' in navigator)) return () => undefined;
		const listening = new AbortController();
		const { signal } = listening;
		navigator.mediaDevices.addEventListener('devicechange', listener, { signal });
		void notifyAllowed(listener, signal);
		// RC36: system settings change without any event, so retry when the person returns to the page;
		// not if that would prompt.
		const back = async (): Promise<void> => {
			if (document.hidden) return;
			const state = (await cameraPermission())?.state;
			if (state !== 'prompt' && state !== 'denied' && !signal.aborted) listener();
		};
		document.addEventListener('visibilitychange', () => void back(), { signal });
		globalThis.addEventListener('focus', () => void back(), { signal });
		return () => {
			listening.abort();
		};
	}

	/** `chosen`: the requested lens was opened. `without`: constraints this lens refused. */
	async #request(
		request: CaptureRequest,
		signal?: AbortSignal,
		without: readonly RefusedConstraint[] = [],
	): Promise<OpenedStream> {
		const { lensId, lensLabel = null, sound } = request;
		const size = constraintsFor(request, without);
		const video = lensId === null ? size : { ...size, deviceId: { exact: lensId } };
		try {
			const stream = await withDeadline(
				mediaDevices().getUserMedia({ video, audio: sound }),
				signal,
			);
			return { stream, chosen: true };
		} catch (error) {
			const { kind } = cameraFault(error);
			const refused = refusedConstraint(error);
			if (refused !== null && !without.includes(refused)) {
				return this.#request(request, signal, [...without, refused]);
			}
			// The lens is gone: try the one with the same label, else the browser's default.
			if (lensId !== null && kind === 'not-found') {
				const namesake = await this.#namesake(lensId, lensLabel);
				if (namesake !== null) return this.#request({ ...request, lensId: namesake }, signal);
				const { stream } = await this.#request({ ...request, lensId: null }, signal);
				return { stream, chosen: false };
			}
			// The microphone was refused: open video alone.
			if (sound && kind !== 'aborted' && kind !== 'timeout') {
				return this.#request({ ...request, sound: false }, signal);
			}
			throw error;
		}
	}

	/** RC34: browsers change lens ids now and then; a unique label identifies the lens as well. */
	async #namesake(lensId: string, label: string | null): Promise<string | null> {
		if (label === null || label === '') return null;
		const named = (await this.lenses()).filter((lens) => lens.label === label);
		const [only] = named;
		return only !== undefined && named.length === 1 && only.id !== lensId ? only.id : null;
	}
}

/** RC23: the test picture behaves like any lens. */
async function openDrawn(request: CaptureRequest, signal?: AbortSignal): Promise<Captured> {
	const { openTestPicture } = await import('./test-picture.ts');
	const picture = await openTestPicture(request);
	if (signal?.aborted === true) {
		picture.stop();
		throw new Fault('aborted', 'opening the camera was cancelled');
	}
	return new CapturedStream(picture.stream, request, true, picture);
}

interface OpenedStream {
	readonly stream: MediaStream;
	readonly chosen: boolean;
}

/** Calls the listener when camera permission is granted later. */
async function notifyAllowed(listener: () => void, signal: AbortSignal): Promise<void> {
	const status = await cameraPermission();
	status?.addEventListener(
		'change',
		() => {
			if (status.state === 'granted') listener();
		},
		{ signal },
	);
}

function mediaDevices(): MediaDevices {
	if (!('mediaDevices' in navigator)) {
		throw new Fault('unsupported', 'this page has no access to cameras: no navigator.mediaDevices');
	}
	return navigator.mediaDevices;
}

/** Stops a stream that arrives after the deadline, so that no lens stays on unnoticed. */
async function withDeadline(
	asked: Promise<MediaStream>,
	signal?: AbortSignal,
): Promise<MediaStream> {
	let late = false;
	let expire: ReturnType<typeof setTimeout> | undefined;
	const expired = new Promise<never>((_, fail) => {
		expire = setTimeout(() => {
			fail(new Fault('timeout', 'the camera did not open in time'));
		}, OPEN_DEADLINE_MS);
		const leave = (): void => {
			fail(new Fault('aborted', 'opening the camera was cancelled'));
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
	readonly chosen: boolean;
	readonly #stream: MediaStream;
	readonly #track: MediaStreamTrack;
	readonly #listeners = new Listeners<[CapturedEvent]>();
	readonly #counter: FrameCounter;
	readonly #testPicture: TestPictureSource | null;
	#closed = false;
	#scaler: Scaler | null = null;

	constructor(
		stream: MediaStream,
		size: Dimensions,
		chosen: boolean,
		testPicture: TestPictureSource | null = null,
	) {
		this.#testPicture = testPicture;
		const [track] = stream.getVideoTracks();
		if (track === undefined) throw new Fault('not-found', 'the camera stream has no video track');
		this.chosen = chosen;
		this.#stream = stream;
		this.#track = track;
		this.picture = pictureOf(stream);
		this.#counter = frameCounterOf(track);
		this.#scale(size);
		track.addEventListener('ended', () => {
			void this.#emitEnd();
		});
		track.addEventListener('mute', () => {
			this.#emit('muted');
		});
		track.addEventListener('unmute', () => {
			this.#emit('unmuted');
		});
	}

	get lensId(): string {
		return this.#testPicture ? TEST_PICTURE : (this.#track.getSettings().deviceId ?? '');
	}
	get label(): string {
		return this.#testPicture ? '' : this.#track.label;
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
		return this.#testPicture ?? (this.#scaler?.track ?? this.#track).getSettings();
	}
	get sound(): boolean {
		return this.#stream.getAudioTracks().some(({ readyState }) => readyState === 'live');
	}

	frames(): number {
		return this.#counter.frames();
	}

	lost(): number {
		const { deliveredFrames = 0, discardedFrames = 0, totalFrames = 0 } = statsOf(this.#track);
		// Discarded frames are not losses: a 30 fps lens that was asked for 15 fps.
		return Math.max(0, totalFrames - deliveredFrames - discardedFrames);
	}

	async adjust(format: CaptureFormat): Promise<void> {
		if (this.#testPicture !== null) {
			this.#testPicture.adjust(format);
			return;
		}
		const late = new Promise<void>((done) => setTimeout(done, ADJUST_DEADLINE_MS));
		await Promise.race([this.#apply(format), late]).catch(() => undefined);
		this.#scale(format);
	}

	async #apply(format: CaptureFormat, without: readonly RefusedConstraint[] = []): Promise<void> {
		const { deviceId } = this.#track.getConstraints();
		const lens = deviceId === undefined ? {} : { deviceId };
		try {
			await this.#track.applyConstraints({ ...lens, ...constraintsFor(format, without) });
		} catch (error) {
			const refused = refusedConstraint(error);
			if (refused === null || without.includes(refused)) throw error;
			await this.#apply(format, [...without, refused]);
		}
	}

	/** RC29: scales the frames down if the lens has no mode as small as the chosen size. */
	#scale(chosen: Dimensions): void {
		const { width = 0, height = 0 } = this.#track.getSettings();
		if (this.#closed || this.#testPicture !== null || width === 0 || height === 0) return;
		if (this.#scaler !== null) {
			this.#scaler.setTarget(chosen);
			return;
		}
		const view = scaledToFit({ width, height }, chosen);
		if (view.width === width && view.height === height) return;
		this.#scaler = Scaler.of(this.#track, chosen);
		if (this.#scaler !== null) replacePicture(this.#stream, this.#track, this.#scaler.track);
	}

	on(listener: (event: CapturedEvent) => void): () => void {
		return this.#listeners.add(listener);
	}

	close(): void {
		this.#closed = true;
		this.#listeners.clear();
		this.#counter.stop();
		this.#testPicture?.stop();
		for (const track of [this.#track, ...this.#stream.getTracks()]) track.stop();
		this.#scaler?.close();
	}

	async #emitEnd(): Promise<void> {
		this.#emit((await cameraDenied()) ? 'denied' : 'ended');
	}

	#emit(event: CapturedEvent): void {
		if (this.#closed) return;
		this.#listeners.notify(event);
	}
}

/**
 * A track ends in the same way when unplugged and when permission is withdrawn; only the permission
 * state tells them apart.
 */
async function cameraDenied(): Promise<boolean> {
	return (await cameraPermission())?.state === 'denied';
}

interface TrackStats {
	readonly deliveredFrames?: number;
	readonly discardedFrames?: number;
	readonly totalFrames?: number;
}

/** Empty if the browser does not count frames (W3C Media Capture Extensions). */
function statsOf(track: MediaStreamTrack): TrackStats {
	return (track as { stats?: TrackStats }).stats ?? {};
}

interface FrameCounter {
	frames(): number;
	stop(): void;
}

/** Counts delivered frames, in a hidden page too if the browser supports that. */
function frameCounterOf(track: MediaStreamTrack): FrameCounter {
	const delivered = () => statsOf(track).deliveredFrames;
	if (typeof delivered() === 'number')
		return { frames: () => delivered() ?? 0, stop: () => undefined };
	const Maker = trackProcessor();
	return Maker === null ? videoCounter(track) : processorCounter(track, Maker);
}

function processorCounter(
	track: MediaStreamTrack,
	Maker: NonNullable<ReturnType<typeof trackProcessor>>,
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

/**
 * Counts the frames an off-screen video presents. A hidden page presents none: there every call
 * counts as a frame, so that the watchdog does not see a stall.
 */
function videoCounter(track: MediaStreamTrack): FrameCounter {
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
