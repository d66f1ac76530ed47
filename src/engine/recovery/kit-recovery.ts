import { Listeners } from '#domain/base/listeners.ts';
import { base64urlOf } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
import { kitFrom, tidyPassphrase, type Kit } from '#domain/pairing/kit.ts';
import type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';
import { ownerRoles } from '#domain/home/rights.ts';
import { commonLength } from '#domain/home/roster.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { WIRE_VERSION, type Refusal } from '#protocol/wire.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';
import { isOwnRelay } from '#engine/messaging/addresses.ts';
import { isSettledBy } from '#engine/home/fork.ts';
import { CLAIM_DELAY_MS } from '#engine/home/claims.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import { isPlausibleKeyNumber } from '#engine/home/home-keys.ts';
import { isKitOfHome, kitGrantsIn } from '#engine/home/kit-grants.ts';
import { deriveKitKeys, type KitKeys } from '#engine/home/kit-keys.ts';
import { openGrant } from '#engine/home/keys.ts';
import {
	appendEntries,
	callRelay,
	fetchRoster,
	type RelayConnection,
	type RelayConnectionTools,
	type RelayFailure,
} from '#engine/messaging/relay-connection.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import { NameSealer } from '#engine/home/name-sealer.ts';
import type { KitFootageKeys } from './kit-footage-keys.ts';
import type { RecoveryControls, RecoveryState } from './recovery.ts';
import { nextEntry, replayRoster, type Roster } from '#engine/home/roster.ts';

export interface KitRecoveryDependencies extends RelayConnectionTools {
	readonly homeRoster: Pick<HomeRoster, 'self' | 'enterByKit'>;
	readonly preferences: PreferenceStore<DevicePreferences>;
	/** Origin of this page. */
	readonly here: string;
	readonly footageKeys: Pick<KitFootageKeys, 'take'>;
}

interface HomeKey {
	readonly number: number;
	readonly raw: Bytes;
}

/** State of one use of a kit. */
interface RecoverySession {
	readonly connection: RelayConnection;
	/** Verified. */
	readonly entries: readonly Bytes[];
	readonly kit: KitKeys;
	readonly self: SelfIdentity;
	readonly roster: Roster;
	readonly keys: readonly HomeKey[];
	readonly origin: string;
	readonly name: string;
}

const END_BY_REFUSAL: Partial<Record<Refusal, RecoveryEndReason>> = {
	'unknown-home': 'unknown-kit',
	'not-a-member': 'taken-out',
	clock: 'clock',
	version: 'version',
	'too-many': 'too-many',
};

/** Recovers with a kit: the device claims, and a day later becomes an owner (KT5 to KT9). */
export class KitRecovery implements RecoveryControls {
	readonly #tools: KitRecoveryDependencies;
	readonly #listeners = new Listeners();
	#state: RecoveryState = { kind: 'idle' };
	#claimedMs: number | null = null;

	constructor(tools: KitRecoveryDependencies) {
		this.#tools = tools;
		tools.preferences
			.read()
			.then(({ claimedMs }) => {
				this.#claimedMs = claimedMs;
				this.#set(this.#state);
			})
			// Only a reminder: the relay's roster tells as well.
			.catch(expectFault);
	}

	get state(): RecoveryState {
		return this.#state;
	}

