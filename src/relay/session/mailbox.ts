import { FairQuota } from '#relay/base/fair-quota.ts';

/** A letter as it waits: sealed for one device, opaque here. */
export interface StoredMessage {
	readonly home: string;
	readonly to: string;
	readonly id: number;
	readonly from: string;
	/** base64url, as it came and as it goes. */
	readonly box: string;
	readonly untilMs: number;
}

/** Of a device, and of all devices of a home. */
const MAX_BYTES = 1024 * 1024;
const MAX_HOME_BYTES = 8 * 1024 * 1024;
/** What a letter counts at least: so a device has 256 at most. */
const MIN_BYTES = 4 * 1024;

/**
 * Letters that wait for devices that are away (RL15). Wall time, because they outlive the process.
 */
export class Mailbox {
	readonly #waiting = new Map<string, StoredMessage[]>();
	/**
	 * By device and by home, shared by those who write: nobody pushes out another's letters with more
	 * of its own.
	 */
	readonly #rooms = new Map<string, FairQuota<StoredMessage>>();
	#lastId = 0;

	constructor(letters: readonly StoredMessage[]) {
		for (const letter of letters) {
			this.#put(letter);
			this.#lastId = Math.max(this.#lastId, letter.id);
		}
	}

	/** Rises for ever, over restarts too, so that an old `got` never means a new letter. */
	nextId(wallMs: number): number {
		this.#lastId = Math.max(this.#lastId + 1, Math.floor(wallMs) * 1000);
		return this.#lastId;
	}

	/** Keeps one; gives back those that had to leave for it: of who has most there, the oldest. */
	add(letter: StoredMessage): readonly StoredMessage[] {
		this.#put(letter);
		const left: StoredMessage[] = [];
		for (const [key] of roomsOf(letter)) {
			for (let over = this.#rooms.get(key)?.excess; over; over = this.#rooms.get(key)?.excess) {
				this.#take(over);
				left.push(over);
			}
		}
		return left;
	}

	/** `null`: there is none such. */
	acknowledge(home: string, to: string, id: number): StoredMessage | null {
		const letter = this.#waiting.get(`${home}/${to}`)?.find((one) => one.id === id);
		if (letter) this.#take(letter);
		return letter ?? null;
	}

	waitingFor(home: string, to: string, wallMs: number): readonly StoredMessage[] {
		const waiting = this.#waiting.get(`${home}/${to}`) ?? [];
		return waiting.filter(({ untilMs }) => untilMs > wallMs);
	}

	/** Takes out what a device that left the home would have got. */
	clear(home: string, to: string): readonly StoredMessage[] {
		const waiting = [...(this.#waiting.get(`${home}/${to}`) ?? [])];
		for (const letter of waiting) this.#take(letter);
		return waiting;
	}

	/** Takes out those whose time is over. */
	tidy(wallMs: number): readonly StoredMessage[] {
		const over = [...this.#waiting.values()].flat().filter(({ untilMs }) => untilMs <= wallMs);
		for (const letter of over) this.#take(letter);
		return over;
	}

	#put(letter: StoredMessage): void {
		const key = `${letter.home}/${letter.to}`;
		const waiting = this.#waiting.get(key);
		if (waiting) waiting.push(letter);
		else this.#waiting.set(key, [letter]);
		for (const [name, max] of roomsOf(letter)) {
			let quota = this.#rooms.get(name);
			if (!quota) this.#rooms.set(name, (quota = new FairQuota(max)));
			quota.add(letter.from, letter, Math.max(letter.box.length, MIN_BYTES));
		}
	}

	#take(letter: StoredMessage): void {
		const key = `${letter.home}/${letter.to}`;
		const waiting = this.#waiting.get(key) ?? [];
		waiting.splice(waiting.indexOf(letter), 1);
		if (waiting.length === 0) this.#waiting.delete(key);
		for (const [name] of roomsOf(letter)) {
			const quota = this.#rooms.get(name);
			quota?.remove(letter.from, letter);
			if (quota?.taken === 0) this.#rooms.delete(name);
		}
	}
}

function roomsOf({ home, to }: StoredMessage): readonly (readonly [string, number])[] {
	return [
		[`${home}/${to}`, MAX_BYTES],
		[home, MAX_HOME_BYTES],
	];
}
