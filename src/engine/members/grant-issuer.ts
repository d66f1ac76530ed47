import { Serial } from '#domain/base/serial.ts';
import { Listeners, only } from '#domain/base/listeners.ts';
import { base64urlOf } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import { idFrom, type CameraId, type DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { Message } from '#protocol/message.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { admissionSeq } from '#engine/home/admissions.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { Messenger, Sender } from '#engine/messaging/messenger.ts';
import { entryHash } from '#engine/home/roster.ts';
import type { EpochGrants } from './epoch-grants.ts';

const WEEK_S = 7 * 24 * 3600;
/** Grants per message. */
const MAX_GRANTS = 128;

export interface GrantIssuerDependencies {
	readonly crypto: Crypto;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly messenger: Messenger;
	readonly epochGrants: EpochGrants;
	/** Replaces the current run, if any, by a new one. */
	readonly renew: () => Promise<void>;
}

/**
 * Camera side: when members are granted its epoch keys, and which they are sent. Rules:
 * docs/spec/identity.md, ID33 and ID38.
 */
export class GrantIssuer {
	readonly #tools: GrantIssuerDependencies;
	/** Home and newest narrowing entry that the newest epochs were made under. */
	#basis: string | null = null;
	#actedSeq = 0;
	readonly #actedFor = new Map<DeviceId, number>();
	readonly #listeners = new Listeners<[number]>();
	readonly #serial = new Serial();

	constructor(tools: GrantIssuerDependencies) {
		this.#tools = tools;
	}

	begin(): void {
		const { homeRoster, messenger, localDevice } = this.#tools;
		homeRoster.on(() => this.#enqueue(() => this.#onRosterChange()));
		localDevice.onEpoch((camera, number) =>
			this.#enqueue(() => this.#issueToMembers(camera, number)),
		);
		messenger.onMessage((message, from) => this.#enqueue(() => this.#onMessage(message, from)));
		messenger.on(only(['presence', 'roster'], () => this.#notifyOwners()));
		this.#enqueue(() => this.#onRosterChange());
	}

	/** Called with the newest roster entry that this device's cameras act on. */
	onActed(listener: (rosterSeq: number) => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Called by an owner on this very device, not through the relay. */
	showEarlier(device: DeviceId): Promise<'taken'> {
		this.#enqueue(async () => {
			const entry = this.#tools.homeRoster.member(device);
			if (entry === null || !may(entry.roles, 'footage')) return;
			for (const { id } of this.#cameras()) await this.#issueAll(id, device, WEEK_S);
		});
		return Promise.resolve('taken');
	}

	/** Somebody was restricted, or this device joined another home: begin new epochs. */
	async #onRosterChange(): Promise<void> {
		const { localDevice, homeRoster, epochGrants, renew } = this.#tools;
		const { roster, entries } = homeRoster;
		if (roster === null) return;
		const narrowing = entries[roster.narrowedSeq - 1];
		const hash = narrowing ? hexOf(await entryHash(this.#tools.crypto, narrowing)) : '';
		const basis = `${roster.home} ${hash}`;
		const first = this.#basis === null;
		if (basis !== this.#basis) {
			this.#basis = basis;
			if (!first) await renew();
			for (const { id } of this.#cameras()) await localDevice.currentEpochNumber(id);
		}
		for (const { id } of this.#cameras()) await epochGrants.complete(id);
		this.#actedSeq = roster.seq;
		if (this.#cameras().length > 0) this.#listeners.notify(roster.seq);
		this.#notifyOwners();
	}

	/** Tells online owners which entry is acted on: the proof of a revocation. */
	#notifyOwners(): void {
		const { homeRoster, messenger, localDevice } = this.#tools;
		const device = localDevice.unlocked?.identity.device;
		if (this.#actedSeq === 0 || this.#cameras().length === 0) return;
		for (const one of [...this.#actedFor.keys()]) {
			if (!messenger.online.has(one)) this.#actedFor.delete(one);
		}
		for (const owner of messenger.online) {
			if (owner === device || !may(homeRoster.member(owner)?.roles ?? [], 'manage')) continue;
			if (this.#actedFor.get(owner) === this.#actedSeq) continue;
			void this.#reportActed(owner, this.#actedSeq);
		}
	}

	async #reportActed(owner: DeviceId, rosterSeq: number): Promise<void> {
		this.#actedFor.set(owner, rosterSeq);
		const sent = await this.#tools.messenger.send(owner, { t: 'acted', rosterSeq });
		// The next event sends it again.
		if (sent === 'unsent' && this.#actedFor.get(owner) === rosterSeq) this.#actedFor.delete(owner);
	}

	async #issueToMembers(camera: CameraId, number: number): Promise<void> {
		const { homeRoster, localDevice, epochGrants } = this.#tools;
		const self = localDevice.unlocked?.identity.device;
		await epochGrants.complete(camera);
		await epochGrants.prune(camera);
		for (const device of homeRoster.roster?.devices.keys() ?? []) {
			const entry = homeRoster.member(device);
			if (device === self || entry === null || !may(entry.roles, 'footage')) continue;
			await this.#issue(camera, device, [number], WEEK_S);
		}
	}

	async #onMessage(message: Message, from: Sender): Promise<void> {
		if (message.t === 'show-earlier') {
			const device = idFrom<DeviceId>(message.device);
			if (!may(from.roles, 'manage') || device === null) return;
			// A device revoked and admitted again since then is not the one that was meant (LT11).
			const admitted = admissionSeq(this.#tools.homeRoster.entries, device);
			if (admitted === message.entry) await this.showEarlier(device);
			return;
		}
		if (message.t !== 'want-grants') return;
		const entry = this.#tools.homeRoster.member(from.device);
		if (entry === null || !may(entry.roles, 'footage')) return;
		const earlier = message.earlier && may(from.roles, 'earlier');
		for (const { id } of this.#cameras()) {
			if (earlier && !message.known.includes(id)) await this.#issueAll(id, from.device, 0);
			else {
				const number = await this.#tools.localDevice.currentEpochNumber(id);
				await this.#tools.epochGrants.grant(id, from.device, [number]);
				const all = await this.#tools.epochGrants.of(id, from.device);
				await this.#send(id, from.device, all.slice(0, MAX_GRANTS), 0);
			}
		}
	}

	async #issueAll(camera: CameraId, device: DeviceId, keepSeconds: number): Promise<void> {
		const last = await this.#tools.localDevice.currentEpochNumber(camera);
		const all = Array.from({ length: last }, (_, at) => last - at);
		for (let at = 0; at < all.length; at += MAX_GRANTS) {
			await this.#issue(camera, device, all.slice(at, at + MAX_GRANTS), keepSeconds);
		}
	}

	async #issue(
		camera: CameraId,
		device: DeviceId,
		numbers: readonly number[],
		keepSeconds: number,
	): Promise<void> {
		const grants = await this.#tools.epochGrants.grant(camera, device, numbers);
		await this.#send(camera, device, grants, keepSeconds);
	}

	async #send(
		camera: CameraId,
		device: DeviceId,
		granted: readonly Bytes[],
		keepSeconds: number,
	): Promise<void> {
		if (granted.length === 0) return;
		const grants = granted.map(base64urlOf);
		await this.#tools.messenger.send(device, { t: 'grants', camera, grants }, keepSeconds);
	}

	#cameras() {
		return this.#tools.localDevice.unlocked?.identity.cameras ?? [];
	}

	/** Serialized. A failing vault fails one task, not those after it. */
	#enqueue(work: () => Promise<void>): void {
		this.#serial.run(work).catch(expectFault);
	}
}
