/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import type { SettingChange } from '#domain/storage/change.ts';
import { Fault } from '#domain/base/fault.ts';
import { bucketOf, type Filling } from '#domain/storage/filling.ts';
import { hourOf, joined, type Deletion } from '#domain/storage/journal.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { Caretaker } from '#engine/storage/caretaker.ts';
import { Journal } from '#engine/storage/journal.ts';
import { NotedPreferences } from '#engine/storage/noted.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Retention } from '#engine/storage/retention.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { Cleared, Origin, Trace } from '#ports/storage/origin.ts';
import type { Reserve } from '#ports/storage/reserve.ts';
import type { Segments } from '#ports/footage/segments.ts';
import { T0 } from '../contracts/segments.ts';
import { ManualClock } from './clock.ts';
import { MemoryPreferences } from './preferences.ts';
import { MemorySegments } from './segments.ts';

const MIB = 2 ** 20;

export class MemoryLedger implements Ledger {
	/** Writes throw `quota` while it is true. */
	full = false;
	readonly #deletions = new Map<string, Deletion>();
	readonly #fillings = new Map<number, Filling>();
	readonly #changes: SettingChange[] = [];

	async noteDeletion(deletion: Deletion): Promise<void> {
		this.#refuse();
		const key = `${deletion.rule} ${String(hourOf(deletion))}`;
		const before = this.#deletions.get(key);
		this.#deletions.set(key, before === undefined ? deletion : joined(before, deletion));
	}

	async deletions(most: number): Promise<Deletion[]> {
		return [...this.#deletions.values()].sort((a, b) => b.lastMs - a.lastMs).slice(0, most);
	}

	async noteFilling(filling: Filling): Promise<void> {
		this.#refuse();
		this.#fillings.set(bucketOf(filling.atMs), filling);
	}

	async fillings(fromMs: number): Promise<Filling[]> {
		return [...this.#fillings.values()]
			.filter(({ atMs }) => bucketOf(atMs) >= bucketOf(fromMs))
			.sort((a, b) => a.atMs - b.atMs);
	}

	async noteChange(change: SettingChange): Promise<void> {
		this.#refuse();
		this.#changes.push(change);
	}

	async changes(most: number): Promise<SettingChange[]> {
		return this.#changes.toSorted((a, b) => b.atMs - a.atMs).slice(0, most);
	}

	#refuse(): void {
		if (this.full) throw new Fault('quota', 'no room');
	}
}

export class MemoryReserve implements Reserve {
	/** Bytes that fit. */
	roomBytes = Infinity;
	#pieces = 0;

	async held(): Promise<number> {
		return this.#pieces * MIB;
	}

	async hold(bytes: number): Promise<void> {
		this.#pieces = Math.min(Math.floor(bytes / MIB), Math.max(this.#pieces, this.roomBytes / MIB));
		if (this.#pieces * MIB < Math.floor(bytes / MIB) * MIB) throw new Fault('quota', 'no room');
	}

	async spend(): Promise<number> {
		const bytes = await this.held();
		this.#pieces = 0;
		return bytes;
	}
}

export class MemoryOrigin implements Origin {
	used: number | null = null;
	granted = false;
	/** What asking for it brings. */
	grants = true;
	left: Trace | null = null;

	async usedBytes(): Promise<number | null> {
		return this.used;
	}

	async persisted(): Promise<boolean> {
		return this.granted;
	}

	async persist(): Promise<boolean> {
		this.granted ||= this.grants;
		return this.granted;
	}

	trace(): Trace | null {
		return this.left;
	}

	leaveTrace(trace: Trace | null): void {
		this.left = trace;
	}

	gone: Cleared | null = null;

	cleared(): Cleared | null {
		return this.gone;
	}

	leaveCleared(cleared: Cleared | null): void {
		this.gone = cleared;
	}
}

/** Retention by a budget alone: so many bytes, as of when it is asked; nobody writes a journal. */
export function retaining(segments: Segments, bytes: () => number): Retention {
	return new Retention({
		segments,
		allowance: {
			bytes: () => Promise.resolve(bytes()),
			footageBytes: () => Promise.resolve(bytes()),
			refused: () => Promise.resolve(),
		},
		reserve: new MemoryReserve(),
		journal: { note: () => undefined },
	});
}

/** A caretaker and all it looks after. `stored`: what a person chose. */
export function world(stored: object = {}) {
	const clock = new ManualClock(T0 / 1000);
	const store = new MemorySegments();
	const reserve = new MemoryReserve();
	const ledger = new MemoryLedger();
	const origin = new MemoryOrigin();
	const preferences = new NotedPreferences(new MemoryPreferences(stored), ledger, clock);
	const allowance = new Allowance(preferences, clock, () => Promise.resolve(null));
	const pins = new Pins(store, allowance);
	const journal = new Journal(ledger, clock);
	const previews = { count: 0, bytes: 0 };
	const retention = new Retention({ segments: store, allowance, reserve, journal });
	const tools = {
		...{ clock, reserve, ledger, origin, preferences, allowance, retention, pins, journal },
		segments: store,
		thumbnails: { size: () => Promise.resolve(previews) },
	};
	return { ...tools, store, previews, caretaker: new Caretaker(tools) };
}
