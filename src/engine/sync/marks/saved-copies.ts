import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { Span } from '#domain/footage/span.ts';
import { buildSidecarRecord } from '#domain/sync/sidecar-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { SidecarArchive } from '#ports/footage/sidecar-archive.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { signSpan, type SpanSigner } from '#engine/sync/signed-span.ts';

const DAY_US = 86_400_000_000;
/** Of the 1,000 removals of a camera that the relay keeps (SY31). */
const MAX_REMOVALS = 200;
const LAST_MINUTE = Math.floor(Number.MAX_SAFE_INTEGER / MINUTE_US);
/** What came meanwhile goes with another round. */
const ROUNDS = 3;

/** What the relay has of a camera, by its own word. */
export interface SavedCopy extends Span {
	readonly camera: CameraId;
	readonly bytes: number;
}

/** Footage of whole cameras at the relay: how much there is, and deleting it all (SY43). */
export interface SavedCopyControls {
	/** Of the cameras of a device, present or past; those without footage are left out. */
	of(device: DeviceId): Promise<readonly SavedCopy[]>;
	/**
	 * Deletes all footage of a camera at the relay, pinned footage too, signed by this owner. Tells
	 * how much of it is done, 0 to 1. Throws `denied` (not an owner), `conflict` (more keeps coming),
	 * and what `SidecarArchive` throws.
	 */
	removeAll(camera: CameraId, tell: (done: number) => void): Promise<void>;
}

export interface SavedCopiesTools {
	readonly crypto: Pick<Crypto, 'sign'>;
	readonly clock: Pick<Clock, 'wallMs'>;
	readonly reader: Pick<FootageReader, 'cameras' | 'runs'>;
	readonly archive: Pick<SidecarArchive, 'put'>;
	/** `null`: locked. */
	readonly self: () => SpanSigner | null;
	readonly owner: () => boolean;
	/** All that a device may have. */
	readonly camerasOf: (device: DeviceId) => Promise<readonly CameraId[]>;
}

export class SavedCopies implements SavedCopyControls {
	readonly #tools: SavedCopiesTools;

	constructor(tools: SavedCopiesTools) {
		this.#tools = tools;
	}

	async of(device: DeviceId): Promise<readonly SavedCopy[]> {
		const { reader, camerasOf } = this.#tools;
		const own = await camerasOf(device);
		const { cameras } = await reader.cameras();
		const found: SavedCopy[] = [];
		for (const { camera, bytes } of cameras) {
			if (bytes === 0 || !own.includes(camera)) continue;
			const spans = await this.#spans(camera);
			const startUs = spans.reduce((least, span) => Math.min(least, span.startUs), Infinity);
			const endUs = spans.reduce((most, span) => Math.max(most, span.endUs), 0);
			if (spans.length > 0) found.push({ camera, bytes, startUs, endUs });
		}
		return found;
	}

	async removeAll(camera: CameraId, tell: (done: number) => void): Promise<void> {
		const { owner } = this.#tools;
		if (!owner()) throw new Fault('denied', 'only an owner may delete all footage of a camera');
		for (let round = 0; round < ROUNDS; round += 1) {
			const spans = inDays(await this.#spans(camera));
			if (spans.length === 0) return;
			for (const [at, span] of spans.entries()) {
				if (round === 0) tell(at / spans.length);
				await this.#remove(camera, span);
			}
		}
		throw new Fault('conflict', 'its camera sends more while it is deleted');
	}

	/** Of whole minutes: what a run says of its ends counts for more than it says. */
	async #spans(camera: CameraId): Promise<Span[]> {
		const runs = await this.#tools.reader.runs(camera, 0, LAST_MINUTE);
		return runs
			.filter(({ firstSeq, lastSeq }) => firstSeq <= lastSeq)
			.map(({ startUs, endUs }) => ({
				startUs: minuteOf(startUs) * MINUTE_US,
				endUs: (minuteOf(Math.max(startUs, endUs - 1)) + 1) * MINUTE_US,
			}));
	}

	async #remove(camera: CameraId, span: Span): Promise<void> {
		const { archive, clock, crypto, self } = this.#tools;
		const by = self();
		if (by === null) throw new Fault('denied', 'this device is locked');
		const said = { ...span, camera, holds: true, atMs: clock.wallMs() };
		const { record } = await signSpan(crypto, by, 'removal', said);
		const { refused } = await archive.put(camera, buildSidecarRecord(record));
		if (refused.length > 0) throw new Fault('denied', 'the relay refused the statement');
	}
}

/** Few and short spans that cover all of these: each is one request, which ends in time. */
function inDays(spans: readonly Span[]): Span[] {
	const all: Span[] = [];
	for (const span of spans.toSorted((a, b) => a.startUs - b.startUs)) {
		const last = all.at(-1);
		// A pause of less than a day is no reason for a statement of its own.
		if (last === undefined || span.startUs > last.endUs + DAY_US) all.push(span);
		else all[all.length - 1] = { ...last, endUs: Math.max(last.endUs, span.endUs) };
	}
	const lengthUs = all.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
	const partUs = Math.max(DAY_US, Math.ceil(lengthUs / MAX_REMOVALS / DAY_US) * DAY_US);
	return all.flatMap(({ startUs, endUs }) => {
		const parts = Math.ceil((endUs - startUs) / partUs);
		return Array.from({ length: parts }, (_, at) => ({
			startUs: startUs + at * partUs,
			endUs: Math.min(endUs, startUs + (at + 1) * partUs),
		}));
	});
}
