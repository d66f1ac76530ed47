import { Serial } from '#domain/base/serial.ts';
import type { CameraEvent, EventDetail, EventKind } from '#domain/recording/event.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EventStore } from '#ports/footage/event-store.ts';
import { eventBodyFrom, eventBytes, type EventBody } from '#protocol/event.ts';
import type { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import type { Opener } from '#engine/sealing/opener.ts';

export interface EventLogTools {
	readonly clock: Pick<Clock, 'wallMs'>;
	readonly events: EventStore;
	readonly opener: Pick<Opener, 'openSidecar'>;
	readonly sealerOf: (camera: CameraId) => Promise<SidecarSealer>;
}

/** Sets the end of an ongoing event to now. Calling it again moves the end. */
export type EndEvent = () => void;

type EventContent = Omit<EventBody, 'endUs'>;

/** Writes and reads the sealed events of a camera. Rules: docs/spec/events.md. */
export class EventLog {
	readonly #tools: EventLogTools;
	readonly #sealers = new Map<CameraId, Promise<SidecarSealer>>();
	readonly #serial = new Serial();

	constructor(tools: EventLogTools) {
		this.#tools = tools;
	}

	/** Adds an event that is over. Times are wall time in µs; `startUs` defaults to now. */
	add(
		camera: CameraId,
		kind: EventKind,
		startUs = this.#nowUs(),
		detail: EventDetail = {},
		endUs = startUs,
	): void {
		this.#inTurn(() => this.#store(camera, contentOf(kind, detail), startUs, endUs));
	}

	/** Adds an event that lasts until the returned function is called. */
	begin(
		camera: CameraId,
		kind: EventKind,
		startUs = this.#nowUs(),
		detail: EventDetail = {},
	): EndEvent {
		let id: number | null = null;
		const content = contentOf(kind, detail);
		this.#inTurn(async () => (id = await this.#store(camera, content, startUs)));
		return () => {
			const endUs = Math.max(startUs, this.#nowUs());
			this.#inTurn(async () => {
				if (id === null) return;
				const sealed = await this.#sealed(camera, content, startUs, endUs);
				await this.#tools.events.replace({ id, ...sealed });
			});
		};
	}

	/** Resolves when all writes so far have finished or failed. */
	async settled(): Promise<void> {
		await this.#serial.run(() => undefined);
	}

	/** Events that began in [fromUs, toUs), oldest first. Throws what `EventStore` throws. */
	async between(camera: CameraId, fromUs: number, toUs: number): Promise<CameraEvent[]> {
		const stored = await this.#tools.events.between(camera, fromUs, toUs);
		const all: CameraEvent[] = [];
		for (const { id, ...sealed } of stored) {
			try {
				const { body } = await this.#tools.opener.openSidecar('event', camera, sealed);
				const content = eventBodyFrom(body);
				if (content === null) continue;
				all.push({ id, camera, startUs: sealed.wallUs, ...content });
			} catch (error) {
				expectFault(error);
			}
		}
		return all;
	}

	watch(changed: () => void): () => void {
		return this.#tools.events.watch(changed);
	}

	async #store(
		camera: CameraId,
		content: EventContent,
		startUs: number,
		endUs = startUs,
	): Promise<number> {
		return this.#tools.events.add(camera, await this.#sealed(camera, content, startUs, endUs));
	}

	async #sealed(camera: CameraId, content: EventContent, startUs: number, endUs: number) {
		const sealer = this.#sealers.get(camera) ?? this.#tools.sealerOf(camera);
		this.#sealers.set(camera, sealer);
		try {
			return await (await sealer).seal('event', startUs, eventBytes({ ...content, endUs }));
		} catch (error) {
			this.#sealers.delete(camera);
			throw error;
		}
	}

	/**
	 * In order, so that an end finds its event. EV5: errors are swallowed, since events must never
	 * hold up or end a recording.
	 */
	#inTurn(work: () => Promise<unknown>): void {
		void this.#serial.run(work).catch(expectFault);
	}

	#nowUs(): number {
		return Math.floor(this.#tools.clock.wallMs() * 1000);
	}
}

function contentOf(kind: EventKind, { by = null, order = null, seen = null }: EventDetail): EventContent {
	return { kind, by, order, seen };
}
