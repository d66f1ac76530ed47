import type { EventActor, EventDetail, EventKind, EventCommand } from '#domain/recording/event.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EndEvent, EventLog } from '#engine/recording/event-log.ts';
import type { Watcher } from '#engine/live/watching.ts';

/** The same again within this time goes on with the event of before. */
const PAUSE_MS = 60_000;
/** What costs nothing to whoever brings it about shall not drive other events out. */
const LONG_PAUSE_MS = 3_600_000;
const MOST_KEPT = 256;

interface Kept {
	readonly end: EndEvent;
	readonly pauseMs: number;
	/** Monotonic ms; `null`: it goes on. */
	overMs: number | null;
}

export interface HostedEventTools {
	readonly clock: Pick<Clock, 'monotonicMs'>;
	readonly eventLog: Pick<EventLog, 'begin'>;
}

/** What others do at this camera, written on its timeline with who did it (EV11, EV12). */
export class HostedEvents {
	readonly #tools: HostedEventTools;
	/** By what it was and who did it. */
	readonly #kept = new Map<string, Kept>();
	#watching: ReadonlySet<string> = new Set();

	constructor(tools: HostedEventTools) {
		this.#tools = tools;
	}

	/** Who watches now. */
	watched(camera: CameraId, watchers: readonly Watcher[]): void {
		const now = new Set<string>();
		for (const { device, name, path } of watchers) {
			const kind = path === 'sealed' ? 'sealed' : 'watched';
			const place = `${kind} ${device}`;
			now.add(place);
			this.#goesOn(place, camera, kind, { by: { device, name } });
		}
		for (const place of this.#watching) if (!now.has(place)) this.#over(place);
		this.#watching = now;
	}

	ordered(camera: CameraId, by: EventActor, order: EventCommand): void {
		const place = `${by.device ?? ''} ${JSON.stringify(order)}`;
		this.#goesOn(place, camera, 'ordered', { by, order });
		if (order.name !== 'talk' || order.fault !== null) this.#over(place);
	}

	/** It is not heard any more. */
	quiet(device: DeviceId): void {
		for (const [place, { overMs }] of this.#kept)
			if (place.startsWith(`${device} `) && overMs === null) this.#over(place);
	}

	#goesOn(place: string, camera: CameraId, kind: EventKind, detail: EventDetail): void {
		this.#tidy();
		const kept = this.#kept.get(place);
		if (kept !== undefined) kept.overMs = null;
		else {
			const end = this.#tools.eventLog.begin(camera, kind, undefined, detail);
			const cheap = kind === 'sealed' || detail.order?.fault === 'denied';
			const pauseMs = cheap ? LONG_PAUSE_MS : PAUSE_MS;
			this.#kept.set(place, { end, pauseMs, overMs: null });
		}
	}

	#over(place: string): void {
		const kept = this.#kept.get(place);
		if (kept?.overMs !== null) return;
		kept.overMs = this.#tools.clock.monotonicMs();
		kept.end();
	}

	#tidy(): void {
		const nowMs = this.#tools.clock.monotonicMs();
		for (const [place, { overMs, pauseMs }] of this.#kept) {
			const old = overMs !== null && nowMs - overMs > pauseMs;
			if (old || this.#kept.size >= MOST_KEPT) this.#kept.delete(place);
		}
	}
}
