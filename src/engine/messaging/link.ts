import { bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Acting, Counted, Message, Said, Telling } from '#protocol/message.ts';
import { PART_HEADER_BYTES, type FromRelay, type IceServer } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Network } from '#ports/network/network.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { Vault } from '#ports/keys/vault.ts';
import { Acts } from './acts.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { Letters, type Read } from './letters.ts';
import { Line, type Welcome } from './line.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { LinkState, Post, Sender, Sent } from './post.ts';
import { RosterSync } from './roster-sync.ts';

/** A relay that does not say what became of a letter. */
const ANSWER_MS = 5000;
/** Letters wait for the roster that says who wrote them, but not for ever. */
const LEVEL_MS = 5000;
const PART = 1;
const KEY = 1;

export interface LinkTools {
	readonly relays: Relays;
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly vault: Pick<Vault, 'nextCounter' | 'raiseCounter'>;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly network: Network;
	/**
	 * Where this home meets without a relay; that goes before any relay, as a person has just made it
	 * so.
	 */
	readonly near: { readonly origin: string | null; on(listener: () => void): void };
}

type Listener<Given extends readonly unknown[]> = (...given: Given) => void;

/** This device's line to the relay of its home. */
export class Link implements Post {
	readonly #tools: LinkTools;
	readonly #line: Line;
	readonly #letters: Letters;
	readonly #acts: Acts;
	readonly #sync: RosterSync;
	readonly #listeners = new Set<() => void>();
	readonly #readers = new Set<Listener<[Message, Sender]>>();
	readonly #watchers = new Map<string, Set<Listener<[Bytes, boolean]>>>();
	readonly #hosts = new Set<Listener<[string, readonly DeviceId[]]>>();
	readonly #watched = new Set<string>();
	readonly #answers = new Map<number, (sent: Sent) => void>();
	#online: ReadonlySet<DeviceId> = new Set();
	#ice: readonly IceServer[] = [];
	#token: string | null = null;
	#count = 0;
	#lines = 0;
	#begun = false;
	/** Which relay was found to be at the app's own origin: looked for once a page. */
	#here: string | null | undefined;
	#writing: Promise<unknown> = Promise.resolve();
	#reading: Promise<unknown> = Promise.resolve();
	#learning: Promise<unknown> = Promise.resolve();
	#levelled: () => void = () => undefined;

