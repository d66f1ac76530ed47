import { subscribed } from '#state/app/subscribed.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { LiveHostControls, Watcher } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';

/** A device that is heard at this one (LV13). */
export interface SoundSource {
	readonly device: DeviceId;
	readonly name: string | null;
	readonly what: 'talk' | 'siren';
}

type HostEngine = Pick<Engine, 'members' | 'messenger' | 'lastSeen'>;

/** The viewers of a camera of this device, and the connection to the relay. */
export class HostStatus {
	readonly #engine: HostEngine;
	readonly #hosting: LiveHostControls;
	readonly #subscribe: () => void;

	constructor(engine: HostEngine, hosting: LiveHostControls) {
		this.#engine = engine;
		this.#hosting = hosting;
		this.#subscribe = subscribed(hosting, engine.members, engine.messenger);
	}

	get watchers(): readonly Watcher[] {
		this.#subscribe();
		return this.#hosting.watchers;
	}

	/** The devices that are heard here now. */
	get voices(): readonly SoundSource[] {
		this.#subscribe();
		const { talking, siren } = this.#hosting;
		const voices: SoundSource[] = [];
		if (siren !== null) voices.push({ device: siren, name: this.#nameOf(siren), what: 'siren' });
		if (talking !== null)
			voices.push({ device: talking, name: this.#nameOf(talking), what: 'talk' });
		return voices;
	}

	/**
	 * LV36: those among the watchers that nobody here has ever acknowledged; and, each time anew, who
	 * only receives sealed pictures.
	 */
	get newcomers(): readonly Watcher[] {
		const { watchers } = this;
		const { newcomers } = this.#hosting;
		const { lastSeen } = this.#engine;
		return watchers.filter(
			({ device, path }) =>
				newcomers.includes(device) && (path === 'sealed' || !lastSeen.isAcknowledged(device)),
		);
	}

	get link(): RelayConnectionState {
		this.#subscribe();
		return this.#engine.messenger.state;
	}

	/** Stops siren and speech. */
	hush(): void {
		this.#hosting.hush();
	}

	acknowledge(): void {
		for (const { device, path } of this.newcomers)
			if (path !== 'sealed') this.#engine.lastSeen.acknowledge(device);
		this.#hosting.acknowledge();
	}

	#nameOf(device: DeviceId): string | null {
		return this.#engine.members.list.find((member) => member.device === device)?.name ?? null;
	}
}
