import { hexOf, joined, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { GRANT_BYTES } from '#domain/home/grant.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import {
	commonLength,
	parseEntry,
	type Role,
	type RosterEntry,
	type Subject,
} from '#domain/home/roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { NewSecret, Vault } from '#ports/keys/vault.ts';
import {
	besideHeld,
	partingOf,
	revocationOf,
	settlement,
	together,
	type Said,
	type Saying,
} from './branches.ts';
import { kitOf } from './claims.ts';
import type { House, Household } from './house.ts';
import { HomeKeys, nextKeyNumber } from './home-keys.ts';
import { homeNow } from './identity.ts';
import type { Joining, Self } from './joining.ts';
import { kitDetails, kitWord } from './kit-grants.ts';
import { kitSubject, type KitKeys } from './kit-keys.ts';
import { deviceIdOf, makeSecret } from './keys.ts';
import { Learning, type Learned } from './learning.ts';
import {
	checkLastOwner,
	checkOwnerKey,
	inForce,
	nextEntry,
	replayRoster,
	type Roster,
} from './roster.ts';

export interface MembershipTools {
	readonly house: House;
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

export type { Learned } from './learning.ts';

/** Two owners signed at the same moment (ID46). `may`: this device can bring both together. */
export type Fork = Said & { readonly may: boolean };

/** What was signed: its last number, and the grants of the new home key by recipient. */
export interface TakenOut {
	readonly seq: number;
	readonly grants: ReadonlyMap<DeviceId, Bytes>;
}

/** This device's place in a home: its roster and its keys. Rules: docs/spec/identity.md. */
export class Membership implements Pick<Joining, 'self' | 'meetAt' | 'admit' | 'enter'> {
	readonly #tools: MembershipTools;
	readonly #keys: HomeKeys;
	readonly #learning: Learning;

	constructor(tools: MembershipTools) {
		this.#tools = tools;
		this.#keys = new HomeKeys(tools);
		this.#learning = new Learning(tools);
	}

	/** Told whenever the roster may have changed, and of all else that changes in the house. */
	on(listener: () => void): () => void {
		return this.#tools.house.on(listener);
	}

	/** Of the home this device is in, replayed; `null` before the first start. */
	get roster(): Roster | null {
		return this.#tools.house.household?.roster ?? null;
	}

	/** Whole entries in order. */
	get entries(): readonly Bytes[] {
		const household = this.#tools.house.household;
		return household === null ? [] : homeNow(household.identity).roster;
	}

	/** The same, and what waits behind them (KT8). */
	get line(): readonly Bytes[] {
		const { household } = this.#tools.house;
		const held = household && this.#learning.heldAfter(household.identity);
		return [...this.entries, ...(held ?? [])];
	}

	/** Where this home's relay is, as far as it was kept. */
	get relay(): string | null {
		const household = this.#tools.house.household;
		return household === null ? null : homeNow(household.identity).relay;
	}

