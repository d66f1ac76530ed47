import { only } from '#domain/base/listeners.ts';
import { base64urlOf } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';

const WEEK_S = 7 * 24 * 3600;

/** Sends an owner's home keys to the other members: ID42. */
export class HomeKeySender {
	readonly #homeRoster: Pick<HomeRoster, 'homeKeyFor' | 'member'>;
	readonly #messenger: Pick<RelayClient, 'online' | 'on' | 'send' | 'relaySeq'>;
	/** Members sent the newest key since they came online. */
	readonly #sentTo = new Set<DeviceId>();
	/** Keys that could not be sent. */
	readonly #unsent: (readonly [DeviceId, Bytes])[] = [];

	constructor(
		homeRoster: Pick<HomeRoster, 'homeKeyFor' | 'member'>,
		messenger: Pick<RelayClient, 'online' | 'on' | 'send' | 'relaySeq'>,
	) {
		this.#homeRoster = homeRoster;
		this.#messenger = messenger;
		messenger.on(only(['presence', 'roster'], () => this.#refresh()));
	}

	/** Sends a key that was just made; if that fails, sends it on the next connection. */
	async send(device: DeviceId, grant: Bytes): Promise<void> {
		if ((await this.#sendGrant(device, grant, WEEK_S)) === 'unsent')
			this.#unsent.push([device, grant]);
	}

	#refresh(): void {
		const { online, relaySeq } = this.#messenger;
		for (const [device, grant] of relaySeq === null ? [] : this.#unsent.splice(0)) {
			if (this.#homeRoster.member(device) !== null) void this.send(device, grant);
		}
		for (const device of this.#sentTo) if (!online.has(device)) this.#sentTo.delete(device);
		for (const device of online) void this.#sendNewest(device);
	}

	async #sendNewest(device: DeviceId): Promise<void> {
		if (this.#sentTo.has(device)) return;
		this.#sentTo.add(device);
		try {
			const grant = await this.#homeRoster.homeKeyFor(device);
			const sent = grant === null ? 'unsent' : await this.#sendGrant(device, grant, 0);
			if (sent === 'unsent') this.#sentTo.delete(device);
		} catch (error) {
			// A key that this device cannot open must come from another owner.
			expectFault(error);
		}
	}

	#sendGrant(device: DeviceId, grant: Bytes, keepS: number): ReturnType<RelayClient['send']> {
		return this.#messenger.send(device, { t: 'home-key', grant: base64urlOf(grant) }, keepS);
	}
}
