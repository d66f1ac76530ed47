import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { kitFrom, kitGroups, kitLink, KIT_BYTES, tidyPassphrase } from '#domain/pairing/kit.ts';
import { parseEntry } from '#domain/home/roster.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { Relays } from '#ports/network/relay.ts';
import { appFor, shownAt } from '#engine/messaging/addresses.ts';
import { CLAIM_MS } from '#engine/home/claims.ts';
import type { House } from '#engine/home/house.ts';
import { homeNow } from '#engine/home/identity.ts';
import { rawFromGrant } from '#engine/home/keys.ts';
import { isKitOf, kitGrantsIn } from '#engine/home/kit-grants.ts';
import { kitKeysOf, type KitKeys } from '#engine/home/kit-keys.ts';
import type { MembersControls } from '#engine/members/members.ts';
import type { Membership } from '#engine/home/membership.ts';
import type { Claimed, DrawnKit, KitControls, Trial } from './recovery.ts';

export interface KitsTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly house: House;
	readonly membership: Membership;
	readonly members: Pick<MembersControls, 'refuse' | 'revoke'>;
	readonly preferences: PreferenceStore;
	/** Where this page comes from. */
	readonly here: string;
}

/**
 * The home's recovery kit, as its devices see it: made, tried, and refused. Rules:
 * docs/spec/kit.md.
 */
export class Kits implements KitControls {
	readonly #tools: KitsTools;
	readonly #listeners = new Set<() => void>();
	#drawn: { readonly secret: Bytes; readonly passphrase: string | null } | null = null;
	#tried: { readonly kit: string; readonly atMs: number } | null = null;
	#claims: readonly Claimed[] = [];
	#looking: Promise<void> = Promise.resolve();

	constructor(tools: KitsTools) {
		this.#tools = tools;
		tools.membership.on(() => this.#look());
		void tools.preferences.read().then(
			({ triedKit }) => {
				this.#tried = triedKit;
				this.#tell();
			},
			// It was tried, or it was not: nothing hangs on it.
			() => undefined,
		);
		this.#look();
	}

	get madeMs(): number | null {
		const kit = this.#kits.at(-1);
		const made = kit && this.#tools.membership.entries.map((bytes) => parseEntry(bytes).entry);
		const added = made?.findLast(({ op, subject }) => op === 'add' && subject?.device === kit);
		return added?.wallMs ?? null;
	}

	get triedMs(): number | null {
		const tried = this.#tried;
		return tried !== null && tried.kit === this.#kits.at(-1) ? tried.atMs : null;
	}

	get hindrance(): KitControls['hindrance'] {
		const { membership } = this.#tools;
		if (!membership.owner) return 'not-owner';
		return membership.relay === null ? 'no-relay' : null;
	}

	get claims(): readonly Claimed[] {
		return this.#claims;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async draw(typed: string | null = null): Promise<DrawnKit> {
		const { crypto, relays, membership, here } = this.#tools;
		if (!membership.owner) throw new Fault('denied', 'only an owner makes a kit');
		if (membership.relay === null) throw new Fault('conflict', 'a home without a relay');
		const relay = await shownAt(relays, membership.relay);
		if (typeof relay !== 'string') {
			throw relay.t === 'fault' ? relay.fault : new Fault('unavailable', 'the relay refused');
		}
		this.drop();
		const secret = crypto.random(KIT_BYTES);
		const passphrase = tidyPassphrase(typed ?? '');
		const guarded = passphrase !== null;
		this.#drawn = { secret, passphrase };
		const link = kitLink(appFor(here, relay), secret, relay, guarded);
		return { groups: kitGroups(secret), link, relay, guarded };
	}

	async keep(): Promise<void> {
		const { crypto, membership, members } = this.#tools;
		const drawn = this.#drawn;
		if (drawn === null) throw new Fault('conflict', 'no kit was drawn');
		const before = this.#kits;
		const kit = await kitKeysOf(crypto, drawn.secret, drawn.passphrase);
		if (!before.includes(kit.device)) await membership.admitKit(kit);
		// The new one first: a home is never without.
		for (const old of before) {
			if (old !== kit.device) await members.revoke(old, () => undefined);
		}
		this.drop();
		await this.#note(kit.device);
	}

	drop(): void {
		this.#drawn?.secret.fill(0);
		this.#drawn = null;
	}

	async try(text: string, passphrase: string | null = null): Promise<Trial> {
		const { crypto, membership } = this.#tools;
		const read = kitFrom(text);
		if (typeof read === 'string') return read;
		const kit = await kitKeysOf(crypto, read.secret, tidyPassphrase(passphrase ?? ''));
		read.secret.fill(0);
		if (this.#kits.includes(kit.device)) {
			await this.#open(kit);
			await this.#note(kit.device);
			return 'works';
		}
		return membership.roster?.past.devices.has(kit.device) === true ? 'old' : 'other';
	}

	refuse(): Promise<void> {
		return this.#tools.members.refuse();
	}

	/** Every home key that is here. Throws `corrupt` where the kit does not open one. */
	async #open(kit: KitKeys): Promise<void> {
		const { crypto, house, membership } = this.#tools;
		const { household } = house;
		if (household === null) throw new Fault('conflict', 'this device has no identity that works');
		const { home, past } = household.roster;
		if (!(await isKitOf(crypto, kit, home, membership.entries))) {
			throw new Fault('corrupt', 'the kit was not made in this home');
		}
		const grants = kitGrantsIn(membership.entries, kit.device);
		for (const { number } of homeNow(household.identity).keys) {
			const grant = grants.get(number);
			if (grant === undefined) throw new Fault('corrupt', `the kit has no home key ${number}`);
			const subject = { home, camera: null, number, recipient: kit.device };
			const signers = [...past.owners.values()];
			(await rawFromGrant(crypto, grant, subject, kit.kem, signers)).fill(0);
		}
	}

	/** In force, the newest last. */
	get #kits(): readonly DeviceId[] {
		const devices = [...(this.#tools.membership.roster?.devices ?? [])];
		return devices.flatMap(([device, { roles }]) => (roles.includes('recovery') ? [device] : []));
	}

	#look(): void {
		this.#looking = this.#looking.then(() => this.#relook());
	}

	async #relook(): Promise<void> {
		const { household } = this.#tools.house;
		const claims: Claimed[] = [];
		for (const [device, { entry }] of household?.roster.claims ?? []) {
			const name = (await household?.naming.nameOrNull(device, entry.detail)) ?? null;
			const self = device === household?.identity.device;
			const { wallMs: atMs } = entry;
			claims.push({ device, name, self, atMs, readyMs: atMs + CLAIM_MS });
		}
		this.#claims = claims;
		this.#tell();
	}

	async #note(kit: DeviceId): Promise<void> {
		this.#tried = { kit, atMs: this.#tools.clock.wallMs() };
		this.#tell();
		try {
			await this.#tools.preferences.write({ triedKit: this.#tried });
		} catch {
			// It works all the same.
		}
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