	/** A device that belongs to the home now, its time not being up. */
	member(device: DeviceId): RosterEntry | null {
		const entry = this.roster?.devices.get(device);
		return inForce(entry, this.#tools.clock.wallMs()) ? entry : null;
	}

	/** This device may sign the roster. */
	get owner(): boolean {
		const household = this.#tools.house.household;
		return household !== null && this.#owns(household);
	}

	async self(): Promise<Self> {
		const { house } = this.#tools;
		if (house.household === null) await house.foundWatcher();
		const { household } = house;
		if (household === null) throw new Fault('conflict', 'this device has no identity that works');
		const { device, home, sign, kem, dtls, owner } = household.identity;
		return {
			...{ device, home, sign, kem, dtls },
			owner: this.#owns(household) ? owner : null,
			ownerKey: owner.public,
			roster: homeNow(household.identity).roster,
		};
	}

	admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): Promise<{ readonly roster: readonly Bytes[]; readonly homeKey: Bytes }> {
		return this.#tools.house.change(async (household) => {
			const { identity, roster, naming } = household;
			const { device } = newcomer;
			if (!this.#owns(household)) throw notAnOwner();
			if (device !== (await deviceIdOf(this.#tools.crypto, newcomer.sign, newcomer.kem))) {
				throw new Fault('corrupt', 'a device whose id is not made of its keys');
			}
			checkOwnerKey(roster, newcomer);
			const grants = await this.#keys.all(household, newcomer);
			const detail = await naming.seal(device, await naming.free(device, name, roster.devices));
			const op = roster.devices.has(device) ? 'rotate' : 'add';
			if (op === 'rotate' && !roles.includes('owner')) checkLastOwner(roster, device);
			const said = { op, roles, notAfterMs: null, subject: newcomer, detail } as const;
			const signed = await this.#sign(household, [said]);
			return { roster: [...homeNow(identity).roster, ...signed], homeKey: joined(...grants) };
		});
	}

	/** A recovery kit becomes a member, with every home key (KT3). Throws `denied`. */
	admitKit(keys: KitKeys): Promise<void> {
		return this.#tools.house.change(async (household) => {
			if (!this.#owns(household)) throw notAnOwner();
			const subject = kitSubject(keys);
			const grants = await this.#keys.all(household, subject);
			const word = await kitWord(this.#tools.crypto, keys, household.roster.home);
			const as = { roles: ['recovery'], notAfterMs: null, subject } as const;
			const saying = kitDetails(word, grants).map((detail, at) => ({
				...{ ...as, detail },
				op: at === 0 ? ('add' as const) : ('rotate' as const),
			}));
			await this.#sign(household, saying);
		});
	}

	/** Enters as the owner a kit made: grants itself what the kit opened (KT9). Throws `corrupt`. */
	async enterByKit(
		entries: readonly Bytes[],
		homeKeys: readonly { readonly number: number; readonly raw: Bytes }[],
		relay: string,
	): Promise<void> {
		const { house, crypto } = this.#tools;
		await this.self();
		const { home } = await replayRoster(crypto, entries);
		const grants = await house.change(async ({ identity }) => {
			const { device, kem } = identity;
			const self: Pick<Subject, 'device' | 'kem'> = { device, kem: kem.public };
			const made: Bytes[] = [];
			for (const { number, raw } of homeKeys) {
				made.push(await this.#keys.granted({ ...identity, home }, raw, number, self));
			}
			return made;
		});
		await this.enter(entries, joined(...grants), relay);
	}

	async enter(entries: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void> {
		const { house, crypto, vault, clock } = this.#tools;
		await this.self();
		const roster = await replayRoster(crypto, entries);
		await house.change(async ({ identity }) => {
			if (!roster.devices.has(identity.device)) {
				throw new Fault('corrupt', 'a roster without this device');
			}
			const keys: { number: number; secret: NewSecret }[] = [];
			for (let at = 0; at + GRANT_BYTES <= homeKey.length; at += GRANT_BYTES) {
				const grant = homeKey.slice(at, at + GRANT_BYTES);
				keys.push(await this.#keys.opened(identity, roster, grant));
			}
			if (keys.length === 0) throw new Fault('corrupt', 'no home key came');
			const as = { home: roster.home, roster: entries, keys, seenMs: clock.wallMs() };
			const kept = identity.homes.find(({ home }) => home === roster.home)?.roster ?? [];
			const common = commonLength(kept, entries);
			// A person let this device in again, after a settlement without it (ID46).
			if (common > 0 && common < Math.min(kept.length, entries.length)) {
				await vault.replaceRoster(roster.home, common + 1, entries.slice(common), as.seenMs);
			}
			await vault.enter({ ...as, relay: relay === '' ? null : relay });
			for (const { secret } of keys) secret.raw.fill(0);
		});
	}

	/** Keeps where this home is met. */
	async meetAt(relay: string | null): Promise<void> {
		if (this.relay === relay) return;
		await this.#tools.house.change(({ identity }) =>
			this.#tools.vault.meetAt(identity.home, relay),
		);
	}

	/** The relay's entries from number `from`: those that follow ours are kept, others are a fork. */
	async learn(home: HomeId, from: number, entries: readonly Bytes[]): Promise<Learned> {
		return this.#tools.house.change(({ identity }) =>
			identity.home === home
				? this.#learning.learn(identity, from, entries)
				: Promise.resolve<Learned>('known'),
		);
	}

	/**
	 * What an owner says about a member: roles, end, name. Throws `denied`, `not-found`, `conflict`
	 * where the home would lose its last owner, `corrupt` as `checkOwnerKey`.
	 */
	amend(
		device: DeviceId,
		said: {
			readonly roles?: readonly Role[];
			readonly notAfterMs?: number | null;
			readonly name?: string;
		},
	): Promise<void> {
		return this.#tools.house.change(async (household) => {
			const { roster, naming } = household;
			if (!this.#owns(household)) throw notAnOwner();
			const before = roster.devices.get(device);
			if (!before?.subject) throw new Fault('not-found', 'no such member');
			if (before.roles.includes('recovery')) throw new Fault('conflict', 'a kit stays a kit');
			const { roles = before.roles, notAfterMs = before.notAfterMs, name } = said;
			const owns = roles.includes('owner') && notAfterMs === null;
			if (!owns) checkLastOwner(roster, device);
			if (roles.includes('owner') && before.subject.owner === null) {
				throw new Fault('conflict', 'a device without an owner key');
			}
			if (roles.includes('owner')) checkOwnerKey(roster, before.subject);
			const detail = name === undefined ? before.detail : await naming.seal(device, name);
			await this.#sign(household, [{ ...before, op: 'rotate', roles, notAfterMs, detail }]);
		});
	}

	/** Out of the home, and a new home key. Throws as `amend` does. */
	revoke(device: DeviceId): Promise<TakenOut> {
		return this.#tools.house.change(async (household) => {
			if (!this.#owns(household)) throw notAnOwner();
			const { roster } = household;
			if (!roster.devices.has(device)) throw new Fault('not-found', 'no such member');
			checkLastOwner(roster, device);
			return this.#takeOut(household, new Set([device]), []);
		});
	}