	get claimedMs(): number | null {
		return this.#claimedMs;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	reset(): void {
		if (this.#state.kind !== 'busy') this.#set({ kind: 'idle' });
	}

	async recover(
		text: string,
		name: string,
		relay: string | null,
		passphrase: string | null = null,
	): Promise<void> {
		if (this.#state.kind === 'busy') return;
		const kit = kitFrom(text);
		if (typeof kit === 'string') {
			this.#set(ended(kit));
			return;
		}
		this.#set({ kind: 'busy' });
		try {
			this.#set(await this.#recover({ ...kit, relay: relay ?? kit.relay }, name, passphrase ?? ''));
		} catch (error) {
			this.#set({ kind: 'ended', why: 'failed', fault: faultOf(error) });
		} finally {
			kit.secret.fill(0);
		}
	}

	async #recover({ secret, relay }: Kit, name: string, typed: string): Promise<RecoveryState> {
		const { crypto, here, relays, homeRoster } = this.#tools;
		const kit = await deriveKitKeys(crypto, secret, tidyPassphrase(typed));
		const self = await homeRoster.self();
		const own = relay === null || (await isOwnRelay(relays, here, relay));
		const origin = own ? here : relay;
		const recovered = await callRelay(this.#tools, origin, null, async (connection) => {
			const entries = (await authenticateKit(connection, kit)) ?? (await fetchRoster(connection));
			if ('t' in entries) return this.#failed(entries);
			const roster = await replayRoster(crypto, entries);
			if (!(await isKitOfHome(crypto, kit, roster.home, entries))) return ended('unknown-kit');
			await this.#checkContinues(self, roster, entries);
			const keys = await this.#homeKeys(roster, entries, kit);
			try {
				return await this.#proceed({ connection, entries, kit, self, roster, keys, origin, name });
			} finally {
				for (const { raw } of keys) raw.fill(0);
			}
		});
		return 't' in recovered ? endOf(recovered) : recovered;
	}

