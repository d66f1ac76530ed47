import { ageMs, directAgeMs, STALE_MS } from '#domain/live/age.ts';
import { Fault } from '#domain/base/fault.ts';
import type { FilmPart } from '#domain/live/live-part.ts';
import { AGAIN_MS, expectedFrameMs, verdict, type Verdict } from '#domain/live/path.ts';
import type { LiveRate } from '#protocol/channel.ts';
import type { CameraState, CommandName, Message } from '#protocol/message.ts';
import type { LiveScreen, LiveScreenEvent, Pane } from '#ports/media/live-screen.ts';
import type { Post } from '#engine/messaging/post.ts';
import { DirectCall, type DirectTools } from './watching-direct.ts';
import { changes, goneOf, type Ended, type Trying } from './watching-state.ts';
import { RelayedWatch, type RelayedTools } from './watching-relayed.ts';
import type {
	LiveView,
	Path,
	PathReason,
	ViewState,
	WatchedCamera,
} from '#engine/live/watching.ts';

const LOOK_MS = 250;
/** After the camera hung up. */
const RELAY_AGAIN_MS = 2000;
const SOUND = /opus|mp4a/;

export type ViewTools = DirectTools &
	RelayedTools & {
		readonly post: Post;
		readonly screen: LiveScreen;
		/** As it is now. */
		readonly source: () => WatchedCamera;
		readonly command: (name: CommandName, value: boolean) => Promise<void>;
		/** Whether somebody may take it over in a moment: then `end` is called after it. */
		readonly left: (view: CameraView) => boolean;
		readonly closed: (view: CameraView) => void;
		/** A picture of the camera that was captured at this wall ms is seen (LV29). */
		readonly seen: (atMs: number) => void;
		/** What the camera says directly of how it fares is another, or no more. */
		readonly told: () => void;
	};

/** One camera in one place on the screen: the best path there is, and its picture's true age. */
export class CameraView implements LiveView {
	state: ViewState;
	readonly #tools: ViewTools;
	readonly #listeners = new Set<() => void>();
	readonly #stop: () => void;
	#way: 'best' | 'relayed' = 'best';
	#rate: LiveRate = 'full';
	#direct: DirectCall | null = null;
	#relayed: RelayedWatch | null = null;
	#nextDirectMs = -Infinity;
	#nextRelayedMs = -Infinity;
	#reason: PathReason = 'best';
	#front: Pane | null = null;
	/** When the video painted its newest frame, and when the canvas' newest was captured. */
	#videoMs: number | null = null;
	#capturedMs: number | null = null;
	/** The newest, where the camera sends no single frames. */
	#pieces: FilmPart | null = null;
	/** The age of what is on show, when it was last known. */
	#known: { readonly path: Path; readonly ageMs: number; readonly atMs: number } | null = null;
	#sinceMs: number;
	/** Since when frames can be expected: it was attached, or woke, as missed looks show. */
	#awakeMs = 0;
	#lookedMs = Infinity;
	#ended: Ended | null = null;
	#muted = true;
	/** The camera was asked to play what is said here. */
	#talking = false;
	/** Counts who began to talk and who let go. */
	#turn = 0;
	#wasCut = false;
	#told: CameraState['kind'] | null = null;
	#looking = false;
	#closed = false;

