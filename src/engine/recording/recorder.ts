import { hasClockStepped, clockSampleOf } from '#domain/footage/clock-sample.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import { repairFor, type Pulse, type Repair } from '#domain/recording/watchdog.ts';
import type { Captured, CapturedEvent } from '#ports/media/capture.ts';
import { Chosen } from './chosen.ts';
import { CameraInHand } from './hold.ts';
import { LensInHand, lensLost, lensRefused, nothingCame } from './lens.ts';
import {
	notesOf,
	savedWith,
	type RecorderChoice,
	type RecorderControls,
	type RecorderState,
	type RecorderTools,
	type Saved,
} from './recording.ts';
import { Take, type Effort } from './take.ts';
import { Vigil } from './vigil.ts';

/** An epoch key lives 24 h; runs end long before, and a recorder does not grow old. */
const ROTATE_MS = 4 * 60 * 60 * 1000;

/**
 * Keeps a camera recording: opens the lens, replaces what fails, closes every run with its reason.
 * No method throws; `state` says what happened. Rules: docs/spec/recording.md.
 */
export class Recorder implements RecorderControls {
	readonly #tools: RecorderTools;
	readonly #rotateMs: number;
	readonly #listeners = new Set<() => void>();
	#state: RecorderState = { kind: 'off', fault: null };
	readonly #chosen: Chosen;
	readonly #lens: LensInHand;
	readonly #hold: CameraInHand;
	#armed = false;
	#take: Take | null = null;
	/** When all takes so far are written and closed. */
	#drained: Promise<unknown> = Promise.resolve();
	readonly #vigil: Vigil;
	/** What is made anew before the next try. */
	#repair: Repair = 'recorder';
	#saved: Saved | null = null;
	#sinceMs = 0;
	/** Orders follow each other; what a lens or a timer reports joins the same queue. */
	#orders: Promise<void> = Promise.resolve();

	/** `rotateMs`: after how long a run is replaced by the next. */
	constructor(tools: RecorderTools, rotateMs = ROTATE_MS) {
		this.#tools = tools;
		this.#rotateMs = rotateMs;
		this.#chosen = new Chosen(tools.preferences, tools.retention);
		this.#hold = new CameraInHand(tools);
		this.#lens = new LensInHand(tools, this.#chosen, (event) => this.#hear(event));
		this.#vigil = new Vigil(
			tools.clock,
			() => void this.#order(() => this.#look()),
			() => void this.#order(() => this.#retryNow()),
		);
		tools.capture.onLenses(() => void this.#order(() => this.#tryAgain()));
	}

	get state(): RecorderState {
		return this.#state;
	}

	get camera(): CameraId | null {
		return this.#tools.camera();
	}

	get chosen(): Profile {
		return this.#chosen.choice.profile;
	}

