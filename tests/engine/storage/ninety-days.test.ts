import { afterAll, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Retention } from '#engine/storage/retention.ts';
import { DOOR, filled, MINUTE, sealed, startOf, T0 } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryDevicePreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryLedger, MemoryPersistence, MemoryReserve } from '../../fakes/storage.ts';
import { SOAK } from '../../faults/support/counts.ts';
import { randomFrom } from '../../support/random.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ROUNDS = SOAK ? 60 : 1;
const SHRINKS = 0.6;
const nameOf = ({ runNo, seq }: Segment) => `${String(runNo)}/${String(seq)}`;
const total = { refusals: 0, pins: 0 };

/** Ninety days of a camera with random events, and the invariants that must hold. */
class NinetyDays {
	readonly clock = new ManualClock(T0 / 1000);
	readonly store = new MemorySegmentStore();
	readonly ledger = new MemoryLedger();
	readonly preferences = new AuditedPreferences(
		new MemoryDevicePreferences({ budgetBytes: 60_000_000, mostDays: null }),
		this.ledger,
		this.clock,
	);
	readonly journal = new DeletionJournal(this.ledger, this.clock);
	readonly allowance = new Allowance(this.preferences, this.clock, () => Promise.resolve(null));
	readonly pins = new Pins(this.store, this.allowance);
	readonly reserve = new MemoryReserve();
	readonly retention = new Retention({
		...{ segments: this.store, allowance: this.allowance },
		...{ reserve: this.reserve, journal: this.journal },
	});
	readonly maintenance = new StorageMaintenance({
		...{ clock: this.clock, segments: this.store, reserve: this.reserve, journal: this.journal },
		...{ allowance: this.allowance, pins: this.pins, preferences: this.preferences },
		profiles: () => Promise.resolve(['standard']),
		cameras: () => null,
		retention: this.retention,
		...{ ledger: new MemoryLedger(), origin: new MemoryPersistence() },
		thumbnails: { size: () => Promise.resolve({ count: 0, bytes: 0 }) },
	});
	/** Every segment ever written, in order of writing. */
	readonly written: Segment[] = [];
	readonly pinned: { span: Span; names: string[] }[] = [];
	readonly #random: (below: number) => number;
	#runNo = 0;
	#seq = 0;
	#size = 0;
	#steppedMs = -Infinity;
	refusals = 0;
	#before = Infinity;

	constructor(seed: number) {
		this.#random = randomFrom(seed);
	}

