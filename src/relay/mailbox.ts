/** A letter as it waits: sealed for one device, opaque here. */
export interface Letter {
	readonly home: string;
	readonly to: string;
	readonly id: number;
	readonly from: string;
	/** base64url, as it came and as it goes. */
	readonly box: string;
	readonly untilMs: number;
}

const MAX_LETTERS = 256;
const MAX_BYTES = 1024 * 1024;

/** Letters that wait for devices that are away (RL15). Wall time, because they outlive the process. */
export class Mailbox {
	readonly #waiting = new Map<string, Letter[]>();
	#lastId = 0;

	constructor(letters: readonly Letter[]) {
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

	/** Keeps one; gives back those that had to leave for it. */
	keep(letter: Letter): readonly Letter[] {
		const waiting = this.#put(letter);
		const left: Letter[] = [];
		let bytes = waiting.reduce((sum, { box }) => sum + box.length, 0);
		while (waiting.length > MAX_LETTERS || bytes > MAX_BYTES) {
			const oldest = waiting.shift();
			if (!oldest) break;
			bytes -= oldest.box.length;
			left.push(oldest);
		}
		return left;
	}

	/** `null`: there is none such. */
	got(home: string, to: string, id: number): Letter | null {
		const key = `${home}/${to}`;
		const waiting = this.#waiting.get(key);
		const at = waiting?.findIndex((letter) => letter.id === id) ?? -1;
		const [letter] = at < 0 ? [] : (waiting?.splice(at, 1) ?? []);
		if (waiting?.length === 0) this.#waiting.delete(key);
		return letter ?? null;
	}

	waitingFor(home: string, to: string, wallMs: number): readonly Letter[] {
		const waiting = this.#waiting.get(`${home}/${to}`) ?? [];
		return waiting.filter(({ untilMs }) => untilMs > wallMs);
	}

	/** Takes out what a device that left the home would have got. */
	clear(home: string, to: string): readonly Letter[] {
		const waiting = this.#waiting.get(`${home}/${to}`) ?? [];
		this.#waiting.delete(`${home}/${to}`);
		return waiting;
	}

	/** Takes out those whose time is over. */
	tidy(wallMs: number): readonly Letter[] {
		const over: Letter[] = [];
		for (const [key, waiting] of this.#waiting) {
			const rest = waiting.filter((letter) => letter.untilMs > wallMs);
			if (rest.length === waiting.length) continue;
			over.push(...waiting.filter((letter) => letter.untilMs <= wallMs));
			if (rest.length === 0) this.#waiting.delete(key);
			else this.#waiting.set(key, rest);
		}
		return over;
	}

	#put(letter: Letter): Letter[] {
		const key = `${letter.home}/${letter.to}`;
		let waiting = this.#waiting.get(key);
		if (!waiting) this.#waiting.set(key, (waiting = []));
		waiting.push(letter);
		return waiting;
	}
}