	/** Kits that claim go, and what waits falls (KT8, KT12). Throws `denied`. */
	refuse(): Promise<TakenOut> {
		return this.#tools.house.change(async (household) => {
			const { identity, roster } = household;
			if (!this.#owns(household)) throw notAnOwner();
			const kits = new Set([...roster.claims.values()].map(({ kit }) => kit));
			for (const bytes of this.#learning.heldAfter(identity)) {
				const kit = kitOf(roster.devices, parseEntry(bytes).entry.author);
				if (kit !== null) kits.add(kit);
			}
			const none = { seq: roster.seq, grants: new Map<DeviceId, Bytes>() };
			return kits.size === 0 ? none : this.#takeOut(household, kits, []);
		});
	}

	/** Two branches of this home, where the relay shows another; `null`: none is known. */
	async fork(): Promise<Fork | null> {
		const { household } = this.#tools.house;
		return (household && (await this.#parting(household))?.fork) ?? null;
	}

	/** Signs anew what both branches said (ID46). Throws `denied`, `not-found`. */
	settle(): Promise<TakenOut> {
		return this.#tools.house.change(async (household) => {
			const parting = await this.#parting(household);
			if (!parting) throw new Fault('not-found', 'no other branch of this home is known');
			const { fork, start: roster, fallen } = parting;
			if (!fork.may) throw notAnOwner();
			const { gone, again } = together(fork.mine, fork.theirs);
			const out = new Set([...gone].filter((device) => roster.devices.has(device)));
			const settling = await settlement(this.#tools.crypto, fallen);
			const taken = await this.#takeOut({ ...household, roster }, out, settling, again);
			this.#learning.forgetOther();
			return taken;
		});
	}

	/** The newest home key for a member; `null`: none to give, or it takes none by letter. */
	async homeKeyFor(device: DeviceId): Promise<Bytes | null> {
		const { household } = this.#tools.house;
		const { roles, subject } = this.member(device) ?? {};
		if (household?.identity.device === device || roles?.includes('recovery')) return null;
		if (household === null || !this.#owns(household) || !subject) return null;
		return this.#keys.newest(household, subject);
	}

	/** Takes a home key that an owner granted; a known one is ignored. Throws `corrupt`. */
	async takeHomeKey(grant: Bytes): Promise<void> {
		await this.#tools.house.change((household) => this.#keys.take(household, grant));
	}

	/** Revocations before `again`: the first few entries show who is out (ID45). */
	async #takeOut(
		household: Household,
		gone: ReadonlySet<DeviceId>,
		first: readonly Saying[],
		again: readonly Saying[] = [],
	): Promise<TakenOut> {
		const { crypto, vault, clock } = this.#tools;
		const { identity, roster } = household;
		const { home, device, kem, owner } = identity;
		const number = nextKeyNumber(homeNow(identity));
		const subject = { home, camera: null, number, recipient: device };
		const secret = await makeSecret(crypto, subject, kem.public, owner.key, clock.wallMs());
		// The key first: one too many does no harm, and a revocation without one would.
		await vault.addHomeKey(home, number, secret);
		const signing: Saying[] = [...first];
		for (const one of gone) signing.push(revocationOf(one));
		signing.push(...again);
		const standing = new Map<DeviceId, Pick<RosterEntry, 'roles' | 'subject' | 'notAfterMs'>>(
			roster.devices,
		);
		for (const said of again) if (said.subject) standing.set(said.subject.device, said);
		const grants = new Map<DeviceId, Bytes>();
		for (const [left, { roles, notAfterMs, subject: whom }] of standing) {
			if (gone.has(left) || left === device || whom === null) continue;
			const grant = await this.#keys.granted(identity, secret.raw, number, whom);
			if (!roles.includes('recovery')) grants.set(left, grant);
			// A letter would be gone by the time somebody comes with the kit.
			else signing.push({ op: 'rotate', roles, notAfterMs, subject: whom, detail: grant });
		}
		const seq = await this.#sign(household, signing).then((signed) => roster.seq + signed.length);
		secret.raw.fill(0);
		return { seq, grants };
	}

	/** Where the other branch parts from ours; `null`: there is none. */
	async #parting({ identity }: Household) {
		const { crypto, clock } = this.#tools;
		const other = this.#learning.otherOf(identity);
		const ours = { known: homeNow(identity).roster, held: this.#learning.heldAfter(identity) };
		const parting = other && (await partingOf(crypto, ours, other, clock.wallMs()));
		if (!parting) return null;
		const { said, start, fallen, rosters } = parting;
		const may = rosters.every((roster) => this.#owns({ identity, roster }));
		return { fork: { ...said, may }, start, fallen };
	}

	#owns({ identity, roster }: Pick<Household, 'identity' | 'roster'>): boolean {
		const mine = roster.devices.get(identity.device);
		const owns = roster.owners.has(hexOf(identity.owner.public));
		return owns && inForce(mine, this.#tools.clock.wallMs());
	}

	/** All or none, from where `roster` ends; what waits beyond it falls (KT12). */
	async #sign({ identity, roster }: Household, saying: readonly Saying[]): Promise<Bytes[]> {
		const { crypto, vault, clock } = this.#tools;
		const known = homeNow(identity).roster;
		const held = roster.seq === known.length ? this.#learning.heldAfter(identity) : [];
		const beside = await besideHeld(crypto, roster, { known, held }, clock.wallMs());
		const signed: Bytes[] = [];
		let now = roster;
		for (const said of [...beside, ...saying]) {
			signed.push(await nextEntry(crypto, identity.owner, now, clock.wallMs(), said));
			// Nobody may be told what we would not believe ourselves.
			now = await replayRoster(crypto, [...known.slice(0, roster.seq), ...signed]);
		}
		if (roster.seq === known.length) {
			await vault.appendRoster(roster.home, roster.seq + 1, signed);
		} else await vault.replaceRoster(roster.home, roster.seq + 1, signed, clock.wallMs());
		return signed;
	}
}

function notAnOwner(): Fault {
	return new Fault('denied', 'only an owner signs the roster');
}
