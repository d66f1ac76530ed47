import { hexOf, joined, same, type Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import { GRANT_BYTES } from '#domain/grant.ts';
import type { DeviceId, HomeId } from '#domain/ids.ts';
import type { Role, RosterEntry, Subject } from '#domain/roster.ts';
import { PUBLIC_KEY_BYTES } from '#domain/signed.ts';
import type { Clock } from '#ports/clock.ts';
import type { Crypto } from '#ports/crypto.ts';
import type { Identity, NewSecret, Vault } from '#ports/vault.ts';
import type { House, Household } from './house.ts';
import { countsNow } from './held.ts';
import { HomeKeys, nextKeyNumber } from './home-keys.ts';
import { homeNow } from './identity.ts';
import type { Joining, Self } from './joining.ts';
import { kitDetails, kitWord } from './kit-grants.ts';
import { kitSubject, type KitKeys } from './kit-keys.ts';
import { deviceIdOf, makeSecret } from './keys.ts';
import { refusalOf, type Refusal } from './refusal.ts';
import { checkOwnerKey, inForce, nextEntry, replayRoster, type Roster } from './roster.ts';

export interface MembershipTools {
	readonly house: House;
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

/** What became of entries that somebody showed. */
export type Learned =
	| 'new'
	| 'known'
	| 'gap'
	| 'forked'
	/** All but what has to wait (KT8). */
	| 'early';

/** What was signed: its last number, and the grants of the new home key by recipient. */
export interface TakenOut {
	readonly seq: number;
	readonly grants: ReadonlyMap<DeviceId, Bytes>;
}

/** This device's place in a home: the roster, which only grows, and the home's keys. Rules: docs/spec/identity.md. */
export class Membership implements Joining {
	readonly #tools: MembershipTools;
	readonly #keys: HomeKeys;
	/** What came too early (KT8), and how many entries it goes on from. */
	#held: { readonly home: HomeId; readonly after: number; readonly entries: Bytes[] } | null = null;

	constructor(tools: MembershipTools) {
		this.#tools = tools;
		this.#keys = new HomeKeys(tools);
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
			const { crypto } = this.#tools;
			const { identity, roster, naming } = household;
			const { device } = newcomer;
			this.#maySign(household);
			if (device !== (await deviceIdOf(crypto, newcomer.sign, newcomer.kem))) {
				throw new Fault('corrupt', 'a device whose id is not made of its keys');
			}
			checkOwnerKey(roster, newcomer);
			const grants = await this.#keys.all(household, newcomer);
			const detail = await naming.seal(device, name);
			const op = roster.devices.has(device) ? 'rotate' : 'add';
			const said = { op, roles, notAfterMs: null, subject: newcomer, detail } as const;
			const signed = await this.#sign(household, [said]);
			return { roster: [...homeNow(identity).roster, ...signed], homeKey: joined(...grants) };
		});
	}

	/** A recovery kit becomes a member, with every home key (KT3). Throws `denied`. */
	admitKit(keys: KitKeys): Promise<void> {
		return this.#tools.house.change(async (household) => {
			this.#maySign(household);
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

	/** Into a home whose owner a kit has made this device: it grants itself what the kit opened (KT9). Throws `corrupt`. */
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
		const { house, crypto, vault } = this.#tools;
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
			const as = { home: roster.home, roster: entries, keys };
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

	/** Entries as the relay shows them, the first being number `from`. What follows ours is kept; what does not is a fork. */
	async learn(home: HomeId, from: number, entries: readonly Bytes[]): Promise<Learned> {
		const { house, crypto, vault, clock } = this.#tools;
		return house.change(async ({ identity }): Promise<Learned> => {
			const known = homeNow(identity).roster;
			if (identity.home !== home) return 'known';
			const held = this.#heldAfter(identity);
			const beyond = from - 1 - known.length;
			if (beyond > held.length || from < 1) return 'gap';
			const differs = entries.some((entry, at) => {
				const mine = known[from - 1 + at];
				return mine !== undefined && !same(mine, entry);
			});
			if (differs) return 'forked';
			const came = [...held.slice(0, Math.max(0, beyond)), ...entries.slice(Math.max(0, -beyond))];
			// Who shows less takes nothing away.
			const less = came.every((entry, at) => held[at] !== undefined && same(held[at], entry));
			const fresh = less ? held : came;
			if (fresh.length === 0) return 'known';
			try {
				const roster = await replayRoster(crypto, [...known, ...fresh]);
				const nowMs = clock.wallMs();
				const counting = await countsNow(vault, roster, { known, fresh }, nowMs);
				const ready = fresh.slice(0, counting);
				if (counting > 0) await vault.appendRoster(home, known.length + 1, ready, nowMs);
				this.#held = { home, after: known.length + counting, entries: fresh.slice(counting) };
				return counting === fresh.length ? 'new' : 'early';
			} catch (error) {
				if (error instanceof Fault && error.kind === 'corrupt') return 'forked';
				throw error;
			}
		});
	}

	/** What an owner says about a member: roles, end, name. Throws `denied`, `not-found`, `conflict` where the home would lose its last owner, `corrupt` as `checkOwnerKey`. */
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
			this.#maySign(household);
			const before = roster.devices.get(device);
			if (!before?.subject) throw new Fault('not-found', 'no such member');
			if (before.roles.includes('recovery')) throw new Fault('conflict', 'a kit stays a kit');
			const { roles = before.roles, notAfterMs = before.notAfterMs, name } = said;
			const owns = roles.includes('owner') && notAfterMs === null;
			if (!owns) this.#leavesAnOwner(roster, device);
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
			this.#maySign(household);
			const { roster } = household;
			if (!roster.devices.has(device)) throw new Fault('not-found', 'no such member');
			this.#leavesAnOwner(roster, device);
			return this.#takeOut(household, { gone: new Set([device]), back: [] }, []);
		});
	}

	/** Kits that claim, and all that came of them (KT8, KT12). Throws `denied`, also where what waits takes this owner out. */
	refuse(): Promise<TakenOut> {
		return this.#tools.house.change(async ({ identity, roster, naming }) => {
			const held = this.#heldAfter(identity);
			const all = [...homeNow(identity).roster, ...held];
			const now = await replayRoster(this.#tools.crypto, all);
			if (!this.#owns({ identity, roster }) || !this.#owns({ identity, roster: now })) {
				throw notAnOwner();
			}
			const refusal = refusalOf(roster, held, now);
			const household = { identity, roster: now, naming };
			if (refusal.gone.size + refusal.back.length > 0) {
				return this.#takeOut(household, refusal, held);
			}
			// Another owner has refused already.
			await this.#sign(household, [], held);
			return { seq: now.seq, grants: new Map() };
		});
	}

	/** The newest home key, for a member; `null` where this device has none to give, or it takes none by letter. */
	async homeKeyFor(device: DeviceId): Promise<Bytes | null> {
		const { household } = this.#tools.house;
		const { roles, subject } = this.member(device) ?? {};
		if (household?.identity.device === device || roles?.includes('recovery')) return null;
		if (household === null || !this.#owns(household) || !subject) return null;
		return this.#keys.newest(household, subject);
	}

	/** A home key that an owner granted. Throws `corrupt`; one that is known already is no trouble. */
	async takeHomeKey(grant: Bytes): Promise<void> {
		await this.#tools.house.change(async ({ identity, roster }) => {
			const { number, secret } = await this.#keys.opened(identity, roster, grant);
			const known = homeNow(identity).keys.some((kept) => kept.number === number);
			if (!known) await this.#tools.vault.addHomeKey(identity.home, number, secret);
			secret.raw.fill(0);
		});
	}

	async #takeOut(
		household: Household,
		{ gone, back }: Refusal,
		held: readonly Bytes[],
	): Promise<TakenOut> {
		const { crypto, vault, clock } = this.#tools;
		const { identity, roster } = household;
		const { home, device, kem, owner } = identity;
		const { keys, roster: known } = homeNow(identity);
		const number = nextKeyNumber({ keys, roster: [...known, ...held] });
		const subject = { home, camera: null, number, recipient: device };
		const secret = await makeSecret(crypto, subject, kem.public, owner.key, clock.wallMs());
		// The key first: one too many does no harm, and a revocation without one would.
		await vault.addHomeKey(home, number, secret);
		const restored = new Map(back.map((was) => [was.subject?.device, was]));
		const members = back.filter(({ roles }) => !roles.includes('recovery'));
		const signing: Saying[] = members.map((was) => ({ ...was, op: 'rotate' }));
		const empty = new Uint8Array(PUBLIC_KEY_BYTES);
		for (const one of gone) {
			const left: Subject = { device: one, sign: empty, kem: empty, owner: null, dtls: null };
			const said = { roles: [], notAfterMs: null, detail: new Uint8Array() };
			signing.push({ ...said, op: 'revoke', subject: left });
		}
		const grants = new Map<DeviceId, Bytes>();
		for (const [left, standing] of roster.devices) {
			const entry = restored.get(left) ?? standing;
			if (gone.has(left) || left === device || entry.subject === null) continue;
			const grant = await this.#keys.granted(identity, secret.raw, number, entry.subject);
			if (!entry.roles.includes('recovery')) grants.set(left, grant);
			// A letter would be gone by the time somebody comes with the kit.
			else signing.push({ ...entry, op: 'rotate', detail: grant });
		}
		await this.#sign(household, signing, held);
		secret.raw.fill(0);
		return { seq: roster.seq + signing.length, grants };
	}

	/** What waits behind the roster as it is now (KT8). */
	#heldAfter(identity: Identity): readonly Bytes[] {
		const { home, roster } = homeNow(identity);
		const held = this.#held;
		return held?.home === home && held.after === roster.length ? held.entries : [];
	}

	/** KT12: an entry beside one that waits would be a fork. */
	#maySign(household: Household): void {
		if (!this.#owns(household)) throw notAnOwner();
		if (this.#heldAfter(household.identity).length > 0) {
			throw new Fault('conflict', 'what a kit signed waits to count');
		}
	}

	#owns({ identity, roster }: Pick<Household, 'identity' | 'roster'>): boolean {
		const mine = roster.devices.get(identity.device);
		return roster.owners.has(hexOf(identity.owner.public)) && mine !== undefined;
	}

	#leavesAnOwner(roster: Roster, without: DeviceId): void {
		const owners = [...roster.devices.values()].filter(({ roles }) => roles.includes('owner'));
		const lasting = owners.filter(({ notAfterMs }) => notAfterMs === null);
		if (lasting.every(({ subject }) => subject?.device === without)) {
			throw new Fault('conflict', 'a home without an owner');
		}
	}

	/** All or none, and with it what waited before. */
	async #sign(
		{ identity, roster }: Household,
		saying: readonly Saying[],
		held: readonly Bytes[] = [],
	): Promise<Bytes[]> {
		const { crypto, vault, clock } = this.#tools;
		const known = homeNow(identity).roster;
		const signed: Bytes[] = [];
		let now = roster;
		for (const said of saying) {
			signed.push(await nextEntry(crypto, identity.owner, now, clock.wallMs(), said));
			// Nobody may be told what we would not believe ourselves.
			now = await replayRoster(crypto, [...known, ...held, ...signed]);
		}
		const seenMs = held.length > 0 ? clock.wallMs() : undefined;
		await vault.appendRoster(roster.home, known.length + 1, [...held, ...signed], seenMs);
		return signed;
	}
}

type Saying = Parameters<typeof nextEntry>[4];

function notAnOwner(): Fault {
	return new Fault('denied', 'only an owner signs the roster');
}
