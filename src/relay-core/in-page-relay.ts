import { base64urlOf } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { seqOf } from '#domain/home/roster.ts';
import { IN_PAGE_RELAY_ORIGIN } from '#domain/pairing/direct-code.ts';
import { buildEndNote } from '#domain/pairing/handshake-messages.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { RelayServer, ServedClient, ServedSocket } from '#ports/network/relay-server.ts';
import type { Refusal } from '#protocol/wire.ts';
import { SLOW_BYTES } from './client-connection.ts';
import { ClientSession } from './client-session.ts';
import type { AppendedHome, Home, Homes } from './home-registry.ts';
import { Relay, type VerifyCrypto } from './relay.ts';

const TICK_MS = 1000;
/** A page that was just admitted needs a moment to switch homes. */
const ENTER_MS = 3000;
const MAX_SESSIONS = 16;
const MAX_SESSIONS_PER_CONNECTION = 4;

export interface InPageRelayTools {
	readonly crypto: VerifyCrypto;
	readonly clock: Clock;
	readonly homeRoster: Pick<HomeRoster, 'roster' | 'entries' | 'merge' | 'on'>;
}

/**
 * The relay that the page that showed the first code plays, for its guests and for itself. Rules:
 * docs/spec/nearby.md, NB7 to NB9.
 */
export class InPageRelay implements RelayServer {
	readonly #clock: Clock;
	readonly #homes: PageHome;
	readonly #relay: Relay;
	/** With the origin of each. */
	readonly #sessions = new Map<ClientSession, string>();
	#stopTicking: () => void = () => undefined;
	/** The home as its members at this relay know it. */
	#told: Home | null = null;

	constructor({ crypto, clock, homeRoster }: InPageRelayTools) {
		this.#clock = clock;
		this.#homes = new PageHome(clock, homeRoster);
		this.#relay = new Relay(
			{
				crypto,
				wallMs: () => clock.wallMs(),
				nowMs: () => clock.monotonicMs(),
				soon: (work) => void Promise.resolve().then(work),
				// The page's own vault has the roster, and nothing else outlives the connection.
				save: () => undefined,
				tokenOf: () => '',
				ice: () => [],
				footage: false,
				failed: expectFault,
				count: () => undefined,
			},
			{
				...{ homes: this.#homes, messages: null, liveBytes: 0, invitations: new Map() },
				// The connection itself reports its end, and a page may have been asleep.
				timeouts: false,
				// Who loses the connection cannot return to this rendezvous.
				farewell: base64urlOf(buildEndNote('failed')),
			},
		);
		homeRoster.on(() => this.#announce());
	}

	/** The page itself always gets a session. */
	open(client: ServedClient): ServedSocket | null {
		const { origin } = client;
		const isHost = origin === IN_PAGE_RELAY_ORIGIN;
		const guests = [...this.#sessions.values()].filter((one) => one !== IN_PAGE_RELAY_ORIGIN);
		const theirs = guests.filter((one) => one === origin);
		const full = guests.length >= MAX_SESSIONS || theirs.length >= MAX_SESSIONS_PER_CONNECTION;
		if (full && !isHost) return null;
		if (this.#sessions.size === 0) {
			this.#told = this.#homes.current;
			this.#stopTicking = this.#clock.every(TICK_MS, () => this.#tick());
		}
		let over = false;
		const leave = (): void => {
			over = true;
			this.#sessions.delete(session);
			if (this.#sessions.size === 0) this.#stopTicking();
			session.ended();
		};
		const connection = {
			get slow() {
				return client.waiting > SLOW_BYTES;
			},
			send: (frame: Parameters<ServedClient['frame']>[0]) => {
				if (!over) client.frame(frame);
			},
			sendBytes: (part: Bytes) => {
				if (!over) client.part(part);
			},
			close: (code: number) => {
				if (over) return;
				leave();
				client.ended({ code });
			},
		};
		const session = new ClientSession(this.#relay, connection, {
			...{ origin, address: origin, network: origin, rendezvous: isHost ? 'host' : 'guest' },
			...{ offended: () => undefined, proved: () => undefined },
		});
		this.#sessions.set(session, origin);
		return {
			receiveText: (text) => session.receiveText(text),
			receivePart: (bytes) => session.receivePart(bytes),
			gone: () => {
				if (!over) leave();
			},
		};
	}

	hasMember(origin: string): boolean {
		return [...this.#sessions].some(
			([session, one]) => one === origin && session.checkMembership(),
		);
	}

	#tick(): void {
		for (const session of [...this.#sessions.keys()]) session.tick();
		this.#relay.tidy();
	}

	/** After the page's roster may have changed, or its home. */
	#announce(): void {
		if (this.#sessions.size === 0) return;
		const [before, after] = [this.#told, this.#homes.current];
		this.#told = after;
		if (after) this.#relay.announce(before?.id === after.id ? before : null, after);
		if (before && before.id !== after?.id) this.#relay.checkMembers(before.id);
	}
}

/** The home that this page is in. */
class PageHome implements Homes {
	readonly #clock: Clock;
	readonly #roster: InPageRelayTools['homeRoster'];

	constructor(clock: Clock, roster: InPageRelayTools['homeRoster']) {
		this.#clock = clock;
		this.#roster = roster;
	}

	get current(): Home | null {
		const { roster, entries } = this.#roster;
		return roster && { id: roster.home, entries, roster };
	}

	loaded(id: HomeId): Home | null {
		const { current } = this;
		return current?.id === id ? current : null;
	}

	/** Waits for a page about to enter: the owner that admitted it may be quicker than the page. */
	async find(id: HomeId): Promise<Home | null> {
		const known = this.loaded(id);
		if (known) return known;
		await new Promise<void>((resolve) => {
			const over = (): void => {
				stop();
				off();
				resolve();
			};
			const stop = this.#clock.after(ENTER_MS, over);
			const off = this.#roster.on(() => {
				if (this.loaded(id)) over();
			});
		});
		return this.loaded(id);
	}

	open(): Promise<Refusal> {
		return Promise.resolve('not-allowed');
	}

	homeOf(): Promise<HomeId | null> {
		return Promise.resolve(null);
	}

	/** Merged like entries from any relay. Whoever listens to the roster announces them. */
	async append(id: HomeId, _: DeviceId, more: readonly Bytes[]): Promise<AppendedHome | Refusal> {
		const [first] = more;
		try {
			const merged = first ? await this.#roster.merge(id, seqOf(first) ?? 0, more) : 'known';
			const home = this.loaded(id);
			if (!home) return 'unknown-home';
			const refused = merged === 'forked' || merged === 'gap' || merged === 'fallen';
			return refused ? 'roster' : { before: home, home };
		} catch (error) {
			expectFault(error);
			return 'roster';
		}
	}

	tidy(): void {
		// It has nothing that expires.
	}
}
