import { RelayDatabase } from './database.ts';
import type { RelayChange } from '#relay/base/relay-change.ts';
import type { MessageFromStore, StoredState } from '#relay/base/ipc.ts';
import type { Logger } from '#relay/base/log.ts';

/** How often it looks whether `npm run relay -- invite` wrote. */
const POLL_MS = 500;
/** What could not be kept is tried again, oldest first. */
const RETRY_MS = 1_000;
/** How often it looks whether it can write though there is nothing to. */
const CHECK_MS = 30_000;

type WriterMessage = Extract<MessageFromStore, { t: 'confirmed' | 'invitation' }>;

/**
 * Keeps what live learned, in order and until it works. A disk that takes no more stops nothing:
 * what is on it is read, and what cannot be written waits.
 */
export class ChangeWriter {
	/** From before it began. */
	readonly stored: StoredState;
	readonly #file: string;
	readonly #log: Logger;
	readonly #send: (told: WriterMessage) => void;
	readonly #waiting: { readonly n: number; readonly fact: RelayChange }[] = [];
	readonly #known: Set<string>;
	readonly #timers: readonly NodeJS.Timeout[];
	/** `null`: it could not be opened for writing yet. */
	#database: RelayDatabase | null = null;
	#wrong: string | null = null;
	#seen = 0;

	/** @throws what SQLite throws when the file cannot even be read */
	constructor(file: string, log: Logger, tell: (told: WriterMessage) => void) {
		this.#file = file;
		this.#log = log;
		this.#send = tell;
		try {
			this.#open();
		} catch (error) {
			this.#failed(error);
		}
		const wallMs = Date.now();
		this.stored =
			this.#database?.readState(wallMs) ?? RelayDatabase.read(file, (one) => one.readState(wallMs));
		this.#known = new Set(this.stored.invitations.map(({ hash }) => hash));
		this.#timers = [
			setInterval(() => {
				if (this.#waiting.length > 0) this.#writeWaiting();
				else if (this.#database === null) this.#checkWritable();
			}, RETRY_MS),
			setInterval(() => {
				this.#pollInvitations();
			}, POLL_MS),
			setInterval(() => {
				if (this.#waiting.length === 0) this.#checkWritable();
			}, CHECK_MS),
		];
	}

	/** Why it could not write the last time; `null`: it could. */
	get wrong(): string | null {
		return this.#wrong;
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	write(n: number, fact: RelayChange): void {
		this.#waiting.push({ n, fact });
		if (this.#wrong === null) this.#writeWaiting();
	}

	/** Once more what waits, then the end. */
	close(): void {
		for (const timer of this.#timers) clearInterval(timer);
		this.#writeWaiting();
		this.#database?.close();
	}

	#open(): RelayDatabase {
		if (this.#database === null) {
			this.#database = new RelayDatabase(this.#file);
			// Somebody may have written since it was read.
			this.#seen = -1;
		}
		return this.#database;
	}

	/** `true`: it worked. */
	#try(work: (database: RelayDatabase) => void): boolean {
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
		if (this.#wrong === null)
			this.#log.error({ why: sqliteReasonOf(error) }, 'nothing can be written');
		this.#wrong = sqliteReasonOf(error);
	}

	#writeWaiting(): void {
		for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
			const { n, fact } = next;
			if (!this.#try((database) => database.apply(fact, Date.now()))) return;
			this.#waiting.shift();
			this.#send({ t: 'confirmed', n });
		}
	}

	#checkWritable(): void {
		this.#try((database) => database.checkWritable(Date.now()));
	}

	#pollInvitations(): void {
		if (this.#database === null) return;
		const now = this.#database.dataVersion;
		if (now === this.#seen) return;
		this.#seen = now;
		for (const invitation of this.#database.invitations(Date.now())) {
			if (!this.#known.has(invitation.hash)) this.#send({ t: 'invitation', invitation });
			this.#known.add(invitation.hash);
		}
	}
}

/** Of an error of SQLite, for a person; its message where there is no better word. */
export function sqliteReasonOf(error: unknown): string {
	const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
	// The second: no room for what readers and writers share.
	if (code === 13 || code === 4874) return 'the disk is full';
	if (code === 5) return 'somebody else is writing';
	if (code === 8) return 'the disk is read-only';
	if (code === 11 || code === 26) return 'it is damaged';
	return error instanceof Error ? error.message : 'unknown';
}
