import type { Bytes } from '#domain/base/bytes.ts';
import type { Wanted } from '#domain/pairing/pairing.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import { NewTalk, type NewWish } from './pairing-new.ts';
import { OwnerTalk, type OwnerWish } from './pairing-owner.ts';
import { Table, type TableTools } from './pairing-table.ts';
import type { PairingState } from './pairing.ts';

type Comparing = Extract<PairingState, { readonly kind: 'comparing' }>;
type Done = Extract<PairingState, { readonly kind: 'done' }>;

/** PR21: an owner may take ten minutes to allow, and waits ten more. */
const RETURN_MS = 2 * 10 * 60 * 1000;

/** PR17 */
const MAX_TRIES = 3;

function byOf({ code }: OwnerWish | NewWish): Comparing['by'] {
	return code.kind === 'typed' ? 'letters' : 'code';
}

export class OwnerTable extends Table {
	readonly #wish: OwnerWish;
	#talk: OwnerTalk | null = null;
	#digits = '';
	#comparing: Comparing | null = null;
	#allowed: Wanted | null = null;
	#ok = false;
	#signing = false;
	#done = false;

	constructor(tools: TableTools, self: SelfIdentity, wish: OwnerWish) {
		super(tools, self);
		this.#wish = wish;
	}

	enter(digits: string): Promise<void> {
		return this.inTurn(() => {
			const comparing = this.#comparing;
			if (comparing?.digits === null) this.#judge(comparing, digits);
			return Promise.resolve();
		});
	}

	say(wanted: Wanted): Promise<void> {
		return this.inTurn(async () => {
			const comparing = this.#comparing;
			if (comparing === null || comparing.digits === null || this.#allowed !== null) return;
			this.#allowed = wanted;
			this.#compare({ ...comparing, said: true, wanted });
			await this.#admit();
		});
	}

	override get signing(): boolean {
		return this.#signing;
	}

	/** It stays at the table after that: a newcomer that lost M4 asks again. */
	protected get done(): boolean {
		return this.#done;
	}

	protected async begin(): Promise<void> {
		this.#talk = await OwnerTalk.begin(this.tools.crypto, this.self, this.#wish);
		this.post([this.#talk.opening]);
	}

	protected async hear(box: Bytes): Promise<void> {
		const heard = await this.#talk?.hear(box);
		switch (heard?.kind) {
			case 'newcomer': {
				const { name, wanted } = heard;
				const by = byOf(this.#wish);
				this.#digits = heard.digits;
				this.expectAnswer(false);
				this.post([heard.answer]);
				const asked = { kind: 'comparing', side: 'owner', asks: true, said: false } as const;
				const digits = by === 'letters' ? null : heard.digits;
				this.#compare({ ...asked, by, digits, left: null, name, wanted });
				break;
			}
			case 'self':
				this.end('own-code', null, 'failed');
				break;
			case 'ok':
				this.#ok = true;
				await this.#admit();
				break;
			case 'again':
				this.again(heard.boxes);
				break;
			case 'note':
				this.note(heard.note);
		}
	}

	#compare(comparing: Comparing): void {
		this.#comparing = comparing;
		this.onState(comparing);
	}

	#judge(comparing: Comparing, digits: string): void {
		const left = (comparing.left ?? MAX_TRIES) - 1;
		if (digits === this.#digits) this.#compare({ ...comparing, digits });
		else if (left > 0) this.#compare({ ...comparing, left });
		else this.end('digits', null, 'digits');
	}

	/** PR6. */
	async #admit(): Promise<void> {
		const [talk, wanted] = [this.#talk, this.#allowed];
		if (talk === null || wanted === null || !this.#ok || this.#comparing === null) return;
		this.#signing = true;
		try {
			const pieces = await talk.admit(this.tools.admissions, wanted);
			// Who is let in goes to the relay at once, and would be a stranger there.
			await this.tools.shown();
			this.post(pieces);
			this.#done = true;
		} finally {
			this.#signing = false;
		}
		const { name } = this.#comparing;
		this.#await({ side: 'owner', device: talk.newcomer.device, name, wanted });
	}

	/** PR24 */
	#await(whom: Pick<Done, 'device' | 'name' | 'wanted'> & { readonly side: 'owner' }): void {
		const { admissions } = this.tools;
		let shown = '';
		const look = (): void => {
			const now = admissions.arrivalState(whom.device);
			if (now === shown) return;
			shown = now;
			if (now === 'waits') this.onState({ kind: 'waiting', ...whom });
			else {
				off();
				if (now === 'here') this.onState({ kind: 'done', ...whom });
				else this.onState({ kind: 'ended', why: 'never-came', fault: null });
			}
		};
		const off = admissions.on(look);
		look();
	}
}

export class NewTable extends Table {
	readonly #wish: NewWish;
	readonly #relay: string;
	#talk: NewTalk | null = null;
	#comparing: Comparing | null = null;
	#pending: PendingJoin | null = null;
	#done = false;

	/** `relay`: where it goes in, and is reached from then on. */
	constructor(tools: TableTools, self: SelfIdentity, wish: NewWish, relay: string) {
		super(tools, self);
		this.#wish = wish;
		this.#relay = relay;
	}

	override get pending(): PendingJoin | null {
		return this.#pending;
	}

	/** Only an owner types them. */
	enter(): Promise<void> {
		return Promise.resolve();
	}

	say(): Promise<void> {
		return this.inTurn(async () => {
			const comparing = this.#comparing;
			if (comparing?.asks === true && !comparing.said) await this.#consent(comparing);
		});
	}

	protected get done(): boolean {
		return this.#done;
	}

	protected async begin(rid: string): Promise<void> {
		this.#talk = await NewTalk.begin(this.tools.crypto, this.self, { ...this.#wish, rid });
	}

	protected async hear(box: Bytes): Promise<void> {
		const heard = await this.#talk?.hear(box);
		switch (heard?.kind) {
			case 'opened':
				this.expectAnswer(true);
				this.post([heard.answer]);
				break;
			case 'host': {
				const { digits, wanted, names } = heard;
				this.expectAnswer(false);
				const { name } = this.#wish;
				const asked = { kind: 'comparing', side: 'new', asks: !names, said: false } as const;
				const comparing = { ...asked, by: byOf(this.#wish), digits, left: null, name, wanted };
				if (names) await this.#consent(comparing);
				else this.#compare(comparing);
				break;
			}
			case 'admitted': {
				const { roster, grants } = heard.admission;
				await this.tools.admissions.enter(roster, grants, this.#relay);
				this.#done = true;
				const { device } = this.self;
				const { name } = this.#wish;
				this.onState({ kind: 'done', side: 'new', device, name, wanted: heard.became });
				// The owner need not wait any longer.
				this.leave('failed');
				break;
			}
			case 'again':
				this.again(heard.boxes);
				break;
			case 'note':
				this.note(heard.note);
		}
	}

	#compare(comparing: Comparing): void {
		this.#comparing = comparing;
		this.onState(comparing);
	}

	async #consent(comparing: Comparing): Promise<void> {
		const { admissions, clock } = this.tools;
		if (this.#talk === null) return;
		const ok = await this.#talk.ok();
		const relay = this.#relay === '' ? null : this.#relay;
		const untilMs = clock.wallMs() + RETURN_MS;
		const pending = { ...this.#talk.agreed, relay, untilMs };
		// Before it is said: from now on an owner may let it in.
		await admissions.setPendingJoin(pending);
		this.#pending = pending;
		this.post([ok]);
		this.#compare({ ...comparing, said: true });
	}
}
