import { subscribed } from '#state/app/subscribed.ts';
import { faultOf, type FaultKind } from '#domain/base/fault.ts';
import { tidyKit, tidyPassphrase } from '#domain/pairing/kit.ts';
import type {
	PendingClaim,
	GeneratedKit,
	KitControls,
	KitTestResult,
} from '#engine/recovery/recovery.ts';

export type { GeneratedKit, KitTestResult } from '#engine/recovery/recovery.ts';

/** Shorter ones can be guessed, slow as each try is. */
const MIN_PASSPHRASE_LENGTH = 8;

/** The home's recovery kit as the screen shows it. */
export class RecoveryKit {
	/** Shown on the screen. */
	drawn = $state.raw<GeneratedKit | null>(null);
	/** Optional passphrase, typed twice. */
	passphrase = $state('');
	again = $state('');
	/** The two entries differ, or are too short. */
	unfit = $state.raw<'differs' | 'short' | null>(null);
	/** The two groups to type back, counted from 0. */
	asked = $state.raw<readonly number[]>([]);
	answers = $state<string[]>(['', '']);
	wrong = $state(false);
	busy = $state(false);
	/** The kit was just activated. */
	made = $state(false);
	trial = $state.raw<KitTestResult | null>(null);
	refused = $state(false);
	fault = $state.raw<FaultKind | null>(null);
	readonly #kits: KitControls;
	readonly #chance: (below: number) => number;
	readonly #subscribe: () => void;

	constructor(kits: KitControls, chance = (below: number) => Math.floor(Math.random() * below)) {
		this.#kits = kits;
		this.#chance = chance;
		this.#subscribe = subscribed(kits);
	}

	get madeMs(): number | null {
		this.#subscribe();
		return this.#kits.madeMs;
	}

	get triedMs(): number | null {
		this.#subscribe();
		return this.#kits.triedMs;
	}

	get hindrance(): KitControls['hindrance'] {
		this.#subscribe();
		return this.#kits.hindrance;
	}

	/** Of other devices. */
	get claims(): readonly PendingClaim[] {
		this.#subscribe();
		return this.#kits.claims.filter(({ self }) => !self);
	}

	async draw(): Promise<void> {
		const passphrase = tidyPassphrase(this.passphrase);
		const differs = passphrase !== tidyPassphrase(this.again);
		const short = passphrase !== null && passphrase.length < MIN_PASSPHRASE_LENGTH;
		this.unfit = differs ? 'differs' : short ? 'short' : null;
		if (this.unfit !== null) return;
		this.made = false;
		this.asked = [];
		await this.#do(async () => {
			this.drawn = await this.#kits.generate(passphrase);
			this.forget();
		});
	}

	/** Asks for two groups, chosen at random each time, to check that the person has the kit. */
	ask(): void {
		const groups = this.drawn?.groups.length ?? 0;
		const first = this.#chance(groups);
		const second = (first + 1 + this.#chance(groups - 1)) % groups;
		this.asked = [first, second].sort((a, b) => a - b);
		this.answers = ['', ''];
		this.wrong = false;
	}

	showAgain(): void {
		this.asked = [];
	}

	async answer(): Promise<void> {
		const right = this.asked.every(
			(group, at) => tidyKit(this.answers[at] ?? '') === this.drawn?.groups[group],
		);
		this.wrong = !right;
		if (!right) return;
		await this.#do(async () => {
			await this.#kits.activate();
			this.made = true;
			this.drawn = null;
			this.asked = [];
		});
	}

	drop(): void {
		this.#kits.discard();
		this.drawn = null;
		this.asked = [];
		this.answers = ['', ''];
		this.fault = null;
	}

	forget(): void {
		this.passphrase = '';
		this.again = '';
		this.unfit = null;
	}

	async try(text: string): Promise<void> {
		this.trial = null;
		const passphrase = this.passphrase;
		await this.#do(async () => {
			this.trial = await this.#kits.test(text, passphrase);
		});
	}

	async refuse(): Promise<void> {
		await this.#do(async () => {
			await this.#kits.rollBackClaims();
			this.refused = true;
		});
	}

	async #do(work: () => Promise<void>): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		this.fault = null;
		try {
			await work();
		} catch (error) {
			this.fault = faultOf(error).kind;
		} finally {
			this.busy = false;
		}
	}
}
