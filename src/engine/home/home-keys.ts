import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { parseGrant, type Grant } from '#domain/home/grant.ts';
import { parseEntry, type Subject } from '#domain/home/roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Identity, KeptHome, NewSecret, Vault } from '#ports/keys/vault.ts';
import type { UnlockedDevice } from './local-device.ts';
import { currentHome } from './identity.ts';
import { signGrant, openGrant } from './keys.ts';
import { currentOwners, type Roster } from './roster.ts';

/** `seq`: number of the last entry signed. `grants`: of the new home key, by recipient. */
export interface Revocation {
	readonly seq: number;
	readonly grants: ReadonlyMap<DeviceId, Bytes>;
}

interface HomeKeysDependencies {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly vault: Pick<Vault, 'addHomeKey'>;
}

/** Granting and accepting home keys: ID24. */
export class HomeKeys {
	readonly #tools: HomeKeysDependencies;

	constructor(tools: HomeKeysDependencies) {
		this.#tools = tools;
	}

	/** All home keys, for one device. Throws `corrupt` when there are none. */
	async grantAll(unlocked: UnlockedDevice, to: Subject): Promise<Bytes[]> {
		const grants: Bytes[] = [];
		for (const { number, grant } of currentHome(unlocked.identity).keys) {
			if (grant !== null) grants.push(await this.#regrant(unlocked, number, grant, to));
		}
		if (grants.length === 0) throw new Fault('corrupt', 'no home key can be granted');
		return grants;
	}

	/** `null` when the newest cannot be granted. */
	async grantNewest(unlocked: UnlockedDevice, to: Subject): Promise<Bytes | null> {
		const { number, grant } = currentHome(unlocked.identity).keys.at(-1) ?? {};
		if (number === undefined || !grant) return null;
		return this.#regrant(unlocked, number, grant, to);
	}

	grant(
		{ home, owner }: Identity,
		raw: Bytes,
		number: number,
		{ device: recipient, kem }: Pick<Subject, 'device' | 'kem'>,
	): Promise<Bytes> {
		const { crypto, clock } = this.#tools;
		const subject = { home, camera: null, number, recipient };
		return signGrant(crypto, raw, subject, kem, owner.key, clock.wallMs());
	}

	/** Stores a granted home key; a valid known one stays (ID49). Throws `corrupt`. */
	async accept({ identity, roster }: UnlockedDevice, grant: Bytes): Promise<void> {
		const { number, secret } = await this.open(identity, roster, grant);
		const kept = currentHome(identity).keys.find((one) => one.number === number);
		if (!kept?.grant || !(await this.#isValid(identity, roster, kept.grant))) {
			await this.#tools.vault.addHomeKey(identity.home, number, secret, kept !== undefined);
		}
		secret.raw.fill(0);
	}

	/** Whether an owner in force granted it. */
	async #isValid(identity: Identity, roster: Roster, grant: Bytes): Promise<boolean> {
		try {
			(await this.open(identity, roster, grant)).secret.raw.fill(0);
			return true;
		} catch (error) {
			if (error instanceof Fault) return false;
			throw error;
		}
	}

	/** Opens a grant by an owner in force to this device, for the vault. Throws `corrupt`. */
	async open(
		{ device, kem }: Identity,
		roster: Roster,
		grant: Bytes,
	): Promise<{ number: number; secret: NewSecret }> {
		const { crypto, clock } = this.#tools;
		const { number } = read(grant);
		if (!isPlausibleKeyNumber(number, roster))
			throw new Fault('corrupt', `implausible home key number ${number}`);
		const subject = { home: roster.home, camera: null, number, recipient: device };
		const signers = currentOwners(roster, clock.wallMs());
		const raw = await openGrant(crypto, grant, subject, kem, signers);
		return { number, secret: { key: await crypto.secret(raw), raw, grant } };
	}

	/** Grants again what was granted to this device. */
	async #regrant(
		{ identity, roster }: UnlockedDevice,
		number: number,
		grant: Bytes,
		to: Subject,
	): Promise<Bytes> {
		const subject = { home: identity.home, camera: null, number, recipient: identity.device };
		const signers = [...roster.past.owners.values()];
		const raw = await openGrant(this.#tools.crypto, grant, subject, identity.kem, signers);
		const handed = await this.grant(identity, raw, number, to);
		raw.fill(0);
		return handed;
	}
}

/** Upper bound of home keys per roster entry: some are made without an entry being signed. */
const MAX_KEYS_PER_ENTRY = 64;

/**
 * Bounds key numbers by entries, dropped ones included. Otherwise an owner about to be revoked
 * could grant the highest number there is, and no later revocation could make a new key (ID48).
 */
export function isPlausibleKeyNumber(number: number, { seq, fallen }: Roster): boolean {
	return number <= MAX_KEYS_PER_ENTRY * (seq + fallen);
}

/** Above every known number, and above those of another owner who made one per revocation. */
export function nextKeyNumber({ keys, roster }: Pick<KeptHome, 'keys' | 'roster'>): number {
	const revoked = roster.filter((bytes) => parseEntry(bytes).entry.op === 'revoke').length;
	return Math.max(1 + revoked, ...keys.map(({ number }) => number)) + 1;
}

function read(grant: Bytes): Grant {
	try {
		return parseGrant(grant).grant;
	} catch (error) {
		throw new Fault('corrupt', 'grant cannot be parsed', error);
	}
}
