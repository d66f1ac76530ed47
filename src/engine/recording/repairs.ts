import type { EventKind } from '#domain/recording/event.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Repair } from '#domain/recording/watchdog.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Reloading } from '#ports/app/reloading.ts';
import type { Happenings } from './happenings.ts';

/** WD4. */
const RELOAD_EVERY_MS = 60 * 60_000;
/** So long the page waits for its last remark to be written. */
const REMARK_MS = 2000;

const REMARKS: Readonly<Record<Repair, EventKind>> = {
	recorder: 'new-recorder',
	lens: 'new-lens',
	page: 'reloaded',
};

export interface RepairsTools {
	readonly clock: Clock;
	readonly happenings: Pick<Happenings, 'note' | 'settled'>;
	readonly reloading: Reloading;
}

/** Writes down what is repaired, and loads the page anew where that is what is left. */
export class Repairs {
	readonly #tools: RepairsTools;
	/**
	 * One remark of a kind for one trouble: a lens that is gone for a day is tried thousands of
	 * times.
	 */
	#said = new Set<Repair>();

	constructor(tools: RepairsTools) {
		this.#tools = tools;
	}

	async before(camera: CameraId, repair: Repair): Promise<'reloading' | null> {
		const { clock, happenings, reloading } = this.#tools;
		const nowMs = clock.wallMs();
		const { lastMs } = reloading;
		const tooSoon = lastMs !== null && Math.abs(nowMs - lastMs) < RELOAD_EVERY_MS;
		const done = repair === 'page' && tooSoon ? 'lens' : repair;
		if (!this.#said.has(done)) happenings.note(camera, REMARKS[done]);
		this.#said.add(done);
		if (done !== 'page') return null;
		await Promise.race([
			happenings.settled(),
			new Promise<void>((resolve) => {
				clock.after(REMARK_MS, resolve);
			}),
		]);
		return reloading.reload(nowMs) ? 'reloading' : null;
	}

	/** It records again. */
	over(): void {
		this.#said = new Set();
	}
}