	get effort(): Effort | null {
		return this.#take?.effort ?? null;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	open(choice: RecorderChoice): Promise<void> {
		return this.#order(async () => {
			this.#lens.looked = true;
			if (this.#armed || this.#state.kind === 'preview') return;
			await this.#chosen.know(choice);
			await this.#showPicture();
		});
	}

	change(choice: RecorderChoice): Promise<void> {
		return this.#order(async () => {
			const changes = this.#chosen.choose(choice);
			if (!this.#armed && this.#lens.captured === null) return this.#chosen.remember();
			if (!this.#armed) return this.#showPicture();
			if (changes === 'lens' || this.#lens.captured === null) return this.#replaceLens('changed');
			await this.#chosen.remember({ armed: true });
			return this.#adjust(changes);
		});
	}

	spare(step: number): Promise<void> {
		return this.#order(() => this.#adjust(this.#chosen.spare(step)));
	}

	renew(): Promise<void> {
		return this.#order(() => {
			if (this.#take !== null && this.#lens.captured !== null) this.#begin(this.#lens.captured);
		});
	}

	start(): Promise<void> {
		return this.#order(async () => {
			const { camera } = this;
			if (this.#armed || camera === null) return;
			if (!(await this.#hold.take(camera))) {
				this.#set({ kind: 'elsewhere' });
				return;
			}
			this.#armed = true;
			this.#sinceMs = this.#tools.clock.wallMs();
			this.#saved = null;
			this.#vigil.failures = 0;
			if (this.#lens.captured === null) await this.#chosen.recall();
			await this.#chosen.remember({ armed: true });
			await this.#beginOrOpen();
		});
	}

	async resume(): Promise<boolean> {
		try {
			const { armed } = await this.#tools.preferences.read();
			const { camera } = this;
			if (!armed || this.#armed || camera === null) return this.#armed;
			await this.start();
			return this.#armed;
		} catch (error) {
			this.#set({ kind: 'off', fault: faultOf(error) });
			return false;
		}
	}

	async retry(): Promise<void> {
		await (this.#armed ? this.#order(() => this.#retryNow()) : this.resume());
	}

	stop(): Promise<void> {
		return this.#order(async () => {
			if (!this.#armed) return;
			this.#armed = false;
			this.#vigil.end();
			await this.#chosen.remember({ armed: false });
			this.#retire('stopped');
			await this.#drained;
			this.#hold.release();
			this.#lens.rest();
			this.#showPreview();
		});
	}

	close(leaving = true): Promise<void> {
		return this.#order(async () => {
			if (leaving) this.#lens.looked = false;
			if (this.#armed) return;
			await this.#drained;
			this.#lens.close();
			this.#set({ kind: 'off', fault: null });
		});
	}

	#order(job: () => Promise<void> | void): Promise<void> {
		this.#orders = this.#orders.then(job).catch((error: unknown) => {
			const fault = faultOf(error);
			if (this.#armed) this.#blind('failed', fault);
			else this.#set({ kind: 'off', fault });
		});
		return this.#orders;
	}

	async #showPicture(): Promise<void> {
		const { camera } = this;
		if (camera !== null && (await this.#hold.elsewhere(camera))) {
			this.#lens.close();
			this.#set({ kind: 'elsewhere' });
			return;
		}
		this.#lens.close();
		this.#set({ kind: 'opening' });
		await this.#lens.open();
		await this.#chosen.remember();
		this.#showPreview();
	}

	#showPreview(): void {
		const view = this.#lens.view;
		this.#set(view === null ? { kind: 'off', fault: null } : { kind: 'preview', view });
	}

	#hear(event: CapturedEvent): void {
		this.#refresh();
		if (event === 'muted' || event === 'unmuted') return;
		const gone = this.#lens.captured;
		void this.#order(async () => {
			if (this.#lens.captured !== gone) return;
			const [why, fault] = lensLost(event);
			this.#retire(why);
			this.#lens.close();
			await this.#drained;
			if (this.#armed) this.#blind(why, fault);
			else this.#set({ kind: 'off', fault });
		});
	}

	/** The lens for an armed camera: failure means blind and another try. */
	async #beginOrOpen(): Promise<void> {
		let { captured } = this.#lens;
		if (captured === null && this.#state.kind !== 'blind') this.#set({ kind: 'opening' });
		try {
			captured ??= await this.#lens.open();
		} catch (error) {
			this.#blind(...lensRefused(faultOf(error)));
			return;
		}
		this.#begin(captured);
	}

	/**
	 * A new take on this lens. The one before is stopped in this very task, so that no frame is lost
	 * between.
	 */
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
				this.#chosen.asked.profile,
				{
					saved: (run, segment) => {
						if (take === this.#take) this.#vigil.failures = 0;
						this.#saved = savedWith(this.#saved, this.#sinceMs, run, segment);
						if (take === this.#take && this.#armed) this.#showRecording();
					},
					outgrown: () => void (take === this.#take && this.renew()),
					failed: (end, fault) =>
						void this.#order(() => {
							if (take !== this.#take || !this.#armed) return;
							this.#retire(end);
							this.#blind(end, fault);
						}),
				},
				before === null ? this.#drained : before.end(why),
			);
		} catch (error) {
			this.#retire('failed');
			throw error;
		}
		this.#take = take;
		if (before !== null) this.#drained = Promise.all([this.#drained, before.end(why)]);
		this.#vigil.begin(this.pulse);
		if (this.#state.kind !== 'blind' && this.#state.kind !== 'recording') {
			const view = this.#lens.view;
			if (view !== null) this.#set({ kind: 'starting', view });
		}
	}

	/** Ends the take without another. */
	#retire(why: RunEnd): void {
		if (this.#take !== null) this.#drained = Promise.all([this.#drained, this.#take.end(why)]);
		this.#take = null;
	}

	/** The same lens at another size or rate. A run has one size from its first picture on. */
	async #adjust(changes: 'rate' | 'size' | null): Promise<void> {
		const { captured } = this.#lens;
		if (captured === null || changes === null) return;
		const goesOn = this.#take !== null;
		if (changes === 'size') this.#retire('changed');
		await captured.adjust(this.#chosen.asked.profile);
		if (goesOn) this.#begin(captured, 'changed');
	}

	/** Another lens or sound. Where the device can, the new one opens first: a short gap. */
	async #replaceLens(why: RunEnd): Promise<void> {
		const old = this.#lens.captured;
		let fresh: Captured;
		try {
			fresh = await this.#lens.open();
		} catch {
			// Many phones open a lens only once: let it go first.
			this.#retire(why);
			this.#lens.close();
			await this.#chosen.remember({ armed: true });
			await this.#beginOrOpen();
			return;
		}
		await this.#goOnWith(fresh, why);
		old?.close();
		this.#refresh();
	}

	async #goOnWith(fresh: Captured, why: RunEnd): Promise<void> {
		await this.#chosen.remember({ armed: true });
		this.#begin(fresh, why);
		await this.#drained;
	}

	/** Something was plugged in or allowed: what failed or is missed may work now (RC33, RC36). */
	async #tryAgain(): Promise<void> {
		const failed = this.#state.kind === 'off' && this.#state.fault !== null;
		if (this.#state.kind === 'blind') await this.#retryNow();
		else if (failed && this.#lens.looked && !this.#armed) await this.#showPicture();
		else if (this.#take !== null || this.#state.kind === 'preview') await this.#goBack(true);
	}

	async #goBack(told = false): Promise<void> {
		const before = this.#lens.captured;
		const fresh = await this.#lens.goBack(told);
		if (fresh === null) return;
		if (this.#take === null) this.#showPreview();
		else await this.#goOnWith(fresh, 'changed');
		before?.close();
	}

	/** Every second: has the clock been set, has anything fallen silent, is it time for a new run? */
	async #look(): Promise<void> {
		const [take, captured] = [this.#take, this.#lens.captured];
		if (take === null || captured === null || !this.#armed) return;
		const now = clockSampleOf(this.#tools.clock);
		const silent = this.#vigil.look(this.pulse);
		if (silent !== null) {
			this.#retire('stalled');
			if (silent === 'frames') this.#lens.close();
			await this.#drained;
			this.#blind('stalled', nothingCame(silent), silent);
		} else if (hasClockStepped(take.begun, now)) this.#begin(captured, 'clock-step');
		else if (now.monotonicMs - take.begun.monotonicMs > this.#rotateMs) this.#begin(captured);
		else await this.#goBack().then(() => this.#refresh());
	}

	get pulse(): Pulse {
		return { frames: this.#lens.frames, fragments: this.#take?.fragments ?? 0 };
	}

	/** Nothing is being saved: says so, and tries again after a while, for ever. */
	#blind(why: RunEnd, fault: Fault, silent: 'frames' | 'fragments' | null = null): void {
		const sinceMs = this.#state.kind === 'blind' ? this.#state.sinceMs : this.#tools.clock.wallMs();
		this.#vigil.failed();
		this.#repair = repairFor(this.#vigil.failures, why, silent, fault.kind);
		this.#set({ kind: 'blind', why, fault, sinceMs, view: this.#lens.view });
	}

	async #retryNow(): Promise<void> {
		const { camera } = this;
		if (!this.#armed || this.#take !== null || camera === null) return;
		this.#vigil.trying();
		const done = await this.#tools.repairs?.(camera, this.#repair);
		// Should the page stay, there is another try.
		if (done === 'reloading') this.#vigil.failed();
		else {
			if (this.#repair !== 'recorder') this.#lens.close();
			await this.#beginOrOpen();
		}
	}

	#showRecording(): void {
		const view = this.#lens.view;
		if (view === null || this.#saved === null) return;
		this.#set({
			kind: 'recording',
			view,
			saved: this.#saved,
			notes: notesOf({
				soundMissing: this.#lens.silent || (this.#take?.soundMissing ?? false),
				muted: this.#lens.muted,
			}),
		});
	}

	#refresh(): void {
		if (this.#state.kind === 'recording') this.#showRecording();
	}

	#set(state: RecorderState): void {
		this.#state = state;
		for (const listener of this.#listeners) listener();
	}
}
