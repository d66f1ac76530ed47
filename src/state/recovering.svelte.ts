import { createSubscriber } from 'svelte/reactivity';
import { kitFrom } from '#domain/kit.ts';
import type { RecoveryControls, RecoveryState } from '#engine/recovery.ts';
import type { Engine } from './engine.ts';
import { Scanner } from './scanning.svelte.ts';

/** Coming back with a recovery kit, as the screen sees it. One for each time the screen is open. */
export class ComingBack {
	/** What this device is to be called. */
	name = $state('');
	kit = $state('');
	relay = $state('');
	/** The kit came with the address. */
	given = $state(false);
	readonly scanner: Scanner;
	readonly #recovery: RecoveryControls;
	readonly #subscribe: () => void;
	readonly #off: () => void;

	constructor(engine: Engine, recovery: RecoveryControls) {
		this.#recovery = recovery;
		this.#subscribe = createSubscriber((update) => recovery.on(update));
		this.scanner = new Scanner(engine, (text) => this.#found(text));
		const take = () => {
			if (engine.given.waits !== 'kit') return;
			this.kit = engine.given.take() ?? '';
			this.given = this.kit !== '';
			recovery.reset();
		};
		this.#off = engine.given.on(take);
		take();
	}

	get state(): RecoveryState {
		this.#subscribe();
		return this.#recovery.state;
	}

	/** Of an earlier visit. */
	get claimedMs(): number | null {
		this.#subscribe();
		return this.#recovery.claimedMs;
	}

	async come(): Promise<void> {
		this.scanner.stop();
		const { kit } = this;
		await this.#recovery.come(kit, this.name, originOf(this.relay));
		const { state } = this.#recovery;
		// What can be tried again stands where it was; else it is on the screen no longer than it must.
		if (state.kind === 'ended' && !['taken-out', 'owner'].includes(state.why)) return;
		this.kit = '';
		this.given = false;
	}

	reset(): void {
		this.#recovery.reset();
	}

	close(): void {
		this.scanner.stop();
		this.#off();
		this.kit = '';
	}

	#found(text: string): boolean {
		if (typeof kitFrom(text) === 'string') return false;
		this.kit = text;
		this.given = true;
		return true;
	}
}

/** As people write an address; `null`: none, or none that works. */
function originOf(text: string): string | null {
	const tidy = text.trim();
	if (tidy === '') return null;
	const { origin } = URL.parse(/^https?:\/\//.test(tidy) ? tidy : `https://${tidy}`) ?? {};
	return origin ?? null;
}
