import type { Bytes } from '#domain/base/bytes.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Role } from '#domain/home/roster.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import { WebCrypto } from '#web/crypto.ts';
import { FreshnessGate } from '#engine/messaging/freshness-gate.ts';
import type {
	RelayConnectionState,
	Messenger,
	MessengerChange,
	Sender,
	Delivery,
} from '#engine/messaging/messenger.ts';
import type { Clock } from '#ports/device/clock.ts';
import {
	messageBodyFrom,
	messageBodyText,
	type ActionMessage,
	type CountedMessage,
	type Message,
	type MessageBody,
	type NoticeMessage,
} from '#protocol/message.ts';

const ORIGIN = 'https://relay.local';
type PartListener = (sealed: Bytes, key: boolean) => void;

/**
 * Messengers connected as by a relay, with faults on demand. Messages pass through their schema.
 */
export class FakeMessengerRelay {
	/** One-way delay. */
	delayMs = 0;
	/** Additional delay of parts. */
	partDelayMs = 0;
	/** Called for every message; `true` loses it. */
	lose: (message: Message) => boolean = () => false;
	/** What a relay that could read and forge messages would do; `null` drops the message. */
	change: (message: Message, body: MessageBody) => Message | null = (message) => message;
	readonly letters: {
		readonly from: DeviceId;
		readonly to: DeviceId;
		readonly message: Message;
		/** As sent, with its freshness data. */
		readonly body: MessageBody;
	}[] = [];
	readonly clock: Clock;
	readonly posts = new Map<DeviceId, FakeMessenger>();
	readonly watching = new Map<string, Map<PartListener, DeviceId>>();
	/** From the newest key part on. */
	readonly kept = new Map<string, { readonly sealed: Bytes; readonly key: boolean }[]>();

	constructor(clock: Clock) {
		this.clock = clock;
	}

	join(device: DeviceId, roles: readonly Role[]): FakeMessenger {
		const messenger = new FakeMessenger(this, device, roles);
		this.posts.set(device, messenger);
		this.presence();
		return messenger;
	}

	presence(): void {
		for (const messenger of this.posts.values()) messenger.tell();
	}

	async later(work: () => void): Promise<void> {
		if (this.delayMs > 0) this.clock.after(this.delayMs, work);
		else {
			await Promise.resolve();
			work();
		}
	}

	tellWatched(camera: string): void {
		const devices = [...new Set(this.watching.get(camera)?.values())];
		for (const messenger of this.posts.values()) {
			if (messenger.there) for (const listener of messenger.watched) listener(camera, devices);
		}
	}
}

export class FakeMessenger implements Messenger {
	waiting = 0;
	ice = [];
	there = true;
	/** The refusal that the relay answers with, if any. */
	refused: Extract<RelayConnectionState, { kind: 'refused' }>['why'] | null = null;
	readonly roles: readonly Role[];
	readonly watched = new Set<(camera: string, devices: readonly DeviceId[]) => void>();
	readonly #relay: FakeMessengerRelay;
	readonly #device: DeviceId;
	readonly #listeners = new Listeners<[MessengerChange]>();
	readonly #readers = new Set<(message: Message, from: Sender) => void>();
	#acts: FreshnessGate;
	#reading: Promise<unknown> = Promise.resolve();

	constructor(relay: FakeMessengerRelay, device: DeviceId, roles: readonly Role[]) {
		this.#relay = relay;
		this.#device = device;
		this.roles = roles;
		this.#acts = this.#begun();
	}

	/** Reloads the page: nonces from before are lost. */
	again(): void {
		this.#acts = this.#begun();
	}

	#begun(): FreshnessGate {
		const { clock } = this.#relay;
		const tools = { clock, crypto: new WebCrypto(), vault: new MemoryVault() };
		return new FreshnessGate(tools, (to, body) => this.#carry(to, body));
	}

