import { subscribed } from '#state/app/subscribed.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Watcher } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';

/** A device that is heard at this one (LV13). */
export interface SoundSource {
	readonly device: DeviceId;
	readonly name: string | null;
	readonly what: 'talk' | 'siren';
}

/** The viewers of this device's camera, and its connection to the relay. */
export class HostStatus {
	readonly #engine: Pick<Engine, 'hosting' | 'members' | 'messenger'>;
	readonly #subscribe: () => void;

	constructor(engine: Pick<Engine, 'hosting' | 'members' | 'messenger'>) {
		this.#engine = engine;
		this.#subscribe = subscribed(engine.hosting, engine.members, engine.messenger);
	}

	get watchers(): readonly Watcher[] {
		this.#subscribe();
		return this.#engine.hosting.watchers;
	}

	/** The devices that are heard here now. */
	get voices(): readonly SoundSource[] {
		this.#subscribe();
		const { talking, siren } = this.#engine.hosting;
		const voices: SoundSource[] = [];
		if (siren !== null) voices.push({ device: siren, name: this.#nameOf(siren), what: 'siren' });
		if (talking !== null)
			voices.push({ device: talking, name: this.#nameOf(talking), what: 'talk' });
		return voices;
	}

	/** Viewers that joined since the last `acknowledge`. */
	get newcomers(): readonly Watcher[] {
		const { watchers } = this;
		const { newcomers } = this.#engine.hosting;
		return watchers.filter(({ device }) => newcomers.includes(device));
	}

	get link(): RelayConnectionState {
		this.#subscribe();
		return this.#engine.messenger.state;
	}

	/** Stops siren and speech. */
	hush(): void {
		this.#engine.hosting.hush();
	}

	acknowledge(): void {
		this.#engine.hosting.acknowledge();
	}

	#nameOf(device: DeviceId): string | null {
		return this.#engine.members.list.find((member) => member.device === device)?.name ?? null;
	}
}
