import type { Bytes } from '#domain/base/bytes.ts';
import type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import { JoinerHandshake, type JoinerHandshakeOptions } from './joiner-handshake.ts';
import { OwnerHandshake, type OwnerHandshakeOptions } from './owner-handshake.ts';
import { PairingSession, type Comparing, type PairingSessionTools } from './session.ts';
import type { PairingState } from './controls.ts';

type Done = Extract<PairingState, { readonly kind: 'done' }>;

/** PR21: an owner may take ten minutes to allow, and waits ten more. */
const RESUME_WINDOW_MS = 2 * 10 * 60 * 1000;

/** PR17. */
const MAX_TRIES = 3;

function methodOf({ code }: OwnerHandshakeOptions | JoinerHandshakeOptions): Comparing['by'] {
	return code.kind === 'typed' ? 'letters' : 'code';
}

export class OwnerSession extends PairingSession {
	readonly #options: OwnerHandshakeOptions;
	#handshake: OwnerHandshake | null = null;
	#digits = '';
	#allowed: RequestedAccess | null = null;
	#ok = false;
	#signing = false;
	#done = false;

	constructor(tools: PairingSessionTools, self: SelfIdentity, options: OwnerHandshakeOptions) {
		super(tools, self);
		this.#options = options;
	}

	enter(digits: string): Promise<void> {
		return this.inTurn(() => {
			const comparing = this.comparing;
			if (comparing?.digits === null) this.#checkDigits(comparing, digits);
			return Promise.resolve();
		});
	}

	confirm(wanted: RequestedAccess): Promise<void> {
		return this.inTurn(async () => {
			const comparing = this.comparing;
			if (comparing === null || comparing.digits === null || this.#allowed !== null) return;
			this.#allowed = wanted;
			this.compare({ ...comparing, said: true, wanted });
			await this.#admit();
		});
	}

	override get signing(): boolean {
		return this.#signing;
	}

	/** The session stays open afterwards: a joiner that lost M4 asks again. */
	protected get done(): boolean {
		return this.#done;
	}

	protected async begin(): Promise<void> {
		this.#handshake = await OwnerHandshake.begin(this.tools.crypto, this.self, this.#options);
		this.send([this.#handshake.opening]);
	}

	protected async receive(box: Bytes): Promise<void> {
		const event = await this.#handshake?.receive(box);
		switch (event?.kind) {
			case 'joiner': {
				const { name, wanted } = event;
				const by = methodOf(this.#options);
				this.#digits = event.digits;
				this.expectAnswer(false);
				this.send([event.answer]);
				const common = { kind: 'comparing', side: 'owner', asks: true, said: false } as const;
				const digits = by === 'letters' ? null : event.digits;
				this.compare({ ...common, by, digits, left: null, name, wanted });
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
			case 'note':
				this.receiveCommon(event);
		}
	}

	#checkDigits(comparing: Comparing, digits: string): void {
		const left = (comparing.left ?? MAX_TRIES) - 1;
		if (digits === this.#digits) this.compare({ ...comparing, digits });
		else if (left > 0) this.compare({ ...comparing, left });
		else this.end('digits', null, 'digits');
	}

	/** PR6. */
	async #admit(): Promise<void> {
		const [handshake, wanted] = [this.#handshake, this.#allowed];
		if (handshake === null || wanted === null || !this.#ok || this.comparing === null) return;
		this.#signing = true;
		try {
			const pieces = await handshake.admit(this.tools.admissions, wanted);
			// The joiner connects to the relay at once and must be known there (PR14).
			await this.tools.shown();
			this.send(pieces);
			this.#done = true;
		} finally {
			this.#signing = false;
		}
		const { name } = this.comparing;
		this.#awaitArrival({ side: 'owner', device: handshake.joiner.device, name, wanted });
	}

	/** PR24. */
	#awaitArrival(
		joiner: Pick<Done, 'device' | 'name' | 'wanted'> & { readonly side: 'owner' },
	): void {
		const { admissions } = this.tools;
		let shown = '';
		const update = (): void => {
			const now = admissions.arrivalState(joiner.device);
			if (now === shown) return;
			shown = now;
			if (now === 'waits') this.onState({ kind: 'waiting', ...joiner });
			else {
				off();
				if (now === 'here') this.onState({ kind: 'done', ...joiner });
				else this.onState({ kind: 'ended', why: 'never-came', fault: null });
			}
		};
		const off = admissions.on(update);
		update();
	}
}

export class JoinerSession extends PairingSession {
	readonly #options: JoinerHandshakeOptions;
	readonly #relay: string;
	#handshake: JoinerHandshake | null = null;
	#pending: PendingJoin | null = null;
	#done = false;

	/** `relay`: where the joiner connects from then on. */
	constructor(
		tools: PairingSessionTools,
		self: SelfIdentity,
		options: JoinerHandshakeOptions,
		relay: string,
	) {
		super(tools, self);
		this.#options = options;
		this.#relay = relay;
	}

	override get pending(): PendingJoin | null {
		return this.#pending;
	}

	/** Only an owner types digits. */
	enter(): Promise<void> {
		return Promise.resolve();
	}

	confirm(): Promise<void> {
		return this.inTurn(async () => {
			const comparing = this.comparing;
			if (comparing?.asks === true && !comparing.said) await this.#consent(comparing);
		});
	}

	protected get done(): boolean {
		return this.#done;
	}

	protected async begin(rid: string): Promise<void> {
		this.#handshake = await JoinerHandshake.begin(this.tools.crypto, this.self, {
			...this.#options,
			rid,
		});
	}

	protected async receive(box: Bytes): Promise<void> {
		const event = await this.#handshake?.receive(box);
		switch (event?.kind) {
			case 'opened':
				this.expectAnswer(true);
				this.send([event.answer]);
				break;
			case 'owner': {
				const { digits, wanted, names } = event;
				this.expectAnswer(false);
				const { name } = this.#options;
				const common = { kind: 'comparing', side: 'new', asks: !names, said: false } as const;
				const comparing = {
					...common,
					by: methodOf(this.#options),
					digits,
					left: null,
					name,
					wanted,
				};
				if (names) await this.#consent(comparing);
				else this.compare(comparing);
				break;
			}
			case 'admitted': {
				const { roster, grants } = event.admission;
				await this.tools.admissions.enter(roster, grants, this.#relay);
				this.#done = true;
				const { device } = this.self;
				const { name } = this.#options;
				this.onState({ kind: 'done', side: 'new', device, name, wanted: event.became });
				// The owner need not wait any longer.
				this.leave('failed');
				break;
			}
			case 'again':
			case 'note':
				this.receiveCommon(event);
		}
	}

	async #consent(comparing: Comparing): Promise<void> {
		const { admissions, clock } = this.tools;
		if (this.#handshake === null) return;
		const ok = await this.#handshake.ok();
		const relay = this.#relay === '' ? null : this.#relay;
		const untilMs = clock.wallMs() + RESUME_WINDOW_MS;
		const pending = { ...this.#handshake.agreed, relay, untilMs };
		// Stored before M3 is sent: from then on an owner may admit this device.
		await admissions.setPendingJoin(pending);
		this.#pending = pending;
		this.send([ok]);
		this.compare({ ...comparing, said: true });
	}
}
