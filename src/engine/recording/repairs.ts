import type { EventKind } from '#domain/recording/event.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Repair } from '#domain/recording/watchdog.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PageReloader } from '#ports/app/page-reloader.ts';
import type { EventLog } from './event-log.ts';

/** WD4: at most one reload in this time. */
const RELOAD_INTERVAL_MS = 60 * 60_000;
/** How long a reload waits for the event to be written. */
const LOG_MS = 2000;

const REPAIR_EVENTS: Readonly<Record<Repair, EventKind>> = {
	recorder: 'new-recorder',
	lens: 'new-lens',
	page: 'reloaded',
};

export interface RepairsTools {
	readonly clock: Clock;
	readonly eventLog: Pick<EventLog, 'add' | 'settled'>;
	readonly reloading: PageReloader;
	/** Whether another camera of this page records: a reload would interrupt it. */
	readonly othersRecord: (camera: CameraId) => boolean;
}

/** Logs repairs, and reloads the page when nothing else is left. */
export class Repairs {
	readonly #tools: RepairsTools;
	/**
	 * WD5: one event per kind and outage: a lens that is missing for a day is retried thousands of
	 * times.
	 */
	#logged = new Set<Repair>();

	constructor(tools: RepairsTools) {
		this.#tools = tools;
	}

	async prepare(camera: CameraId, repair: Repair): Promise<'reloading' | null> {
		const { clock, eventLog, reloading, othersRecord } = this.#tools;
		const nowMs = clock.wallMs();
		const { lastMs } = reloading;
		const tooSoon = lastMs !== null && Math.abs(nowMs - lastMs) < RELOAD_INTERVAL_MS;
		const done = repair === 'page' && (tooSoon || othersRecord(camera)) ? 'lens' : repair;
		if (!this.#logged.has(done)) eventLog.add(camera, REPAIR_EVENTS[done]);
		this.#logged.add(done);
		if (done !== 'page') return null;
		await Promise.race([
			eventLog.settled(),
			new Promise<void>((resolve) => {
				clock.after(LOG_MS, resolve);
			}),
		]);
		return reloading.reload(nowMs) ? 'reloading' : null;
	}

	/** Recording works again: the next outage is logged again. */
	recovered(): void {
		this.#logged = new Set();
	}
}
