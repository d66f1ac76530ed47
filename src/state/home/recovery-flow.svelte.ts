import { subscribed } from '#state/app/subscribed.ts';
import { kitFrom, type KitTextError } from '#domain/pairing/kit.ts';
import type { RecoveryControls, RecoveryState } from '#engine/recovery/recovery.ts';
import type { Engine } from '#state/app/engine.ts';
import { CodeScanner } from './code-scanner.svelte.ts';

const UNREADABLE_KIT: readonly KitTextError[] = ['length', 'character', 'slip'];

/** Recovery with a kit as the screen shows it; one instance per visit. */
export class RecoveryFlow {
	/** Name for this device. */
	name = $state('');
	kit = $state('');
	relay = $state('');
	passphrase = $state('');
	/** How the kit came; `null`: typed. */
	given = $state<'link' | 'scan' | null>(null);
	readonly scanner: CodeScanner;
	readonly #recovery: RecoveryControls;
	readonly #subscribe: () => void;
	readonly #off: () => void;

	constructor(engine: Engine, recovery: RecoveryControls) {
		this.#recovery = recovery;
		this.#subscribe = subscribed(recovery);
		this.scanner = new CodeScanner(engine, (text) => this.#found(text));
		const take = () => {
			if (engine.launchLink.pending !== 'kit') return;
			this.kit = engine.launchLink.consume() ?? '';
			this.given = this.kit === '' ? null : 'link';
			this.relay = '';
			recovery.reset();
		};
		this.#off = engine.launchLink.on(take);
		take();
	}

	get state(): RecoveryState {
		this.#subscribe();
		return this.#recovery.state;
	}

	/** Whether to offer the relay's address and another scan: not while a link may work. */
	get asks(): boolean {
		return this.given !== 'link' || this.state.kind === 'ended';
	}

	/** Whether to ask for a passphrase: not when the link or code says that there is none. */
	get asksPassphrase(): boolean {
		const read = kitFrom(this.kit);
		return typeof read === 'string' || read.guarded !== false;
	}

	/** A link or code says that there is a passphrase. */
	get guarded(): boolean {
		const read = kitFrom(this.kit);
		return typeof read !== 'string' && read.guarded === true;
	}

	/** From an earlier visit. */
	get claimedMs(): number | null {
		this.#subscribe();
		return this.#recovery.claimedMs;
	}

	async come(): Promise<void> {
		this.scanner.stop();
		const { kit } = this;
		await this.#recovery.recover(kit, this.name, originOf(this.relay), this.passphrase);
		const { state } = this.#recovery;
		const useless = ['taken-out', 'owner', ...(this.given === null ? [] : UNREADABLE_KIT)];
		// Keep what can be retried; remove everything else from the screen.
		if (state.kind === 'ended' && !useless.includes(state.why)) return;
		this.kit = '';
		this.passphrase = '';
		this.given = null;
	}

	reset(): void {
		this.#recovery.reset();
	}

	close(): void {
		this.scanner.stop();
		this.#off();
		this.kit = '';
		this.passphrase = '';
	}

	#found(text: string): boolean {
		if (typeof kitFrom(text) === 'string') return false;
		this.kit = text;
		this.given = 'scan';
		return true;
	}
}

/** Accepts addresses as people type them; `null`: none, or invalid. */
function originOf(text: string): string | null {
	const tidy = text.trim();
	if (tidy === '') return null;
	const { origin } = URL.parse(/^https?:\/\//.test(tidy) ? tidy : `https://${tidy}`) ?? {};
	return origin ?? null;
}