	get state(): RelayConnectionState {
		if (this.refused !== null) return { kind: 'refused', origin: ORIGIN, why: this.refused };
		if (this.there) return { kind: 'connected', origin: ORIGIN };
		return { kind: 'away', origin: ORIGIN, againMs: 0 };
	}

	get online(): ReadonlySet<DeviceId> {
		const there = [...this.#relay.posts].filter(([, messenger]) => messenger.there);
		return new Set(this.there ? there.map(([device]) => device) : []);
	}

	/** Disconnects or reconnects it. */
	set(there: boolean): void {
		this.there = there;
		this.#relay.presence();
	}

	/** The relay disconnects it and refuses it from then on. */
	refuse(why: Extract<RelayConnectionState, { kind: 'refused' }>['why']): void {
		this.refused = why;
		this.set(false);
	}

	tell(): void {
		this.#listeners.notify('connection');
		this.#listeners.notify('presence');
	}

	on(listener: (change: MessengerChange) => void): () => void {
		return this.#listeners.add(listener);
	}

	send(to: DeviceId, message: NoticeMessage): Promise<Delivery> {
		return this.#acts.sendNotice(to, message, 0);
	}

	sendAction(to: DeviceId, message: ActionMessage): Promise<Delivery> {
		return this.#acts.sendAction(to, message);
	}

	sendCounted(to: DeviceId, message: CountedMessage): Promise<Delivery> {
		return this.#acts.sendCounted(to, message, 0);
	}

	async #carry(to: DeviceId, given: MessageBody): Promise<Delivery> {
		const other = this.#relay.posts.get(to);
		await Promise.resolve();
		if (!this.there) return 'unsent';
		if (!other?.there) return 'away';
		const body = messageBodyFrom(messageBodyText(given));
		if (body === null) throw new Error(`not a valid message: ${messageBodyText(given)}`);
		const { message } = body;
		this.#relay.letters.push({ from: this.#device, to, message, body });
		const changed = this.#relay.lose(message) ? null : this.#relay.change(message, body);
		if (changed === null) return 'taken';
		void this.#relay.later(() => {
			const from = { device: this.#device, roles: this.roles };
			if (other.there) other.read({ ...body, message: changed }, from);
		});
		return 'taken';
	}

	/** Handled one at a time, as by a relay client. */
	read(body: MessageBody, from: Sender): void {
		this.#reading = this.#reading.then(async () => {
			const message = await this.#acts.receive(body, from);
			if (message !== null) for (const reader of this.#readers) reader(message, from);
		});
	}

	onMessage(reader: (message: Message, from: Sender) => void): () => void {
		this.#readers.add(reader);
		return () => this.#readers.delete(reader);
	}

	sendPart(camera: string, key: boolean, sealed: Bytes): void {
		if (!this.there) return;
		const { clock, partDelayMs } = this.#relay;
		const pass = (): void => {
			const kept = this.#relay.kept.get(camera) ?? [];
			if (key) kept.length = 0;
			kept.push({ sealed, key });
			this.#relay.kept.set(camera, kept);
			void this.#relay.later(() => {
				const listeners = this.#relay.watching.get(camera)?.keys() ?? [];
				for (const listener of listeners) listener(sealed, key);
			});
		};
		if (partDelayMs > 0) clock.after(partDelayMs, pass);
		else pass();
	}

	watchParts(camera: string, listener: PartListener): () => void {
		const mine: PartListener = (sealed, key) => {
			if (this.there) listener(sealed, key);
		};
		const all = this.#relay.watching.get(camera) ?? new Map<PartListener, DeviceId>();
		this.#relay.watching.set(camera, all);
		all.set(mine, this.#device);
		for (const { sealed, key } of this.#relay.kept.get(camera) ?? []) mine(sealed, key);
		this.#relay.tellWatched(camera);
		return () => {
			all.delete(mine);
			this.#relay.tellWatched(camera);
		};
	}

	onWatched(listener: (camera: string, devices: readonly DeviceId[]) => void): () => void {
		this.watched.add(listener);
		return () => this.watched.delete(listener);
	}
}
