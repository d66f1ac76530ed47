import { only } from '#domain/base/listeners.ts';
import { hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { GRANT_BYTES } from '#domain/home/grant.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { isKit, isOwner, KIT_ROLES } from '#domain/home/rights.ts';
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
	settleHeld,
	findFork,
	draftRevocation,
	draftSettlement,
	mergeBranches,
	type BranchEntries,
	type EntryDraft,
} from './fork.ts';
import { kitByOwnerKey } from './claims.ts';
import type { LocalDevice, UnlockedDevice } from './local-device.ts';
import { HomeKeys, nextKeyNumber, type Revocation } from './home-keys.ts';
import { currentHome } from './identity.ts';
import type { Admissions, SelfIdentity } from './admissions.ts';
import { kitEntryDetails, signKitHome } from './kit-grants.ts';
import { kitSubject, type KitKeys } from './kit-keys.ts';
import { deviceIdOf, makeSecret } from './keys.ts';
import { RosterMerger, type MergeResult } from './roster-merger.ts';
import {
	checkLastOwner,
	checkOwnerKey,
	inForce,
	nextEntry,
	replayRoster,
	type Roster,
} from './roster.ts';

export interface HomeRosterDependencies {
	readonly localDevice: LocalDevice;
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

export type { Revocation } from './home-keys.ts';
export type { MergeResult } from './roster-merger.ts';

/** Two owners signed concurrently (ID46). `may`: this device can merge both branches. */
export type Fork = BranchEntries & { readonly may: boolean };

/** This device's roster and keys in its home. Rules: docs/spec/identity.md. */
export class HomeRoster implements Pick<Admissions, 'self' | 'setRelay' | 'admit' | 'enter'> {
	readonly #tools: HomeRosterDependencies;
	readonly #keys: HomeKeys;
	readonly #merger: RosterMerger;

	constructor(tools: HomeRosterDependencies) {
		this.#tools = tools;
		this.#keys = new HomeKeys(tools);
		this.#merger = new RosterMerger(tools);
	}

	/** Called when the roster, the home keys or the relay changed, or with them all of the home. */
	on(listener: () => void): () => void {
		return this.#tools.localDevice.on(only(['identity', 'roster'], listener));
	}

	/** Replayed roster of the current home; `null` before the first start. */
	get roster(): Roster | null {
		return this.#tools.localDevice.unlocked?.roster ?? null;
	}

	/** Complete entries in order. */
	get entries(): readonly Bytes[] {
		const unlocked = this.#tools.localDevice.unlocked;
		return unlocked === null ? [] : currentHome(unlocked.identity).roster;
	}

	/** `entries`, followed by those held back (KT8). */
	get entriesWithHeld(): readonly Bytes[] {
		const { unlocked } = this.#tools.localDevice;
		const held = unlocked && this.#merger.heldEntries(unlocked.identity);
		return [...this.entries, ...(held ?? [])];
	}

	/** Origin of this home's relay; `null`: none stored. */
	get relay(): string | null {
		const unlocked = this.#tools.localDevice.unlocked;
		return unlocked === null ? null : currentHome(unlocked.identity).relay;
	}

