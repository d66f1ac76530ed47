import { Listeners } from '#domain/base/listeners.ts';
import { ageMs, directAgeMs, STALE_MS } from '#domain/live/age.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { FragmentPart } from '#domain/live/live-part.ts';
import { DIRECT_RETRY_MS, expectedFrameMs, judgeAttempt, type Verdict } from '#domain/live/path.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { CameraState, CommandName, Message } from '#protocol/message.ts';
import type { LiveScreen, LiveScreenEvent, Pane } from '#ports/media/live-screen.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';
import { DirectView, type DirectViewTools } from './direct-view.ts';
import { hasChanged, endedStateOf, type EndedState, type ConnectTarget } from './view-state.ts';
import { RelayedView, type RelayedViewTools } from './relayed-view.ts';
import type {
	LiveViewControls,
	Path,
	PathReason,
	ViewState,
	WatchedCamera,
} from '#engine/live/controls.ts';

const POLL_MS = 250;
/** After the camera hung up. */
const RELAY_RETRY_MS = 2000;
const SOUND = /opus|mp4a/;

export type LiveViewTools = DirectViewTools &
	RelayedViewTools & {
		readonly messenger: Messenger;
		readonly screen: LiveScreen;
		/** The camera's current entry. */
		readonly source: () => WatchedCamera;
		readonly sendCommand: (name: CommandName, value: boolean) => Promise<void>;
		/** Whether another view may take it over soon; `end` is then called later. */
		readonly park: (view: LiveView) => boolean;
		readonly closed: (view: LiveView) => void;
		/** A picture captured at this wall ms was shown (LV29). */
		readonly pictureSeen: (atMs: number) => void;
		/** The status from the direct connection changed or became unknown. */
		readonly statusChanged: () => void;
	};

/** One camera on one screen: picks the best path and tracks the true age of the picture. */
export class LiveView implements LiveViewControls {
	state: ViewState;
	readonly #tools: LiveViewTools;
	readonly #listeners = new Listeners();
	readonly #stop: () => void;
	#path: 'best' | 'relayed' = 'best';
	#rate: LiveRate = 'full';
	#direct: DirectView | null = null;
	#relayed: RelayedView | null = null;
	#nextDirectMs = -Infinity;
	#nextRelayedMs = -Infinity;
	#reason: PathReason = 'best';
	#front: Pane | null = null;
	/** When the video painted its newest frame, and when the canvas's newest was captured. */
	#videoMs: number | null = null;
	#capturedMs: number | null = null;
	/** The newest one, if the camera sends fragments instead of frames. */
	#fragment: FragmentPart | null = null;
	/** Last known age of the picture on show. */
	#lastAge: { readonly path: Path; readonly ageMs: number; readonly atMs: number } | null = null;
	#sinceMs: number;
	/** Frames are expected since then: when attached, or awake again after missed polls. */
	#awakeMs = 0;
	#polledMs = Infinity;
	#ended: EndedState | null = null;
	#muted = true;
	/** The camera was asked to play this device's voice. */
	#talking = false;
	/** Counts presses and releases of the talk button. */
	#turn = 0;
	#unreachable = false;
	#lastStatus: CameraState['kind'] | null = null;
	#refreshing = false;
	#closed = false;

