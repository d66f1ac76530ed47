import { hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { buildGrant, grantInfo } from '#domain/home/grant.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Role, Subject } from '#domain/home/roster.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { deviceIdOf, homeIdOf } from '#engine/home/keys.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import { replayRoster, signEntry } from '#engine/home/roster.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';

/** All instances by device, which hear each other as if connected. */
const known = new Map<string, FakeAdmissions>();

/** A home in memory, with real keys and a real roster. */
export class FakeAdmissions implements Admissions {
	readonly me: SelfIdentity & { readonly owner: NonNullable<SelfIdentity['owner']> };
	roster: Bytes[];
	/** Arguments of `enter`, once it was called. */
	entered: { readonly roster: readonly Bytes[]; readonly relay: string } | null = null;
	relay: string | null = null;
	/** Names passed to `admit`. */
	readonly names = new Map<string, string>();
	/** The pending join stored before consent. */
	kept: PendingJoin | null = null;
	readonly #waits = new Set<string>();
	readonly #listeners = new Set<() => void>();
	readonly #crypto: Crypto;

	private constructor(crypto: Crypto, me: FakeAdmissions['me']) {
		this.#crypto = crypto;
		this.me = me;
		this.roster = [...me.roster];
		known.set(me.device, this);
	}

	static async create(crypto: Crypto): Promise<FakeAdmissions> {
		const [owner, sign, kem] = await Promise.all([
			crypto.makeSignKey(false),
			crypto.makeSignKey(false),
			crypto.makeKemKey(false),
		]);
		const home = await homeIdOf(crypto, owner.public);
		const device = await deviceIdOf(crypto, sign.public, kem.public);
		const keys = { device, sign: sign.public, kem: kem.public, owner: owner.public, dtls: null };
		const first = await signEntry(crypto, owner.key, {
			...{ op: 'add', roles: ['camera', 'viewer', 'owner'], home, seq: 1 },
			...{ prev: new Uint8Array(32), wallMs: 1, notAfterMs: null },
			...{ author: owner.public, subject: keys, detail: new Uint8Array() },
		});
		const own = { device, home, sign, kem, dtls: null, owner, ownerKey: owner.public };
		return new FakeAdmissions(crypto, { ...own, roster: [first] });
	}

	self(): Promise<SelfIdentity> {
		return Promise.resolve({ ...this.me, roster: this.roster });
	}

	setRelay(relay: string): Promise<void> {
		this.relay = relay;
		return Promise.resolve();
	}

	async admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): Promise<{ readonly roster: readonly Bytes[]; readonly homeKey: Bytes }> {
		const { home, owner } = this.me;
		const prev = await this.#crypto.sha256(this.roster.at(-1) ?? new Uint8Array());
		const entry = await signEntry(this.#crypto, owner.key, {
			...{ op: 'add', roles, home, seq: this.roster.length + 1, prev, wallMs: 2 },
			...{ notAfterMs: null, author: owner.public, subject: newcomer, detail: new Uint8Array() },
		});
		this.roster.push(entry);
		this.names.set(newcomer.device, name);
		this.#waits.add(newcomer.device);
		const subject = { home, camera: null, number: 1, recipient: newcomer.device };
		const raw = new Uint8Array(32).fill(9);
		const wrapped = await this.#crypto.wrap(newcomer.kem, grantInfo(subject), raw);
		const grant = buildGrant({ ...subject, ...wrapped, wallMs: 2 });
		const signature = await this.#crypto.sign(owner.key, signedBytes('grant', grant));
		return { roster: this.roster, homeKey: concatBytes(grant, signature) };
	}

	async enter(roster: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void> {
		const { devices } = await replayRoster(this.#crypto, roster);
		if (!devices.has(this.me.device) || homeKey.length !== 241) {
			throw new Fault('corrupt', 'not let in');
		}
		this.entered = { roster, relay };
		for (const device of devices.keys()) known.get(device)?.hear(this.me.device);
	}

	arrivalState(device: DeviceId): 'waits' | 'here' {
		return this.#waits.has(device) ? 'waits' : 'here';
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	setPendingJoin(pending: PendingJoin | null): Promise<void> {
		this.kept = pending;
		return Promise.resolve();
	}

	pending(): Promise<PendingJoin | null> {
		return Promise.resolve(this.entered === null ? this.kept : null);
	}

	/** Reports that a device has arrived. */
	hear(device: string): void {
		if (this.#waits.delete(device)) for (const listener of this.#listeners) listener();
	}

	/** Devices in force, as hex. */
	async members(): Promise<string[]> {
		return [...(await replayRoster(this.#crypto, this.roster)).devices.keys()];
	}

	get ownerHex(): string {
		return hexOf(this.me.owner.public);
	}
}