	async live(): Promise<void> {
		const untilMs = this.clock.monotonicMs() + 90 * DAY_MS;
		await this.#begin('rotated');
		while (this.clock.monotonicMs() < untilMs) {
			// A minute of footage, then a pause.
			this.clock.advance(MINUTE_MS + this.#random(80) * MINUTE_MS);
			await this.#event();
			await this.#write();
			if (this.#roll() < 0.1) await this.#tend();
			if (this.written.length % 5 === 0) await this.#behold();
		}
	}

	async #event(): Promise<void> {
		const fate = this.#roll();
		if (fate < 0.01) {
			// A new rate starts a new run.
			await this.#begin('changed');
		} else if (fate < 0.014) {
			const days = [1 / 24, -1 / 24, 3, -3, 365][Math.floor(this.#roll() * 5)] ?? 0;
			this.clock.step(days * DAY_MS);
			this.#steppedMs = this.clock.monotonicMs();
			await this.#begin('clock-step');
		} else if (fate < 0.02) {
			await this.preferences.write({ budgetBytes: 20e6 + Math.floor(this.#roll() * 80e6) });
		} else if (fate < 0.023) {
			const days = Math.floor(this.#roll() * 20);
			await this.preferences.write({ mostDays: days === 0 ? null : days });
		} else if (fate < 0.03) {
			await this.#pin();
		} else if (fate < 0.036) {
			// The browser has less room than it reported, but more than nothing; later it has more again.
			const used = Math.max(await this.store.usedBytes(), 2 * (await this.#unfreeable()));
			this.store.roomBytes = this.#roll() < SHRINKS ? used : 9 * used;
		}
	}

	async #begin(why: 'rotated' | 'changed' | 'clock-step'): Promise<void> {
		if (this.#runNo > 0) await this.store.close(DOOR, this.#runNo, why);
		this.#runNo += 1;
		this.#seq = 0;
		this.#size = 50_000 + Math.floor(this.#roll() * 400_000);
		await this.#put(100, () =>
			this.store.begin(startOf(DOOR, this.#runNo, this.#nowUs()), sealed(0, 0)),
		);
	}

	async #write(): Promise<void> {
		this.#seq += 1;
		const seq = this.#seq;
		// The content does not matter: a byte per kilobyte would do, but the sums must be right.
		const segment = {
			...{ seq, startUs: this.#nowUs(), durationUs: MINUTE, sound: false },
			...{ bytes: new Uint8Array(this.#size), head: filled(284, seq) },
		};
		await this.#put(this.#size, () => this.store.append(DOOR, this.#runNo, segment));
		const [newest] = (await this.store.between(DOOR, segment.startUs, segment.startUs + 1)).slice(
			-1,
		);
		this.written.push(newest!);
	}

	/** As `Take` does. */
	async #put(bytes: number, write: () => Promise<unknown>): Promise<void> {
		for (let tried = 1; ; tried += 1) {
			await this.retention.makeRoom(bytes);
			try {
				await write();
				return;
			} catch (error) {
				if (!(error instanceof Fault && error.kind === 'quota') || tried === 3) throw error;
				this.refusals += 1;
				// Released reserve is room for the browser, too.
				this.store.roomBytes += await this.reserve.held();
				await this.retention.afterQuota();
			}
		}
	}

	async #pin(): Promise<void> {
		const one = this.written[Math.floor(this.#roll() * this.written.length)];
		if (one === undefined) return;
		const span = { startUs: one.startUs, endUs: one.startUs + MINUTE * (1 + this.#roll() * 5) };
		const names = (await this.store.between(DOOR, span.startUs, span.endUs)).map(nameOf);
		if (names.length === 0) return;
		try {
			await this.pins.pin(DOOR, span);
			this.pinned.push({ span, names });
		} catch (error) {
			// SP15.
			if (!(error instanceof Fault && error.kind === 'quota')) throw error;
		}
	}

	/** Rules by the clock do nothing within an hour of a step (RT17). */
	async #tend(): Promise<void> {
		const before = await this.store.usedBytes();
		await this.maintenance.maintain();
		const soon = this.clock.monotonicMs() - this.#steppedMs < 60 * MINUTE_MS;
		if (soon) expect(await this.store.usedBytes(), 'RT17').toBe(before);
	}

	async #behold(): Promise<void> {
		const kept = new Set<string>();
		for (const run of await this.store.runs(DOOR)) {
			const found = await this.store.between(DOOR, run.startUs, run.endUs);
			for (const segment of found) kept.add(nameOf(segment));
		}
		const held = new Set(this.pinned.flatMap(({ names }) => names));
		for (const name of held) expect(kept.has(name), 'RT15 a pin stays').toBe(true);
		// RT1: of the unpinned segments the newest stay, without a hole.
		const spans = this.pinned.map(({ span }) => span);
		const free = this.written.filter(
			({ startUs, durationUs }) =>
				!spans.some((span) => span.startUs < startUs + durationUs && span.endUs > startUs),
		);
		const left = free.map((segment) => kept.has(nameOf(segment)));
		expect(left.lastIndexOf(false), 'RT1 oldest first').toBeLessThan(
			left.includes(true) ? left.indexOf(true) : Infinity,
		);
		const used = await this.store.usedBytes();
		const all = used + (await this.reserve.held());
		const most = Math.max(await this.allowance.bytes(), await this.#unfreeable());
		// A much lower budget takes several passes: until it is reached, every pass shrinks the store.
		if (all > most) expect(all, 'SP3 within the allowance').toBeLessThan(this.#before);
		this.#before = all;
	}

	/** What must never be deleted: pins, and the page being written. */
	async #unfreeable(): Promise<number> {
		return (await this.pins.heldBytes()) + 3 * this.#size + (await this.reserve.held());
	}

	#roll(): number {
		return this.#random(1e6) / 1e6;
	}

	#nowUs(): number {
		return Math.floor(this.clock.wallMs() * 1000);
	}
}

test.each(Array.from({ length: ROUNDS }, (_, n) => 20261124 + n))(
	'RT1 RT15 RT17 SP3 SP13 ninety days with everything that may befall them, seed %i',
	async (seed) => {
		const days = new NinetyDays(seed);
		await days.live();
		expect(days.written.length).toBeGreaterThan(2500);
		total.refusals += days.refusals;
		total.pins += days.pinned.length;
	},
	120_000,
);

afterAll(() => {
	// Without refusals and pins, the run would prove nothing about them.
	expect(total.refusals).toBeGreaterThan(0);
	expect(total.pins).toBeGreaterThan(0);
});