	/** The device's entry if it is a member now and unexpired. */
	member(device: DeviceId): RosterEntry | null {
		const entry = this.roster?.devices.get(device);
		return inForce(entry, this.#tools.clock.wallMs()) ? entry : null;
	}

	/** Whether this device may sign the roster. */
	get owner(): boolean {
		const unlocked = this.#tools.localDevice.unlocked;
		return unlocked !== null && this.#isOwner(unlocked);
	}

	async self(): Promise<SelfIdentity> {
		const { localDevice } = this.#tools;
		if (localDevice.unlocked === null) await localDevice.createViewer();
		const { unlocked } = localDevice;
		if (unlocked === null) throw new Fault('conflict', 'this device has no working identity');
		const { device, home, sign, kem, dtls, owner } = unlocked.identity;
		return {
			...{ device, home, sign, kem, dtls },
			owner: this.#isOwner(unlocked) ? owner : null,
			ownerKey: owner.public,
			roster: currentHome(unlocked.identity).roster,
		};
	}

	admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): Promise<{ readonly roster: readonly Bytes[]; readonly homeKey: Bytes }> {
		return this.#tools.localDevice.change(async (unlocked) => {
			const { identity, roster, nameSealer } = unlocked;
			const { device } = newcomer;
			if (!this.#isOwner(unlocked)) throw notAnOwner();
			if (device !== (await deviceIdOf(this.#tools.crypto, newcomer.sign, newcomer.kem))) {
				throw new Fault('corrupt', "device id does not match the device's keys");
			}
			checkOwnerKey(roster, newcomer);
			const grants = await this.#keys.grantAll(unlocked, newcomer);
			const free = await nameSealer.freeName(device, name, roster.devices);
			const detail = await nameSealer.seal(device, free);
			const op = roster.devices.has(device) ? 'rotate' : 'add';
			if (op === 'rotate' && !isOwner(roles)) checkLastOwner(roster, device);
			const draft = { op, roles, notAfterMs: null, subject: newcomer, detail } as const;
			const signed = await this.#sign(unlocked, [draft]);
			const entries = [...currentHome(identity).roster, ...signed];
			return { roster: entries, homeKey: concatBytes(...grants) };
		});
	}

	/** Adds a recovery kit as a member, with grants of every home key (KT3). Throws `denied`. */
	admitKit(keys: KitKeys): Promise<void> {
		return this.#tools.localDevice.change(async (unlocked) => {
			if (!this.#isOwner(unlocked)) throw notAnOwner();
			const subject = kitSubject(keys);
			const grants = await this.#keys.grantAll(unlocked, subject);
			const signedHome = await signKitHome(this.#tools.crypto, keys, unlocked.roster.home);
			const as = { roles: KIT_ROLES, notAfterMs: null, subject } as const;
			const drafts = kitEntryDetails(signedHome, grants).map((detail, at) => ({
				...{ ...as, detail },
				op: at === 0 ? ('add' as const) : ('rotate' as const),
			}));
			await this.#sign(unlocked, drafts);
		});
	}

	/** Enters as the owner a kit made; grants itself the kit's home keys (KT9). Throws `corrupt`. */
	async enterByKit(
		entries: readonly Bytes[],
		homeKeys: readonly { readonly number: number; readonly raw: Bytes }[],
		relay: string,
	): Promise<void> {
		const { localDevice, crypto } = this.#tools;
		await this.self();
		const { home } = await replayRoster(crypto, entries);
		const grants = await localDevice.change(async ({ identity }) => {
			const { device, kem } = identity;
			const self: Pick<Subject, 'device' | 'kem'> = { device, kem: kem.public };
			const made: Bytes[] = [];
			for (const { number, raw } of homeKeys) {
				made.push(await this.#keys.grant({ ...identity, home }, raw, number, self));
			}
			return made;
		});
		await this.enter(entries, concatBytes(...grants), relay);
	}

	async enter(entries: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void> {
		const { localDevice, crypto, vault, clock } = this.#tools;
		await this.self();
		const roster = await replayRoster(crypto, entries);
		await localDevice.change(async ({ identity }) => {
			if (!roster.devices.has(identity.device)) {
				throw new Fault('corrupt', 'this device is not in the roster');
			}
			const keys: { number: number; secret: NewSecret }[] = [];
			for (let at = 0; at + GRANT_BYTES <= homeKey.length; at += GRANT_BYTES) {
				const grant = homeKey.slice(at, at + GRANT_BYTES);
				keys.push(await this.#keys.open(identity, roster, grant));
			}
			if (keys.length === 0) throw new Fault('corrupt', 'no home key was granted');
			const as = { home: roster.home, roster: entries, keys, seenMs: clock.wallMs() };
			const kept = identity.homes.find(({ home }) => home === roster.home)?.roster ?? [];
			const common = commonLength(kept, entries);
			// A person let this device in again, after a settlement without it (ID46).
			if (common > 0 && common < Math.min(kept.length, entries.length)) {
				await vault.replaceRoster(roster.home, common + 1, entries.slice(common), as.seenMs);
			}
			await vault.enterHome({ ...as, relay: relay === '' ? null : relay });
			for (const { secret } of keys) secret.raw.fill(0);
		});
	}

	/** Stores the origin of this home's relay. */
	async setRelay(relay: string | null): Promise<void> {
		if (this.relay === relay) return;
		await this.#tools.localDevice.change(({ identity }) =>
			this.#tools.vault.setRelay(identity.home, relay),
		);
	}

	/** Merges the relay's entries from number `from` on; those that do not follow ours are a fork. */
	async merge(home: HomeId, from: number, entries: readonly Bytes[]): Promise<MergeResult> {
		return this.#tools.localDevice.change(({ identity }) =>
			identity.home === home
				? this.#merger.merge(identity, from, entries)
				: Promise.resolve<MergeResult>('known'),
		);
	}

	/**
	 * Changes a member's roles, end or name, as an owner. Throws `denied`, `not-found`, `conflict`
	 * when the home would lose its last owner, `corrupt` as `checkOwnerKey` does.
	 */
	amend(
		device: DeviceId,
		draft: {
			readonly roles?: readonly Role[];
			readonly notAfterMs?: number | null;
			readonly name?: string;
		},
	): Promise<void> {
		return this.#tools.localDevice.change(async (unlocked) => {
			const { roster, nameSealer } = unlocked;
			if (!this.#isOwner(unlocked)) throw notAnOwner();
			const before = roster.devices.get(device);
			if (!before?.subject) throw new Fault('not-found', 'no such member in the roster');
			if (isKit(before.roles)) throw new Fault('conflict', 'a recovery kit cannot change roles');
			const { roles = before.roles, notAfterMs = before.notAfterMs, name } = draft;
			const owns = isOwner(roles) && notAfterMs === null;
			if (!owns) checkLastOwner(roster, device);
			if (isOwner(roles) && before.subject.owner === null) {
				throw new Fault('conflict', 'device has no owner key');
			}
			if (isOwner(roles)) checkOwnerKey(roster, before.subject);
			const detail = name === undefined ? before.detail : await nameSealer.seal(device, name);
			await this.#sign(unlocked, [{ ...before, op: 'rotate', roles, notAfterMs, detail }]);
		});
	}

	/** Revokes a member and makes a new home key. Throws as `amend` does. */
	revoke(device: DeviceId): Promise<Revocation> {
		return this.#tools.localDevice.change(async (unlocked) => {
			if (!this.#isOwner(unlocked)) throw notAnOwner();
			const { roster } = unlocked;
			if (!roster.devices.has(device)) throw new Fault('not-found', 'no such member in the roster');
			checkLastOwner(roster, device);
			return this.#revoke(unlocked, new Set([device]), []);
		});
	}

