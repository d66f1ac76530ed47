import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import { parseGrant } from '#domain/home/grant.ts';
import {
	cardKey,
	eventKey,
	grantKey,
	parseSidecarRecords,
	thumbnailsKey,
	type SidecarRecord,
} from '#domain/sync/sidecar-record.ts';
import type {
	ArchivedLook,
	ArchivedSidecars,
	SidecarArchive,
	SidecarResult,
	SignedSpan,
} from '#ports/footage/sidecar-archive.ts';

/** Keeps everything of one camera, in memory; full, away or wiped on demand. */
export class FakeSidecarArchive implements SidecarArchive {
	away = false;
	full = false;
	/** Somebody is at it now. */
	lookedAt = false;
	/** All that was sent, in order. */
	readonly sent: SidecarRecord[] = [];
	#store = 'store-1';
	readonly #keys = new Map<string, number>();
	#looks: ArchivedLook[] = [];
	#lookId = 0;
	#spans: (SignedSpan & { readonly change: number })[] = [];

	wipe(): void {
		this.#store += '+';
		this.#keys.clear();
		this.#spans = [];
	}

	/** As if another device had read these spans. */
	look(device: DeviceId, ...spans: readonly Span[]): void {
		for (const span of spans)
			this.#looks.push({ ...span, id: (this.#lookId += 1), device, fromMs: 1, toMs: 2 });
	}

	looks(): ReturnType<SidecarArchive['looks']> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		return Promise.resolve({ looks: [...this.#looks], more: this.lookedAt });
	}

	heardLooks(_: CameraId, ids: readonly number[]): Promise<void> {
		this.#looks = this.#looks.filter(({ id }) => !ids.includes(id));
		return Promise.resolve();
	}

	/** As from another device. */
	say(...spans: readonly SignedSpan[]): void {
		for (const span of spans) this.#spans.push({ ...span, change: this.#next() });
	}

	/** As if retention had deleted it. */
	lose(key: string): void {
		this.#keys.delete(key);
	}

	changed(_: CameraId, since: number): Promise<ArchivedSidecars> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		const keys = [...this.#keys].filter(([, change]) => change > since);
		const spans = this.#spans.filter(({ change }) => change > since);
		const changes = [...keys.map(([, change]) => change), ...spans.map(({ change }) => change)];
		return Promise.resolve({
			...{ store: this.#store, more: false, change: Math.max(since, ...changes) },
			keys: keys.map(([key]) => key),
			spans: spans.map(({ kind, signed }) => ({ kind, signed })),
		});
	}

	put(_: CameraId, records: Bytes): Promise<SidecarResult> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		if (this.full) return Promise.reject(new Fault('quota', 'no room'));
		const refused: number[] = [];
		for (const [at, record] of parseSidecarRecords(records).entries()) {
			if (!isWhole(record)) refused.push(at);
			else this.#keep(record);
		}
		return Promise.resolve({ store: this.#store, refused });
	}

	#keep(record: SidecarRecord): void {
		const { kind, bytes } = record;
		this.sent.push(record);
		if (kind === 'pin' || kind === 'removal') this.say({ kind, signed: bytes });
		else if (!this.#keys.has(keyOf(record))) this.#keys.set(keyOf(record), this.#next());
	}

	#next(): number {
		const spans = this.#spans.map(({ change }) => change);
		return Math.max(0, ...this.#keys.values(), ...spans) + 1;
	}
}

function keyOf(record: SidecarRecord): string {
	const { kind, bytes, wallUs } = record;
	if (kind === 'card') return cardKey(bytes);
	if (kind === 'event') return eventKey(record);
	if (kind === 'thumbnail') return thumbnailsKey(minuteOf(wallUs));
	const { number, recipient } = parseGrant(bytes).grant;
	return grantKey(number, recipient);
}

function isWhole({ kind, bytes, wallUs }: SidecarRecord): boolean {
	if (kind !== 'event' && kind !== 'thumbnail') return true;
	try {
		const header = slicesOf(bytes)[0]?.header;
		return header?.kind === kind && header.wallMs === Math.floor(wallUs / 1000);
	} catch (error) {
		expectFault(error);
		return false;
	}
}
