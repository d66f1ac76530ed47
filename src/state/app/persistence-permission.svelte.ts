import type { StoragePersistence } from '#ports/storage/persistence.ts';

/** Less footage is not worth a permission prompt. */
const WORTH_ASKING_MS = 10_000;

/** Whether the browser has granted persistent storage. Rule: docs/spec/space.md, SP23. */
export class PersistencePermission {
	/** `null`: not known yet. */
	granted = $state<boolean | null>(null);
	/** The browser would prompt, so the screen explains why first. */
	wanted = $state(false);
	/** The browser or the user refused. */
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

	/** `ms`: how much of this recording is saved. */
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
