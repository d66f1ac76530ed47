/**
 * Two devices and the core of a real relay, whose pages die, sleep and lose their network on
 * demand.
 */
import { WebCrypto } from '#web/crypto.ts';
import { bytesOfBase64url } from '#domain/base/base64url.ts';
import { Fault } from '#domain/base/fault.ts';
import { Arrivals } from '#engine/members/arrivals.ts';
import { EpochGrants } from '#engine/members/epoch-grants.ts';
import { GrantIssuer } from '#engine/members/grant-issuer.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { RelayClient } from '#engine/messaging/relay-client.ts';
import { MemberList } from '#engine/members/member-list.ts';
import { HomeRoster } from '#engine/home/home-roster.ts';
import { DirectRelays } from '#engine/pairing/direct-relays.ts';
import { PairingController } from '#engine/pairing/controller.ts';
import type { PairingState } from '#engine/pairing/controls.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import type { Relays, RelaySocketEvents } from '#ports/network/relay.ts';
import { WIRE_VERSION, type FromDevice, type FromRelay } from '#protocol/wire.ts';
import { InPageRelay } from '#relay-core/in-page-relay.ts';
import { ClientSession } from '#relay-core/client-session.ts';
import { newTestRelay } from '../../relay-core/test-session.ts';
import type { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeNetwork } from '../../fakes/network.ts';
import { MemoryGrantStore } from '../../fakes/grant-store.ts';
import { MemoryLastSeenStore } from '../../fakes/last-seen-store.ts';
import type { MemorySegmentStore } from '../../fakes/segment-store.ts';
import type { FakeVault } from '../../fakes/vault.ts';

export const ORIGIN = 'https://cam.local:8443';
export const START_MS = 1_800_000_000_000;

/** Handshake messages by their first byte, then what follows the handshake. */
export type Point = 'm0' | 'm1' | 'm2' | 'm3' | 'm4' | 'append' | 'letter';

let underWay = 0;

/** Counts work in other threads, so that time stands still for it. */
const counted = <T extends object>(whole: T): T =>
	new Proxy(whole, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name, target);
			if (typeof value !== 'function') return value;
			return (...args: unknown[]): unknown => {
				const result: unknown = Reflect.apply(value, target, args);
				if (!(result instanceof Promise)) return result;
				underWay += 1;
				return result.finally(() => (underWay -= 1));
			};
		},
	});

/** Resolves when nothing is under way and nothing more follows from it. */
export async function settled(): Promise<void> {
	for (let quiet = 0; quiet < 4; quiet += 1) {
		await new Promise((resolve) => setImmediate(resolve));
		if (underWay > 0) quiet = 0;
	}
}

/** Called for each message before it is delivered. */
export type OnPoint = (point: Point, from: Page) => void;

/** A real relay without sockets. */
export class CutRelay {
	readonly world = newTestRelay([], counted(new WebCrypto()));
	readonly #sessions = new Set<ClientSession>();
	onPoint: OnPoint = () => undefined;

	constructor() {
		this.world.wallMs = START_MS;
	}

	pass(ms: number): void {
		this.world.nowMs += ms;
		this.world.wallMs += ms;
		for (const session of this.#sessions) session.tick();
		this.world.relay.hub.sendPresence();
		this.world.relay.tidy();
	}

	/** Relays as one page sees them. */
	relaysFor(page: () => Page): Relays {
		return {
			info: () =>
				page().online
					? Promise.resolve({
							name: 'spy-cam',
							versions: [WIRE_VERSION],
							secure: null,
							trust: null,
						})
					: Promise.reject(new Fault('offline', 'no network')),
			connect: (origin, events) => {
				const at = page();
				if (!at.online || origin !== ORIGIN) {
					return Promise.reject(new Fault('offline', 'no network'));
				}
				return Promise.resolve(this.#socket(at, events));
			},
		};
	}

	#socket(page: Page, events: RelaySocketEvents) {
		let over = false;
		const soon = (work: () => void): void => void Promise.resolve().then(work);
		const end = (code: number): void => {
			if (over) return;
			over = true;
			this.#sessions.delete(session);
			page.sockets.delete(end);
			session.ended();
			soon(() => {
				if (page.alive) events.ended({ code });
			});
		};
		const line = {
			slow: false,
			send: (frame: FromRelay) =>
				soon(() => {
					if (!over && page.alive && !page.asleep) events.frame(frame);
				}),
			sendBytes: () => undefined,
			close: (code: number) => soon(() => end(code)),
		};
		const session = new ClientSession(this.world.relay, line, {
			...{ origin: ORIGIN, address: page.name, network: page.name, rendezvous: 'stranger' },
			...{ offended: () => undefined, proved: () => undefined },
		});
		this.#sessions.add(session);
		page.sockets.add(end);
		return {
			...{ origin: ORIGIN, waiting: 0 },
			send: (frame: FromDevice) => {
				if (over || !page.alive) return;
				const point = pointOf(frame);
				if (point !== null) this.onPoint(point, page);
				// The page may have been cut at this point.
				if (page.sockets.has(end)) session.receiveText(JSON.stringify(frame));
			},
			sendPart: () => undefined,
			close: () => soon(() => end(1000)),
		};
	}
}

function pointOf(frame: FromDevice): Point | null {
	if (frame.t === 'append' || frame.t === 'letter') return frame.t;
	if (frame.t !== 'post') return null;
	const kind = bytesOfBase64url(frame.box)[0] ?? 9;
	return kind < 5 ? (`m${kind}` as Point) : null;
}

export interface Place {
	readonly relay: CutRelay | null;
	readonly air: FakeDataNetwork;
}

/** What a device keeps between its pages. */
export interface Disk {
	readonly vault: FakeVault;
	readonly segments: MemorySegmentStore;
}

/** One page of a device, from loading to closing. */
export class Page {
	readonly name: string;
	readonly clock: ManualClock;
	readonly sockets = new Set<(code: number) => void>();
	readonly network = new FakeNetwork(ORIGIN);
	readonly homeRoster: HomeRoster;
	readonly localDevice: LocalDevice;
	readonly arrivals: Arrivals;
	readonly directRelays: DirectRelays;
	readonly pairing: PairingController;
	readonly messenger: RelayClient;
	alive = true;
	online = true;
	asleep = false;

