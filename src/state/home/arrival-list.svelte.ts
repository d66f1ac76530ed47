import { subscribed } from '#state/app/subscribed.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { PendingArrival } from '#engine/members/arrivals.ts';
import { isDisconnected } from './disconnected.ts';
import type { Engine } from '#state/app/engine.ts';

export type { PendingArrival } from '#engine/members/arrivals.ts';

/** Devices let in that have not arrived, and those revoked for it. */
export class ArrivalList {
	nowMs = $state(0);
	readonly #engine: Pick<Engine, 'arrivals' | 'messenger' | 'homeRoster' | 'clock'>;
	readonly #subscribe: () => void;

	constructor(engine: Pick<Engine, 'arrivals' | 'messenger' | 'homeRoster' | 'clock'>) {
		this.#engine = engine;
		this.nowMs = engine.clock.wallMs();
		this.#subscribe = subscribed(engine.arrivals, engine.messenger, () =>
			engine.clock.every(10_000, () => (this.nowMs = engine.clock.wallMs())),
		);
	}

	get list(): readonly PendingArrival[] {
		this.#subscribe();
		return this.#engine.arrivals.list;
	}

	/** No connection leads to any other device. */
	get apart(): boolean {
		this.#subscribe();
		return isDisconnected(this.#engine);
	}

	isLate({ untilMs }: PendingArrival): boolean {
		return this.nowMs >= untilMs;
	}

	of(device: DeviceId): PendingArrival | null {
		return this.list.find((one) => one.device === device && one.takenBackMs === null) ?? null;
	}

	async dismiss(device: DeviceId): Promise<void> {
		try {
			await this.#engine.arrivals.dismiss(device);
		} catch (error) {
			// The notice stays and can be dismissed again.
			expectFault(error);
		}
	}
}
