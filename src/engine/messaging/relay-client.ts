import { Serial } from '#domain/base/serial.ts';
import { Listeners, only } from '#domain/base/listeners.ts';
import { bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type {
	ActionMessage,
	CountedMessage,
	Message,
	MessageBody,
	NoticeMessage,
} from '#protocol/message.ts';
import { PART_HEADER_BYTES, type FromRelay, type IceServer } from '#protocol/wire.ts';
import type { Network } from '#ports/network/network.ts';
import type { Vault } from '#ports/keys/vault.ts';
import { Deliveries } from './deliveries.ts';
import { FootageChanges } from './footage-changes.ts';
import { FreshnessGate } from './freshness-gate.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { MessageSealer, type OpenedMessage } from './message-sealer.ts';
import { LastingConnection } from './lasting-connection.ts';
import type { RelayConnectionTools, Welcome } from './relay-connection.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type {
	RelayConnectionState,
	Messenger,
	MessengerChange,
	Sender,
	Delivery,
} from './messenger.ts';
import { RosterSync } from './roster-sync.ts';

/** How long messages wait for the roster that says who wrote them. */
const ROSTER_TIMEOUT_MS = 5000;
const PART = 1;
const KEY = 1;

export interface RelayClientTools extends RelayConnectionTools {
	readonly vault: Pick<Vault, 'nextCounter' | 'raiseCounter'>;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly network: Network;
	/**
	 * Where this home meets without a relay. Takes precedence over any relay, because a person has
	 * just set it up.
	 */
	readonly directRelays: { readonly origin: string | null; on(listener: () => void): void };
}

/** This device's connection to the relay of its home, and all that goes over it. */
export class RelayClient implements Messenger {
	readonly footageChanges = new FootageChanges(
		(frame) => this.#connection.send(frame),
		() => this.state.kind === 'connected',
	);
	readonly #tools: RelayClientTools;
	readonly #connection: LastingConnection;
	readonly #sealer: MessageSealer;
	readonly #gate: FreshnessGate;
	readonly #sync: RosterSync;
	readonly #listeners = new Listeners<[MessengerChange]>();
	readonly #readers = new Listeners<[Message, Sender]>();
	readonly #watchers = new Map<string, Listeners<[Bytes, boolean]>>();
	readonly #hosts = new Listeners<[string, readonly DeviceId[]]>();
	readonly #watched = new Set<string>();
	readonly #deliveries: Deliveries;
	#online: ReadonlySet<DeviceId> = new Set();
	#ice: readonly IceServer[] = [];
	#token: string | null = null;
	#connections = 0;
	#begun = false;
	/** The relay at the app's own origin, looked up once per page; `undefined`: not looked up yet. */
	#here: string | null | undefined;
	readonly #sealing = new Serial();
	readonly #reading = new Serial();
	readonly #merging = new Serial();
	#rosterCaughtUp: () => void = () => undefined;

