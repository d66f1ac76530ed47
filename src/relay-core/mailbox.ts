import { FairQuota } from './fair-quota.ts';

/** A stored message: sealed for one device, opaque to the relay. */
export interface StoredMessage {
	readonly home: string;
	readonly to: string;
	readonly id: number;
	readonly from: string;
	/** base64url, passed on unchanged. */
	readonly box: string;
	readonly untilMs: number;
}

/** Per device, and per home. */
const MAX_BYTES = 1024 * 1024;
const MAX_HOME_BYTES = 8 * 1024 * 1024;
/** Minimum size counted per message, so that a device has at most 256. */
const MIN_BYTES = 4 * 1024;

/**
 * Messages for devices that are away (RL15). Expiry is in wall time, because they outlive the
 * process.
 */
export class Mailbox {
	readonly #waiting = new Map<string, StoredMessage[]>();
	/**
	 * Per device and per home, divided fairly among senders: nobody can push out another's messages
	 * by sending more.
	 */
	readonly #quotas = new Map<string, FairQuota<StoredMessage>>();
	#lastId = 0;

	/** Whether it keeps anything. */
	readonly keeps: boolean;

	/** @param messages those that wait; `null`: it keeps none */
	constructor(messages: readonly StoredMessage[] | null) {
		this.keeps = messages !== null;
		for (const message of messages ?? []) {
			this.#insert(message);
			this.#lastId = Math.max(this.#lastId, message.id);
		}
	}

	/**
	 * Strictly increasing, across restarts too, so that a late `got` never acknowledges another
	 * message.
	 */
	nextId(wallMs: number): number {
		this.#lastId = Math.max(this.#lastId + 1, Math.floor(wallMs) * 1000);
		return this.#lastId;
	}

	/** Adds a message. Returns those evicted for it: the oldest of the sender that uses the most. */
	add(message: StoredMessage): readonly StoredMessage[] {
		this.#insert(message);
		const evicted: StoredMessage[] = [];
		for (const [key] of quotasOf(message)) {
			for (let over = this.#quotas.get(key)?.excess; over; over = this.#quotas.get(key)?.excess) {
				this.#remove(over);
				evicted.push(over);
			}
		}
		return evicted;
	}

	/** Removes and returns the message, or returns `null` if it is not there. */
	acknowledge(home: string, to: string, id: number): StoredMessage | null {
		const message = this.#waiting.get(`${home}/${to}`)?.find((one) => one.id === id);
		if (message) this.#remove(message);
		return message ?? null;
	}

	waitingFor(home: string, to: string, wallMs: number): readonly StoredMessage[] {
		const waiting = this.#waiting.get(`${home}/${to}`) ?? [];
		return waiting.filter(({ untilMs }) => untilMs > wallMs);
	}

	/** Removes and returns everything addressed to a device that left the home. */
	clear(home: string, to: string): readonly StoredMessage[] {
		const waiting = [...(this.#waiting.get(`${home}/${to}`) ?? [])];
		for (const message of waiting) this.#remove(message);
		return waiting;
	}

	/** Removes and returns the expired messages. */
	tidy(wallMs: number): readonly StoredMessage[] {
		const expired = [...this.#waiting.values()].flat().filter(({ untilMs }) => untilMs <= wallMs);
		for (const message of expired) this.#remove(message);
		return expired;
	}

	#insert(message: StoredMessage): void {
		const key = `${message.home}/${message.to}`;
		const waiting = this.#waiting.get(key);
		if (waiting) waiting.push(message);
		else this.#waiting.set(key, [message]);
		for (const [name, max] of quotasOf(message)) {
			let quota = this.#quotas.get(name);
			if (!quota) this.#quotas.set(name, (quota = new FairQuota(max)));
			quota.add(message.from, message, Math.max(message.box.length, MIN_BYTES));
		}
	}

	#remove(message: StoredMessage): void {
		const key = `${message.home}/${message.to}`;
		const waiting = this.#waiting.get(key) ?? [];
		waiting.splice(waiting.indexOf(message), 1);
		if (waiting.length === 0) this.#waiting.delete(key);
		for (const [name] of quotasOf(message)) {
			const quota = this.#quotas.get(name);
			quota?.remove(message.from, message);
			if (quota?.taken === 0) this.#quotas.delete(name);
		}
	}
}

function quotasOf({ home, to }: StoredMessage): readonly (readonly [string, number])[] {
	return [
		[`${home}/${to}`, MAX_BYTES],
		[home, MAX_HOME_BYTES],
	];
}
