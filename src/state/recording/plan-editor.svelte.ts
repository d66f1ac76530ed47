import type { Plan, TimeWindow } from '#domain/recording/schedule.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';

/** Default window: nights. */
const PROPOSAL: TimeWindow = { days: [0, 1, 2, 3, 4, 5, 6], from: 22 * 60, until: 6 * 60 };

/** Edits a camera's recording plan; every change takes effect at once. */
export class PlanEditor {
	/** The window just removed and its index, for undo. */
	removed = $state.raw<{ readonly at: number; readonly times: TimeWindow } | null>(null);
	readonly #scheduler: SchedulerControls;

	constructor(scheduler: SchedulerControls) {
		this.#scheduler = scheduler;
	}

	async choose(when: Plan['when']): Promise<void> {
		await this.#scheduler.set(({ times }) =>
			when === 'times' && times.length === 0 ? { when, times: [PROPOSAL] } : { when },
		);
	}

	async add(): Promise<void> {
		await this.#set((times) => [...times, PROPOSAL]);
	}

	async change(at: number, change: Partial<TimeWindow>): Promise<void> {
		await this.#set((all) => all.map((times, n) => (n === at ? { ...times, ...change } : times)));
	}

	async toggleDay(at: number, day: number): Promise<void> {
		await this.#set((all) =>
			all.map((times, n) => (n === at ? { ...times, days: toggled(times.days, day) } : times)),
		);
	}

	async remove(at: number): Promise<void> {
		const times = this.#scheduler.now?.plan.times[at];
		if (times === undefined) return;
		await this.#set((all) => all.filter((_, n) => n !== at));
		this.removed = { at, times };
	}

	async undo(): Promise<void> {
		if (this.removed === null) return;
		const { at, times } = this.removed;
		await this.#set((all) => all.toSpliced(at, 0, times));
	}

	async #set(change: (times: readonly TimeWindow[]) => readonly TimeWindow[]): Promise<void> {
		this.removed = null;
		await this.#scheduler.set(({ times }) => ({ times: change(times) }));
	}
}

function toggled(days: readonly number[], day: number): number[] {
	const next = days.includes(day) ? days.filter((one) => one !== day) : [...days, day];
	return next.sort((a, b) => a - b);
}
