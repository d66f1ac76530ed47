import { base64urlOf } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId, type DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Vault } from '#ports/keys/vault.ts';
import { admissionOf } from '#engine/home/admission.ts';
import type { House } from '#engine/home/house.ts';
import { homeOfGrant } from '#engine/home/identity.ts';
import { grantOf, rawFromGrant } from '#engine/home/keys.ts';
import type { Membership } from '#engine/home/membership.ts';
import type { Post, Sender } from '#engine/messaging/post.ts';
import { entryHash } from '#engine/home/roster.ts';

const WEEK_S = 7 * 24 * 3600;
/** What one letter takes. */
const MOST_GRANTS = 128;

export interface GrantingTools {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
	readonly house: House;
	readonly membership: Membership;
	readonly post: Post;
	/** Replaces the run that is being recorded, if any, by a new one. */
	readonly renew: () => Promise<void>;
}

/**
 * The camera's side: who gets which of its epoch keys, and when. Rules: docs/spec/identity.md, ID33
 * and ID38.
 */
export class Granting {
	readonly #tools: GrantingTools;
	/** What the newest epochs were made under: home and newest narrowing entry. */
	#basis: string | null = null;
	#actedSeq = 0;
	readonly #actedFor = new Map<DeviceId, number>();
	readonly #listeners = new Set<(rosterSeq: number) => void>();
	#work: Promise<unknown> = Promise.resolve();

	constructor(tools: GrantingTools) {
		this.#tools = tools;
	}

