import { ageMs, betterOffset, type ClockOffset } from '#domain/live/age.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraState, Message } from '#protocol/message.ts';

/** A report older than this is not the current status. */
const STATUS_TTL_MS = 45_000;
/** Tabs of a device that report at once; the newest win. */
const MAX_TABS = 4;

interface Report {
	/** Of the tab; commands to its cameras must carry it. */
	readonly nonce: string;
	/** The request that measured `offset`. */
	readonly request: string;
	readonly offset: ClockOffset;
	readonly states: readonly CameraState[];
	/** Wall ms: earliest time at which it was true. */
	readonly statusMs: number;
}

/** What one tab said last about one camera. */
export interface ReportedState {
	readonly state: CameraState;
	readonly nonce: string;
	readonly statusMs: number;
	/** `false`: the device has not answered since it came online, or not for long. */
	readonly current: boolean;
}

/**
 * The status of a device's cameras as its tabs report it. Each tab speaks for its own cameras and
 * has a clock and a nonce of its own (LV49).
 */
export class DeviceReports {
	/** The one heard last is the last. */
	readonly #tabs = new Map<string, Report>();
	#current = false;

	/** Whether the device answers. */
	get current(): boolean {
		return this.#current;
	}

	/** Wall ms of the oldest report; `null`: none. */
	get oldestMs(): number | null {
		const all = [...this.#tabs.values()].map(({ statusMs }) => statusMs);
		return all.length === 0 ? null : Math.min(...all);
	}

	/** By id, in this order; of several reports about a camera, the newest. */
	states(ids: readonly CameraId[]): readonly ReportedState[] {
		const found = new Map<string, ReportedState>();
		for (const { states, nonce, statusMs } of this.#tabs.values()) {
			for (const state of states) {
				const other = found.get(state.id);
				if (other !== undefined && other.statusMs > statusMs) continue;
				found.set(state.id, { state, nonce, statusMs, current: this.#current });
			}
		}
		return ids.flatMap((id) => found.get(id) ?? []);
	}

	/**
	 * `asked`: the newest request, and when it was sent by our monotonic clock. `false`: nobody knows
	 * how old the report is.
	 */
	receive(
		{ nonce, atMs, cameras }: Extract<Message, { t: 'state' }>,
		asked: { readonly request: string; readonly sentMs: number },
		now: { readonly monotonicMs: number; readonly wallMs: number },
	): boolean {
		const known = this.#tabs.get(nonce);
		const { request, sentMs } = asked;
		const exchange = { sentMs, heardMs: now.monotonicMs, theirsMs: atMs };
		// Only the first report after a request answers it.
		const answers = known?.request !== request;
		const offset = answers ? betterOffset(known?.offset ?? null, exchange) : known.offset;
		if (offset === null) return false;
		// What was said before the device went away may come from a page that is gone.
		if (!this.#current) this.#tabs.clear();
		this.#current = true;
		this.#tabs.delete(nonce);
		const statusMs = now.wallMs - ageMs(now.monotonicMs, offset, atMs);
		this.#tabs.set(nonce, { nonce, request, offset, states: cameras, statusMs });
		const [oldest] = this.#tabs.keys();
		if (this.#tabs.size > MAX_TABS && oldest !== undefined) this.#tabs.delete(oldest);
		return true;
	}

	/** The device is not online: what it said last stays, for lack of better. */
	leave(): void {
		this.#current = false;
	}

	/** Forgets tabs that fell silent; returns whether anything changed. */
	expire(wallMs: number): boolean {
		if (!this.#current) return false;
		const late = [...this.#tabs.values()].filter(
			({ statusMs }) => Math.abs(wallMs - statusMs) > STATUS_TTL_MS,
		);
		if (late.length === this.#tabs.size) this.#current = false;
		else for (const { nonce } of late) this.#tabs.delete(nonce);
		return late.length > 0;
	}
}
