import { Serial } from '#domain/base/serial.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { hasClockStepped, clockSampleOf } from '#domain/footage/clock-sample.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import { repairFor, type Pulse, type Repair } from '#domain/recording/watchdog.ts';
import type { Captured, CapturedEvent } from '#ports/media/capture.ts';
import { RecorderSettings } from './recorder-settings.ts';
import { HeldCamera } from './held-camera.ts';
import { OpenLens, lensLost, lensRefused, silenceFault } from './open-lens.ts';
import {
	noticesOf,
	progressWith,
	type RecorderChoice,
	type RecorderControls,
	type RecorderState,
	type RecorderTools,
	type RecordingProgress,
} from './recorder-controls.ts';
import { RunWriter, type EncodingStats } from './run-writer.ts';
import { WatchdogTimers } from './watchdog-timers.ts';

/** Well below the 24 h life of an epoch key, and limits how long one encoder lives. */
const ROTATE_MS = 4 * 60 * 60 * 1000;

/**
 * Keeps a camera recording: opens the lens, recreates what fails, closes every run with its reason.
 * No method throws; `state` says what happened. Rules: docs/spec/recording.md.
 */
export class Recorder implements RecorderControls {
	readonly #tools: RecorderTools;
	readonly #rotateMs: number;
	readonly #listeners = new Listeners();
	state: RecorderState = { kind: 'off', fault: null };
	readonly #settings: RecorderSettings;
	readonly #lens: OpenLens;
	readonly #held: HeldCamera;
	#armed = false;
	#writer: RunWriter | null = null;
	/** Resolves when all previous writers have written and closed their runs. */
	#drained: Promise<unknown> = Promise.resolve();
	readonly #watchdog: WatchdogTimers;
	readonly #offLenses: () => void;
	/** What to recreate before the next attempt. */
	#repair: Repair = 'recorder';
	#progress: RecordingProgress | null = null;
	#sinceMs = 0;
	/** Serializes calls together with what lens and timers report. */
	readonly #serial = new Serial();