	constructor(tools: LinkTools) {
		this.#tools = tools;
		this.#letters = new Letters(tools.crypto, tools.clock);
		this.#acts = new Acts(tools, (to, said, keepSeconds) => this.#carry(to, said, keepSeconds));
		this.#line = new Line(tools, {
			up: (welcome) => this.#up(welcome),
			renewed: (welcome) => this.#take(welcome),
			frame: (frame) => this.#hear(frame),
			part: (bytes) => this.#hearPart(bytes),
			down: () => this.#down(),
			changed: () => this.#tell(),
		});
		this.#sync = new RosterSync(
			tools.homeRoster,
			(frame) => this.#line.send(frame),
			() => {
				if (this.#sync.level) this.#levelled();
				this.#tell();
			},
			(ms, work) => tools.clock.after(ms, work),
		);
	}

	get state(): LinkState {
		return this.#line.state;
	}

	get online(): ReadonlySet<DeviceId> {
		return this.#online;
	}

	get ice(): readonly IceServer[] {
		return this.#ice;
	}

	/** For HTTP requests to the relay; `null` while there is no line. */
	get token(): string | null {
		return this.#token;
	}

	get waiting(): number {
		return this.#line.waiting;
	}

	/** The relay shows a roster that does not go on from ours. */
	get forked(): boolean {
		return this.#sync.forked;
	}

	/** How many of our roster entries the relay is known to have; `null` without a line. */
	get relaySeq(): number | null {
		return this.#sync.relaySeq;
	}

	/**
	 * Until the relay has all that is signed here: at most so many ms, and no longer than there is a
	 * line.
	 */
	shown(ms: number): Promise<void> {
		const { clock, homeRoster } = this.#tools;
		const { length } = homeRoster.entries;
		return new Promise((resolve) => {
			const end = (): void => {
				stop();
				forget();
				resolve();
			};
			const look = (): void => {
				if ((this.relaySeq ?? Infinity) >= length) end();
			};
			const stop = clock.after(ms, end);
			const forget = this.on(look);
			look();
		});
	}

	/** Wall ms when the relay was last heard: up to then it vouches for who is online. */
	get heardMs(): number | null {
		return this.#line.heardMs;
	}

	/** Letters that were not read: forged, foreign, or read before. */
	get dropped(): number {
		return this.#letters.dropped;
	}

	/** From now on there is a line whenever the home has another device or a relay. */
	begin(): void {
		if (this.#begun) return;
		this.#begun = true;
		this.#tools.network.onBack(() => this.#line.nudge());
		this.#tools.homeRoster.on(() => void this.#follow());
		this.#tools.near.on(() => void this.#follow());
		void this.#follow();
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	send(to: DeviceId, message: Telling, keepSeconds = 0): Promise<Sent> {
		return this.#acts.tell(to, message, keepSeconds);
	}

	act(to: DeviceId, message: Acting): Promise<Sent> {
		return this.#acts.act(to, message);
	}

	async leave(to: DeviceId, message: Counted, keepSeconds: number): Promise<Sent> {
		try {
			return await this.#acts.leave(to, message, keepSeconds);
		} catch (error) {
			if (error instanceof Fault) return 'unsent';
			throw error;
		}
	}

	onMessage(listener: (message: Message, from: Sender) => void): () => void {
		this.#readers.add(listener);
		return () => this.#readers.delete(listener);
	}

	sendPart(camera: string, key: boolean, sealed: Bytes): void {
		const header = concatBytes(Uint8Array.of(PART), bytesOf(camera), Uint8Array.of(key ? KEY : 0));
		this.#line.sendPart(concatBytes(header, sealed));
	}

	watchParts(camera: string, listener: (sealed: Bytes, key: boolean) => void): () => void {
		const listeners = this.#watchers.get(camera) ?? new Set();
		if (listeners.size === 0) this.#line.send({ t: 'watch', camera, on: true });
		listeners.add(listener);
		this.#watchers.set(camera, listeners);
		return () => {
			if (!listeners.delete(listener) || listeners.size > 0) return;
			this.#watchers.delete(camera);
			this.#line.send({ t: 'watch', camera, on: false });
		};
	}

	onWatched(listener: (camera: string, devices: readonly DeviceId[]) => void): () => void {
		this.#hosts.add(listener);
		return () => this.#hosts.delete(listener);
	}

	/** The device changed: another home, another relay, or more of the roster. */
	async #follow(): Promise<void> {
		const { localDevice, homeRoster } = this.#tools;
		const unlocked = localDevice.unlocked;
		const alone = (homeRoster.roster?.past.devices.size ?? 0) < 2 && homeRoster.relay === null;
		if (unlocked === null || alone) {
			this.#line.want(null, null);
			return;
		}
		const { home, device, sign } = unlocked.identity;
		const applicant = { home, device, sign };
		const near = (): string | null => this.#tools.near.origin;
		const relay = near() === null ? await this.#relayHere() : null;
		// Somebody may have connected meanwhile.
		this.#line.want(near() ?? relay ?? homeRoster.relay, applicant);
		this.#sync.show();
	}

	/**
	 * The app's own origin, where a relay serves it: no other address can be wrong or blocked in so
	 * few ways.
	 */
	async #relayHere(): Promise<string | null> {
		if (this.#here !== undefined) return this.#here;
		const { relays, network, homeRoster } = this.#tools;
		// Where the home's relay is known to be here, nothing need be asked.
		if (homeRoster.relay === network.origin) return network.origin;
		try {
			this.#here = (await relays.card(network.origin)) === null ? null : network.origin;
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			// Asked again with the next change; a home that keeps an address goes there.
			return null;
		}
		return this.#here;
	}

	#up(welcome: Welcome): void {
		this.#lines += 1;
		this.#take(welcome);
		this.#sync.up(welcome.rosterSeq);
		for (const camera of this.#watchers.keys()) this.#line.send({ t: 'watch', camera, on: true });
		const level = new Promise<void>((resolve) => {
			const stop = this.#tools.clock.after(LEVEL_MS, resolve);
			this.#levelled = () => {
				stop();
				resolve();
			};
		});
		this.#reading = this.#reading.then(() => level);
		if (this.#sync.level) this.#levelled();
		this.#tell();
	}

	#take({ ice, token }: Welcome): void {
		this.#ice = ice;
		this.#token = token;
	}

	#down(): void {
		this.#levelled();
		this.#sync.down();
		this.#online = new Set();
		this.#token = null;
		for (const n of [...this.#answers.keys()]) this.#answer(n, 'unsent');
		for (const camera of this.#watched) this.#tellHosts(camera, []);
	}

	#hear(frame: FromRelay): void {
		switch (frame.t) {
			case 'roster':
			case 'appended':
				this.#learn(frame);
				return;
			case 'refused':
				if (frame.n !== undefined) this.#answer(frame.n, 'unsent');
				else if (frame.why === 'roster' || frame.why === 'too-many') this.#learn(frame);
				return;
			case 'taken':
			case 'away':
				this.#answer(frame.n, frame.t);
				return;
			case 'letter': {
				// Whoever came into the home just now may be who writes.
				const learned = this.#learning;
				this.#reading = this.#reading.then(() => learned).then(() => this.#read(frame));
				return;
			}
			case 'presence':
				this.#online = new Set(frame.online as DeviceId[]);
				this.#tell();
				return;
			case 'watched':
				this.#tellHosts(frame.camera, frame.devices as DeviceId[]);
				return;
			default:
		}
	}

	#learn(frame: Extract<FromRelay, { t: 'roster' | 'appended' | 'refused' }>): void {
		const line = this.#lines;
		this.#learning = this.#learning.then(() =>
			line === this.#lines ? this.#sync.hear(frame) : undefined,
		);
	}

	async #read({ id, box, kept }: Extract<FromRelay, { t: 'letter' }>): Promise<void> {
		const { unlocked } = this.#tools.localDevice;
		if (unlocked === null) return;
		const read = await this.#letters.read(unlocked, box);
		if (read !== null && !(await this.#pass(read))) {
			this.#letters.forget(read);
			return;
		}
		// Also for one that cannot be read: it would come again for a week.
		if (kept) this.#line.send({ t: 'got', id });
	}

	/** `false`: whether it counts could not be told, so it is to come again. */
	async #pass({ said, from }: Read): Promise<boolean> {
		try {
			const message = await this.#acts.hear(said, from);
			if (message !== null) for (const reader of this.#readers) reader(message, from);
			return true;
		} catch (error) {
			if (error instanceof Fault) return false;
			throw error;
		}
	}

	#carry(to: DeviceId, said: Said, keepSeconds: number): Promise<Sent> {
		const sent = this.#writing.then(() => this.#seal(to, said));
		// Only sealing is one by one: a relay that is slow to answer must not hold the next letter
		// back.
		this.#writing = sent.catch(() => undefined);
		return sent.then(async (box) => {
			if (box === null) return 'unsent';
			this.#count += 1;
			const n = this.#count;
			const answer = new Promise<Sent>((resolve) => this.#answers.set(n, resolve));
			const stop = this.#tools.clock.after(ANSWER_MS, () => this.#answer(n, 'unsent'));
			if (!this.#line.send({ t: 'letter', n, to, box, keep: keepSeconds })) {
				this.#answer(n, 'unsent');
			}
			const became = await answer;
			stop();
			return became;
		});
	}

	async #seal(to: DeviceId, said: Said): Promise<string | null> {
		const { unlocked } = this.#tools.localDevice;
		if (unlocked === null || this.#line.state.kind !== 'connected') return null;
		try {
			return await this.#letters.seal(unlocked, to, said);
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}

	#answer(n: number, sent: Sent): void {
		this.#answers.get(n)?.(sent);
		this.#answers.delete(n);
	}

	#hearPart(bytes: Bytes): void {
		if (bytes.length < PART_HEADER_BYTES || bytes[0] !== PART) return;
		const camera = hexOf(bytes.subarray(1, 17));
		const key = bytes[17] === KEY;
		for (const listener of this.#watchers.get(camera) ?? []) {
			listener(bytes.slice(PART_HEADER_BYTES), key);
		}
	}

	#tellHosts(camera: string, devices: readonly DeviceId[]): void {
		if (devices.length === 0) this.#watched.delete(camera);
		else this.#watched.add(camera);
		for (const host of this.#hosts) host(camera, devices);
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
