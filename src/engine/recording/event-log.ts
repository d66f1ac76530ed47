import type { CameraEvent, EventDetail, EventKind } from '#domain/recording/event.ts';
import { Fault } from '#domain/base/fault.ts';
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

/** Ends an event that goes on; once more: it went on until now. */
export type EndEvent = () => void;

type EventContent = Omit<EventBody, 'endUs'>;

/** Writes down what happens at a camera, and reads it again. Rules: docs/spec/events.md. */
export class EventLog {
	readonly #tools: EventLogTools;
	readonly #sealers = new Map<CameraId, Promise<SidecarSealer>>();
	#work: Promise<unknown> = Promise.resolve();

	constructor(tools: EventLogTools) {
		this.#tools = tools;
	}

	/** A moment, or what is over at `endUs`. `startUs`: wall time in µs, now when not given. */
	add(
		camera: CameraId,
		kind: EventKind,
		startUs = this.#nowUs(),
		detail: EventDetail = {},
		endUs = startUs,
	): void {
		this.#inTurn(() => this.#store(camera, contentOf(kind, detail), startUs, endUs));
	}

	/** Something that goes on until the returned function is called. */
	begin(
		camera: CameraId,
		kind: EventKind,
		startUs = this.#nowUs(),
		detail: EventDetail = {},
	): EndEvent {
		let id: number | null = null;
		const said = contentOf(kind, detail);
		this.#inTurn(async () => (id = await this.#store(camera, said, startUs)));
		return () => {
			const endUs = Math.max(startUs, this.#nowUs());
			this.#inTurn(async () => {
				if (id === null) return;
				const sealed = await this.#sealed(camera, said, startUs, endUs);
				await this.#tools.events.replace({ id, ...sealed });
			});
		};
	}

	/** When everything so far is written, or could not be. */
	async settled(): Promise<void> {
		await this.#work;
	}

	/** Those that began in [fromUs, toUs), oldest first. Throws what `Events` throws. */
	async between(camera: CameraId, fromUs: number, toUs: number): Promise<CameraEvent[]> {
		const stored = await this.#tools.events.between(camera, fromUs, toUs);
		const all: CameraEvent[] = [];
		for (const { id, ...sealed } of stored) {
			try {
				const { body } = await this.#tools.opener.openSidecar('event', camera, sealed);
				const said = eventBodyFrom(body);
				if (said === null) continue;
				all.push({ id, camera, startUs: sealed.wallUs, ...said });
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
			}
		}
		return all;
	}

	watch(changed: () => void): () => void {
		return this.#tools.events.watch(changed);
	}

	async #store(
		camera: CameraId,
		said: EventContent,
		startUs: number,
		endUs = startUs,
	): Promise<number> {
		return this.#tools.events.add(camera, await this.#sealed(camera, said, startUs, endUs));
	}

	async #sealed(camera: CameraId, said: EventContent, startUs: number, endUs: number) {
		const sealer = this.#sealers.get(camera) ?? this.#tools.sealerOf(camera);
		this.#sealers.set(camera, sealer);
		try {
			return await (await sealer).seal('event', startUs, eventBytes({ ...said, endUs }));
		} catch (error) {
			this.#sealers.delete(camera);
			throw error;
		}
	}

	/**
	 * In order, so that an end finds its beginning. EV5: nobody waits for it, and nothing ends with
	 * it.
	 */
	#inTurn(work: () => Promise<unknown>): void {
		this.#work = this.#work.then(work).catch(() => undefined);
	}

	#nowUs(): number {
		return Math.floor(this.#tools.clock.wallMs() * 1000);
	}
}

function contentOf(kind: EventKind, { by = null, order = null }: EventDetail): EventContent {
	return { kind, by, order };
}
