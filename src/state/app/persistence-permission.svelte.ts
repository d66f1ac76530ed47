import type { StoragePersistence } from '#ports/storage/persistence.ts';

/** Before that there is not enough to be worth a question. */
const WORTH_ASKING_MS = 10_000;

/**
 * Whether the browser has promised not to clear footage by itself. Rule: docs/spec/space.md, SP23.
 */
export class PersistencePermission {
	/** `null`: not known. */
	granted = $state<boolean | null>(null);
	/** The browser would ask the person, so we say why first. */
	wanted = $state(false);
	/** It was asked and did not agree. */
	refused = $state(false);
	readonly #origin: Pick<StoragePersistence, 'persisted' | 'persist'>;
	readonly #asksPerson: boolean;
	#offered = false;

	constructor(origin: Pick<StoragePersistence, 'persisted' | 'persist'>, asksPerson: boolean) {
		this.#origin = origin;
		this.#asksPerson = asksPerson;
	}

	async refresh(): Promise<void> {
		this.granted = await this.#origin.persisted();
	}

	/** So much is saved of this recording. */
	saved(ms: number): void {
		if (this.#offered || this.granted !== false || ms < WORTH_ASKING_MS) return;
		this.#offered = true;
		if (this.#asksPerson) this.wanted = true;
		else void this.request();
	}

	async request(): Promise<void> {
		this.granted = await this.#origin.persist();
		this.refused = !this.granted;
		this.wanted = false;
	}
}
