import { hasStepped, type Reading } from '#domain/clock.ts';
import { Fault } from '#domain/fault.ts';
import type { CameraId } from '#domain/ids.ts';
import { PROFILES, type Profile } from '#domain/profile.ts';
import type { RunEnd } from '#domain/run.ts';
import { retryAfterMs, silence, watchFrom, watchNext, type Watch } from '#domain/watchdog.ts';
import type { Capture, Captured, CapturedEvent } from '#ports/capture.ts';
import type { PreferenceStore } from '#ports/preferences.ts';
import type { Tenure } from '#ports/tenure.ts';
import type {
	Note,
	RecorderChoice,
	RecorderControls,
	RecorderState,
	Saved,
	View,
} from './recording.ts';
import { Take, type TakeTools } from './take.ts';

export interface RecorderTools extends TakeTools {
	readonly capture: Capture;
	readonly tenure: Tenure;
	readonly preferences: PreferenceStore;
	/** The camera this device is, or `null` before its first start. */
	readonly camera: () => CameraId | null;
}

/** An epoch key lives 24 h; runs end long before, and a recorder does not grow old. */
const ROTATE_MS = 4 * 60 * 60 * 1000;
const TICK_MS = 1000;

/**
 * Keeps a camera recording: opens the lens, replaces what fails, closes every run with its reason. No
 * method throws; `state` says what happened. Rules: docs/spec/recording.md.
 */
export class Recorder implements RecorderControls {
	readonly #tools: RecorderTools;
	readonly #rotateMs: number;
	readonly #listeners = new Set<() => void>();
	#state: RecorderState = { kind: 'off', fault: null };
	#choice: RecorderChoice = { lensId: null, profile: PROFILES[1] ?? never(), sound: false };
	#captured: Captured | null = null;
	#release: (() => void) | null = null;
	#armed = false;
	#take: Take | null = null;
	/** When all takes so far are written and closed. */
	#drained: Promise<void> = Promise.resolve();
	#watch: Watch | null = null;
	#saved: Saved | null = null;
	#sinceMs = 0;
	#muted = false;
	#madeRoomMs = -Infinity;
	#failures = 0;
	#cancelRetry: (() => void) | null = null;
	#cancelTick: (() => void) | null = null;
	/** Orders follow each other; what a lens or a timer reports joins the same queue. */
	#orders: Promise<void> = Promise.resolve();
	readonly #offLenses: () => void;

