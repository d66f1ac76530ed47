import { STORE_FINDING_KINDS, type StoreFindingKind } from '#domain/storage/store-check.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { StoreCheck, RepairResult, CheckReport } from '#engine/storage/store-check.ts';
import type { Engine } from '#state/app/engine.ts';

export interface FindingSummary {
	readonly kind: StoreFindingKind;
	readonly count: number;
	readonly bytes: number;
}

/** Check and repair in steps: check, review the repair, run it. */
export class StoreCheckState {
	signatures = $state(false);
	/** 0 to 1 during a check. */
	progress = $state<number | null>(null);
	repairing = $state(false);
	report = $state.raw<CheckReport | null>(null);
	repaired = $state.raw<RepairResult | null>(null);
	fault = $state.raw<Fault | null>(null);
	readonly #engine: Engine;
	#check: Pick<StoreCheck, 'run' | 'repair'> | null = null;
	#stop: AbortController | null = null;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	get found(): FindingSummary[] {
		const { findings } = this.report ?? { findings: [] };
		return STORE_FINDING_KINDS.map((kind) => {
			const some = findings.filter((one) => one.kind === kind);
			return { kind, count: some.length, bytes: some.reduce((sum, { bytes }) => sum + bytes, 0) };
		}).filter(({ count }) => count > 0);
	}

	/** Whether a repair would change anything. */
	get repairable(): boolean {
		const { mayDelete } = this.report ?? { mayDelete: false };
		return this.found.some(({ kind }) => kind !== 'unnamed' || mayDelete);
	}

	async run(): Promise<void> {
		const stop = new AbortController();
		this.#stop = stop;
		this.report = null;
		this.repaired = null;
		this.fault = null;
		this.progress = 0;
		try {
			this.#check ??= await this.#engine.check();
			this.report = await this.#check.run({
				signatures: this.signatures,
				signal: stop.signal,
				onProgress: (share) => (this.progress = share),
			});
		} catch (error) {
			const fault = faultOf(error);
			if (fault.kind !== 'aborted') this.fault = fault;
		}
		this.progress = null;
	}

	cancel(): void {
		this.#stop?.abort();
	}

	async repair(): Promise<void> {
		const { report } = this;
		if (report === null || this.#check === null) return;
		this.repairing = true;
		try {
			this.repaired = await this.#check.repair(report);
			this.report = null;
		} catch (error) {
			this.fault = faultOf(error);
		}
		this.repairing = false;
		void this.#engine.maintenance.refresh();
	}
}
