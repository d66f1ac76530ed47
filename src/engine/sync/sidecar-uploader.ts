import { concatBytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import {
	buildSidecarRecord,
	epochOfKey,
	eventKey,
	grantKey,
	statementRecord,
	thumbnailsKey,
	type SidecarRecord,
} from '#domain/sync/sidecar-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EventStore } from '#ports/footage/event-store.ts';
import type { SidecarArchive } from '#ports/footage/sidecar-archive.ts';
import type { ThumbnailStore } from '#ports/footage/thumbnail-store.ts';
import type { GrantStore } from '#ports/keys/grant-store.ts';
import type { SpanExchange } from './span-exchange.ts';

const REFRESH_MS = 3_600_000;
/** One request: a small part of one with footage. */
const BATCH_BYTES = 256 * 1024;
/** How often what seldom changes is looked through. */
const LOOK_MS = 10_000;

/** Which minutes of footage the archive has. */
export interface ArchivedMinutes {
	has(minute: number): boolean;
	/** `null`: none. */
	readonly oldest: number | null;
}

export interface SidecarUploaderTools {
	readonly archive: SidecarArchive;
	readonly clock: Clock;
	readonly grants: GrantStore;
	/** What the archive holds grants of; `null`: not known yet. */
	readonly noteArchived: (camera: CameraId, epochs: ReadonlySet<number> | null) => void;
	readonly events: Pick<EventStore, 'between'>;
	readonly thumbnails: Pick<ThumbnailStore, 'between'>;
	/** The signed card as of now, and what it says; `null`: the device is locked. */
	readonly card: (camera: CameraId) => Promise<{ says: string; record: SidecarRecord } | null>;
	readonly spans: SpanExchange;
}

type Keyed = readonly [key: string, record: SidecarRecord];

/**
 * Sends what stands beside a camera's footage (SY35): derived, like what the `Uploader` sends, from
 * what is here and what the archive says it has.
 */
export class SidecarUploader {
	readonly #tools: SidecarUploaderTools;
	readonly #camera: CameraId;
	/** What the archive has, or refused for ever. */
	readonly #there = new Set<string>();
	#store: string | null = null;
	#change = 0;
	#askedMs = -Infinity;
	#lookedMs = -Infinity;
	/** The minute in which no thumbnail was left to send. */
	#idleMinute = -1;
	readonly #empty = new Set<number>();
	#card: string | null = null;

	constructor(tools: SidecarUploaderTools, camera: CameraId) {
		this.#tools = tools;
		this.#camera = camera;
		tools.noteArchived(camera, null);
	}

	/**
	 * One turn: asks what is there if it is time to, and sends what is most urgent: card, grants and
	 * what a person said go before the footage, thumbnails after events. Throws as `SidecarArchive`
	 * does, but not `quota`.
	 */
	async send(archived: ArchivedMinutes): Promise<void> {
		const nowMs = this.#tools.clock.monotonicMs();
		if (this.#store === null || nowMs - this.#askedMs >= REFRESH_MS) await this.#refresh();
		if (nowMs - this.#lookedMs >= LOOK_MS) {
			this.#lookedMs = nowMs;
			await this.#put(await this.#statements());
			await this.#putSealed(await this.#missingEvents(archived));
		}
		await this.#putSealed(await this.#missingThumbnails(archived));
	}

	async #refresh(): Promise<void> {
		const { archive, clock, noteArchived, spans } = this.#tools;
		this.#there.clear();
		this.#change = 0;
		spans.forget();
		for (;;) {
			const answer = await archive.changed(this.#camera, this.#change);
			this.#store = answer.store;
			this.#change = answer.change;
			for (const key of answer.keys) this.#there.add(key);
			await spans.hear(this.#camera, answer.spans);
			if (!answer.more) break;
		}
		this.#askedMs = clock.monotonicMs();
		this.#lookedMs = -Infinity;
		this.#idleMinute = -1;
		this.#card = null;
		const epochs = [...this.#there].map(epochOfKey).filter((epoch) => epoch !== null);
		noteArchived(this.#camera, new Set(epochs));
	}

	/** Sends records, and notes them as there. */
	async #put(keyed: readonly Keyed[]): Promise<void> {
		if (keyed.length === 0) return;
		const records = concatBytes(...keyed.map(([, record]) => buildSidecarRecord(record)));
		const { store } = await this.#tools.archive.put(this.#camera, records);
		if (store !== this.#store) {
			this.#store = null;
			return;
		}
		// What it refused it will never take as it is.
		for (const [key] of keyed) this.#there.add(key);
	}

	/** Without room for it, it is tried again when the archive is asked anew. */
	async #putSealed(keyed: readonly Keyed[]): Promise<void> {
		try {
			await this.#put(keyed);
		} catch (error) {
			expectFault(error);
			if (error.kind !== 'quota') throw error;
			for (const [key] of keyed) this.#there.add(key);
		}
	}

	async #statements(): Promise<Keyed[]> {
		const { card, grants, spans } = this.#tools;
		const found: Keyed[] = [];
		const own = await card(this.#camera);
		if (own !== null && own.says !== this.#card) {
			found.push([`card of ${own.says}`, own.record]);
			this.#card = own.says;
		}
		for (const { number, recipient, grant } of await grants.of(this.#camera)) {
			const key = grantKey(number, recipient);
			if (!this.#there.has(key)) found.push([key, statementRecord('grant', grant)]);
		}
		for (const record of await spans.toSay(this.#camera)) found.push(['span', record]);
		return fitting(found);
	}

	async #missingEvents({ oldest }: ArchivedMinutes): Promise<Keyed[]> {
		if (oldest === null) return [];
		const all = await this.#tools.events.between(this.#camera, oldest * MINUTE_US, Infinity);
		const keyed = all.flatMap(({ id, wallUs, bytes }): Keyed[] => {
			const record = { kind: 'event', id, wallUs, bytes } as const;
			const key = eventKey(record);
			return this.#there.has(key) ? [] : [[key, record]];
		});
		return fitting(keyed.toReversed());
	}

	/** Of minutes that are over and whose footage is there, the newest first. */
	async #missingThumbnails(archived: ArchivedMinutes): Promise<Keyed[]> {
		const { clock, thumbnails } = this.#tools;
		const now = minuteOf(clock.wallMs() * 1000);
		if (this.#idleMinute === now || archived.oldest === null) return [];
		const found: Keyed[] = [];
		let bytes = 0;
		for (let minute = now - 1; minute >= archived.oldest && bytes < BATCH_BYTES; minute -= 1) {
			const key = thumbnailsKey(minute);
			if (this.#there.has(key) || this.#empty.has(minute) || !archived.has(minute)) continue;
			const [from, until] = [minute * MINUTE_US, (minute + 1) * MINUTE_US - 1];
			const here = await thumbnails.between(this.#camera, from, until);
			if (here.length === 0) this.#empty.add(minute);
			for (const { wallUs, bytes: sealed } of here) {
				found.push([key, { kind: 'thumbnail', id: 0, wallUs, bytes: sealed }]);
				bytes += sealed.length;
			}
		}
		if (found.length === 0) this.#idleMinute = now;
		return found;
	}
}

function fitting(keyed: readonly Keyed[]): Keyed[] {
	let bytes = 0;
	return keyed.filter(([, record]) => (bytes += record.bytes.length) <= BATCH_BYTES);
}
