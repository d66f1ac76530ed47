import { Serial } from '#domain/base/serial.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { expectFault } from '#domain/base/fault.ts';
import { nextChange, isPlanned, type Plan } from '#domain/recording/schedule.ts';
import type { Calendar } from '#domain/timeline/ribbon.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences, Override } from '#protocol/preferences.ts';
import type { EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

const POLL_MS = 30_000;

/** What the plan decides now. */
export interface ScheduleStatus {
	readonly plan: Plan;
	/** Whether to record; `null`: manual (by hand). */
	readonly records: boolean | null;
	/** When this changes by itself, in ms since 1970; `null`: never. */
	readonly untilMs: number | null;
	/** A person's override of the plan is in effect. */
	readonly pressed: boolean;
}

/** What the UI may use. No method throws. */
export interface SchedulerControls {
	/** `null` before the first evaluation. */
	readonly now: ScheduleStatus | null;
	on(listener: () => void): () => void;
	/** Records if the plan says so or recording was on; re-evaluates periodically (SC6). */
	begin(): Promise<void>;
	/** A person pressed Start or Stop. */
	start(): Promise<void>;
	stop(): Promise<void>;
	/**
	 * `change` gets the plan as it is when its turn comes, so concurrent changes do not overwrite
	 * each other.
	 */
	set(change: (plan: Plan) => Partial<Plan>): Promise<void>;
}

export interface SchedulerTools {
	readonly clock: Clock;
	readonly calendar: Calendar;
	readonly preferences: PreferenceStore<CameraPreferences>;
	readonly recorder: Pick<
		RecorderControls,
		'start' | 'stop' | 'close' | 'resume' | 'state' | 'camera'
	>;
	readonly eventLog: Pick<EventLog, 'add'>;
}

/** Starts and stops recording by the plan. Rules: docs/spec/schedule.md. */
export class Scheduler implements SchedulerControls {
	now: ScheduleStatus | null = null;
	readonly #tools: SchedulerTools;
	readonly #listeners = new Listeners();
	#stopPolling: () => void = () => undefined;
	#disposed = false;
	/** Recording from before the reload was resumed, if there was any. */
	#resumed = false;
	readonly #serial = new Serial();

	constructor(tools: SchedulerTools) {
		this.#tools = tools;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	begin(): Promise<void> {
		this.#stopPolling = this.#tools.clock.every(
			POLL_MS,
			() => void this.#inTurn(() => this.#refresh()),
		);
		return this.#inTurn(() => this.#refresh());
	}

	/** Decides nothing from now on. Resolves when what was under way has ended. */
	async dispose(): Promise<void> {
		this.#stopPolling();
		this.#disposed = true;
		await this.#serial.run(() => undefined);
	}

	start(): Promise<void> {
		return this.#inTurn(async () => {
			await this.#tryOverride(true);
			await this.#tools.recorder.start();
			await this.#refresh();
		});
	}

	stop(): Promise<void> {
		return this.#inTurn(async () => {
			await this.#tryOverride(false);
			await this.#tools.recorder.stop();
			await this.#refresh();
		});
	}

	set(change: (plan: Plan) => Partial<Plan>): Promise<void> {
		return this.#inTurn(async () => {
			const { preferences } = this.#tools;
			const { plan } = await preferences.read();
			// SC5: a new plan ends the override.
			await preferences.write({ plan: { ...plan, ...change(plan) }, override: null });
			await this.#refresh();
		});
	}

	/** An override that cannot be stored must not keep the camera from starting or stopping. */
	async #tryOverride(records: boolean): Promise<void> {
		try {
			await this.#override(records);
		} catch (error) {
			expectFault(error);
		}
	}

	/** SC4: an override holds until the plan's next change. */
	async #override(records: boolean): Promise<void> {
		const { clock, calendar, preferences } = this.#tools;
		const { plan } = await preferences.read();
		const nowMs = clock.wallMs();
		const wants = isPlanned(plan, calendar, nowMs);
		const override: Override | null =
			wants === null || wants === records
				? null
				: { records, untilMs: nextChange(plan, calendar, nowMs) };
		await preferences.write({ override });
	}

	async #refresh(): Promise<void> {
		const { clock, calendar, preferences } = this.#tools;
		const { plan, override } = await preferences.read();
		const first = !this.#resumed;
		this.#resumed = true;
		if (first && plan.when === 'by-hand') await this.#tools.recorder.resume();
		const nowMs = clock.wallMs();
		const untilMs = nextChange(plan, calendar, nowMs);
		const expired = override !== null && override.untilMs !== null && nowMs >= override.untilMs;
		if (expired) await preferences.write({ override: null });
		const current = expired ? null : override;
		const wants = isPlanned(plan, calendar, nowMs);
		const records = wants === null ? null : (current?.records ?? wants);
		const pressed = wants !== null && current !== null;
		this.now = { plan, records, untilMs: current === null ? untilMs : current.untilMs, pressed };
		this.#listeners.notify();
		if (records !== null) await this.#apply(records);
	}

	/** SC6, SC7: arms or closes the recorder, and logs it. */
	async #apply(records: boolean): Promise<void> {
		const { recorder, preferences, eventLog } = this.#tools;
		const { camera } = recorder;
		const { kind } = recorder.state;
		const armed = kind === 'starting' || kind === 'recording' || kind === 'blind';
		if (camera === null || kind === 'elsewhere' || armed === records) return;
		eventLog.add(camera, records ? 'planned-start' : 'planned-stop');
		if (records) {
			// `resume` uses the lens and quality chosen last.
			await preferences.write({ armed: true });
			await recorder.resume();
		} else {
			await recorder.stop();
			await recorder.close();
		}
	}

	/** Faults are dropped: the next poll evaluates the plan again. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		return this.#serial.run(() => (this.#disposed ? undefined : work())).catch(expectFault);
	}
}