	constructor(tools: ViewTools) {
		this.#tools = tools;
		this.#sinceMs = tools.clock.wallMs();
		this.state = { kind: 'connecting', trying: 'camera', sinceMs: this.#sinceMs };
		tools.screen.on(this.#see.bind(this));
		this.#stop = tools.clock.every(LOOK_MS, this.look.bind(this));
		this.look();
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** LV32 */
	get kind(): CameraState['kind'] | null {
		return this.#direct?.kind ?? null;
	}

	want(rate: LiveRate): void {
		if (rate === this.#rate) return;
		this.#rate = rate;
		this.#tools.screen.rate(rate);
		this.#direct?.want(rate);
		this.look();
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		this.#awakeMs = this.#tools.clock.monotonicMs();
		this.#videoMs = this.#capturedMs = this.#known = null;
		this.#show(null);
		this.#tools.screen.attach(video, canvas);
		this.look();
	}

	setWay(way: 'best' | 'relayed'): void {
		if (way === this.#way) return;
		this.#way = way;
		this.#nextDirectMs = -Infinity;
		this.look();
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		this.#tools.screen.mute(muted || this.#talking);
		this.#relayed?.listen(!muted && !this.#talking);
	}

	async talk(on: boolean): Promise<void> {
		const turn = (this.#turn += 1);
		const direct = this.#direct;
		if (!on) {
			const spoke = this.#talking;
			this.#talking = false;
			this.mute(this.#muted);
			await direct?.talk(false);
			if (spoke) await this.#tools.command('talk', false);
			return;
		}
		if (!direct?.picture) throw new Fault('unsupported', 'speech goes directly only');
		await direct.talk(true);
		if (turn !== this.#turn) throw new Fault('aborted', 'let go meanwhile');
		this.#talking = true;
		this.mute(this.#muted);
		try {
			await this.#tools.command('talk', true);
		} catch (error) {
			// It may have been carried out all the same.
			if (turn === this.#turn) void this.talk(false).catch(() => undefined);
			throw error;
		}
		if (turn !== this.#turn) throw new Fault('aborted', 'let go meanwhile');
	}

	retry(): void {
		this.#ended = null;
		this.#nextDirectMs = -Infinity;
		if (this.state.kind !== 'live') this.#dropRelayed();
		this.look();
	}

	/** LV18 */
	close(): void {
		this.#listeners.clear();
		this.mute(true);
		const well = this.#direct !== null && this.#direct.connectedMs !== null;
		if (this.#closed || !well || this.#talking || this.#ended !== null || !this.#tools.left(this))
			this.end();
	}

	end(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#stop();
		this.#dropAll();
		this.#listeners.clear();
		this.#tools.screen.close();
		this.#tools.closed(this);
	}

	heard(message: Message): void {
		this.#direct?.heard(message);
		this.#relayed?.heard(message);
	}

	look(): void {
		if (this.#looking || this.#closed) return;
		// What is hung up here calls back: one look at a time.
		this.#looking = true;
		this.#lookAt(this.#tools.source());
		this.#looking = false;
		const { kind } = this;
		if (kind === this.#told) return;
		this.#told = kind;
		this.#tools.told();
	}

	#lookAt(source: WatchedCamera): void {
		if (this.#rate === 'none') {
			this.#dropAll();
			this.#set({ kind: 'connecting', trying: 'camera', sinceMs: this.#sinceMs });
			return;
		}
		const nowMs = this.#tools.clock.monotonicMs();
		if (nowMs - this.#lookedMs > 4 * LOOK_MS) this.#awakeMs = nowMs;
		this.#lookedMs = nowMs;
		this.#heedEnds(nowMs);
		const gone = this.#ended ?? goneOf(this.#tools.post.state, source);
		const alive = this.#direct !== null && this.#direct.connectedMs !== null;
		// LV14: who was taken out sees nothing more, however well the connection is.
		if (gone !== null && (!alive || gone.why === 'revoked')) {
			this.#dropAll();
			this.#tools.screen.play(null);
			this.#show(null);
			this.#known = null;
			this.#sinceMs = this.#tools.clock.wallMs();
			this.#nextDirectMs = -Infinity;
			this.#set(gone);
			return;
		}
		const reachable = this.#tools.post.state.kind === 'connected' && source.online;
		// A camera forgets who watched at a relay that was away.
		if (reachable && this.#wasCut) this.#dropRelayed();
		this.#wasCut = !reachable;
		const fares = this.#steerDirect(source, reachable, nowMs);
		this.#steerRelayed(source, reachable && nowMs >= this.#nextRelayedMs, fares);
		this.#choose(fares, nowMs);
		this.#age(nowMs);
		this.#tellShown(this.#trying(reachable));
	}

	/** What the camera said about the end of it. */
	#heedEnds(nowMs: number): void {
		const end = this.#direct?.end ?? null;
		const over = this.#relayed?.end ?? null;
		if (end !== null) {
			this.#direct = null;
			this.#nextDirectMs = nowMs + (end === 'closed' ? RELAY_AGAIN_MS : AGAIN_MS);
			this.#reason = end === 'full' ? 'full' : 'blocked';
		}
		if (over !== null) {
			this.#relayed = null;
			this.#nextRelayedMs = nowMs + RELAY_AGAIN_MS;
		}
		if ([end, over].includes('revoked'))
			this.#ended = { kind: 'ended', why: 'revoked', fault: null };
	}

	#steerDirect(source: WatchedCamera, reachable: boolean, nowMs: number): Verdict | null {
		if (this.#way === 'relayed') {
			this.#dropDirect();
			this.#reason = 'chosen';
			return null;
		}
		if (this.#reason === 'chosen') this.#reason = 'best';
		if (this.#direct === null) {
			if (!reachable || nowMs < this.#nextDirectMs) return null;
			this.#videoMs = null;
			const look = this.look.bind(this);
			this.#direct = new DirectCall(this.#tools, source.id, source.device, this.#rate, look);
		}
		const direct = this.#direct;
		const { picture, connectedMs: sinceMs, lostMs } = direct;
		if (picture !== null) this.#tools.screen.play(picture);
		const begunMs = Math.max(direct.begunMs, this.#awakeMs);
		const connectedMs = sinceMs && Math.max(sinceMs, this.#awakeMs);
		const seen = { paintedMs: this.#videoMs, visible: this.#tools.screen.seen };
		const slow = this.#rate !== 'full';
		const frameMs = picture && expectedFrameMs({ ...seen, slow, beat: direct.beat }, nowMs);
		const fares = verdict({ begunMs, connectedMs, lostMs, frameMs }, nowMs);
		if (fares !== 'over') return fares;
		this.#dropDirect();
		this.#nextDirectMs = nowMs + AGAIN_MS;
		this.#reason = 'blocked';
		return null;
	}

	#steerRelayed(source: WatchedCamera, reachable: boolean, fares: Verdict | null): void {
		const { screen } = this.#tools;
		if (fares === 'well' && this.#videoMs !== null) {
			this.#dropRelayed();
			return;
		}
		if (this.#relayed !== null || !reachable || fares === 'wait' || fares === 'well') return;
		if (!screen.decodes) {
			if (fares !== null) return;
			const fault = new Fault('unsupported', 'this browser decodes no live parts');
			this.#ended = { kind: 'ended', why: 'failed', fault };
			return;
		}
		this.#capturedMs = null;
		this.#relayed = new RelayedWatch(this.#tools, source.id, source.device, {
			part: (part) => {
				if (part.kind !== 'sound') this.#pieces = part.kind === 'film' ? part : null;
				screen.decode(part);
			},
			failed: (fault) => {
				this.#see({ kind: 'failed', fault });
			},
			changed: this.look.bind(this),
		});
		this.#relayed.listen(!this.#muted && !this.#talking);
	}

	/** The old picture stays until the new one has its first frame. */
	#choose(fares: Verdict | null, nowMs: number): void {
		const [offset, captured] = [this.#relayed?.offset ?? null, this.#capturedMs];
		if (fares === 'well' && this.#videoMs !== null) {
			this.#reason = 'best';
			this.#show('video');
		} else if (offset !== null && captured !== null) {
			// What a relay kept from before is no first frame.
			if (ageMs(nowMs, offset, captured) < STALE_MS) this.#show('canvas');
		} else if (this.#front === null && this.#videoMs !== null && this.#direct !== null) {
			this.#show('video');
		}
	}

	#age(nowMs: number): void {
		const [direct, relayed] = [this.#direct, this.#relayed];
		if (this.#front === 'video' && direct?.offset && direct.beat && this.#videoMs !== null) {
			const { offset, beat, path } = direct;
			// In a hidden page nothing is painted, and nobody looks.
			const shownMs = this.#tools.screen.seen ? this.#videoMs : nowMs;
			this.#know(path, directAgeMs(nowMs, offset, beat, shownMs));
		} else if (this.#front === 'canvas' && relayed?.offset && this.#capturedMs !== null) {
			this.#know('relayed', ageMs(nowMs, relayed.offset, this.#capturedMs));
		}
	}

	#know(path: Path, age: number): void {
		this.#known = { path, ageMs: age, atMs: this.#tools.clock.monotonicMs() };
	}

	#tellShown(trying: Trying): void {
		const known = this.#known;
		if (known === null || this.#front === null) {
			this.#set({ kind: 'connecting', trying, sinceMs: this.#sinceMs });
			return;
		}
		const { path, ageMs, atMs } = known;
		const age = Math.round(ageMs + this.#tools.clock.monotonicMs() - atMs);
		if (age > STALE_MS) this.#set({ kind: 'stale', path, ageMs: age, trying });
		else {
			const reason = path === 'relayed' ? this.#reason : 'best';
			const [relayed, pieces] = [this.#front === 'canvas', this.#pieces];
			const silent =
				relayed && (pieces === null ? !this.#tools.screen.hears : !SOUND.test(pieces.mime));
			const sound = !silent && this.#tools.source().state?.sound === true;
			const about = { path, reason, ageMs: age, sound, pieces: relayed && pieces !== null };
			this.#set({ kind: 'live', ...about });
			this.#tools.seen(this.#tools.clock.wallMs() - age);
		}
	}

	#trying(reachable: boolean): Trying {
		if (!reachable) return 'relay';
		if (this.#direct !== null) return this.#relayed === null ? 'direct' : 'relayed';
		return this.#relayed === null ? 'camera' : 'relayed';
	}

	#see(event: LiveScreenEvent): void {
		const nowMs = this.#tools.clock.monotonicMs();
		if (event.kind === 'failed') {
			this.#ended = { kind: 'ended', why: 'failed', fault: event.fault };
			this.look();
			return;
		}
		if (event.pane === 'video') this.#videoMs = nowMs;
		else this.#capturedMs = (event.capturedUs ?? 0) / 1000;
		// The first frame is shown at once.
		if (event.pane !== this.#front || this.state.kind !== 'live') this.look();
	}

	#show(pane: Pane | null): void {
		if (pane === this.#front) return;
		this.#front = pane;
		this.#tools.screen.front(pane);
	}

	#dropAll(): void {
		this.#dropDirect();
		this.#dropRelayed();
	}

	#dropDirect(): void {
		const direct = this.#direct;
		this.#direct = null;
		direct?.hangUp();
	}

	#dropRelayed(): void {
		const relayed = this.#relayed;
		this.#relayed = null;
		relayed?.hangUp();
	}

	#set(state: ViewState): void {
		const told = !changes(this.state, state);
		this.state = state;
		if (!told) for (const listener of this.#listeners) listener();
	}
}
