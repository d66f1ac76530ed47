import { Serial } from '#domain/base/serial.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { base64urlOf } from '#domain/base/base64url.ts';
import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { isDirectOrigin } from '#domain/pairing/direct-code.ts';
import { may } from '#domain/home/rights.ts';
import { parseEntry, type Role, type Subject } from '#domain/home/roster.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Arrival, PendingJoin, Vault } from '#ports/keys/vault.ts';
import { admissionSeq } from '#engine/home/admissions.ts';
import { HomeKeys } from '#engine/home/home-keys.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';

/** PR26: how long an owner waits for a device it let in. */
export const ARRIVAL_TIMEOUT_MS = 10 * 60 * 1000;
/** By then the relay has delivered what it had queued for this device (PR26). */
const SETTLE_MS = 20_000;
const POLL_MS = 15_000;
/** A page that has not polled for so long was asleep, and its connection may be dead. */
const ASLEEP_MS = 90_000;
/** PR25: gives the device time to arrive with the keys in M4. */
const SEND_KEYS_DELAY_MS = 3000;
const KEYS_TTL_S = (2 * ARRIVAL_TIMEOUT_MS) / 1000;
const WEEK_S = 7 * 24 * 3600;
/** PR24: retry interval on one relay connection. */
const ANNOUNCE_RETRY_MS = 5000;
/** PR27 */
const NOTICE_KEPT_MS = 30 * 24 * 3600 * 1000;

/** A device that was let in and has not reported, or was revoked because it did not. */
export interface PendingArrival {
	readonly device: DeviceId;
	/** Its name when it was let in; `null`: the key is not here. */
	readonly name: string | null;
	/** Wall ms; for a device that is still awaited. */
	readonly untilMs: number;
	/** Wall ms; `null`: still awaited. */
	readonly takenBackMs: number | null;
}

export interface ArrivalControls {
	/** For the current home. */
	readonly list: readonly PendingArrival[];
	on(listener: () => void): () => void;
	/** A person has read that the device was revoked. */
	dismiss(device: DeviceId): Promise<void>;
}

export interface ArrivalsDependencies {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly vault: Vault;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
}

type MessengerAccess = Pick<
	RelayClient,
	'state' | 'online' | 'on' | 'onMessage' | 'send' | 'forked' | 'relaySeq'
>;

/**
 * Tracks devices on their way into this home, and this device's own way into one. Rules:
 * docs/spec/pairing.md, PR21 to PR27.
 */
export class Arrivals implements Admissions, ArrivalControls {
	readonly #tools: ArrivalsDependencies;
	readonly #keys: HomeKeys;
	readonly #listeners = new Listeners();
	#kept: readonly Arrival[] = [];
	#list: readonly PendingArrival[] = [];
	/** This device's own pending join; `undefined`: not read yet. */
	#pending: PendingJoin | null | undefined;
	/** Whether the admitting owner was told, on this connection, that this device is here. */
	#announced = false;
	#messenger: MessengerAccess | null = null;
	#revoke: (device: DeviceId) => Promise<void> = () => Promise.resolve();
	/** Monotonic ms of admissions made by this page. */
	readonly #sinceMs = new Map<DeviceId, number>();
	/** Devices sent the keys since they came online. */
	readonly #sentTo = new Set<DeviceId>();
	/** Monotonic ms since the relay connection is up. */
	#connectedMs: number | null = null;
	/** Devices of which the relay had nothing queued, on this connection. */
	readonly #drained = new Set<DeviceId>();
	#polledMs = 0;
	#stopPolling: (() => void) | null = null;
	#cancelRetry: () => void = () => undefined;
	readonly #serial = new Serial();

	constructor(tools: ArrivalsDependencies) {
		this.#tools = tools;
		this.#keys = new HomeKeys(tools);
	}

	get list(): readonly PendingArrival[] {
		return this.#list;
	}

