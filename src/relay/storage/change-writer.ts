import { RelayDatabase } from './database.ts';
import type { RelayChange } from '#relay-core/relay.ts';
import type { MessageFromStore, StoredState } from '#relay/base/ipc.ts';
import type { Logger } from '#relay/base/log.ts';

/** Interval of the check for invitations written by `npm run relay -- invite`. */
const POLL_MS = 500;
/** Failed writes are retried, oldest first. */
const RETRY_MS = 1_000;
/** Interval of the write check while idle. */
const CHECK_MS = 30_000;

type WriterMessage = Extract<MessageFromStore, { t: 'confirmed' | 'invitation' }>;

/**
 * Writes the changes from `live`, in order, retrying until it works. A full disk stops nothing: the
 * state is read, and changes wait in memory.
 */
export class ChangeWriter {
	/** The state at the start. */
	readonly stored: StoredState;
	readonly #file: string;
	readonly #log: Logger;
	readonly #send: (message: WriterMessage) => void;
	readonly #waiting: { readonly n: number; readonly fact: RelayChange }[] = [];
	readonly #known: Set<string>;
	readonly #timers: readonly NodeJS.Timeout[];
	/** `null`: not yet opened for writing. */
	#database: RelayDatabase | null = null;
	#wrong: string | null = null;
	#seen = 0;

	/** @throws SQLite errors if the file cannot even be read */
	constructor(file: string, log: Logger, send: (message: WriterMessage) => void) {
		this.#file = file;
		this.#log = log;
		this.#send = send;
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

	/** Why the last write failed; `null`: it succeeded. */
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

	/** Tries the waiting changes once more, then closes. */
	close(): void {
		for (const timer of this.#timers) clearInterval(timer);
		this.#writeWaiting();
		this.#database?.close();
	}

	#open(): RelayDatabase {
		if (this.#database === null) {
			this.#database = new RelayDatabase(this.#file);
			// Another process may have written since the last read.
			this.#seen = -1;
		}
		return this.#database;
	}

	#try(work: (database: RelayDatabase) => void): boolean {
		try {
			work(this.#open());
			if (this.#wrong !== null) this.#log.warn('can write to the database again');
			this.#wrong = null;
			return true;
		} catch (error) {
			this.#failed(error);
			return false;
		}
	}

	#failed(error: unknown): void {
		if (this.#wrong === null)
			this.#log.error({ why: sqliteReasonOf(error) }, 'cannot write to the database');
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

/** The reason of an SQLite error, for users; falls back to the error's message. */
export function sqliteReasonOf(error: unknown): string {
	const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
	// SQLITE_FULL; SQLITE_IOERR_SHMSIZE: no room for the shared memory file.
	if (code === 13 || code === 4874) return 'the disk is full';
	if (code === 5) return 'somebody else is writing';
	if (code === 8) return 'the disk is read-only';
	if (code === 11 || code === 26) return 'it is damaged';
	return error instanceof Error ? error.message : 'unknown';
}
