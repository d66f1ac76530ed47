import type { LaunchLink } from '#ports/app/launch-link.ts';
import type { Relays } from '#ports/network/relay.ts';

/**
 * What an insecure page has: what its link brought, and whether a relay answers where it is from.
 */
export interface InsecurePageDependencies {
	readonly launchLink: Pick<LaunchLink, 'consume'>;
	card(): ReturnType<Relays['info']>;
}

/**
 * Where it goes on from an address without a secure connection (AP13). What came with the link goes
 * along.
 */
export class SecureAddresses {
	/**
	 * The relay's page about trust, as another device finds it; `null`: none has to, or it is not
	 * known yet.
	 */
	trust = $state<string | null>(null);
	/** This very screen where all devices find the relay; `null`: no relay is here. */
	secure = $state<string | null>(null);
	/** This very screen by a name that is secure on the relay's own computer. */
	local = $state<string | null>(null);
	/** It was asked whether a relay is here. */
	known = $state(false);
	readonly #ways: InsecurePageDependencies;
	readonly #here: Pick<Location, 'port' | 'pathname' | 'search'>;
	/** What came with the link, with its `#`. */
	#behind = '';

	constructor(
		ways: InsecurePageDependencies,
		here: Pick<Location, 'port' | 'pathname' | 'search'>,
	) {
		this.#ways = ways;
		this.#here = here;
	}

	/** The page about trust for this device: under this very address, which it has reached. */
	get trustHere(): string {
		return `/trust${this.#behind}`;
	}

	async find(): Promise<void> {
		const given = this.#ways.launchLink.consume();
		const behind = given === null ? '' : `#${given}`;
		// Before the answer, which makes the screen look at it.
		this.#behind = behind;
		const { port, pathname, search } = this.#here;
		const screen = `${pathname}${search}${behind}`;
		try {
			const card = await this.#ways.card();
			if (card !== null && card.secure !== null) {
				this.secure = `${card.secure}${screen}`;
				this.trust = card.trust && `${card.trust}${behind}`;
				this.local = `http://localhost${port === '' ? '' : `:${port}`}${screen}`;
			}
		} catch {
			// None answers: what is left is said without it.
		}
		this.known = true;
	}
}