	constructor(name: string, disk: Disk, place: Place, wallMs: number) {
		this.name = name;
		this.clock = new ManualClock(wallMs);
		const clock = this.clock;
		const crypto = counted(new WebCrypto());
		const vault = this.#mortal(disk.vault);
		const { segments } = disk;
		this.localDevice = new LocalDevice({ crypto, vault, segments, clock });
		const { localDevice } = this;
		this.homeRoster = new HomeRoster({ localDevice, crypto, vault, clock });
		const { homeRoster } = this;
		this.arrivals = new Arrivals({ crypto, clock, vault, localDevice, homeRoster });
		const nowhere: Relays = {
			info: () => Promise.resolve(null),
			connect: () => Promise.reject(new Fault('offline', 'no relay')),
		};
		const relays = place.relay?.relaysFor(() => this) ?? nowhere;
		const dataConnections = place.air.cables();
		const inPageRelay = new InPageRelay({ crypto, clock, homeRoster });
		this.directRelays = new DirectRelays({
			...{ crypto, clock, dataConnections, relays },
			inPageRelay: () => Promise.resolve(inPageRelay),
		});
		this.messenger = new RelayClient({
			...{ relays: this.directRelays, directRelays: this.directRelays, network: this.network },
			...{ crypto, clock, vault, localDevice, homeRoster },
		});
		this.pairing = new PairingController({
			...{
				crypto,
				clock,
				relays: this.directRelays,
				directRelays: this.directRelays,
				admissions: this.arrivals,
			},
			...{ here: ORIGIN, relay: () => homeRoster.relay },
			shown: () => this.messenger.rosterPublished(2000),
		});
		const renew = (): Promise<void> => Promise.resolve();
		const messenger = this.messenger;
		const epochGrants = new EpochGrants({
			...{ crypto, vault, clock, localDevice, homeRoster },
			grants: new MemoryGrantStore(),
			segments: { runs: () => Promise.resolve([]) },
		});
		const grantIssuer = new GrantIssuer({
			...{ crypto, localDevice, homeRoster, messenger, epochGrants, renew },
		});
		const lastSeen = new LastSeenTracker(clock, new MemoryLastSeenStore());
		const members = new MemberList({
			...{ crypto, clock, localDevice, homeRoster, messenger, grantIssuer, lastSeen },
		});
		this.arrivals.begin(messenger, (device) => members.revoke(device, () => undefined));
		grantIssuer.begin();
		this.messenger.begin();
	}

	get state(): PairingState {
		return this.pairing.state;
	}

	/** As when the app is started. */
	async open(): Promise<void> {
		await this.localDevice.refresh();
		await this.pairing.resume();
	}

	/** Closes the page: nothing that it started has any more effect. */
	die(): void {
		this.cut();
		this.alive = false;
	}

	/** Breaks its connections. */
	cut(): void {
		for (const end of [...this.sockets]) end(1006);
	}

	/** Promises that a dead page waits for never settle, and nothing it writes arrives. */
	#mortal(vault: FakeVault): FakeVault {
		return new Proxy(vault, {
			get: (target, name) => {
				const value: unknown = Reflect.get(target, name, target);
				if (typeof value !== 'function') return value;
				return (...args: unknown[]): unknown => {
					if (!this.alive) return new Promise(() => undefined);
					return Promise.resolve(Reflect.apply(value, target, args)).then((result: unknown) =>
						this.alive ? result : new Promise(() => undefined),
					);
				};
			},
		});
	}
}