	begin(): void {
		const { membership, post, house } = this.#tools;
		membership.on(() => this.#queue(() => this.#act()));
		house.onEpoch((camera, number) => this.#queue(() => this.#spread(camera, number)));
		post.onMessage((message, from) => this.#queue(() => this.#hear(message, from)));
		post.on(() => this.#tellOwners());
		this.#queue(() => this.#act());
	}

	/** Told of the newest roster entry that this device's cameras act on. */
	onActed(listener: (rosterSeq: number) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** What an owner at this very device says. */
	showEarlier(device: DeviceId): Promise<'taken'> {
		this.#queue(async () => {
			const entry = this.#tools.membership.member(device);
			if (entry === null || !may(entry.roles, 'footage')) return;
			for (const { id } of this.#cameras()) await this.#giveAll(id, device, WEEK_S);
		});
		return Promise.resolve('taken');
	}

	/**
	 * Somebody was taken out, or this device came into another home: what is sealed from now on is
	 * sealed anew.
	 */
	async #act(): Promise<void> {
		const { house, membership, renew } = this.#tools;
		const { roster, entries } = membership;
		if (roster === null) return;
		const narrowing = entries[roster.narrowedSeq - 1];
		const hash = narrowing ? hexOf(await entryHash(this.#tools.crypto, narrowing)) : '';
		const basis = `${roster.home} ${hash}`;
		const first = this.#basis === null;
		if (basis !== this.#basis) {
			this.#basis = basis;
			if (!first) await renew();
			for (const { id } of this.#cameras()) await house.epochNow(id);
		}
		this.#actedSeq = roster.seq;
		if (this.#cameras().length > 0) for (const tell of this.#listeners) tell(roster.seq);
		this.#tellOwners();
	}

	/** Owners that are there hear what is acted on: the proof of a revocation. */
	#tellOwners(): void {
		const { membership, post, house } = this.#tools;
		const device = house.household?.identity.device;
		if (this.#actedSeq === 0 || this.#cameras().length === 0) return;
		for (const one of [...this.#actedFor.keys()]) {
			if (!post.online.has(one)) this.#actedFor.delete(one);
		}
		for (const owner of post.online) {
			if (owner === device || !may(membership.member(owner)?.roles ?? [], 'manage')) continue;
			if (this.#actedFor.get(owner) === this.#actedSeq) continue;
			void this.#sayActed(owner, this.#actedSeq);
		}
	}

	async #sayActed(owner: DeviceId, rosterSeq: number): Promise<void> {
		this.#actedFor.set(owner, rosterSeq);
		const sent = await this.#tools.post.send(owner, { t: 'acted', rosterSeq });
		// With what happens next it is said again.
		if (sent === 'unsent' && this.#actedFor.get(owner) === rosterSeq) this.#actedFor.delete(owner);
	}

	async #spread(camera: CameraId, number: number): Promise<void> {
		const { membership, house } = this.#tools;
		const self = house.household?.identity.device;
		for (const device of membership.roster?.devices.keys() ?? []) {
			const entry = membership.member(device);
			if (device === self || entry === null || !may(entry.roles, 'footage')) continue;
			await this.#give(camera, device, [number], WEEK_S);
		}
	}

	async #hear(message: Message, from: Sender): Promise<void> {
		if (message.t === 'show-earlier') {
			const device = idFrom<DeviceId>(message.device);
			if (!may(from.roles, 'manage') || device === null) return;
			// Who was taken out and let in again since is not who was meant (LT11).
			const admitted = admissionOf(this.#tools.membership.entries, device);
			if (admitted === message.entry) await this.showEarlier(device);
			return;
		}
		if (message.t !== 'want-grants') return;
		const camera = this.#cameras().find(({ id }) => id === message.camera)?.id;
		const entry = this.#tools.membership.member(from.device);
		if (camera === undefined || entry === null || !may(entry.roles, 'footage')) return;
		if (message.earlier && may(from.roles, 'earlier')) await this.#giveAll(camera, from.device, 0);
		else {
			const number = await this.#tools.house.epochNow(camera);
			await this.#give(camera, from.device, [number], 0);
		}
	}

	async #giveAll(camera: CameraId, device: DeviceId, keepSeconds: number): Promise<void> {
		const last = await this.#tools.house.epochNow(camera);
		const all = Array.from({ length: last }, (_, at) => last - at);
		for (let at = 0; at < all.length; at += MOST_GRANTS) {
			await this.#give(camera, device, all.slice(at, at + MOST_GRANTS), keepSeconds);
		}
	}

	async #give(
		camera: CameraId,
		device: DeviceId,
		numbers: readonly number[],
		keepSeconds: number,
	): Promise<void> {
		const grants: string[] = [];
		for (const number of numbers) {
			const grant = await this.#granted(camera, device, number);
			if (grant !== null) grants.push(base64urlOf(grant));
		}
		if (grants.length === 0) return;
		await this.#tools.post.send(device, { t: 'grants', camera, grants }, keepSeconds);
	}

	/**
	 * An epoch of this device's camera for a member of its home of now; `null` where it is not here.
	 */
	async #granted(camera: CameraId, device: DeviceId, number: number): Promise<Bytes | null> {
		const { crypto, vault, clock, house, membership } = this.#tools;
		const identity = house.household?.identity;
		const kem = membership.member(device)?.subject?.kem;
		const kept = await vault.epoch(camera, number);
		const made = identity && homeOfGrant(identity, kept?.grant ?? null);
		if (!identity || !kem || !kept?.grant || !made) return null;
		const own = { home: made, camera, number, recipient: identity.device };
		const raw = await rawFromGrant(crypto, kept.grant, own, identity.kem, [identity.sign.public]);
		const subject = { home: identity.home, camera, number, recipient: device };
		const grant = await grantOf(crypto, raw, subject, kem, identity.sign.key, clock.wallMs());
		raw.fill(0);
		return grant;
	}

	#cameras() {
		return this.#tools.house.household?.identity.cameras ?? [];
	}

	/** One after the other; a vault that is away fails one piece of work, not those after it. */
	#queue(work: () => Promise<void>): void {
		this.#work = this.#work.then(work).catch((error: unknown) => {
			if (!(error instanceof Fault)) throw error;
		});
	}
}
