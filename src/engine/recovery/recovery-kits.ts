import { Listeners } from '#domain/base/listeners.ts';
import { Serial } from '#domain/base/serial.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { kitFrom, kitGroups, kitLink, KIT_BYTES, tidyPassphrase } from '#domain/pairing/kit.ts';
import { isKit } from '#domain/home/rights.ts';
import { parseEntry } from '#domain/home/roster.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';
import type { Relays } from '#ports/network/relay.ts';
import { appOriginFor, publicOriginOf } from '#engine/messaging/addresses.ts';
import { CLAIM_DELAY_MS } from '#engine/home/claims.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { currentHome } from '#engine/home/identity.ts';
import { openGrant } from '#engine/home/keys.ts';
import { isKitOfHome, kitGrantsIn } from '#engine/home/kit-grants.ts';
import { deriveKitKeys, type KitKeys } from '#engine/home/kit-keys.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { PendingClaim, GeneratedKit, KitControls, KitTestResult } from './recovery.ts';

export interface RecoveryKitsDependencies {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly members: Pick<MemberListControls, 'rollBackClaims' | 'revoke'>;
	readonly preferences: PreferenceStore<DevicePreferences>;
	/** Origin of this page. */
	readonly here: string;
}

/**
 * The home's recovery kit on its devices: making, testing and rolling back. Rules:
 * docs/spec/kit.md.
 */
export class RecoveryKits implements KitControls {
	readonly #tools: RecoveryKitsDependencies;
	readonly #listeners = new Listeners();
	#drawn: { readonly secret: Bytes; readonly passphrase: string | null } | null = null;
	#tried: { readonly kit: string; readonly atMs: number } | null = null;
	#claims: readonly PendingClaim[] = [];
	readonly #refreshing = new Serial();

	constructor(tools: RecoveryKitsDependencies) {
		this.#tools = tools;
		tools.homeRoster.on(() => this.#refresh());
		tools.preferences
			.read()
			.then(({ triedKit }) => {
				this.#tried = triedKit;
				this.#listeners.notify();
			})
			// Only shows when the kit was last tested; nothing depends on it.
			.catch(expectFault);
		this.#refresh();
	}

	get madeMs(): number | null {
		const kit = this.#kits.at(-1);
		const made = kit && this.#tools.homeRoster.entries.map((bytes) => parseEntry(bytes).entry);
		const added = made?.findLast(({ op, subject }) => op === 'add' && subject?.device === kit);
		return added?.wallMs ?? null;
	}

	get triedMs(): number | null {
		const tried = this.#tried;
		return tried !== null && tried.kit === this.#kits.at(-1) ? tried.atMs : null;
	}

	get hindrance(): KitControls['hindrance'] {
		const { homeRoster } = this.#tools;
		if (!homeRoster.owner) return 'not-owner';
		return homeRoster.relay === null ? 'no-relay' : null;
	}

	get claims(): readonly PendingClaim[] {
		return this.#claims;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	async generate(typed: string | null = null): Promise<GeneratedKit> {
		const { crypto, relays, homeRoster, here } = this.#tools;
		if (!homeRoster.owner) throw new Fault('denied', 'only an owner may make a recovery kit');
		if (homeRoster.relay === null) throw new Fault('conflict', 'the home has no relay');
		const relay = await publicOriginOf(relays, homeRoster.relay);
		if (typeof relay !== 'string') {
			throw relay.t === 'fault'
				? relay.fault
				: new Fault('unavailable', 'relay refused to say its public origin');
		}
		this.discard();
		const secret = crypto.random(KIT_BYTES);
		const passphrase = tidyPassphrase(typed ?? '');
		const guarded = passphrase !== null;
		this.#drawn = { secret, passphrase };
		const link = kitLink(appOriginFor(here, relay), secret, relay, guarded);
		return { groups: kitGroups(secret), link, relay, guarded };
	}

	async activate(): Promise<void> {
		const { crypto, homeRoster, members } = this.#tools;
		const drawn = this.#drawn;
		if (drawn === null) throw new Fault('conflict', 'no recovery kit was generated');
		const before = this.#kits;
		const kit = await deriveKitKeys(crypto, drawn.secret, drawn.passphrase);
		if (!before.includes(kit.device)) await homeRoster.admitKit(kit);
		// Add the new one first: the home must never be without a kit.
		for (const old of before) {
			if (old !== kit.device) await members.revoke(old, () => undefined);
		}
		this.discard();
		await this.#rememberTest(kit.device);
	}

	discard(): void {
		this.#drawn?.secret.fill(0);
		this.#drawn = null;
	}

	async test(text: string, passphrase: string | null = null): Promise<KitTestResult> {
		const { crypto, homeRoster } = this.#tools;
		const read = kitFrom(text);
		if (typeof read === 'string') return read;
		const kit = await deriveKitKeys(crypto, read.secret, tidyPassphrase(passphrase ?? ''));
		read.secret.fill(0);
		if (this.#kits.includes(kit.device)) {
			await this.#verify(kit);
			await this.#rememberTest(kit.device);
			return 'works';
		}
		return homeRoster.roster?.past.devices.has(kit.device) === true ? 'old' : 'other';
	}

	rollBackClaims(): Promise<void> {
		return this.#tools.members.rollBackClaims();
	}

	/** Opens every known home key. Throws `corrupt` when the kit lacks one. */
	async #verify(kit: KitKeys): Promise<void> {
		const { crypto, localDevice, homeRoster } = this.#tools;
		const { unlocked } = localDevice;
		if (unlocked === null) throw new Fault('conflict', 'this device has no working identity');
		const { home, past } = unlocked.roster;
		if (!(await isKitOfHome(crypto, kit, home, homeRoster.entries))) {
			throw new Fault('corrupt', 'the kit was not made for this home');
		}
		const grants = kitGrantsIn(homeRoster.entries, kit.device);
		for (const { number } of currentHome(unlocked.identity).keys) {
			const grant = grants.get(number);
			if (grant === undefined) throw new Fault('corrupt', `the kit lacks home key ${number}`);
			const subject = { home, camera: null, number, recipient: kit.device };
			const signers = [...past.owners.values()];
			(await openGrant(crypto, grant, subject, kit.kem, signers)).fill(0);
		}
	}

	/** Kits in force, the newest last. */
	get #kits(): readonly DeviceId[] {
		const devices = [...(this.#tools.homeRoster.roster?.devices ?? [])];
		return devices.flatMap(([device, { roles }]) => (isKit(roles) ? [device] : []));
	}

	#refresh(): void {
		void this.#refreshing.run(() => this.#reloadClaims());
	}

	async #reloadClaims(): Promise<void> {
		const { unlocked } = this.#tools.localDevice;
		const claims: PendingClaim[] = [];
		for (const [device, { entry }] of unlocked?.roster.claims ?? []) {
			const name = (await unlocked?.nameSealer.nameOrNull(device, entry.detail)) ?? null;
			const self = device === unlocked?.identity.device;
			const { wallMs: atMs } = entry;
			claims.push({ device, name, self, atMs, readyMs: atMs + CLAIM_DELAY_MS });
		}
		this.#claims = claims;
		this.#listeners.notify();
	}

	async #rememberTest(kit: DeviceId): Promise<void> {
		this.#tried = { kit, atMs: this.#tools.clock.wallMs() };
		this.#listeners.notify();
		try {
			await this.#tools.preferences.write({ triedKit: this.#tried });
		} catch (error) {
			expectFault(error);
			// The test result stands regardless.
		}
	}
}