	/** Revokes kits that have claims, and drops held entries (KT8, KT12). Throws `denied`. */
	rollBackClaims(): Promise<Revocation> {
		return this.#tools.localDevice.change(async (unlocked) => {
			const { identity, roster } = unlocked;
			if (!this.#isOwner(unlocked)) throw notAnOwner();
			const kits = new Set([...roster.claims.values()].map(({ kit }) => kit));
			for (const bytes of this.#merger.heldEntries(identity)) {
				const kit = kitByOwnerKey(roster.devices, parseEntry(bytes).entry.author);
				if (kit !== null) kits.add(kit);
			}
			const none = { seq: roster.seq, grants: new Map<DeviceId, Bytes>() };
			return kits.size === 0 ? none : this.#revoke(unlocked, kits, []);
		});
	}

	/** The two branches of this home when the relay shows another one; `null`: no fork is known. */
	async fork(): Promise<Fork | null> {
		const { unlocked } = this.#tools.localDevice;
		return (unlocked && (await this.#findFork(unlocked))?.fork) ?? null;
	}

	/** Merges both branches by signing their entries again (ID46). Throws `denied`, `not-found`. */
	settle(): Promise<Revocation> {
		return this.#tools.localDevice.change(async (unlocked) => {
			const found = await this.#findFork(unlocked);
			if (!found) throw new Fault('not-found', 'no other branch of this home is known');
			const { fork, start: roster, fallen } = found;
			if (!fork.may) throw notAnOwner();
			const { gone, again } = mergeBranches(fork.mine, fork.theirs);
			const out = new Set([...gone].filter((device) => roster.devices.has(device)));
			const settling = await draftSettlement(this.#tools.crypto, fallen);
			const revocation = await this.#revoke({ ...unlocked, roster }, out, settling, again);
			this.#merger.forgetBranch();
			return revocation;
		});
	}

	/** The newest home key for a member; `null`: none, or the member is this device or a kit. */
	async homeKeyFor(device: DeviceId): Promise<Bytes | null> {
		const { unlocked } = this.#tools.localDevice;
		const { roles = [], subject } = this.member(device) ?? {};
		if (unlocked?.identity.device === device || isKit(roles)) return null;
		if (unlocked === null || !this.#isOwner(unlocked) || !subject) return null;
		return this.#keys.grantNewest(unlocked, subject);
	}

	/** Accepts a home key that an owner granted; ignores a valid known one. Throws `corrupt`. */
	async acceptHomeKey(grant: Bytes): Promise<void> {
		await this.#tools.localDevice.change((unlocked) => this.#keys.accept(unlocked, grant));
	}

	/** Revocations precede `again`, so that the first few entries show who is out (ID45). */
	async #revoke(
		unlocked: UnlockedDevice,
		gone: ReadonlySet<DeviceId>,
		first: readonly EntryDraft[],
		again: readonly EntryDraft[] = [],
	): Promise<Revocation> {
		const { crypto, vault, clock } = this.#tools;
		const { identity, roster } = unlocked;
		const { home, device, kem, owner } = identity;
		const number = nextKeyNumber(currentHome(identity));
		const subject = { home, camera: null, number, recipient: device };
		const secret = await makeSecret(crypto, subject, kem.public, owner.key, clock.wallMs());
		// Store the key first: a surplus key is harmless, a revocation without one is not.
		await vault.addHomeKey(home, number, secret);
		const signing: EntryDraft[] = [...first];
		for (const one of gone) signing.push(draftRevocation(one));
		signing.push(...again);
		const remaining = new Map<DeviceId, Pick<RosterEntry, 'roles' | 'subject' | 'notAfterMs'>>(
			roster.devices,
		);
		for (const draft of again) if (draft.subject) remaining.set(draft.subject.device, draft);
		const grants = new Map<DeviceId, Bytes>();
		for (const [left, { roles, notAfterMs, subject: recipient }] of remaining) {
			if (gone.has(left) || left === device || recipient === null) continue;
			const grant = await this.#keys.grant(identity, secret.raw, number, recipient);
			if (!isKit(roles)) grants.set(left, grant);
			// A message would have expired by the time somebody uses the kit.
			else signing.push({ op: 'rotate', roles, notAfterMs, subject: recipient, detail: grant });
		}
		const seq = await this.#sign(unlocked, signing).then((signed) => roster.seq + signed.length);
		secret.raw.fill(0);
		return { seq, grants };
	}

	/** Where the other branch diverges from ours; `null`: there is none. */
	async #findFork({ identity }: UnlockedDevice) {
		const { crypto, clock } = this.#tools;
		const other = this.#merger.otherBranch(identity);
		const ours = { known: currentHome(identity).roster, held: this.#merger.heldEntries(identity) };
		const found = other && (await findFork(crypto, ours, other, clock.wallMs()));
		if (!found) return null;
		const { branches, start, fallen, rosters } = found;
		const may = rosters.every((roster) => this.#isOwner({ identity, roster }));
		return { fork: { ...branches, may }, start, fallen };
	}

	#isOwner({ identity, roster }: Pick<UnlockedDevice, 'identity' | 'roster'>): boolean {
		const mine = roster.devices.get(identity.device);
		const owns = roster.owners.has(hexOf(identity.owner.public));
		return owns && inForce(mine, this.#tools.clock.wallMs());
	}

	/** All or nothing, following the end of `roster`; entries held beyond it are dropped (KT12). */
	async #sign(
		{ identity, roster }: UnlockedDevice,
		drafts: readonly EntryDraft[],
	): Promise<Bytes[]> {
		const { crypto, vault, clock } = this.#tools;
		const known = currentHome(identity).roster;
		const held = roster.seq === known.length ? this.#merger.heldEntries(identity) : [];
		const settlement = await settleHeld(crypto, roster, { known, held }, clock.wallMs());
		const signed: Bytes[] = [];
		let current = roster;
		for (const draft of [...settlement, ...drafts]) {
			signed.push(await nextEntry(crypto, identity.owner, current, clock.wallMs(), draft));
			// Publish nothing that our own replay would reject.
			current = await replayRoster(crypto, [...known.slice(0, roster.seq), ...signed]);
		}
		if (roster.seq === known.length) {
			await vault.appendRoster(roster.home, roster.seq + 1, signed);
		} else await vault.replaceRoster(roster.home, roster.seq + 1, signed, clock.wallMs());
		return signed;
	}
}

function notAnOwner(): Fault {
	return new Fault('denied', 'only an owner may sign the roster');
}
