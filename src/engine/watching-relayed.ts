import { hexOf, type Bytes } from '#domain/bytes.ts';
import { offsetWith, type ClockOffset } from '#domain/age.ts';
import { faultOf, type Fault } from '#domain/fault.ts';
import type { CameraId, DeviceId, RunId } from '#domain/ids.ts';
import type { LivePart } from '#domain/live-part.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/clock.ts';
import type { Crypto } from '#ports/crypto.ts';
import { LiveWindow } from './live-window.ts';
import type { Opener } from './open.ts';
import type { Post } from './post.ts';

/** How often it says that it is there, and compares the clocks. */
const SAY_MS = 15_000;
const SAY_AGAIN_MS = 1500;
/** LV10: half of a longer round trip is much to add; it is measured again, so often at most. */
const FINE_MS = 500;
const FINER = 8;
const MOST_ASKED = 40;
const GRANT_MS = 2000;
/** Parts of a run that the camera has not named yet, as far as is known here. */
const MOST_EARLY = 20;
/** Parts that wait for their opening: it leaps to the next key part. */
const MOST_WAITING = 20;

export interface RelayedTools {
	readonly clock: Clock;
	readonly post: Pick<Post, 'send' | 'act' | 'watchParts'>;
	readonly crypto: Pick<Crypto, 'random'>;
	readonly opener: Pick<Opener, 'openLive'>;
}

export interface RelayedSink {
	part(part: LivePart): void;
	/** It is of a later version: nothing of it will be seen here. */
	failed(fault: Fault): void;
	changed(): void;
}

/** Watching a camera's parts at the relay, until it is hung up. Never throws. */
export class RelayedWatch {
	readonly begunMs: number;
	offset: ClockOffset | null = null;
	/** The camera hung up. */
	end: Extract<Message, { t: 'hang-up' }>['why'] | null = null;
	readonly #tools: RelayedTools;
	readonly #camera: CameraId;
	readonly #device: DeviceId;
	readonly #sink: RelayedSink;
	readonly #window: LiveWindow;
	readonly #sid: string;
	/** By nonce, when it was sent. */
	readonly #asked = new Map<string, number>();
	#nonce = '';
	#saidMs = -Infinity;
	/** With which of its nonces the camera answered last. */
	#answered = '';
	readonly #early: Bytes[] = [];
	/** How often it did. */
	#answers = 0;
	#listens = false;
	#waiting = 0;
	#skips = false;
	#wantedMs = -Infinity;
	#stopped = false;
	readonly #stopParts: () => void;
	readonly #stopSaying: () => void;

	constructor(tools: RelayedTools, camera: CameraId, device: DeviceId, sink: RelayedSink) {
		this.#tools = tools;
		this.#camera = camera;
		this.#device = device;
		this.#sink = sink;
		this.begunMs = tools.clock.monotonicMs();
		this.#sid = hexOf(tools.crypto.random(16));
		this.#window = new LiveWindow(tools.opener, camera);
		this.#say();
		let said = this.begunMs;
		let finer = FINER;
		this.#stopSaying = tools.clock.every(SAY_AGAIN_MS, () => {
			const nowMs = tools.clock.monotonicMs();
			const coarse = this.offset === null || this.offset.roundTripMs > FINE_MS;
			if (nowMs - said < SAY_MS && !(coarse && finer > 0)) return;
			if (this.offset !== null) finer = coarse ? finer - 1 : FINER;
			said = nowMs;
			this.#say();
		});
		this.#stopParts = tools.post.watchParts(camera, (sealed, key) => {
			this.#take(sealed, key);
		});
	}

	/** Whether somebody listens: the camera sends sound only then (LV16). */
	listen(on: boolean): void {
		if (on === this.#listens || this.#stopped) return;
		this.#listens = on;
		this.#say();
	}

	heard(message: Message): void {
		if (!('sid' in message) || message.sid !== this.#sid || this.#stopped) return;
		if (message.t === 'relayed') {
			if (!this.#hearOf(message)) return;
		} else if (message.t === 'hang-up') {
			this.end = message.why;
			this.#stop();
		}
		this.#sink.changed();
	}

	/** `false`: an answer to nothing that is asked still. */
	#hearOf({ peer, atMs: theirsMs, run }: Extract<Message, { t: 'relayed' }>): boolean {
		const sentMs = this.#asked.get(peer);
		if (sentMs === undefined && peer !== this.#answered) return false;
		if (sentMs !== undefined) {
			for (const nonce of this.#asked.keys()) {
				this.#asked.delete(nonce);
				if (nonce === peer) break;
			}
			this.#answered = peer;
			const heardMs = this.#tools.clock.monotonicMs();
			this.offset = offsetWith(this.offset, { sentMs, heardMs, theirsMs });
		}
		this.#answers += 1;
		if (run !== null) this.#window.name(run as RunId);
		for (const sealed of this.#early.splice(0)) this.#open(sealed);
		return true;
	}

	hangUp(): void {
		if (this.#stopped) return;
		const about = { sid: this.#sid, peer: this.#nonce };
		void this.#tools.post.send(this.#device, { t: 'hang-up', ...about, why: 'done' });
		this.#stop();
	}

	#stop(): void {
		this.#stopped = true;
		this.#stopParts();
		this.#stopSaying();
	}

	#say(): void {
		const nonce = hexOf(this.#tools.crypto.random(16));
		this.#nonce = nonce;
		this.#saidMs = this.#tools.clock.monotonicMs();
		const [oldest] = this.#asked.keys();
		if (oldest !== undefined && this.#asked.size >= MOST_ASKED) this.#asked.delete(oldest);
		this.#asked.set(nonce, this.#tools.clock.monotonicMs());
		const about = { sid: this.#sid, nonce, camera: this.#camera, sound: this.#listens };
		void this.#tools.post.act(this.#device, { t: 'call', ...about, ways: ['relayed'] });
	}

	#take(sealed: Bytes, key: boolean): void {
		if (this.#stopped || (this.#skips && !key)) return;
		this.#skips = this.#waiting >= MOST_WAITING;
		if (this.#skips) return;
		this.#open(sealed);
	}

	#open(sealed: Bytes): void {
		this.#waiting += 1;
		const answers = this.#answers;
		this.#window
			.open(sealed)
			.then((part) => {
				// It may have been named while this one was opened.
				if (part === 'unnamed' && answers !== this.#answers) this.#open(sealed);
				else if (part === 'unnamed') this.#keep(sealed);
				else if (part !== null && !this.#stopped) this.#sink.part(part);
			})
			.catch((error: unknown) => {
				const fault = faultOf(error);
				if (fault.kind === 'unsupported' && !this.#stopped) this.#sink.failed(fault);
				if (fault.kind !== 'not-found') return;
				// What leans on a part that did not open cannot be decoded. One that the camera did not sign is no part.
				this.#skips = true;
				this.#wantGrant();
			})
			.finally(() => {
				this.#waiting -= 1;
			});
	}

	/** LV21: the camera's word on it is under way, or is asked for. */
	#keep(sealed: Bytes): void {
		if (this.#stopped) return;
		this.#early.push(sealed);
		if (this.#early.length > MOST_EARLY) this.#early.shift();
		if (this.#tools.clock.monotonicMs() - this.#saidMs > SAY_AGAIN_MS) this.#say();
	}

	/** LV9 */
	#wantGrant(): void {
		const { clock, post } = this.#tools;
		if (clock.monotonicMs() - this.#wantedMs < GRANT_MS) return;
		this.#wantedMs = clock.monotonicMs();
		void post.act(this.#device, { t: 'want-grants', camera: this.#camera, earlier: false });
	}
}
