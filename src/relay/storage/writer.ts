import { Database } from './database.ts';
import type { Fact } from '#relay/base/fact.ts';
import type { FromStore, Kept } from '#relay/base/ipc.ts';
import type { Logger } from '#relay/base/log.ts';

/** How often it looks whether `npm run relay -- invite` wrote. */
const LOOK_MS = 500;
/** What could not be kept is tried again, oldest first. */
const RETRY_MS = 1_000;
/** How often it looks whether it can write though there is nothing to. */
const BEAT_MS = 30_000;

type Told = Extract<FromStore, { t: 'confirmed' | 'invitation' }>;

/**
 * Keeps what live learned, in order and until it works. A disk that takes no more stops nothing:
 * what is on it is read, and what cannot be written waits.
 */
export class Writer {
	/** From before it began. */
	readonly kept: Kept;
	readonly #file: string;
	readonly #log: Logger;
	readonly #tell: (told: Told) => void;
	readonly #waiting: { readonly n: number; readonly fact: Fact }[] = [];
	readonly #known: Set<string>;
	readonly #timers: readonly NodeJS.Timeout[];
	/** `null`: it could not be opened for writing yet. */
	#database: Database | null = null;
	#wrong: string | null = null;
	#seen = 0;

	/** @throws what SQLite throws when the file cannot even be read */
	constructor(file: string, log: Logger, tell: (told: Told) => void) {
		this.#file = file;
		this.#log = log;
		this.#tell = tell;
		try {
			this.#open();
		} catch (error) {
			this.#failed(error);
		}
		const wallMs = Date.now();
		this.kept = this.#database?.kept(wallMs) ?? Database.read(file, (one) => one.kept(wallMs));
		this.#known = new Set(this.kept.invitations.map(({ hash }) => hash));
		this.#timers = [
			setInterval(() => {
				if (this.#waiting.length > 0) this.#write();
				else if (this.#database === null) this.#beat();
			}, RETRY_MS),
			setInterval(() => {
				this.#look();
			}, LOOK_MS),
			setInterval(() => {
				if (this.#waiting.length === 0) this.#beat();
			}, BEAT_MS),
		];
	}

	/** Why it could not write the last time; `null`: it could. */
	get wrong(): string | null {
		return this.#wrong;
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	take(n: number, fact: Fact): void {
		this.#waiting.push({ n, fact });
		if (this.#wrong === null) this.#write();
	}

	/** Once more what waits, then the end. */
	close(): void {
		for (const timer of this.#timers) clearInterval(timer);
		this.#write();
		this.#database?.close();
	}

	#open(): Database {
		if (this.#database === null) {
			this.#database = new Database(this.#file);
			// Somebody may have written since it was read.
			this.#seen = -1;
		}
		return this.#database;
	}

	/** `true`: it worked. */
	#try(work: (database: Database) => void): boolean {
		try {
			work(this.#open());
			if (this.#wrong !== null) this.#log.warn('writing works again');
			this.#wrong = null;
			return true;
		} catch (error) {
			this.#failed(error);
			return false;
		}
	}

	#failed(error: unknown): void {
		if (this.#wrong === null) this.#log.error({ why: reasonOf(error) }, 'nothing can be written');
		this.#wrong = reasonOf(error);
	}

	#write(): void {
		for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
			const { n, fact } = next;
			if (!this.#try((database) => database.take(fact, Date.now()))) return;
			this.#waiting.shift();
			this.#tell({ t: 'confirmed', n });
		}
	}

	#beat(): void {
		this.#try((database) => database.beat(Date.now()));
	}

	#look(): void {
		if (this.#database === null) return;
		const now = this.#database.othersWrote;
		if (now === this.#seen) return;
		this.#seen = now;
		for (const invitation of this.#database.invitations(Date.now())) {
			if (!this.#known.has(invitation.hash)) this.#tell({ t: 'invitation', invitation });
			this.#known.add(invitation.hash);
		}
	}
}

/** Of an error of SQLite, for a person; its message where there is no better word. */
export function reasonOf(error: unknown): string {
	const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
	// The second: no room for what readers and writers share.
	if (code === 13 || code === 4874) return 'the disk is full';
	if (code === 5) return 'somebody else is writing';
	if (code === 8) return 'the disk is read-only';
	if (code === 11 || code === 26) return 'it is damaged';
	return error instanceof Error ? error.message : 'unknown';
}