	async #failed(failure: RelayFailure): Promise<RecoveryState> {
		const end = endOf(failure);
		if (end.kind === 'ended' && end.why === 'taken-out') await this.#rememberClaim(null);
		return end;
	}

	/**
	 * Throws `corrupt` when a roster of this device's own home does not continue its stored one
	 * (KT17).
	 */
	async #checkContinues(
		self: SelfIdentity,
		{ home }: Roster,
		entries: readonly Bytes[],
	): Promise<void> {
		const { crypto, clock } = this.#tools;
		const common = commonLength(self.roster, entries);
		if (self.home !== home || common === self.roster.length) return;
		const branches = { mine: self.roster, theirs: entries, common };
		if (await isSettledBy(crypto, branches, clock.wallMs())) return;
		throw new Fault('corrupt', "the relay's roster does not continue the stored one");
	}

	async #proceed(session: RecoverySession): Promise<RecoveryState> {
		const { self, roster, kit, connection, entries } = session;
		if (roster.owners.has(hexOf(self.ownerKey))) {
			if (self.home === roster.home) {
				await this.#takeFootageKeys(session);
				return ended('owner');
			}
			return this.#enter(session, entries);
		}
		const claim = roster.claims.get(self.device);
		if (claim?.kit !== kit.device) return this.#claim(session);
		const readyMs = claim.entry.wallMs + CLAIM_DELAY_MS;
		if (this.#tools.clock.wallMs() < readyMs) return this.#wait(readyMs, false);
		const entry = await this.#sign(session, 'rotate');
		const failure = await appendEntries(connection, [base64urlOf(entry)]);
		return failure === null ? this.#enter(session, [...entries, entry]) : endOf(failure);
	}

	async #claim(session: RecoverySession): Promise<RecoveryState> {
		const entry = await this.#sign(session, 'add');
		const failure = await appendEntries(session.connection, [base64urlOf(entry)]);
		if (failure !== null) return endOf(failure);
		return this.#wait(this.#tools.clock.wallMs() + CLAIM_DELAY_MS, true);
	}

	async #enter(session: RecoverySession, entries: readonly Bytes[]): Promise<RecoveryState> {
		await this.#tools.homeRoster.enterByKit(entries, session.keys, session.origin);
		await this.#rememberClaim(null);
		await this.#takeFootageKeys(session);
		return { kind: 'done' };
	}

	/** The home is entered without them; using the kit again tries again. */
	async #takeFootageKeys({ kit, origin }: RecoverySession): Promise<void> {
		await this.#tools.footageKeys.take(kit, origin).catch(expectFault);
	}

	async #wait(readyMs: number, fresh: boolean): Promise<RecoveryState> {
		await this.#rememberClaim(readyMs);
		return { kind: 'waiting', readyMs, fresh };
	}

	async #sign(
		{ kit, self, roster, keys, name }: RecoverySession,
		op: 'add' | 'rotate',
	): Promise<Bytes> {
		const { crypto, clock } = this.#tools;
		const before = roster.devices.get(self.device);
		const roles = ownerRoles(before?.roles ?? []);
		const entry = await nextEntry(crypto, kit.owner, roster, clock.wallMs(), {
			...{ op, roles, notAfterMs: null },
			subject: {
				...{ device: self.device, sign: self.sign.public, kem: self.kem.public },
				...{ owner: self.ownerKey, dtls: self.dtls?.fingerprint ?? null },
			},
			detail: await this.#sealName(roster, keys, self, name),
		});
		return entry;
	}

	/** PR32: numbered if the lost device has the same name. */
	async #sealName(
		{ home, devices }: Roster,
		keys: readonly HomeKey[],
		{ device }: SelfIdentity,
		name: string,
	): Promise<Bytes> {
		const { crypto } = this.#tools;
		const newestFirst = [...keys].sort((a, b) => b.number - a.number);
		const secrets = newestFirst.map(async ({ number, raw }) => {
			return { home, number, secret: await crypto.secret(raw) };
		});
		const nameSealer = new NameSealer(crypto, await Promise.all(secrets));
		return nameSealer.seal(device, await nameSealer.freeName(device, name, devices));
	}

	/** Throws `corrupt` when the kit opens none. */
	async #homeKeys(roster: Roster, entries: readonly Bytes[], kit: KitKeys): Promise<HomeKey[]> {
		const { crypto } = this.#tools;
		const signers = [...roster.past.owners.values()];
		const keys: HomeKey[] = [];
		for (const [number, grant] of kitGrantsIn(entries, kit.device)) {
			if (!isPlausibleKeyNumber(number, roster)) continue;
			const subject = { home: roster.home, camera: null, number, recipient: kit.device };
			const opened = openGrant(crypto, grant, subject, kit.kem, signers);
			// One damaged grant must not disable the kit.
			const raw = await opened.catch((error: unknown) => {
				if (error instanceof Fault) return null;
				throw error;
			});
			if (raw !== null) keys.push({ number, raw });
		}
		if (keys.length === 0) throw new Fault('corrupt', 'the kit opens no home key');
		return keys;
	}

	/** Only a reminder; the roster decides. */
	async #rememberClaim(claimedMs: number | null): Promise<void> {
		this.#claimedMs = claimedMs;
		try {
			await this.#tools.preferences.write({ claimedMs });
		} catch (error) {
			expectFault(error);
			// The claim stands regardless.
		}
	}

	#set(state: RecoveryState): void {
		this.#state = state;
		this.#listeners.notify();
	}
}

/** A kit does not know its home (KT4). `null`: done; otherwise why not. */
async function authenticateKit(
	connection: RelayConnection,
	{ device, sign }: KitKeys,
): Promise<RelayFailure | null> {
	connection.send({ t: 'whose', version: WIRE_VERSION, device });
	const of = await connection.next('of');
	if (of.t !== 'of') return of;
	return connection.prove({ home: of.home as HomeId, device, sign });
}

function ended(why: RecoveryEndReason): RecoveryState {
	return { kind: 'ended', why, fault: null };
}

function endOf(failure: RelayFailure): RecoveryState {
	if (failure.t === 'refused') return ended(END_BY_REFUSAL[failure.why] ?? 'failed');
	const { kind } = failure.fault;
	const isAway = kind === 'offline' || kind === 'timeout' || kind === 'denied';
	const why = kind === 'not-found' ? 'no-relay' : isAway ? 'unreachable' : 'failed';
	return { kind: 'ended', why, fault: failure.fault };
}
