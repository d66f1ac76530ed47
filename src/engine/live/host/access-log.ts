import type { EventActor, EventDetail, EventKind, EventCommand } from '#domain/recording/event.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EndEvent, EventLog } from '#engine/recording/event-log.ts';
import type { Watcher } from '#engine/live/controls.ts';

/** The same again within this time goes on with the event of before. */
const MERGE_MS = 60_000;
/** What costs nothing to whoever brings it about shall not drive other events out. */
const LONG_MERGE_MS = 3_600_000;
const MAX_ENTRIES = 256;

interface LogEntry {
	readonly end: EndEvent;
	readonly pauseMs: number;
	/** Monotonic ms; `null`: it goes on. */
	overMs: number | null;
}

export interface AccessLogTools {
	readonly clock: Pick<Clock, 'monotonicMs'>;
	readonly eventLog: Pick<EventLog, 'begin'>;
}

/** What others do at this camera, written on its timeline with who did it (EV11, EV12). */
export class AccessLog {
	readonly #tools: AccessLogTools;
	/** By what it was and who did it. */
	readonly #entries = new Map<string, LogEntry>();
	#watching: ReadonlySet<string> = new Set();

	constructor(tools: AccessLogTools) {
		this.#tools = tools;
	}

	/** Who watches now. */
	recordWatchers(camera: CameraId, watchers: readonly Watcher[]): void {
		const now = new Set<string>();
		for (const { device, name, path } of watchers) {
			const kind = path === 'sealed' ? 'sealed' : 'watched';
			const place = `${kind} ${device}`;
			now.add(place);
			this.#open(place, camera, kind, { by: { device, name } });
		}
		for (const place of this.#watching) if (!now.has(place)) this.#close(place);
		this.#watching = now;
	}

	recordCommand(camera: CameraId, by: EventActor, order: EventCommand): void {
		const place = `${by.device ?? ''} ${JSON.stringify(order)}`;
		this.#open(place, camera, 'ordered', { by, order });
		if (order.name !== 'talk' || order.fault !== null) this.#close(place);
	}

	/** It is not heard any more. */
	endSpeech(device: DeviceId): void {
		for (const [place, { overMs }] of this.#entries)
			if (place.startsWith(`${device} `) && overMs === null) this.#close(place);
	}

	#open(place: string, camera: CameraId, kind: EventKind, detail: EventDetail): void {
		this.#tidy();
		const kept = this.#entries.get(place);
		if (kept !== undefined) kept.overMs = null;
		else {
			const end = this.#tools.eventLog.begin(camera, kind, undefined, detail);
			const cheap = kind === 'sealed' || detail.order?.fault === 'denied';
			const pauseMs = cheap ? LONG_MERGE_MS : MERGE_MS;
			this.#entries.set(place, { end, pauseMs, overMs: null });
		}
	}

	#close(place: string): void {
		const kept = this.#entries.get(place);
		if (kept?.overMs !== null) return;
		kept.overMs = this.#tools.clock.monotonicMs();
		kept.end();
	}

	#tidy(): void {
		const nowMs = this.#tools.clock.monotonicMs();
		for (const [place, { overMs, pauseMs }] of this.#entries) {
			const old = overMs !== null && nowMs - overMs > pauseMs;
			if (old || this.#entries.size >= MAX_ENTRIES) this.#entries.delete(place);
		}
	}
}
