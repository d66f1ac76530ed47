import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { remember } from '#domain/base/remember.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { CameraEvent } from '#domain/recording/event.ts';
import { parseSidecarRecords } from '#domain/sync/sidecar-record.ts';
import { eventBodyFrom } from '#protocol/event.ts';
import type { Opener } from '#engine/sealing/opener.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';

/** Answers that are remembered until something changes: a day each. */
const MAX_KEPT = 70;

export interface EventsHere {
	/** Events that began in [fromUs, toUs), oldest first. */
	between(camera: CameraId, fromUs: number, toUs: number): Promise<CameraEvent[]>;
	watch(changed: () => void): () => void;
}

/** Events in an archive, opened. */
export class RemoteEvents {
	readonly #reader: Pick<FootageReader, 'events'>;
	readonly #opener: Pick<Opener, 'openSidecar'>;
	readonly #kept = new Map<string, readonly CameraEvent[]>();

	constructor(reader: Pick<FootageReader, 'events'>, opener: Pick<Opener, 'openSidecar'>) {
		this.#reader = reader;
		this.#opener = opener;
	}

	/** Something changed there. */
	forget(): void {
		this.#kept.clear();
	}

	/** As `EventsHere.between`. What does not open is left out. Throws as `FootageReader` does. */
	async between(camera: CameraId, fromUs: number, toUs: number): Promise<readonly CameraEvent[]> {
		const name = `${camera} ${String(fromUs)} ${String(toUs)}`;
		const kept = this.#kept.get(name);
		if (kept !== undefined) return kept;
		const [from, to] = [minuteOf(fromUs), minuteOf(toUs - 1)];
		const found: CameraEvent[] = [];
		for (const record of parseSidecarRecords(await this.#reader.events(camera, from, to))) {
			const { kind, id, wallUs } = record;
			if (kind !== 'event' || wallUs < fromUs || wallUs >= toUs) continue;
			try {
				const { body } = await this.#opener.openSidecar('event', camera, record);
				const content = eventBodyFrom(body);
				if (content !== null) found.push({ id, camera, startUs: wallUs, ...content });
			} catch (error) {
				expectFault(error);
			}
		}
		found.sort((a, b) => a.startUs - b.startUs);
		remember(this.#kept, name, found, MAX_KEPT);
		return found;
	}
}

export interface JoinedEventsTools {
	readonly here: EventsHere;
	/** Of this device's cameras. */
	readonly footage: Pick<Footage, 'runs'>;
	readonly isOwn: (camera: CameraId) => boolean;
	/** `null`: they would not answer now. */
	readonly elsewhere: () => Promise<Pick<RemoteEvents, 'between'> | null>;
}

/**
 * Events wherever they are (PB36): this device's cameras have theirs here, except those from before
 * the oldest footage here.
 */
export class JoinedEvents implements EventsHere {
	readonly #tools: JoinedEventsTools;

	constructor(tools: JoinedEventsTools) {
		this.#tools = tools;
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<CameraEvent[]> {
		const { here, isOwn, elsewhere } = this.#tools;
		const near = await here.between(camera, fromUs, toUs);
		if (isOwn(camera) && !(await this.#isBefore(camera, toUs))) return near;
		try {
			const found = (await (await elsewhere())?.between(camera, fromUs, toUs)) ?? [];
			const known = new Set(near.map(nameOf));
			const all = [...near, ...found.filter((event) => !known.has(nameOf(event)))];
			return all.sort((a, b) => a.startUs - b.startUs);
		} catch (error) {
			// The footage plays without them.
			expectFault(error);
			return near;
		}
	}

	/** Of those here; what changed elsewhere is told by `Footage.watch`. */
	watch(changed: () => void): () => void {
		return this.#tools.here.watch(changed);
	}

	async #isBefore(camera: CameraId, toUs: number): Promise<boolean> {
		const runs = await this.#tools.footage.runs(camera);
		const oldestUs = runs.reduce((least, { startUs }) => Math.min(least, startUs), Infinity);
		return runs.length > 0 && toUs <= oldestUs;
	}
}

function nameOf({ startUs, id }: CameraEvent): string {
	return `${String(startUs)} ${String(id)}`;
}