	/** `revoke`: removes a device that never reported. */
	begin(messenger: MessengerAccess, revoke: (device: DeviceId) => Promise<void>): void {
		this.#messenger = messenger;
		this.#revoke = revoke;
		messenger.onMessage((message, { device }) => this.#onMessage(message, device));
		messenger.on(() => this.#onRelayChange());
		this.#tools.homeRoster.on(() => {
			void this.#enqueue(() => this.#reload());
			this.#onRelayChange();
		});
		void this.#enqueue(() => this.#reload());
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	// ─── Owner side ───

	arrivalState(device: DeviceId): 'waits' | 'here' | 'taken-back' {
		if (this.#tools.homeRoster.member(device) === null) return 'taken-back';
		return this.#of(device)?.takenBackMs === null ? 'waits' : 'here';
	}

	/**
	 * Stores the arrival before signing; otherwise a page that dies in between leaves a member nobody
	 * is waiting for.
	 */
	async admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): ReturnType<Admissions['admit']> {
		const { vault, clock, homeRoster } = this.#tools;
		const { device } = newcomer;
		const { home } = await homeRoster.self();
		const of = { home, device };
		const [length, sinceMs] = [homeRoster.entries.length, clock.wallMs()];
		await vault.updateArrival(of, (before) => {
			const afterSeq = before?.takenBackMs === null ? before.afterSeq : length;
			return { ...of, afterSeq, sinceMs, takenBackMs: null };
		});
		this.#sinceMs.set(device, clock.monotonicMs());
		this.#sentTo.delete(device);
		const admitted = await homeRoster.admit(newcomer, roles, name);
		await this.#enqueue(() => this.#reload());
		clock.after(SEND_KEYS_DELAY_MS, () => void this.#enqueue(() => this.#sendHomeKeys(device)));
		return admitted;
	}

	async dismiss(device: DeviceId): Promise<void> {
		const kept = this.#of(device);
		if (kept === null || kept.takenBackMs === null) return;
		await this.#enqueue(() => this.#forget(kept));
	}

	/** PR24: the device reports having the entry that admitted it. */
	#onMessage(message: Message, device: DeviceId): void {
		const seq = message.t === 'acted' || message.t === 'state' ? message.rosterSeq : 0;
		const kept = this.#of(device);
		if (kept?.takenBackMs !== null || seq <= kept.afterSeq) return;
		void this.#enqueue(() => this.#forget(kept));
	}

	#of(device: DeviceId): Arrival | null {
		const home = this.#tools.homeRoster.roster?.home;
		return this.#kept.find((one) => one.home === home && one.device === device) ?? null;
	}

