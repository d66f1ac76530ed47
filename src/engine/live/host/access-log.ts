import type { EventActor, EventDetail, EventKind, EventCommand } from '#domain/recording/event.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EndEvent, EventLog } from '#engine/recording/event-log.ts';
import type { Watcher } from '#engine/live/controls.ts';

/** A repetition within this time extends the previous event. */
const MERGE_MS = 60_000;
/** For events that cost their author nothing: they must not crowd out others. */
const LONG_MERGE_MS = 3_600_000;
const MAX_ENTRIES = 256;

interface LogEntry {
	readonly end: EndEvent;
	readonly pauseMs: number;
	/** Monotonic ms; `null` while it lasts. */
	overMs: number | null;
}

export interface AccessLogTools {
	readonly clock: Pick<Clock, 'monotonicMs'>;
	readonly eventLog: Pick<EventLog, 'begin'>;
}

/** Records on the timeline what others do at this camera, and who did it (EV11, EV12). */
export class AccessLog {
	readonly #tools: AccessLogTools;
	/** Keyed by action and author. */
	readonly #entries = new Map<string, LogEntry>();
	#watching: ReadonlySet<string> = new Set();

	constructor(tools: AccessLogTools) {
		this.#tools = tools;
	}

	/** `watchers`: all that watch now. */
	recordWatchers(camera: CameraId, watchers: readonly Watcher[]): void {
		const now = new Set<string>();
		for (const { device, name, path } of watchers) {
			const kind = path === 'sealed' ? 'sealed' : 'watched';
			const key = `${kind} ${device}`;
			now.add(key);
			this.#open(key, camera, kind, { by: { device, name } });
		}
		for (const key of this.#watching) if (!now.has(key)) this.#close(key);
		this.#watching = now;
	}

	recordCommand(camera: CameraId, by: EventActor, command: EventCommand): void {
		const key = `${by.device ?? ''} ${JSON.stringify(command)}`;
		this.#open(key, camera, 'ordered', { by, order: command });
		if (command.name !== 'talk' || command.fault !== null) this.#close(key);
	}

	/** Ends the event of a device that stopped talking. */
	endSpeech(device: DeviceId): void {
		for (const [key, { overMs }] of this.#entries)
			if (key.startsWith(`${device} `) && overMs === null) this.#close(key);
	}

	#open(key: string, camera: CameraId, kind: EventKind, detail: EventDetail): void {
		this.#prune();
		const entry = this.#entries.get(key);
		if (entry !== undefined) entry.overMs = null;
		else {
			const end = this.#tools.eventLog.begin(camera, kind, undefined, detail);
			const floodable = kind === 'sealed' || detail.order?.fault === 'denied';
			const pauseMs = floodable ? LONG_MERGE_MS : MERGE_MS;
			this.#entries.set(key, { end, pauseMs, overMs: null });
		}
	}

	#close(key: string): void {
		const entry = this.#entries.get(key);
		if (entry?.overMs !== null) return;
		entry.overMs = this.#tools.clock.monotonicMs();
		entry.end();
	}

	#prune(): void {
		const nowMs = this.#tools.clock.monotonicMs();
		for (const [key, { overMs, pauseMs }] of this.#entries) {
			const old = overMs !== null && nowMs - overMs > pauseMs;
			if (old || this.#entries.size >= MAX_ENTRIES) this.#entries.delete(key);
		}
	}
}
