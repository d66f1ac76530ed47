import { faultOf } from '#domain/base/fault.ts';
import type { Note, Wanted } from '#domain/pairing/pairing.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import type { Nearby } from './nearby.ts';
import type { Table } from './pairing-table.ts';
import type { PairingEnd, PairingState } from './pairing.ts';
import { Returning, type ReturningTools } from './returning.ts';

/** Who consented is told by the meeting in most cases, and looks by itself seldom. */
const BESIDE_MS = 15_000;

/** By these a person said that the newcomer does not come (PR23). */
const SAID_NO: ReadonlySet<PairingEnd | Note> = new Set<PairingEnd | Note>([
	...(['refused', 'cancelled', 'digits'] as const),
]);

export interface WayBackEvents {
	came(self: SelfIdentity, wanted: Wanted): void;
	/** What `state` says. */
	changed(): void;
}

/**
 * A newcomer's way into the home beside its meeting, or without it. Nothing here throws. Rules:
 * docs/spec/pairing.md, PR21 to PR23.
 */
export class WayBack {
	readonly #tools: ReturningTools & { readonly near: Nearby | null };
	readonly #events: WayBackEvents;
	#returning: Returning | null = null;

	constructor(tools: ReturningTools & { readonly near: Nearby | null }, events: WayBackEvents) {
		this.#tools = tools;
		this.#events = events;
		tools.near?.on(() => {
			this.#returning?.nudge();
			events.changed();
		});
	}

	/** `null`: this device is on no such way. */
	get state(): Extract<PairingState, { kind: 'returning' }> | null {
		if (this.#returning === null) return null;
		const { relay, untilMs } = this.#returning.pending;
		const connected = relay !== null || (this.#tools.near?.origin ?? null) !== null;
		return { kind: 'returning', untilMs, apart: !connected };
	}

	/** After a start of the page. */
	async resume(): Promise<void> {
		const { admissions } = this.#tools;
		try {
			const pending = await admissions.pending();
			if (pending !== null) this.#begin(await admissions.self(), pending, 0);
		} catch (error) {
			// A vault that is away says so elsewhere, and the next start looks again.
			faultOf(error);
		}
	}

	/** A table's state, and what to show of it. */
	follow(table: Table, state: PairingState): PairingState {
		const { pending, noted } = table;
		if (pending === null) return state;
		if (state.kind === 'comparing' && this.#returning?.pending !== pending) {
			this.#begin(table.self, pending, BESIDE_MS);
		}
		if (state.kind === 'done') this.#stop();
		if (state.kind !== 'ended') return state;
		if (SAID_NO.has(state.why) || (noted !== null && SAID_NO.has(noted))) {
			void this.giveUp();
			return state;
		}
		this.#returning?.nudge();
		// Without a relay the note may be the hub's own, of a line that broke.
		const noteSays = noted !== null && pending.relay !== null;
		const said = state.why === 'expired' || state.why === 'burnt' || noteSays;
		return said ? state : (this.state ?? state);
	}

	/** PR23: it is not to come. */
	async giveUp(): Promise<void> {
		if (this.#returning === null) return;
		this.#stop();
		try {
			await this.#tools.admissions.setPendingJoin(null);
		} catch (error) {
			// It is over in twenty minutes by itself.
			faultOf(error);
		}
	}

	#begin(self: SelfIdentity, pending: PendingJoin, afterMs: number): void {
		this.#stop();
		const origin = (): string | null => this.#tools.near?.origin ?? pending.relay;
		const returning = new Returning(this.#tools, { self, pending }, origin, {
			came: (wanted) => {
				this.#stop();
				this.#events.came(self, wanted);
			},
			over: () => {
				this.#stop();
				this.#events.changed();
			},
		});
		this.#returning = returning;
		returning.begin(afterMs);
	}

	#stop(): void {
		this.#returning?.stop();
		this.#returning = null;
	}
}
