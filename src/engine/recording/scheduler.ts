import { Fault } from '#domain/base/fault.ts';
import { nextChange, isPlanned, type Plan } from '#domain/recording/schedule.ts';
import type { Calendar } from '#domain/timeline/ribbon.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { Override } from '#protocol/preferences.ts';
import type { EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

const POLL_MS = 30_000;

/** What the plan does now. */
export interface ScheduleStatus {
	readonly plan: Plan;
	/** `null`: a person says. */
	readonly records: boolean | null;
	/** When it changes by itself, ms; `null`: it does not. */
	readonly untilMs: number | null;
	/** A person pressed against the plan, and that holds. */
	readonly pressed: boolean;
}

/** What screens may ask. No method throws. */
export interface SchedulerControls {
	/** `null` before the first look. */
	readonly now: ScheduleStatus | null;
	on(listener: () => void): () => void;
	/** Goes on recording where that is planned, or was on; looks again from time to time. */
	begin(): Promise<void>;
	/** A person presses Start or Stop. */
	start(): Promise<void>;
	stop(): Promise<void>;
	/**
	 * `change`: told the plan as it is when its turn comes, so that two changes at once both hold.
	 */
	set(change: (plan: Plan) => Partial<Plan>): Promise<void>;
}

export interface SchedulerTools {
	readonly clock: Clock;
	readonly calendar: Calendar;
	readonly preferences: PreferenceStore;
	readonly recorder: Pick<
		RecorderControls,
		'start' | 'stop' | 'close' | 'resume' | 'state' | 'camera'
	>;
	readonly eventLog: Pick<EventLog, 'add'>;
}

/** Starts and stops the camera by its plan. Rules: docs/spec/schedule.md. */
export class Scheduler implements SchedulerControls {
	now: ScheduleStatus | null = null;
	readonly #tools: SchedulerTools;
	readonly #listeners = new Set<() => void>();
	/** What was chosen is known, and what was on before goes on. */
	#resumed = false;
	#work: Promise<void> = Promise.resolve();

	constructor(tools: SchedulerTools) {
		this.#tools = tools;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	begin(): Promise<void> {
		this.#tools.clock.every(POLL_MS, () => void this.#inTurn(() => this.#refresh()));
		return this.#inTurn(() => this.#refresh());
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
			// SC5
			await preferences.write({ plan: { ...plan, ...change(plan) }, override: null });
			await this.#refresh();
		});
	}

	/** What cannot be kept is done all the same. */
	async #tryOverride(records: boolean): Promise<void> {
		try {
			await this.#override(records);
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
		}
	}

	/** SC4: what a person pressed holds until the plan changes. */
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
		const over = override !== null && override.untilMs !== null && nowMs >= override.untilMs;
		if (over) await preferences.write({ override: null });
		const said = over ? null : override;
		const wants = isPlanned(plan, calendar, nowMs);
		const records = wants === null ? null : (said?.records ?? wants);
		const pressed = wants !== null && said !== null;
		this.now = { plan, records, untilMs: said === null ? untilMs : said.untilMs, pressed };
		this.#notify();
		if (records !== null) await this.#apply(records);
	}

	/** SC6, SC7. */
	async #apply(records: boolean): Promise<void> {
		const { recorder, preferences, eventLog } = this.#tools;
		const { camera } = recorder;
		const { kind } = recorder.state;
		const armed = kind === 'starting' || kind === 'recording' || kind === 'blind';
		if (camera === null || kind === 'elsewhere' || armed === records) return;
		eventLog.add(camera, records ? 'planned-start' : 'planned-stop');
		if (records) {
			// With the lens and the quality that were chosen last.
			await preferences.write({ armed: true });
			await recorder.resume();
		} else {
			await recorder.stop();
			await recorder.close();
		}
	}

	/** One thing at a time; what could not be read is looked at again at the next turn. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		this.#work = this.#work.then(work).catch(() => undefined);
		return this.#work;
	}

	#notify(): void {
		for (const listener of this.#listeners) listener();
	}
}
