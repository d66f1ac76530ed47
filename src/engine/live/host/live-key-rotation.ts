import { base64urlOf } from '#domain/base/base64url.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Message } from '#protocol/message.ts';
import type { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import type { LiveKey } from '#engine/sealing/opener.ts';

/**
 * Devices that come and go within this time share a key; longer for many, so that the letters stay
 * far below what a relay takes.
 */
const MIN_INTERVAL_MS = 1000;
const LETTER_MS = 100;
/** So long the parts wait for the letters that bring their key. */
const DELIVERY_MS = 500;

type LiveKeyMessage = NonNullable<Extract<Message, { t: 'relayed' }>['key']>;

export interface LiveKeyTools {
	readonly clock: Clock;
	readonly crypto: Pick<Crypto, 'random' | 'secret'>;
	readonly liveSealer: (camera: CameraId, key: LiveKey) => Promise<Pick<SidecarSealer, 'sealLive'>>;
}

/**
 * The key of what goes to the relay: each set of devices that watch there has its own, so none
 * watches unseen (LV24).
 */
export class LiveKeyRotation {
	#current: LiveKeyMessage | null = null;
	readonly #tools: LiveKeyTools;
	readonly #send: (key: LiveKeyMessage) => Promise<unknown>;
	readonly #renew: () => void;
	#madeMs = -Infinity;
	#devices = '';
	#soon: (() => void) | null = null;

	/** `tell`: gives it to all who watch. `renew`: what comes next is to be sealed anew. */
	constructor(
		tools: LiveKeyTools,
		tell: (key: LiveKeyMessage) => Promise<unknown>,
		renew: () => void,
	) {
		this.#tools = tools;
		this.#send = tell;
		this.#renew = renew;
	}

	/** For somebody who watches; `null`: nothing is sealed yet. */
	get current(): LiveKeyMessage | null {
		return this.#current;
	}

	/** Seals under a key that all who watch have, or will have in a moment. */
	async sealerOf(camera: CameraId): Promise<Pick<SidecarSealer, 'sealLive'>> {
		const { clock, crypto, liveSealer } = this.#tools;
		const run = hexOf(crypto.random(16)) as RunId;
		const raw = crypto.random(32);
		this.#madeMs = clock.monotonicMs();
		const told = { run, raw: base64urlOf(raw) };
		this.#current = told;
		const secret = await crypto.secret(raw);
		raw.fill(0);
		const sealer = await liveSealer(camera, { run, secret });
		await new Promise<void>((resolve) => {
			const stop = clock.after(DELIVERY_MS, resolve);
			// A younger one may have been told meanwhile, and viewers go back to none.
			void (this.#current === told ? this.#send(told) : Promise.resolve()).then(() => {
				stop();
				resolve();
			});
		});
		return sealer;
	}

	/** Who watches now. `atOnce`: one of those before may not any more. */
	setViewers(devices: readonly DeviceId[], atOnce: boolean): void {
		const set = devices.toSorted().join();
		if (set === this.#devices) return;
		this.#devices = set;
		if (devices.length === 0) {
			// Whoever comes next shall not open what was sent before.
			this.#current = null;
			this.#stop();
			return;
		}
		const apartMs = Math.max(MIN_INTERVAL_MS, devices.length * LETTER_MS);
		const waitMs = atOnce ? 0 : this.#madeMs + apartMs - this.#tools.clock.monotonicMs();
		if (waitMs <= 0) this.#rotate();
		else this.#soon ??= this.#tools.clock.after(waitMs, () => this.#rotate());
	}

	#rotate(): void {
		this.#stop();
		// Without anything to seal there is none until there is.
		this.#current = null;
		this.#renew();
	}

	#stop(): void {
		this.#soon?.();
		this.#soon = null;
	}
}