	constructor(tools: LiveViewTools) {
		this.#tools = tools;
		this.#sinceMs = tools.clock.wallMs();
		this.state = { kind: 'connecting', trying: 'camera', sinceMs: this.#sinceMs };
		tools.screen.on(this.#onScreenEvent.bind(this));
		this.#stop = tools.clock.every(POLL_MS, this.refresh.bind(this));
		this.refresh();
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** LV32. */
	get kind(): CameraState['kind'] | null {
		return this.#direct?.kind ?? null;
	}

	setRate(rate: LiveRate): void {
		if (rate === this.#rate) return;
		this.#rate = rate;
		this.#tools.screen.setRate(rate);
		this.#direct?.setRate(rate);
		this.refresh();
	}

	attach(...on: Parameters<LiveScreen['attach']>): void {
		this.#awakeMs = this.#tools.clock.monotonicMs();
		this.#videoMs = this.#capturedMs = this.#lastAge = null;
		this.#show(null);
		this.#tools.screen.attach(...on);
		this.refresh();
	}

	setPath(path: 'best' | 'relayed'): void {
		if (path === this.#path) return;
		this.#path = path;
		this.#nextDirectMs = -Infinity;
		this.refresh();
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		this.#tools.screen.mute(muted || this.#talking);
		this.#relayed?.setSound(!muted && !this.#talking);
	}

	async talk(on: boolean): Promise<void> {
		const turn = (this.#turn += 1);
		const direct = this.#direct;
		if (!on) {
			const spoke = this.#talking;
			this.#talking = false;
			this.mute(this.#muted);
			await direct?.talk(false);
			if (spoke) await this.#tools.sendCommand('talk', false);
			return;
		}
		if (!direct?.picture) throw new Fault('unsupported', 'talk requires a direct connection');
		await direct.talk(true);
		if (turn !== this.#turn) throw new Fault('aborted', 'talk was released before it began');
		this.#talking = true;
		this.mute(this.#muted);
		try {
			await this.#tools.sendCommand('talk', true);
		} catch (error) {
			// The camera may have carried it out nevertheless.
			if (turn === this.#turn) this.talk(false).catch(expectFault);
			throw error;
		}
		if (turn !== this.#turn) throw new Fault('aborted', 'talk was released before it began');
	}

	retry(): void {
		this.#ended = null;
		this.#nextDirectMs = -Infinity;
		if (this.state.kind !== 'live') this.#dropRelayed();
		this.refresh();
	}

	/** LV18. */
	close(): void {
		this.#listeners.clear();
		this.mute(true);
		const well = this.#direct !== null && this.#direct.connectedMs !== null;
		if (this.#closed || !well || this.#talking || this.#ended !== null || !this.#tools.park(this))
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

	receive(message: Message): void {
		this.#direct?.receive(message);
		this.#relayed?.receive(message);
	}

	refresh(): void {
		if (this.#refreshing || this.#closed) return;
		// Hanging up calls back into this method.
		this.#refreshing = true;
		this.#update(this.#tools.source());
		this.#refreshing = false;
		const { kind } = this;
		if (kind === this.#lastStatus) return;
		this.#lastStatus = kind;
		this.#tools.statusChanged();
	}

	#update(source: WatchedCamera): void {
		if (this.#rate === 'none') {
			this.#dropAll();
			this.#set({ kind: 'connecting', trying: 'camera', sinceMs: this.#sinceMs });
			return;
		}
		const nowMs = this.#tools.clock.monotonicMs();
		if (nowMs - this.#polledMs > 4 * POLL_MS) this.#awakeMs = nowMs;
		this.#polledMs = nowMs;
		this.#handleEnds(nowMs);
		const ended = this.#ended ?? endedStateOf(this.#tools.messenger.state, source);
		const connected = this.#direct !== null && this.#direct.connectedMs !== null;
		// LV14: a removed device sees nothing more, even over a healthy connection.
		if (ended !== null && (!connected || ended.why === 'revoked')) {
			this.#dropAll();
			this.#tools.screen.play(null);
			this.#show(null);
			this.#lastAge = null;
			this.#sinceMs = this.#tools.clock.wallMs();
			this.#nextDirectMs = -Infinity;
			this.#set(ended);
			return;
		}
		const reachable = this.#tools.messenger.state.kind === 'connected' && source.online;
		// The camera drops its viewers when the relay is gone.
		if (reachable && this.#unreachable) this.#dropRelayed();
		this.#unreachable = !reachable;
		const verdict = this.#steerDirect(source, reachable, nowMs);
		this.#steerRelayed(source, reachable && nowMs >= this.#nextRelayedMs, verdict);
		this.#choose(verdict, nowMs);
		this.#measureAge(nowMs);
		this.#publish(this.#trying(reachable));
	}

	/** Handles calls that the camera ended. */
	#handleEnds(nowMs: number): void {
		const end = this.#direct?.end ?? null;
		const over = this.#relayed?.end ?? null;
		if (end !== null) {
			this.#direct = null;
			this.#nextDirectMs = nowMs + (end === 'closed' ? RELAY_RETRY_MS : DIRECT_RETRY_MS);
			this.#reason = end === 'full' ? 'full' : 'blocked';
		}
		if (over !== null) {
			this.#relayed = null;
			this.#nextRelayedMs = nowMs + RELAY_RETRY_MS;
		}
		if ([end, over].includes('revoked'))
			this.#ended = { kind: 'ended', why: 'revoked', fault: null };
	}

	#steerDirect(source: WatchedCamera, reachable: boolean, nowMs: number): Verdict | null {
		if (this.#path === 'relayed') {
			this.#dropDirect();
			this.#reason = 'chosen';
			return null;
		}
		if (this.#reason === 'chosen') this.#reason = 'best';
		if (this.#direct === null) {
			if (!reachable || nowMs < this.#nextDirectMs) return null;
			this.#videoMs = null;
			const refresh = this.refresh.bind(this);
			this.#direct = new DirectView(this.#tools, source.id, source.device, this.#rate, refresh);
		}
		const direct = this.#direct;
		const { picture, connectedMs: sinceMs, lostMs, heartbeat } = direct;
		if (picture !== null) this.#tools.screen.play(picture);
		const begunMs = Math.max(direct.begunMs, this.#awakeMs);
		const connectedMs = sinceMs && Math.max(sinceMs, this.#awakeMs);
		const seen = { paintedMs: this.#videoMs, visible: this.#tools.screen.visible };
		const slow = this.#rate !== 'full';
		const frameMs = picture && expectedFrameMs({ ...seen, slow, heartbeat }, nowMs);
		const verdict = judgeAttempt({ begunMs, connectedMs, lostMs, frameMs }, nowMs);
		if (verdict !== 'over') return verdict;
		this.#dropDirect();
		this.#nextDirectMs = nowMs + DIRECT_RETRY_MS;
		this.#reason = 'blocked';
		return null;
	}

	#steerRelayed(source: WatchedCamera, reachable: boolean, verdict: Verdict | null): void {
		const { screen } = this.#tools;
		if (verdict === 'well' && this.#videoMs !== null) {
			this.#dropRelayed();
			return;
		}
		if (this.#relayed !== null || !reachable || verdict === 'wait' || verdict === 'well') return;
		if (!screen.decodes) {
			if (verdict !== null) return;
			const fault = new Fault('unsupported', 'this browser cannot decode live parts');
			this.#ended = { kind: 'ended', why: 'failed', fault };
			return;
		}
		this.#capturedMs = null;
		this.#relayed = new RelayedView(this.#tools, source.id, source.device, {
			part: (part) => {
				if (part.kind !== 'sound') this.#fragment = part.kind === 'fragment' ? part : null;
				screen.decode(part);
			},
			failed: (fault) => {
				this.#onScreenEvent({ kind: 'failed', fault });
			},
			changed: this.refresh.bind(this),
		});
		this.#relayed.setSound(!this.#muted && !this.#talking);
	}

	/** The old picture stays until the new path has its first frame. */
	#choose(verdict: Verdict | null, nowMs: number): void {
		const [offset, captured] = [this.#relayed?.offset ?? null, this.#capturedMs];
		if (verdict === 'well' && this.#videoMs !== null) {
			this.#reason = 'best';
			this.#show('video');
		} else if (offset !== null && captured !== null) {
			// An old part kept by the relay does not count as a first frame.
			if (ageMs(nowMs, offset, captured) < STALE_MS) this.#show('canvas');
		} else if (this.#front === null && this.#videoMs !== null && this.#direct !== null) {
			this.#show('video');
		}
	}

	#measureAge(nowMs: number): void {
		const [direct, relayed] = [this.#direct, this.#relayed];
		if (this.#front === 'video' && direct?.offset && direct.heartbeat && this.#videoMs !== null) {
			const { offset, heartbeat, path } = direct;
			// A hidden page paints nothing and nobody looks at it.
			const shownMs = this.#tools.screen.visible ? this.#videoMs : nowMs;
			this.#setAge(path, directAgeMs(nowMs, offset, heartbeat, shownMs));
		} else if (this.#front === 'canvas' && relayed?.offset && this.#capturedMs !== null) {
			this.#setAge('relayed', ageMs(nowMs, relayed.offset, this.#capturedMs));
		}
	}

	#setAge(path: Path, age: number): void {
		this.#lastAge = { path, ageMs: age, atMs: this.#tools.clock.monotonicMs() };
	}

	#publish(trying: ConnectTarget): void {
		const known = this.#lastAge;
		if (known === null || this.#front === null) {
			this.#set({ kind: 'connecting', trying, sinceMs: this.#sinceMs });
			return;
		}
		const { path, ageMs, atMs } = known;
		const age = Math.round(ageMs + this.#tools.clock.monotonicMs() - atMs);
		if (age > STALE_MS) this.#set({ kind: 'stale', path, ageMs: age, trying });
		else {
			const reason = path === 'relayed' ? this.#reason : 'best';
			const [relayed, pieces] = [this.#front === 'canvas', this.#fragment];
			const silent =
				relayed && (pieces === null ? !this.#tools.screen.hears : !SOUND.test(pieces.mime));
			const sound = !silent && this.#tools.source().state?.sound === true;
			const about = { path, reason, ageMs: age, sound, fragmented: relayed && pieces !== null };
			this.#set({ kind: 'live', ...about });
			this.#tools.pictureSeen(this.#tools.clock.wallMs() - age);
		}
	}

	#trying(reachable: boolean): ConnectTarget {
		if (!reachable) return 'relay';
		if (this.#direct !== null) return this.#relayed === null ? 'direct' : 'relayed';
		return this.#relayed === null ? 'camera' : 'relayed';
	}

	#onScreenEvent(event: LiveScreenEvent): void {
		const nowMs = this.#tools.clock.monotonicMs();
		if (event.kind === 'failed') {
			this.#ended = { kind: 'ended', why: 'failed', fault: event.fault };
			this.refresh();
			return;
		}
		if (event.pane === 'video') this.#videoMs = nowMs;
		else this.#capturedMs = (event.capturedUs ?? 0) / 1000;
		// The first frame is shown at once.
		if (event.pane !== this.#front || this.state.kind !== 'live') this.refresh();
	}

	#show(pane: Pane | null): void {
		if (pane === this.#front) return;
		this.#front = pane;
		this.#tools.screen.setFront(pane);
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
		const changed = hasChanged(this.state, state);
		this.state = state;
		if (changed) this.#listeners.notify();
	}
}