	constructor(tools: RelayClientTools) {
		this.#tools = tools;
		this.#deliveries = new Deliveries(tools.clock);
		this.#sealer = new MessageSealer(tools.crypto, tools.clock);
		this.#gate = new FreshnessGate(tools, (to, body, keepSeconds) =>
			this.#sendSealed(to, body, keepSeconds),
		);
		this.#connection = new LastingConnection(tools, {
			up: (welcome) => this.#up(welcome),
			renewed: (welcome) => this.#take(welcome),
			frame: (frame) => this.#receive(frame),
			part: (bytes) => this.#receivePart(bytes),
			down: () => this.#down(),
			changed: () => this.#listeners.notify('connection'),
		});
		this.#sync = new RosterSync(
			tools.homeRoster,
			(frame) => this.#connection.send(frame),
			() => {
				if (this.#sync.caughtUp) this.#rosterCaughtUp();
				this.#listeners.notify('roster');
			},
			tools.clock,
		);
	}

	get state(): RelayConnectionState {
		return this.#connection.state;
	}

	get online(): ReadonlySet<DeviceId> {
		return this.#online;
	}

	get ice(): readonly IceServer[] {
		return this.#ice;
	}

	/** For HTTP requests to the relay; `null` while disconnected. */
	get token(): string | null {
		return this.#token;
	}

	get waiting(): number {
		return this.#connection.waiting;
	}

	/** The relay's roster does not continue ours. */
	get forked(): boolean {
		return this.#sync.forked;
	}

	/** How many of our roster entries the relay is known to have; `null` while disconnected. */
	get relaySeq(): number | null {
		return this.#sync.relaySeq;
	}

	/**
	 * Resolves when the relay has every entry signed here, after `ms`, or at once while disconnected.
	 */
	rosterPublished(ms: number): Promise<void> {
		const { clock, homeRoster } = this.#tools;
		const { length } = homeRoster.entries;
		return new Promise((resolve) => {
			const end = (): void => {
				stop();
				forget();
				resolve();
			};
			const check = (): void => {
				if ((this.relaySeq ?? Infinity) >= length) end();
			};
			const stop = clock.after(ms, end);
			const forget = this.on(only(['roster'], check));
			check();
		});
	}

	/** Wall ms when the relay was last heard from: it vouches for who is online up to then. */
	get heardMs(): number | null {
		return this.#connection.heardMs;
	}

	/** Messages that were not read: forged, not for this device, or read before. */
	get dropped(): number {
		return this.#sealer.dropped;
	}

	/** Keeps a connection from now on, whenever the home has another device or a relay. */
	begin(): void {
		if (this.#begun) return;
		this.#begun = true;
		this.#tools.network.onAvailable(() => this.#connection.retryNow());
		this.#tools.homeRoster.on(() => void this.#reconnect());
		this.#tools.directRelays.on(() => void this.#reconnect());
		void this.#reconnect();
	}

	on(listener: (change: MessengerChange) => void): () => void {
		return this.#listeners.add(listener);
	}

	send(to: DeviceId, message: NoticeMessage, keepSeconds = 0): Promise<Delivery> {
		return this.#gate.sendNotice(to, message, keepSeconds);
	}

	sendAction(to: DeviceId, message: ActionMessage): Promise<Delivery> {
		return this.#gate.sendAction(to, message);
	}

	async sendCounted(to: DeviceId, message: CountedMessage, keepSeconds: number): Promise<Delivery> {
		try {
			return await this.#gate.sendCounted(to, message, keepSeconds);
		} catch (error) {
			if (error instanceof Fault) return 'unsent';
			throw error;
		}
	}

	onMessage(listener: (message: Message, from: Sender) => void): () => void {
		return this.#readers.add(listener);
	}

	sendPart(camera: string, key: boolean, sealed: Bytes): void {
		const header = concatBytes(Uint8Array.of(PART), bytesOf(camera), Uint8Array.of(key ? KEY : 0));
		this.#connection.sendPart(concatBytes(header, sealed));
	}

	watchParts(camera: string, listener: (sealed: Bytes, key: boolean) => void): () => void {
		const listeners = this.#watchers.get(camera) ?? new Listeners();
		if (listeners.size === 0) this.#connection.send({ t: 'watch', camera, on: true });
		const remove = listeners.add(listener);
		this.#watchers.set(camera, listeners);
		return () => {
			remove();
			if (listeners.size > 0 || this.#watchers.get(camera) !== listeners) return;
			this.#watchers.delete(camera);
			this.#connection.send({ t: 'watch', camera, on: false });
		};
	}

	onWatched(listener: (camera: string, devices: readonly DeviceId[]) => void): () => void {
		return this.#hosts.add(listener);
	}

	/** The home, its relay or its roster changed. */
	async #reconnect(): Promise<void> {
		const { localDevice, homeRoster } = this.#tools;
		const unlocked = localDevice.unlocked;
		const alone = (homeRoster.roster?.past.devices.size ?? 0) < 2 && homeRoster.relay === null;
		if (unlocked === null || alone) {
			this.#connection.connectTo(null, null);
			return;
		}
		const { home, device, sign } = unlocked.identity;
		const login = { home, device, sign };
		const directOrigin = (): string | null => this.#tools.directRelays.origin;
		const relay = directOrigin() === null ? await this.#relayHere() : null;
		// Read again: a direct connection may have come up meanwhile.
		this.#connection.connectTo(directOrigin() ?? relay ?? homeRoster.relay, login);
		this.#sync.publish();
	}

	/**
	 * The app's own origin if a relay serves it: no other address is less likely to be wrong or
	 * blocked.
	 */
	async #relayHere(): Promise<string | null> {
		if (this.#here !== undefined) return this.#here;
		const { relays, network, homeRoster } = this.#tools;
		// Already known to be here: no request needed.
		if (homeRoster.relay === network.origin) return network.origin;
		try {
			this.#here = (await relays.info(network.origin)) === null ? null : network.origin;
		} catch (error) {
			expectFault(error);
			// Tried again at the next change; a home that has a relay's address uses that one.
			return null;
		}
		return this.#here;
	}

	#up(welcome: Welcome): void {
		this.#connections += 1;
		this.#take(welcome);
		this.#sync.up(welcome.rosterSeq);
		for (const camera of this.#watchers.keys())
			this.#connection.send({ t: 'watch', camera, on: true });
		const caughtUp = new Promise<void>((resolve) => {
			const stop = this.#tools.clock.after(ROSTER_TIMEOUT_MS, resolve);
			this.#rosterCaughtUp = () => {
				stop();
				resolve();
			};
		});
		void this.#reading.run(() => caughtUp);
		if (this.#sync.caughtUp) this.#rosterCaughtUp();
		this.#listeners.notify('roster');
	}

	#take(welcome: Welcome): void {
		this.#ice = welcome.ice;
		this.#token = welcome.token;
		this.footageChanges.welcomed(welcome);
	}

	#down(): void {
		this.#rosterCaughtUp();
		this.#sync.down();
		this.#online = new Set();
		this.#token = null;
		this.#deliveries.settleAll();
		for (const camera of this.#watched) this.#notifyHosts(camera, []);
		this.#listeners.notify('presence');
	}

	#receive(frame: FromRelay): void {
		switch (frame.t) {
			case 'roster':
			case 'appended':
				this.#mergeRoster(frame);
				return;
			case 'refused':
				if (frame.n !== undefined) this.#deliveries.settle(frame.n, 'unsent');
				else if (frame.why === 'roster' || frame.why === 'too-many') this.#mergeRoster(frame);
				return;
			case 'taken':
			case 'away':
				this.#deliveries.settle(frame.n, frame.t);
				return;
			case 'letter': {
				// The sender may have joined with an entry that is still being merged.
				const merged = this.#merging.run(() => undefined);
				void this.#reading.run(async () => {
					await merged;
					await this.#read(frame);
				});
				return;
			}
			case 'presence':
				this.#online = new Set(frame.online as DeviceId[]);
				this.#listeners.notify('presence');
				return;
			case 'changed':
				this.footageChanges.receive(frame);
				return;
			case 'watched':
				this.#notifyHosts(frame.camera, frame.devices as DeviceId[]);
				return;
			default:
		}
	}

	#mergeRoster(frame: Extract<FromRelay, { t: 'roster' | 'appended' | 'refused' }>): void {
		const connection = this.#connections;
		void this.#merging.run(() =>
			connection === this.#connections ? this.#sync.receive(frame) : undefined,
		);
	}

	async #read({ id, box, kept }: Extract<FromRelay, { t: 'letter' }>): Promise<void> {
		const { unlocked } = this.#tools.localDevice;
		if (unlocked === null) return;
		const opened = await this.#sealer.open(unlocked, box);
		if (opened !== null && !(await this.#dispatch(opened))) {
			this.#sealer.forget(opened);
			return;
		}
		// Also if it could not be read: the relay would deliver it again for a week.
		if (kept) this.#connection.send({ t: 'got', id });
	}

	/** `false`: the vault could not tell whether it counts, so it must be delivered again. */
	async #dispatch({ body, from }: OpenedMessage): Promise<boolean> {
		try {
			const message = await this.#gate.receive(body, from);
			if (message !== null) this.#readers.notify(message, from);
			return true;
		} catch (error) {
			if (error instanceof Fault) return false;
			throw error;
		}
	}

	async #sendSealed(to: DeviceId, body: MessageBody, keepSeconds: number): Promise<Delivery> {
		// Only sealing is serialised: a relay that is slow to answer must not hold back the next
		// message.
		const box = await this.#sealing.run(() => this.#seal(to, body));
		if (box === null) return 'unsent';
		return this.#deliveries.of((n) =>
			this.#connection.send({ t: 'letter', n, to, box, keep: keepSeconds }),
		);
	}

	async #seal(to: DeviceId, body: MessageBody): Promise<string | null> {
		const { unlocked } = this.#tools.localDevice;
		if (unlocked === null || this.#connection.state.kind !== 'connected') return null;
		try {
			return await this.#sealer.seal(unlocked, to, body);
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}

	#receivePart(bytes: Bytes): void {
		if (bytes.length < PART_HEADER_BYTES || bytes[0] !== PART) return;
		const camera = hexOf(bytes.subarray(1, 17));
		const key = bytes[17] === KEY;
		this.#watchers.get(camera)?.notify(bytes.slice(PART_HEADER_BYTES), key);
	}

	#notifyHosts(camera: string, devices: readonly DeviceId[]): void {
		if (devices.length === 0) this.#watched.delete(camera);
		else this.#watched.add(camera);
		this.#hosts.notify(camera, devices);
	}
}
