import { base64urlOf } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Link } from '#engine/messaging/link.ts';
import type { Membership } from '#engine/home/membership.ts';

const WEEK_S = 7 * 24 * 3600;

/** An owner's home keys on their way to the other members: ID42. */
export class KeyLetters {
	readonly #membership: Pick<Membership, 'homeKeyFor' | 'member'>;
	readonly #link: Pick<Link, 'online' | 'on' | 'send' | 'relaySeq'>;
	/** Who was sent the newest since it came. */
	readonly #given = new Set<DeviceId>();
	/** What no line took. */
	readonly #left: (readonly [DeviceId, Bytes])[] = [];

	constructor(
		membership: Pick<Membership, 'homeKeyFor' | 'member'>,
		link: Pick<Link, 'online' | 'on' | 'send' | 'relaySeq'>,
	) {
		this.#membership = membership;
		this.#link = link;
		link.on(() => this.#look());
	}

	/** A key that was made just now; one that is not taken goes with the next line. */
	async post(device: DeviceId, grant: Bytes): Promise<void> {
		if ((await this.#send(device, grant, WEEK_S)) === 'unsent') this.#left.push([device, grant]);
	}

	#look(): void {
		const { online, relaySeq } = this.#link;
		for (const [device, grant] of relaySeq === null ? [] : this.#left.splice(0)) {
			if (this.#membership.member(device) !== null) void this.post(device, grant);
		}
		for (const device of this.#given) if (!online.has(device)) this.#given.delete(device);
		for (const device of online) void this.#give(device);
	}

	async #give(device: DeviceId): Promise<void> {
		if (this.#given.has(device)) return;
		this.#given.add(device);
		try {
			const grant = await this.#membership.homeKeyFor(device);
			const sent = grant === null ? 'unsent' : await this.#send(device, grant, 0);
			if (sent === 'unsent') this.#given.delete(device);
		} catch (error) {
			// A key that cannot be read here can be given by another owner only.
			if (!(error instanceof Fault)) throw error;
		}
	}

	#send(device: DeviceId, grant: Bytes, keepS: number): ReturnType<Link['send']> {
		return this.#link.send(device, { t: 'home-key', grant: base64urlOf(grant) }, keepS);
	}
}