	get #waiting(): readonly Arrival[] {
		const home = this.#tools.homeRoster.roster?.home;
		return this.#kept.filter((one) => one.home === home && one.takenBackMs === null);
	}

	#onRelayChange(): void {
		const { clock } = this.#tools;
		const messenger = this.#messenger;
		if (messenger === null) return;
		if (messenger.state.kind !== 'connected') {
			this.#connectedMs = null;
			this.#announced = false;
			this.#drained.clear();
		} else this.#connectedMs ??= clock.monotonicMs();
		for (const device of this.#sentTo)
			if (!messenger.online.has(device)) this.#sentTo.delete(device);
		for (const { device } of this.#waiting) {
			if (messenger.online.has(device)) void this.#enqueue(() => this.#sendHomeKeys(device));
		}
		if (this.#pending !== null) void this.#enqueue(() => this.#announce());
	}

	/** PR25: the home keys that M4 would have delivered. */
	async #sendHomeKeys(device: DeviceId): Promise<void> {
		const { localDevice, homeRoster } = this.#tools;
		const messenger = this.#messenger;
		const subject = homeRoster.member(device)?.subject;
		if (messenger === null || localDevice.unlocked === null || !subject || !homeRoster.owner)
			return;
		const known = (messenger.relaySeq ?? 0) >= admissionSeq(homeRoster.entries, device);
		if (this.#of(device)?.takenBackMs !== null || !known || this.#sentTo.has(device)) return;
		this.#sentTo.add(device);
		for (const grant of await this.#keys.grantAll(localDevice.unlocked, subject)) {
			const message = { t: 'home-key', grant: base64urlOf(grant) } as const;
			if ((await messenger.send(device, message, KEYS_TTL_S)) === 'unsent') {
				this.#sentTo.delete(device);
				return;
			}
		}
	}

	/** PR26 */
	async #poll(): Promise<void> {
		const { vault, clock, homeRoster } = this.#tools;
		// Another page of this device may have heard from it.
		await this.#reload();
		if (clock.monotonicMs() - this.#polledMs > ASLEEP_MS) this.#drained.clear();
		this.#polledMs = clock.monotonicMs();
		for (const kept of this.#waiting) {
			const now = clock.wallMs();
			// The clock was set back meanwhile.
			if (now < kept.sinceMs) await vault.updateArrival(kept, () => ({ ...kept, sinceMs: now }));
			if (!this.#isLate(kept)) continue;
			if (homeRoster.member(kept.device) === null || !this.#isOwn(kept)) await this.#forget(kept);
			else if (this.#maySign(kept) && (await this.#isDrained(kept))) {
				await this.#revoke(kept.device);
				await vault.updateArrival(kept, () => ({ ...kept, takenBackMs: now }));
			}
		}
		await this.#reload();
	}

	/**
	 * Whether the relay responds and had time to deliver earlier messages: a dead connection may be
	 * detected late.
	 */
	async #isDrained({ device }: Arrival): Promise<boolean> {
		const messenger = this.#messenger;
		if (messenger?.state.kind !== 'connected' || this.#drained.has(device)) return true;
		const { length } = this.#tools.homeRoster.entries;
		const sent = await messenger.send(device, { t: 'acted', rosterSeq: length });
		if (sent !== 'unsent') this.#drained.add(device);
		return false;
	}

	#isLate({ device, sinceMs }: Arrival): boolean {
		const { clock } = this.#tools;
		const here = this.#sinceMs.get(device);
		const sinceHere = here === undefined ? Infinity : clock.monotonicMs() - here;
		return Math.min(clock.wallMs() - sinceMs, sinceHere) >= ARRIVAL_TIMEOUT_MS;
	}

	/** Whether this device signed its admission, and it was not a member before. */
	#isOwn({ device, afterSeq }: Arrival): boolean {
		const { localDevice, homeRoster } = this.#tools;
		const seq = admissionSeq(homeRoster.entries, device);
		const entry = homeRoster.entries[seq - 1];
		const own = localDevice.unlocked?.identity.owner.public;
		if (seq <= afterSeq || entry === undefined || own === undefined) return false;
		return equalBytes(parseEntry(entry).entry.author, own);
	}

	/**
	 * Whether its report would have arrived by now, and no other owner can be signing concurrently.
	 */
	#maySign({ device, sinceMs }: Arrival): boolean {
		const { clock, localDevice, homeRoster } = this.#tools;
		const messenger = this.#messenger;
		if (messenger === null || !homeRoster.owner || messenger.forked) return false;
		const self = localDevice.unlocked?.identity.device;
		const owners = [...(homeRoster.roster?.devices ?? [])].filter(
			([other, { roles }]) => may(roles, 'manage') && other !== self && other !== device,
		);
		const { state, online } = messenger;
		if (state.kind === 'none' && homeRoster.relay === null) return owners.length === 0;
		if (state.kind !== 'connected' || this.#connectedMs === null) return false;
		const settled = clock.monotonicMs() - this.#connectedMs >= SETTLE_MS;
		const level = messenger.relaySeq === homeRoster.entries.length;
		// It is online and about to report.
		const comes = online.has(device) && clock.wallMs() - sinceMs < 2 * ARRIVAL_TIMEOUT_MS;
		const alone = !isDirectOrigin(state.origin) || owners.every(([other]) => online.has(other));
		return settled && level && !comes && alone;
	}

	async #forget(kept: Arrival): Promise<void> {
		await this.#tools.vault.updateArrival(kept, () => null);
		await this.#reload();
	}

	/** Rebuilds `list` from the vault. */
	async #reload(): Promise<void> {
		const { vault, clock, localDevice, homeRoster } = this.#tools;
		this.#kept = await vault.arrivals();
		this.#pending ??= await vault.pendingJoin();
		const home = homeRoster.roster?.home;
		const list: PendingArrival[] = [];
		for (const { device, sinceMs, takenBackMs, ...kept } of this.#kept) {
			const isOver = takenBackMs !== null && clock.wallMs() - takenBackMs > NOTICE_KEPT_MS;
			if (kept.home !== home || isOver) continue;
			const detail = detailOf(homeRoster.entries, device);
			const name =
				detail && ((await localDevice.unlocked?.nameSealer.nameOrNull(device, detail)) ?? null);
			// Other owners may have admitted or revoked it.
			if ((takenBackMs === null) !== (homeRoster.member(device) !== null)) continue;
			list.push({ device, name, untilMs: sinceMs + ARRIVAL_TIMEOUT_MS, takenBackMs });
		}
		this.#list = list;
		if (this.#waiting.length === 0) {
			this.#stopPolling?.();
			this.#stopPolling = null;
		} else {
			const poll = (): void => void this.#enqueue(() => this.#poll());
			this.#stopPolling ??= clock.every(POLL_MS, poll);
		}
		this.#listeners.notify();
	}

	// ─── New device's side ───

	self(): Promise<SelfIdentity> {
		return this.#tools.homeRoster.self();
	}

	setRelay(relay: string): Promise<void> {
		return this.#tools.homeRoster.setRelay(relay);
	}

	async enter(roster: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void> {
		await this.#tools.homeRoster.enter(roster, homeKey, relay);
		void this.#enqueue(() => this.#announce());
	}

	async setPendingJoin(pending: PendingJoin | null): Promise<void> {
		await this.#tools.vault.setPendingJoin(pending);
		this.#pending = pending;
	}

	async pending(): Promise<PendingJoin | null> {
		const { vault, clock, homeRoster } = this.#tools;
		const pending = await vault.pendingJoin();
		this.#pending = pending;
		const here = homeRoster.roster?.home === pending?.home;
		if (pending === null || here || pending.untilMs <= clock.wallMs()) return null;
		return pending;
	}

	/** PR24: reports to the admitting owner, until a relay or that device has it. */
	async #announce(): Promise<void> {
		const { clock, homeRoster } = this.#tools;
		this.#cancelRetry();
		const [messenger, pending] = [this.#messenger, this.#pending];
		if (!messenger || !pending) return;
		const { roster, entries } = homeRoster;
		const isOver = pending.untilMs <= clock.wallMs();
		if (roster?.home !== pending.home) {
			if (isOver) await this.setPendingJoin(null);
			return;
		}
		if (entries.length <= pending.seq || messenger.state.kind !== 'connected') return;
		const [owner] =
			[...roster.devices].find(
				([, { subject }]) => subject?.owner && equalBytes(subject.owner, pending.owner),
			) ?? [];
		const near = isDirectOrigin(messenger.state.origin);
		if (owner === undefined || (near && isOver)) return this.setPendingJoin(null);
		// A direct connection queues nothing: repeat whenever that owner comes online, while the join
		// is pending (NB13).
		if (near && !messenger.online.has(owner)) this.#announced = false;
		if (near && (this.#announced || !messenger.online.has(owner))) return;
		const message = { t: 'acted', rosterSeq: entries.length } as const;
		const isTaken = (await messenger.send(owner, message, WEEK_S)) === 'taken';
		if (near) this.#announced = isTaken;
		else if (isTaken) await this.setPendingJoin(null);
		// A slow relay may answer late or never, and no other event may follow on this connection.
		if (isTaken) return;
		const retry = (): void => void this.#enqueue(() => this.#announce());
		this.#cancelRetry = clock.after(ANNOUNCE_RETRY_MS, retry);
	}

	/** Serialized. A failing vault is asked again on the next event. */
	#enqueue(work: () => Promise<void>): Promise<void> {
		return this.#serial.run(work).catch(expectFault);
	}
}

/** The sealed name in the device's newest `add` or `rotate`. */
function detailOf(entries: readonly Bytes[], device: DeviceId): Bytes | null {
	const all = entries.map((bytes) => parseEntry(bytes).entry);
	const said = all.findLast(({ op, subject }) => op !== 'revoke' && subject?.device === device);
	return said?.detail ?? null;
}
