import { base64urlOf } from '#domain/base/base64url.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Message } from '#protocol/message.ts';
import type { LivePartSealer } from '#engine/sealing/live-part-sealer.ts';
import type { LiveKey } from '#engine/sealing/opener.ts';

/**
 * Minimum lifetime of a key; longer with many devices, to stay far below the relay's message limit.
 */
const MIN_INTERVAL_MS = 1000;
const MESSAGE_MS = 100;
/** How long parts wait for the messages that carry their key. */
const DELIVERY_MS = 500;

type LiveKeyMessage = NonNullable<Extract<Message, { t: 'relayed' }>['key']>;

export interface LiveKeyTools {
	readonly clock: Clock;
	readonly crypto: Pick<Crypto, 'random' | 'secret'>;
	readonly liveSealer: (camera: CameraId, key: LiveKey) => Promise<Pick<LivePartSealer, 'seal'>>;
}

/**
 * Rotates the key of relayed parts: every set of viewers has its own, so that nobody watches unseen
 * (LV24).
 */
export class LiveKeyRotation {
	#current: LiveKeyMessage | null = null;
	readonly #tools: LiveKeyTools;
	readonly #send: (key: LiveKeyMessage) => Promise<unknown>;
	readonly #renew: () => void;
	#madeMs = -Infinity;
	#devices = '';
	#cancelRotation: (() => void) | null = null;

	/** `tell` sends the key to all viewers. `renew` makes the publisher ask for a new sealer. */
	constructor(
		tools: LiveKeyTools,
		tell: (key: LiveKeyMessage) => Promise<unknown>,
		renew: () => void,
	) {
		this.#tools = tools;
		this.#send = tell;
		this.#renew = renew;
	}

	/** For a new viewer; `null` before anything is sealed. */
	get current(): LiveKeyMessage | null {
		return this.#current;
	}

	/** Seals under a new key, after sending it to all viewers. */
	async sealerOf(camera: CameraId): Promise<Pick<LivePartSealer, 'seal'>> {
		const { clock, crypto, liveSealer } = this.#tools;
		const run = hexOf(crypto.random(16)) as RunId;
		const raw = crypto.random(32);
		this.#madeMs = clock.monotonicMs();
		const key = { run, raw: base64urlOf(raw) };
		this.#current = key;
		const secret = await crypto.secret(raw);
		raw.fill(0);
		const sealer = await liveSealer(camera, { run, secret });
		await new Promise<void>((resolve) => {
			const stop = clock.after(DELIVERY_MS, resolve);
			// A newer key may have been sent meanwhile, and viewers never return to an older one.
			void (this.#current === key ? this.#send(key) : Promise.resolve()).then(() => {
				stop();
				resolve();
			});
		});
		return sealer;
	}

	/** `devices`: all that watch now. `atOnce`: one of them lost the right to. */
	setViewers(devices: readonly DeviceId[], atOnce: boolean): void {
		const set = devices.toSorted().join();
		if (set === this.#devices) return;
		this.#devices = set;
		if (devices.length === 0) {
			// Later viewers must not open earlier parts.
			this.#current = null;
			this.#stop();
			return;
		}
		const intervalMs = Math.max(MIN_INTERVAL_MS, devices.length * MESSAGE_MS);
		const waitMs = atOnce ? 0 : this.#madeMs + intervalMs - this.#tools.clock.monotonicMs();
		if (waitMs <= 0) this.#rotate();
		else this.#cancelRotation ??= this.#tools.clock.after(waitMs, () => this.#rotate());
	}

	#rotate(): void {
		this.#stop();
		// There is no key until something is sealed with it.
		this.#current = null;
		this.#renew();
	}

	#stop(): void {
		this.#cancelRotation?.();
		this.#cancelRotation = null;
	}
}