	/** `rotateMs`: after how long a run is replaced by the next. */
	constructor(tools: RecorderTools, rotateMs = ROTATE_MS) {
		this.#tools = tools;
		this.#rotateMs = rotateMs;
		this.#offLenses = tools.capture.onLenses(() => {
			if (this.#state.kind === 'blind') void this.#order(() => this.#retryNow());
		});
	}

	get state(): RecorderState {
		return this.#state;
	}

	get camera(): CameraId | null {
		return this.#tools.camera();
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	open(choice: RecorderChoice): Promise<void> {
		return this.#order(async () => {
			if (this.#armed) return;
			this.#choice = choice;
			await this.#showPicture();
		});
	}

	change(choice: RecorderChoice): Promise<void> {
		return this.#order(async () => {
			this.#choice = choice;
			if (!this.#armed) {
				await this.#showPicture();
				return;
			}
			await this.#replaceLens('changed');
		});
	}

	start(): Promise<void> {
		return this.#order(async () => {
			const { camera } = this;
			if (this.#armed || camera === null) return;
			if (!(await this.#takeTenure(camera))) return;
			this.#armed = true;
			this.#sinceMs = this.#tools.clock.wallMs();
			this.#saved = null;
			this.#failures = 0;
			await this.#remember(true);
			if (this.#captured === null) await this.#openLens();
			else this.#begin(this.#captured);
		});
	}

	async resume(): Promise<boolean> {
		try {
			const { armed, lensId, profile, sound } = await this.#tools.preferences.read();
			const { camera } = this;
			if (!armed || this.#armed || camera === null) return this.#armed;
			this.#choice = { lensId, sound, profile: profileNamed(profile) };
			await this.start();
			return this.#armed;
		} catch (error) {
			this.#set({ kind: 'off', fault: asFault(error) });
			return false;
		}
	}

	stop(): Promise<void> {
		return this.#order(async () => {
			if (!this.#armed) return;
			this.#disarm();
			await this.#remember(false);
			this.#retire('stopped');
			await this.#drained;
			this.#release?.();
			this.#release = null;
			this.#showPreview();
		});
	}

	close(): Promise<void> {
		return this.#order(async () => {
			if (this.#armed) return;
			await this.#drained;
			this.#closeLens();
			this.#set({ kind: 'off', fault: null });
		});
	}

	/** Ends everything, as if the page went away on purpose: it stays armed. */
	async dispose(): Promise<void> {
		this.#offLenses();
		this.#disarm();
		this.#retire('interrupted');
		await this.#drained;
		this.#closeLens();
		this.#release?.();
		this.#listeners.clear();
	}

	#order(job: () => Promise<void> | void): Promise<void> {
		this.#orders = this.#orders.then(job).catch((error: unknown) => {
			const fault = asFault(error);
			if (this.#armed) this.#blind('failed', fault);
			else this.#set({ kind: 'off', fault });
		});
		return this.#orders;
	}

	/** Choices are remembered as well as they can be; a store that refuses does not stop the camera. */
	async #remember(armed: boolean): Promise<void> {
		const { lensId, profile, sound } = this.#choice;
		try {
			await this.#tools.preferences.write({ armed, lensId, sound, profile: profile.name });
		} catch (error) {
			asFault(error);
		}
	}

	async #takeTenure(camera: CameraId): Promise<boolean> {
		this.#release ??= await this.#tools.tenure.take(camera);
		if (this.#release === null) {
			this.#set({ kind: 'elsewhere' });
			return false;
		}
		// Whoever left them open is gone, or the tenure would not be ours.
		for (const run of await this.#tools.segments.runs(camera)) {
			if (run.ended === null) {
				await this.#tools.segments.close(camera, run.runNo, 'interrupted');
			}
		}
		return true;
	}

	async #showPicture(): Promise<void> {
		const { camera } = this;
		if (camera !== null && this.#release === null && (await this.#tools.tenure.taken(camera))) {
			this.#closeLens();
			this.#set({ kind: 'elsewhere' });
			return;
		}
		this.#closeLens();
		this.#set({ kind: 'opening' });
		try {
			this.#captured = await this.#openCaptured();
		} catch (error) {
			this.#set({ kind: 'off', fault: asFault(error) });
			return;
		}
		await this.#remember(false);
		this.#showPreview();
	}

	#showPreview(): void {
		const view = this.#view();
		this.#set(view === null ? { kind: 'off', fault: null } : { kind: 'preview', view });
	}

	async #openCaptured(): Promise<Captured> {
		const { lensId, profile, sound } = this.#choice;
		const { width, height, frameRate } = profile;
		const captured = await this.#tools.capture.open({ lensId, width, height, frameRate, sound });
		captured.on((event) => this.#hear(captured, event));
		return captured;
	}

	#hear(captured: Captured, event: CapturedEvent): void {
		if (captured !== this.#captured) return;
		if (event === 'muted' || event === 'unmuted') {
			this.#muted = event === 'muted';
			this.#refresh();
			return;
		}
		void this.#order(async () => {
			if (captured !== this.#captured) return;
			const denied = event === 'denied';
			const fault = denied
				? new Fault('denied', 'the permission was withdrawn')
				: new Fault('not-found', 'the camera went away');
			this.#retire(denied ? 'denied' : 'unplugged');
			this.#closeLens();
			await this.#drained;
			if (this.#armed) this.#blind(denied ? 'denied' : 'unplugged', fault);
			else this.#set({ kind: 'off', fault });
		});
	}

	/** The lens for an armed camera: failure means blind and another try. */
	async #openLens(): Promise<void> {
		if (this.#state.kind !== 'blind') this.#set({ kind: 'opening' });
		try {
			this.#captured = await this.#openCaptured();
		} catch (error) {
			const fault = asFault(error);
			this.#blind(fault.kind === 'denied' ? 'denied' : 'unplugged', fault);
			return;
		}
		this.#begin(this.#captured);
	}

	/** A new take on this lens. The one before is stopped in this very task, so that no frame is lost between. */
	#begin(captured: Captured, why: RunEnd = 'rotated'): void {
		const { camera } = this;
		if (camera === null) return;
		const before = this.#take;
		let take: Take;
		try {
			take = new Take(
				this.#tools,
				camera,
				captured,
				this.#choice.profile,
				{
					saved: (run, segment) => {
						if (take === this.#take) this.#failures = 0;
						const { bytes = 0, segments = 0, untilMs = 0 } = this.#saved ?? {};
						this.#saved = {
							sinceMs: this.#sinceMs,
							untilMs: Math.max(untilMs, run.endUs / 1000),
							segments: segments + 1,
							bytes: bytes + segment.bytes.length,
						};
						if (take === this.#take && this.#armed) this.#showRecording();
					},
					madeRoom: () => {
						this.#madeRoomMs = this.#tools.clock.monotonicMs();
					},
					failed: (end, fault) => {
						void this.#order(() => {
							this.#failed(take, end, fault);
						});
					},
				},
				before === null ? this.#drained : before.end(why),
			);
		} catch (error) {
			this.#retire('failed');
			this.#blind('failed', asFault(error));
			return;
		}
		this.#take = take;
		if (before !== null)
			this.#drained = Promise.all([this.#drained, before.end(why)]).then(nothing);
		this.#watch = watchFrom(this.#pulse(), this.#tools.clock.monotonicMs());
		this.#cancelTick ??= this.#tools.clock.every(TICK_MS, () => {
			void this.#order(() => this.#look());
		});
		if (this.#state.kind !== 'blind' && this.#state.kind !== 'recording') {
			const view = this.#view();
			if (view !== null) this.#set({ kind: 'starting', view });
		}
	}

	/** Ends the take without another. */
	#retire(why: RunEnd): void {
		const take = this.#take;
		this.#take = null;
		this.#watch = null;
		if (take !== null) this.#drained = Promise.all([this.#drained, take.end(why)]).then(nothing);
	}

	/** Another lens, size or sound: the new picture first where the device can, so that the gap is short. */
	async #replaceLens(why: RunEnd): Promise<void> {
		const old = this.#captured;
		let fresh: Captured;
		try {
			fresh = await this.#openCaptured();
		} catch {
			// Many phones open a lens only once: let it go first.
			this.#retire(why);
			this.#closeLens();
			await this.#remember(true);
			await this.#openLens();
			return;
		}
		this.#captured = fresh;
		await this.#remember(true);
		this.#begin(fresh, why);
		await this.#drained;
		old?.close();
		this.#refresh();
	}

	#failed(take: Take, why: RunEnd, fault: Fault): void {
		if (take !== this.#take || !this.#armed) return;
		this.#retire(why);
		this.#blind(why, fault);
	}

	/** Every second: has the clock been set, has anything fallen silent, is it time for a new run? */
	async #look(): Promise<void> {
		const take = this.#take;
		const captured = this.#captured;
		const watch = this.#watch;
		if (take === null || captured === null || watch === null || !this.#armed) return;
		const { clock } = this.#tools;
		const now: Reading = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
		this.#watch = watchNext(watch, this.#pulse(), now.monotonicMs);
		const silent = silence(this.#watch, now.monotonicMs);
		if (silent !== null) {
			this.#retire('stalled');
			if (silent === 'frames') this.#closeLens();
			await this.#drained;
			this.#blind('stalled', new Fault('timeout', `no ${silent} came`));
		} else if (hasStepped(take.begun, now)) this.#begin(captured, 'clock-step');
		else if (now.monotonicMs - take.begun.monotonicMs > this.#rotateMs)
			this.#begin(captured, 'rotated');
		else this.#refresh();
	}

	#pulse(): { frames: number; fragments: number } {
		return { frames: this.#captured?.frames() ?? 0, fragments: this.#take?.fragments ?? 0 };
	}

	/** Nothing is being saved: says so, and tries again after a while, for ever. */
	#blind(why: RunEnd, fault: Fault): void {
		const sinceMs = this.#state.kind === 'blind' ? this.#state.sinceMs : this.#tools.clock.wallMs();
		this.#failures++;
		this.#set({ kind: 'blind', why, fault, sinceMs, view: this.#view() });
		this.#cancelRetry?.();
		this.#cancelRetry = this.#tools.clock.after(retryAfterMs(this.#failures), () => {
			void this.#order(() => this.#retryNow());
		});
	}

	async #retryNow(): Promise<void> {
		if (!this.#armed || this.#take !== null) return;
		this.#cancelRetry?.();
		this.#cancelRetry = null;
		if (this.#captured === null) await this.#openLens();
		else this.#begin(this.#captured);
	}

	#disarm(): void {
		this.#armed = false;
		this.#cancelRetry?.();
		this.#cancelRetry = null;
		this.#cancelTick?.();
		this.#cancelTick = null;
	}

	#closeLens(): void {
		this.#captured?.close();
		this.#captured = null;
		this.#muted = false;
	}

	#view(): View | null {
		const captured = this.#captured;
		if (captured === null) return null;
		const { picture, lensId, label, sound } = captured;
		return { picture, lensId, label, sound };
	}

	#showRecording(): void {
		const view = this.#view();
		if (view === null || this.#saved === null) return;
		this.#set({ kind: 'recording', view, saved: this.#saved, notes: this.#notes() });
	}

	#refresh(): void {
		if (this.#state.kind === 'recording') this.#showRecording();
	}

	#notes(): Note[] {
		const notes: Note[] = [];
		const wanted = this.#choice.sound;
		if (wanted && (this.#take?.soundMissing === true || this.#captured?.sound === false)) {
			notes.push('sound-missing');
		}
		if (this.#muted) notes.push('muted');
		if (this.#tools.clock.monotonicMs() - this.#madeRoomMs < 60_000) notes.push('making-room');
		return notes;
	}

	#set(state: RecorderState): void {
		this.#state = state;
		for (const listener of this.#listeners) listener();
	}
}

function profileNamed(name: Profile['name']): Profile {
	return PROFILES.find((profile) => profile.name === name) ?? PROFILES[1] ?? never();
}

function asFault(error: unknown): Fault {
	return error instanceof Fault ? error : new Fault('internal', 'an unforeseen error', error);
}

function nothing(): void {
	// A promise of many becomes a promise of none.
}

function never(): never {
	throw new Fault('internal', 'there are no profiles');
}
