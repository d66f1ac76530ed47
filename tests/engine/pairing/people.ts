import { WebCrypto } from '#web/crypto.ts';
import { PairingController } from '#engine/pairing/controller.ts';
import type { PairingState } from '#engine/pairing/controls.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeAdmissions } from '../../fakes/admissions.ts';
import { FakeRelay } from '../../fakes/relay.ts';

export const RELAY = 'https://cam.local:8443';

/** A device with its user. */
export class Person {
	readonly crypto = new WebCrypto();
	readonly clock: ManualClock;
	readonly admissions: FakeAdmissions;
	readonly pairing: PairingController;
	/** Resolves when the relay has what this owner signed. */
	shown = (): Promise<void> => Promise.resolve();
	/** Every state, in order. */
	readonly seen: PairingState[] = [];

	private constructor(
		admissions: FakeAdmissions,
		clock: ManualClock,
		point: FakeRelay,
		here: string,
		address: string,
	) {
		this.admissions = admissions;
		this.clock = clock;
		this.pairing = new PairingController({
			...{ crypto: this.crypto, clock, admissions, here },
			...{ relays: point.from(address, here), directRelays: null },
			relay: () => admissions.relay,
			shown: () => this.shown(),
		});
		this.pairing.on(() => this.seen.push(this.pairing.state));
	}

	static async at(
		point: FakeRelay,
		options: { wallMs?: number; here?: string; address?: string } = {},
	): Promise<Person> {
		const admissions = await FakeAdmissions.create(new WebCrypto());
		const { wallMs, here = RELAY, address = 'somewhere' } = options;
		point.open(admissions.roster, admissions.me.home);
		return new Person(admissions, new ManualClock(wallMs), point, here, address);
	}

	get state(): PairingState {
		return this.pairing.state;
	}

	/** Resolves in a state of the kind; the error names the current state. */
	async until<K extends PairingState['kind']>(
		kind: K,
		deadlineMs = 20_000,
	): Promise<Extract<PairingState, { kind: K }>> {
		const { state } = this;
		if (state.kind === kind) return state as Extract<PairingState, { kind: K }>;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				off();
				reject(new Error(`never ${kind}: ${JSON.stringify(this.state)}`));
			}, deadlineMs);
			const off = this.pairing.on(() => {
				if (this.state.kind !== kind) return;
				clearTimeout(timer);
				off();
				resolve(this.state as Extract<PairingState, { kind: K }>);
			});
		});
	}

	async link(): Promise<string> {
		return (await this.until('showing')).text;
	}

	/** Reads the digits on the other screen and types them here (PR17). */
	async enters(other: Person): Promise<void> {
		const { digits } = await other.until('comparing');
		await this.pairing.enter(digits ?? '');
	}
}

/** An owner and a new device at one relay. */
export async function twoPeople(): Promise<{
	point: FakeRelay;
	owner: Person;
	guest: Person;
}> {
	const point = new FakeRelay(new ManualClock(), RELAY);
	return { point, owner: await Person.at(point), guest: await Person.at(point) };
}
