import type { LaunchLink } from '#ports/app/launch-link.ts';
import type { Relays } from '#ports/network/relay.ts';

/** What an insecure page has: its launch link, and whether a relay answers at its origin. */
export interface InsecurePageDependencies {
	readonly launchLink: Pick<LaunchLink, 'consume'>;
	card(): ReturnType<Relays['info']>;
}

/**
 * The secure addresses to continue at from an insecure one (AP13). The fragment of the link goes
 * along.
 */
export class SecureAddresses {
	/** The relay's trust page, as another device reaches it; `null`: not needed, or not known yet. */
	trust = $state<string | null>(null);
	/** This screen at the relay's secure address; `null`: no relay here. */
	secure = $state<string | null>(null);
	/** This screen on `localhost`, which is secure on the relay's own computer. */
	local = $state<string | null>(null);
	/** Whether the relay was asked yet. */
	known = $state(false);
	readonly #ways: InsecurePageDependencies;
	readonly #here: Pick<Location, 'port' | 'pathname' | 'search'>;
	/** The fragment of the link, with its `#`. */
	#behind = '';

	constructor(
		ways: InsecurePageDependencies,
		here: Pick<Location, 'port' | 'pathname' | 'search'>,
	) {
		this.#ways = ways;
		this.#here = here;
	}

	/** The trust page for this device: at this very origin, which it has reached. */
	get trustHere(): string {
		return `/trust${this.#behind}`;
	}

	async find(): Promise<void> {
		const given = this.#ways.launchLink.consume();
		const behind = given === null ? '' : `#${given}`;
		// Before `known` is set: that makes the screen read it.
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
			// No relay answers; the screen shows what remains.
		}
		this.known = true;
	}
}
