import { Serial } from '#domain/base/serial.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { beginsWithKey, type LivePart } from '#domain/live/live-part.ts';
import { adaptPace, type Pace } from '#domain/live/pace.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { LiveEncoder, LiveEncoding } from '#ports/media/live-encoder.ts';
import type { LiveClock } from '#engine/live/live-clock.ts';
import type { LivePartSealer } from '#engine/sealing/live-part-sealer.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';

const MAX_BITS = 1_500_000;
const FRAME_RATE = 20;
const PACE_MS = 250;
const RETRY_MS = 5000;
/** As long as a run lasts, so that no epoch key is used beyond its day. */
const SEALER_MS = 4 * 60 * 60 * 1000;
/** Minimum interval between requested key frames; there is one every second anyway. */
const KEY_MS = 500;
/** Parts waiting to be sealed; beyond this they would arrive too late to be live. */
const MAX_QUEUED = 8;

export interface RelayPublisherTools {
	readonly clock: Clock;
	readonly live: LiveClock;
	readonly messenger: Pick<Messenger, 'sendPart' | 'waiting'>;
	readonly encoder: LiveEncoder;
	readonly sealerOf: (camera: CameraId) => Promise<Pick<LivePartSealer, 'seal'>>;
}

type Sealer = ReturnType<RelayPublisherTools['sealerOf']>;

/**
 * Encodes the picture once for all viewers at the relay, while there are any (LV6). Never throws.
 */
export class RelayPublisher {
	readonly #tools: RelayPublisherTools;
	#camera: CameraId | null = null;
	#picture: Picture | null = null;
	#encoding: LiveEncoding | null = null;
	#sealer: Sealer | null = null;
	#pace: Pace = { bitsPerSecond: MAX_BITS, holding: false, changedMs: 0 };
	#sealerMs = 0;
	#keyRequestedMs = -Infinity;
	#sound = false;
	#waiting = 0;
	#awaitsKey = false;
	readonly #sealing = new Serial();
	#stopPacing: () => void = () => undefined;
	#cancelRetry: () => void = () => undefined;

	constructor(tools: RelayPublisherTools) {
		this.#tools = tools;
	}

	/** `null`: nobody watches, or there is no picture. */
	setSource(camera: CameraId, picture: Picture | null): void {
		if (picture === this.#picture && camera === this.#camera) return;
		this.#stop();
		this.#camera = camera;
		this.#picture = picture;
		if (picture !== null) this.#begin(camera, picture);
	}

	/**
	 * For a viewer that joined. Rate limited, so that one that keeps rejoining does not spoil the
	 * picture for others.
	 */
	requestKeyFrame(): void {
		const nowMs = this.#tools.clock.monotonicMs();
		if (nowMs - this.#keyRequestedMs < KEY_MS) return;
		this.#keyRequestedMs = nowMs;
		this.#encoding?.requestKeyFrame();
	}

	/** Whether any viewer listens. */
	setSound(on: boolean): void {
		if (on === this.#sound) return;
		this.#sound = on;
		this.#encoding?.setSound(on);
	}

	/** Seals everything from now on under another key. */
	rekey(): void {
		if (this.#encoding === null || this.#camera === null) return;
		this.#sealer = this.#sealerOf(this.#camera);
		this.#skip();
	}

	#begin(camera: CameraId, picture: Picture): void {
		const { clock, live, encoder } = this.#tools;
		this.#sealer = this.#sealerOf(camera);
		this.#pace = { bitsPerSecond: MAX_BITS, holding: false, changedMs: clock.monotonicMs() };
		const options = { bitsPerSecond: MAX_BITS, frameRate: FRAME_RATE };
		try {
			const encoding = encoder.start(
				picture,
				{ ...options, wallOffsetMs: live.wallOffsetMs },
				{
					part: (part) => {
						if (encoding === this.#encoding) this.#send(camera, part);
					},
					ended: () => {
						if (encoding === this.#encoding) this.#fail(camera, picture);
					},
				},
			);
			this.#encoding = encoding;
			if (this.#sound) encoding.setSound(true);
			this.#stopPacing = clock.every(PACE_MS, () => {
				this.#adapt();
			});
		} catch (error) {
			expectFault(error);
			this.#fail(camera, picture);
		}
	}

	/** Retries by itself; the recorder and the direct viewers are not affected. */
	#fail(camera: CameraId, picture: Picture): void {
		this.#stop();
		this.#picture = picture;
		this.#cancelRetry = this.#tools.clock.after(RETRY_MS, () => {
			this.#begin(camera, picture);
		});
	}

	#send(camera: CameraId, part: LivePart): void {
		const sealer = this.#sealer;
		if (sealer === null || (this.#awaitsKey && !beginsWithKey(part))) return;
		if (this.#waiting >= MAX_QUEUED) {
			this.#skip();
			return;
		}
		this.#awaitsKey = false;
		this.#waiting += 1;
		this.#sealing
			.run(async () => {
				const sealed = await (await sealer).seal(part);
				// A viewer may have been removed while this was sealed: drop what was meant for the old
				// key.
				if (sealer === this.#sealer) {
					this.#tools.messenger.sendPart(camera, beginsWithKey(part), sealed);
				}
			})
			.catch((error: unknown) => {
				if (sealer === this.#sealer) this.#sealer = this.#sealerOf(camera);
				this.#skip();
				expectFault(error);
			})
			.finally(() => {
				this.#waiting -= 1;
			});
	}

	/** Frames that depend on a dropped one cannot be decoded. */
	#skip(): void {
		this.#awaitsKey = true;
		this.#encoding?.requestKeyFrame();
	}

	#sealerOf(camera: CameraId): Sealer {
		const sealer = this.#tools.sealerOf(camera);
		this.#sealerMs = this.#tools.clock.monotonicMs();
		// The rejection is handled where a part is sealed.
		sealer.catch(() => undefined);
		return sealer;
	}

	#adapt(): void {
		const { clock, messenger } = this.#tools;
		if (clock.monotonicMs() - this.#sealerMs > SEALER_MS) this.rekey();
		const pace = adaptPace(this.#pace, messenger.waiting, clock.monotonicMs(), MAX_BITS);
		if (pace === this.#pace) return;
		this.#pace = pace;
		this.#encoding?.setPace(pace);
	}

	#stop(): void {
		this.#cancelRetry();
		this.#stopPacing();
		this.#encoding?.stop();
		this.#encoding = null;
		this.#sealer = null;
		this.#picture = null;
	}
}