	/** `rotateMs`: age at which a run is replaced. */
	constructor(tools: RecorderTools, rotateMs = ROTATE_MS) {
		this.#tools = tools;
		this.#rotateMs = rotateMs;
		this.#settings = new RecorderSettings(tools.preferences, tools.retention);
		this.#held = new HeldCamera(tools);
		this.#lens = new OpenLens(tools, this.#settings, (event) => this.#onLensEvent(event));
		this.#watchdog = new WatchdogTimers(
			tools.clock,
			() => void this.#enqueue(() => this.#check()),
			() => void this.#enqueue(() => this.#retryNow()),
		);
		this.#offLenses = tools.capture.onLenses(
			() => void this.#enqueue(() => this.#onLensesChanged()),
		);
	}

	get camera(): CameraId | null {
		return this.#tools.camera();
	}

	get chosenProfile(): Profile {
		return this.#settings.choice.profile;
	}

	get encodingStats(): EncodingStats | null {
		return this.#writer?.stats ?? null;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	open(choice: RecorderChoice): Promise<void> {
		return this.#enqueue(async () => {
			this.#lens.shown = true;
			if (this.#armed || this.state.kind === 'preview') return;
			await this.#settings.adopt(choice);
			await this.#showPicture();
		});
	}

	change(choice: RecorderChoice): Promise<void> {
		return this.#enqueue(async () => {
			const changes = this.#settings.change(choice);
			if (!this.#armed && this.#lens.captured === null) return this.#settings.save();
			if (!this.#armed) return this.#showPicture();
			if (changes === 'lens' || this.#lens.captured === null) return this.#replaceLens('changed');
			await this.#settings.save({ armed: true });
			return this.#adjust(changes);
		});
	}

	degrade(step: number): Promise<void> {
		return this.#enqueue(() => this.#adjust(this.#settings.degrade(step)));
	}

	renewRun(): Promise<void> {
		return this.#enqueue(() => {
			if (this.#writer !== null && this.#lens.captured !== null)
				this.#beginRun(this.#lens.captured);
		});
	}

	start(): Promise<void> {
		return this.#enqueue(async () => {
			const { camera } = this;
			if (this.#armed || camera === null) return;
			if (!(await this.#held.acquire(camera))) {
				this.#set({ kind: 'elsewhere' });
				return;
			}
			this.#armed = true;
			this.#sinceMs = this.#tools.clock.wallMs();
			this.#progress = null;
			this.#watchdog.failures = 0;
			if (this.#lens.captured === null) await this.#settings.load();
			await this.#settings.save({ armed: true });
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
		await (this.#armed ? this.#enqueue(() => this.#retryNow()) : this.resume());
	}

	stop(): Promise<void> {
		return this.#enqueue(async () => {
			if (!this.#armed) return;
			this.#armed = false;
			this.#watchdog.end();
			await this.#settings.save({ armed: false });
			this.#endRun('stopped');
			await this.#drained;
			this.#held.release();
			this.#lens.closeUnlessShown();
			this.#showPreview();
		});
	}

	close(leaving = true): Promise<void> {
		return this.#enqueue(async () => {
			if (leaving) this.#lens.shown = false;
			if (this.#armed) return;
			await this.#drained;
			this.#lens.close();
			this.#set({ kind: 'off', fault: null });
		});
	}

	/** The camera is gone: ends what it records, and closes its lens. */
	async dispose(): Promise<void> {
		this.#offLenses();
		await this.stop();
		await this.close();
	}

	#enqueue(job: () => Promise<void> | void): Promise<void> {
		return this.#serial.run(job).catch((error: unknown) => {
			const fault = faultOf(error);
			if (this.#armed) this.#goBlind('failed', fault);
			else this.#set({ kind: 'off', fault });
		});
	}

	async #showPicture(): Promise<void> {
		const { camera } = this;
		if (camera !== null && (await this.#held.isHeldElsewhere(camera))) {
			this.#lens.close();
			this.#set({ kind: 'elsewhere' });
			return;
		}
		this.#lens.close();
		this.#set({ kind: 'opening' });
		await this.#lens.open();
		await this.#settings.save();
		this.#showPreview();
	}

	#showPreview(): void {
		const view = this.#lens.view;
		this.#set(view === null ? { kind: 'off', fault: null } : { kind: 'preview', view });
	}

	#onLensEvent(event: CapturedEvent): void {
		this.#refresh();
		if (event === 'muted' || event === 'unmuted') return;
		const gone = this.#lens.captured;
		void this.#enqueue(async () => {
			if (this.#lens.captured !== gone) return;
			const [why, fault] = lensLost(event);
			this.#endRun(why);
			this.#lens.close();
			await this.#drained;
			if (this.#armed) this.#goBlind(why, fault);
			else this.#set({ kind: 'off', fault });
		});
	}

	/** For an armed camera: if the lens does not open, goes blind and retries. */
	async #beginOrOpen(): Promise<void> {
		let { captured } = this.#lens;
		if (captured === null && this.state.kind !== 'blind') this.#set({ kind: 'opening' });
		try {
			captured ??= await this.#lens.open();
		} catch (error) {
			this.#goBlind(...lensRefused(faultOf(error)));
			return;
		}
		this.#beginRun(captured);
	}

	/**
	 * RC10: starts a new writer on this lens and stops the previous one in the same task, so that no
	 * frame is lost in between.
	 */
	#beginRun(captured: Captured, why: RunEnd = 'rotated'): void {
		const { camera } = this;
		if (camera === null) return;
		const before = this.#writer;
		let writer: RunWriter;
		try {
			writer = new RunWriter(
				this.#tools,
				camera,
				captured,
				this.#settings.effective.profile,
				{
					saved: (run, segment) => {
						if (writer === this.#writer) this.#watchdog.failures = 0;
						this.#progress = progressWith(this.#progress, this.#sinceMs, run, segment);
						if (writer === this.#writer && this.#armed) this.#showRecording();
					},
					renewalNeeded: () => void (writer === this.#writer && this.renewRun()),
					failed: (end, fault) =>
						void this.#enqueue(() => {
							if (writer !== this.#writer || !this.#armed) return;
							this.#endRun(end);
							this.#goBlind(end, fault);
						}),
				},
				before === null ? this.#drained : before.end(why),
			);
		} catch (error) {
			this.#endRun('failed');
			throw error;
		}
		this.#writer = writer;
		if (before !== null) this.#drained = Promise.all([this.#drained, before.end(why)]);
		this.#watchdog.begin(this.pulse);
		if (this.state.kind !== 'blind' && this.state.kind !== 'recording') {
			const view = this.#lens.view;
			if (view !== null) this.#set({ kind: 'starting', view });
		}
	}

	/** Ends the current writer without a successor. */
	#endRun(why: RunEnd): void {
		if (this.#writer !== null) this.#drained = Promise.all([this.#drained, this.#writer.end(why)]);
		this.#writer = null;
	}

	/** Same lens, other size or rate. A new size ends the run first: a run has one size (RC27). */
	async #adjust(changes: 'rate' | 'size' | null): Promise<void> {
		const { captured } = this.#lens;
		if (captured === null || changes === null) return;
		const goesOn = this.#writer !== null;
		if (changes === 'size') this.#endRun('changed');
		await captured.adjust(this.#settings.effective.profile);
		if (goesOn) this.#beginRun(captured, 'changed');
	}

	/** Other lens or sound. Opens the new one first, where possible, to keep the gap short. */
	async #replaceLens(why: RunEnd): Promise<void> {
		const old = this.#lens.captured;
		let fresh: Captured;
		try {
			fresh = await this.#lens.open();
		} catch {
			// Many phones allow only one open lens at a time: close the old one first.
			this.#endRun(why);
			this.#lens.close();
			await this.#settings.save({ armed: true });
			await this.#beginOrOpen();
			return;
		}
		await this.#switchTo(fresh, why);
		old?.close();
		this.#refresh();
	}

	async #switchTo(fresh: Captured, why: RunEnd): Promise<void> {
		await this.#settings.save({ armed: true });
		this.#beginRun(fresh, why);
		await this.#drained;
	}

	/** A device or permission was added: what failed or is missing may work now (RC33, RC36). */
	async #onLensesChanged(): Promise<void> {
		const failed = this.state.kind === 'off' && this.state.fault !== null;
		if (this.state.kind === 'blind') await this.#retryNow();
		else if (failed && this.#lens.shown && !this.#armed) await this.#showPicture();
		else if (this.#writer !== null || this.state.kind === 'preview') await this.#reopenChosen(true);
	}

	async #reopenChosen(notified = false): Promise<void> {
		const before = this.#lens.captured;
		const fresh = await this.#lens.reopenChosen(notified);
		if (fresh === null) return;
		if (this.#writer === null) this.#showPreview();
		else await this.#switchTo(fresh, 'changed');
		before?.close();
	}

	/** Every second: did anything stall, did the clock step, is the run due for rotation? */
	async #check(): Promise<void> {
		const [writer, captured] = [this.#writer, this.#lens.captured];
		if (writer === null || captured === null || !this.#armed) return;
		const now = clockSampleOf(this.#tools.clock);
		const silent = this.#watchdog.check(this.pulse);
		if (silent !== null) {
			this.#endRun('stalled');
			if (silent === 'frames') this.#lens.close();
			await this.#drained;
			this.#goBlind('stalled', silenceFault(silent), silent);
		} else if (hasClockStepped(writer.begun, now)) this.#beginRun(captured, 'clock-step');
		else if (now.monotonicMs - writer.begun.monotonicMs > this.#rotateMs) this.#beginRun(captured);
		else await this.#reopenChosen().then(() => this.#refresh());
	}

	get pulse(): Pulse {
		return { frames: this.#lens.frames, fragments: this.#writer?.fragments ?? 0 };
	}

	/** Nothing is being saved: shows it and schedules the next attempt. Never gives up. */
	#goBlind(why: RunEnd, fault: Fault, silent: 'frames' | 'fragments' | null = null): void {
		const sinceMs = this.state.kind === 'blind' ? this.state.sinceMs : this.#tools.clock.wallMs();
		this.#watchdog.failed();
		this.#repair = repairFor(this.#watchdog.failures, why, silent, fault.kind);
		this.#set({ kind: 'blind', why, fault, sinceMs, view: this.#lens.view });
	}

	async #retryNow(): Promise<void> {
		const { camera } = this;
		if (!this.#armed || this.#writer !== null || camera === null) return;
		this.#watchdog.retrying();
		const done = await this.#tools.prepareRepair?.(camera, this.#repair);
		// In case the reload does not happen.
		if (done === 'reloading') this.#watchdog.failed();
		else {
			if (this.#repair !== 'recorder') this.#lens.close();
			await this.#beginOrOpen();
		}
	}

	#showRecording(): void {
		const view = this.#lens.view;
		if (view === null || this.#progress === null) return;
		const soundMissing = this.#lens.lacksSound || (this.#writer?.soundMissing ?? false);
		const notes = noticesOf({ soundMissing, muted: this.#lens.muted });
		this.#set({ kind: 'recording', view, saved: this.#progress, notes });
	}

	#refresh(): void {
		if (this.state.kind === 'recording') this.#showRecording();
	}

	#set(state: RecorderState): void {
		this.state = state;
		this.#listeners.notify();
	}
}
