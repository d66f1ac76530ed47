import { bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { betterOffset, type ClockOffset } from '#domain/live/age.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { ReplayWindow } from '#engine/live/replay-window.ts';
import type { LiveKey, OpenedPart, Opener } from '#engine/sealing/opener.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';

/** How often it calls again, to stay listed and to measure the clock offset. */
const KEEPALIVE_MS = 15_000;
const RETRY_MS = 1500;
/**
 * LV10: half of a longer round trip would add too much to the age; it is measured again, up to
 * `MAX_REMEASURES` times.
 */
const FINE_ROUND_TRIP_MS = 500;
const MAX_REMEASURES = 8;
const MAX_PENDING = 40;
/** Minimum interval between requests for a missing key. */
const KEY_REQUEST_MS = 2000;
/** Parts waiting to be opened; beyond this it skips to the next key part. */
const MAX_QUEUED = 20;

export interface RelayedViewTools {
	readonly clock: Clock;
	readonly messenger: Pick<Messenger, 'send' | 'sendAction' | 'watchParts'>;
	readonly crypto: Pick<Crypto, 'random' | 'secret'>;
	readonly opener: Pick<Opener, 'openLive'>;
}

export interface RelayedViewSink {
	part(part: LivePart): void;
	/** The part has a later version: nothing of this camera can be shown here. */
	failed(fault: Fault): void;
	changed(): void;
}

type RelayedMessage = Extract<Message, { t: 'relayed' }>;

/** Watches a camera's parts at the relay until it hangs up. Never throws. */
export class RelayedView {
	readonly begunMs: number;
	offset: ClockOffset | null = null;
	/** Set when the camera hung up. */
	end: Extract<Message, { t: 'hang-up' }>['why'] | null = null;
	readonly #tools: RelayedViewTools;
	readonly #camera: CameraId;
	readonly #device: DeviceId;
	readonly #sink: RelayedViewSink;
	readonly #window: ReplayWindow;
	readonly #sid: string;
	/** Sending times of calls by their nonce. */
	readonly #pending = new Map<string, number>();
	#nonce = '';
	/** Nonce of the last call that the camera answered. */
	#answered = '';
	#listens = false;
	#waiting = 0;
	#awaitsKey = false;
	#keyRequestedMs: number;
	#run: RunId | null = null;
	/** The key of the current run's parts (LV24). */
	#key: Promise<LiveKey> | null = null;
	#stopped = false;
	readonly #stopParts: () => void;
	readonly #stopCalls: () => void;

	constructor(tools: RelayedViewTools, camera: CameraId, device: DeviceId, sink: RelayedViewSink) {
		this.#tools = tools;
		this.#camera = camera;
		this.#device = device;
		this.#sink = sink;
		this.begunMs = tools.clock.monotonicMs();
		this.#sid = hexOf(tools.crypto.random(16));
		this.#keyRequestedMs = this.begunMs;
		this.#window = new ReplayWindow((of, sealed) => this.#open(of, sealed), camera);
		this.#call();
		let calledMs = this.begunMs;
		let remeasures = MAX_REMEASURES;
		this.#stopCalls = tools.clock.every(RETRY_MS, () => {
			const nowMs = tools.clock.monotonicMs();
			const coarse = this.offset === null || this.offset.roundTripMs > FINE_ROUND_TRIP_MS;
			if (nowMs - calledMs < KEEPALIVE_MS && !(coarse && remeasures > 0)) return;
			if (this.offset !== null) remeasures = coarse ? remeasures - 1 : MAX_REMEASURES;
			calledMs = nowMs;
			this.#call();
		});
		this.#stopParts = tools.messenger.watchParts(camera, (sealed, key) => {
			this.#enqueue(sealed, key);
		});
	}

	/** Whether this viewer listens: only then does the camera send sound (LV16). */
	setSound(on: boolean): void {
		if (on === this.#listens || this.#stopped) return;
		this.#listens = on;
		this.#call();
	}

	receive(message: Message): void {
		if (!('sid' in message) || message.sid !== this.#sid || this.#stopped) return;
		if (message.t === 'relayed') {
			if (!this.#receiveAnswer(message)) return;
		} else if (message.t === 'hang-up') {
			this.end = message.why;
			this.#stop();
		}
		this.#sink.changed();
	}

	/** `false`: no such call is pending. */
	#receiveAnswer({ peer, atMs: theirsMs, key }: RelayedMessage): boolean {
		const sentMs = this.#pending.get(peer);
		if (sentMs === undefined && peer !== this.#answered) return false;
		if (sentMs !== undefined) {
			for (const nonce of this.#pending.keys()) {
				this.#pending.delete(nonce);
				if (nonce === peer) break;
			}
			this.#answered = peer;
			const heardMs = this.#tools.clock.monotonicMs();
			this.offset = betterOffset(this.offset, { sentMs, heardMs, theirsMs });
		}
		if (key !== null) this.#setKey(key);
		return true;
	}

	hangUp(): void {
		if (this.#stopped) return;
		const about = { sid: this.#sid, peer: this.#nonce };
		void this.#tools.messenger.send(this.#device, { t: 'hang-up', ...about, why: 'done' });
		this.#stop();
	}

	#stop(): void {
		this.#stopped = true;
		this.#stopParts();
		this.#stopCalls();
	}

	#call(): void {
		const nonce = hexOf(this.#tools.crypto.random(16));
		this.#nonce = nonce;
		const [oldest] = this.#pending.keys();
		if (oldest !== undefined && this.#pending.size >= MAX_PENDING) this.#pending.delete(oldest);
		this.#pending.set(nonce, this.#tools.clock.monotonicMs());
		const about = { sid: this.#sid, nonce, camera: this.#camera, sound: this.#listens };
		void this.#tools.messenger.sendAction(this.#device, { t: 'call', ...about, ways: ['relayed'] });
	}

	#enqueue(sealed: Bytes, key: boolean): void {
		if (this.#stopped || (this.#awaitsKey && !key)) return;
		this.#awaitsKey = this.#waiting >= MAX_QUEUED;
		if (this.#awaitsKey) return;
		this.#waiting += 1;
		this.#window
			.open(sealed)
			.then((part) => {
				if (part !== null && !this.#stopped) this.#sink.part(part);
			})
			.catch((error: unknown) => {
				const fault = faultOf(error);
				if (fault.kind === 'unsupported' && !this.#stopped) this.#sink.failed(fault);
				if (fault.kind !== 'not-found') return;
				// Later frames depend on the part that did not open. Parts without the camera's signature
				// do not count.
				this.#awaitsKey = true;
				this.#requestKey();
			})
			.finally(() => {
				this.#waiting -= 1;
			});
	}

	async #open(camera: CameraId, sealed: Bytes): Promise<OpenedPart> {
		if (this.#key === null)
			throw new Fault('not-found', 'cannot open a live part: the camera has not sent the key');
		return this.#tools.opener.openLive(camera, sealed, await this.#key);
	}

	/** LV21, LV24: the key of the current run; past runs are rejected. */
	#setKey({ run: said, raw }: NonNullable<RelayedMessage['key']>): void {
		const run = said as RunId;
		if (run === this.#run || !this.#window.switchRun(run)) return;
		this.#run = run;
		this.#key = this.#tools.crypto
			.secret(bytesOfBase64url(raw))
			.then((secret) => ({ run, secret }));
		// The rejection is handled where a part is opened.
		this.#key.catch(() => undefined);
	}

	#requestKey(): void {
		const { clock } = this.#tools;
		if (this.#stopped || clock.monotonicMs() - this.#keyRequestedMs < KEY_REQUEST_MS) return;
		this.#keyRequestedMs = clock.monotonicMs();
		this.#call();
	}
}
