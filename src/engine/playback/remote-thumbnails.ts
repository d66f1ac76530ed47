import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { remember } from '#domain/base/remember.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import { parseSidecarRecords } from '#domain/sync/sidecar-record.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { FirstOrLast, StoredThumbnail } from '#ports/footage/thumbnail-store.ts';

/** Sealed, about 5 kB each. */
const MAX_KEPT = 1_000;
const SECOND_US = 1_000_000;
/** For the one shortly before a moment: one each so many seconds is near enough. */
const NEAR_S = 10;
/** What is longer ago does not show the moment. */
const MAX_NEAR_US = 60 * MINUTE_US;
/** As far as one request goes (docs/api.md). */
const MAX_MINUTES = 60;
const MAX_THUMBNAILS = 720;

/** A stretch of time, and the first thumbnail in it; `null`: there is none. */
interface Slot {
	readonly camera: CameraId;
	readonly startUs: number;
	readonly endUs: number;
	readonly thumbnail: StoredThumbnail | null;
}

/** Thumbnails in an archive: those of a whole stretch of the ribbon come at once (PB35). */
export class RemoteThumbnails {
	readonly #reader: Pick<FootageReader, 'thumbnails'>;
	readonly #slots = new Map<string, Slot>();
	/** A whole stretch that is on its way: what is in it is not asked for one by one. */
	#stretch: Promise<void> = Promise.resolve();

	constructor(reader: Pick<FootageReader, 'thumbnails'>) {
		this.#reader = reader;
	}

	/** Something changed there; without a camera, nobody knows what: what was missing may be new. */
	forget(camera?: CameraId, minutes?: { readonly from: number; readonly to: number }): void {
		for (const [name, slot] of this.#slots) {
			const about =
				minutes === undefined
					? slot.thumbnail === null
					: slot.camera === camera &&
						minuteOf(slot.startUs) <= minutes.to &&
						minuteOf(slot.endUs) >= minutes.from;
			if (about) this.#slots.delete(name);
		}
	}

	/**
	 * Asks for the first of each `stepUs`, counted from 1970, in [fromUs, untilUs], unless it is
	 * known already. Throws as `FootageReader` does.
	 */
	load(camera: CameraId, fromUs: number, untilUs: number, stepUs: number): Promise<void> {
		const loaded = this.#load(camera, fromUs, untilUs, stepUs);
		this.#stretch = loaded.catch(expectFault);
		return loaded;
	}

	async #load(camera: CameraId, fromUs: number, untilUs: number, stepUs: number): Promise<void> {
		const everyS = Math.max(1, Math.round(stepUs / SECOND_US));
		const slotUs = everyS * SECOND_US;
		const lacking: number[] = [];
		for (let at = Math.floor(fromUs / slotUs); at * slotUs <= untilUs; at += 1)
			if (!this.#slots.has(nameOf(camera, everyS, at))) lacking.push(at);
		const [first] = lacking;
		const last = lacking.at(-1);
		if (first === undefined || last === undefined) return;
		const from = minuteOf(first * slotUs);
		const most = Math.max(MAX_MINUTES, MAX_THUMBNAILS * Math.floor(everyS / 60));
		const to = Math.min(minuteOf((last + 1) * slotUs - 1), from + most - 1);
		const found = new Map<number, StoredThumbnail>();
		for (const one of await this.#ask(camera, from, to, everyS))
			found.set(Math.floor(one.wallUs / slotUs), one);
		for (let at = first; at <= last && minuteOf(at * slotUs) <= to; at += 1) {
			const [startUs, endUs] = [at * slotUs, (at + 1) * slotUs - 1];
			const slot = { camera, startUs, endUs, thumbnail: found.get(at) ?? null };
			remember(this.#slots, nameOf(camera, everyS, at), slot, MAX_KEPT);
		}
	}

	/** As `ThumbnailStore.find`, from what was loaded; asks for what was not. */
	async find(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<StoredThumbnail | null> {
		await this.#stretch;
		if (which === 'last') {
			if (untilUs - fromUs > MAX_NEAR_US) return null;
			await this.#load(camera, fromUs, untilUs, NEAR_S * SECOND_US);
			return this.#within(camera, NEAR_S, fromUs, untilUs).at(-1) ?? null;
		}
		const everyS = Math.max(1, Math.ceil((untilUs - fromUs) / SECOND_US));
		if (fromUs % (everyS * SECOND_US) !== 0) return this.#firstIn(camera, fromUs, untilUs, everyS);
		await this.#load(camera, fromUs, untilUs, everyS * SECOND_US);
		return this.#within(camera, everyS, fromUs, untilUs)[0] ?? null;
	}

	/** Of a stretch that is no slot of a ribbon, such as a local day. */
	async #firstIn(
		camera: CameraId,
		startUs: number,
		endUs: number,
		everyS: number,
	): Promise<StoredThumbnail | null> {
		const name = `${camera} ${String(startUs)} to ${String(endUs)}`;
		const known = this.#slots.get(name);
		if (known !== undefined) return known.thumbnail;
		const isIn = ({ wallUs }: StoredThumbnail): boolean => wallUs >= startUs && wallUs <= endUs;
		const [from, to] = [Math.ceil(startUs / MINUTE_US), minuteOf(endUs)];
		const later = from <= to ? await this.#ask(camera, from, to, everyS) : [];
		// The first of its minute may be from before the stretch, and stand for all others.
		const thumbnail =
			later.find(isIn) ?? (await this.#ask(camera, from - 1, from - 1, NEAR_S)).find(isIn) ?? null;
		remember(this.#slots, name, { camera, startUs, endUs, thumbnail }, MAX_KEPT);
		return thumbnail;
	}

	#within(camera: CameraId, everyS: number, fromUs: number, untilUs: number): StoredThumbnail[] {
		const slotUs = everyS * SECOND_US;
		const found: StoredThumbnail[] = [];
		for (let at = Math.floor(fromUs / slotUs); at * slotUs <= untilUs; at += 1) {
			const { thumbnail = null } = this.#slots.get(nameOf(camera, everyS, at)) ?? {};
			if (thumbnail !== null && thumbnail.wallUs >= fromUs && thumbnail.wallUs <= untilUs)
				found.push(thumbnail);
		}
		return found;
	}

	async #ask(
		camera: CameraId,
		from: number,
		to: number,
		everyS: number,
	): Promise<StoredThumbnail[]> {
		const records = parseSidecarRecords(await this.#reader.thumbnails(camera, from, to, everyS));
		return records
			.filter(({ kind }) => kind === 'thumbnail')
			.map(({ wallUs, bytes }) => ({ wallUs, bytes }))
			.sort((a, b) => a.wallUs - b.wallUs);
	}
}

function nameOf(camera: CameraId, everyS: number, at: number): string {
	return `${camera} ${String(everyS)} ${String(at)}`;
}
