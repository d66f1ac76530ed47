import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { grantsFor } from '#domain/home/rights.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import { homeOfGrant } from '#engine/home/identity.ts';
import { openGrant, signGrant } from '#engine/home/keys.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { GrantStore } from '#ports/keys/grant-store.ts';
import type { Vault } from '#ports/keys/vault.ts';

export interface EpochGrantsDependencies {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly grants: GrantStore;
	readonly segments: Pick<Footage, 'runs'>;
}

/**
 * The grants beside the footage of this device's cameras (ID51): who was granted which epoch, for
 * as long as there is footage of it, here or in the archive.
 */
export class EpochGrants {
	readonly #tools: EpochGrantsDependencies;
	/** Epochs that the archive has grants of; `null`: there is one that did not say yet. */
	readonly #archived = new Map<CameraId, ReadonlySet<number> | null>();

	constructor(tools: EpochGrantsDependencies) {
		this.#tools = tools;
	}

	/**
	 * Epochs that an archive of the camera's footage holds; `null`: not known yet, so nothing is
	 * deleted. Without a call there is no archive.
	 */
	noteArchived(camera: CameraId, epochs: ReadonlySet<number> | null): void {
		this.#archived.set(camera, epochs);
	}

	/** Stored, the newest first. */
	async of(camera: CameraId, recipient: DeviceId): Promise<Bytes[]> {
		const all = await this.#stored(camera);
		const own = all.filter((one) => one.recipient === recipient);
		return own.toReversed().map(({ grant }) => grant);
	}

	/** Grants these epochs to a member, where the keys are here, and stores what is new. */
	async grant(
		camera: CameraId,
		recipient: DeviceId,
		numbers: readonly number[],
	): Promise<readonly Bytes[]> {
		const stored = await this.#stored(camera);
		const granted: Bytes[] = [];
		const fresh: { number: number; recipient: DeviceId; grant: Bytes }[] = [];
		for (const number of numbers) {
			const before = stored.find((one) => one.number === number && one.recipient === recipient);
			const grant = before?.grant ?? (await this.#make(camera, recipient, number));
			if (grant === null) continue;
			granted.push(grant);
			if (before === undefined) fresh.push({ number, recipient, grant });
		}
		// A letter may go out all the same.
		await this.#tools.grants.add(camera, fresh).catch(expectFault);
		return granted;
	}

	/** Grants to everybody, kits too, what they are to have (ID38) and have not yet. */
	async complete(camera: CameraId): Promise<void> {
		const { homeRoster, vault, localDevice } = this.#tools;
		const self = localDevice.unlocked?.identity.device;
		const current = await localDevice.currentEpochNumber(camera);
		const kept = [...new Set([...(await this.#epochsWithFootage(camera)), current])];
		const stored = new Set((await this.#stored(camera)).map(nameOf));
		for (const recipient of homeRoster.roster?.devices.keys() ?? []) {
			const entry = homeRoster.member(recipient);
			const which = entry === null ? 'none' : grantsFor(entry.roles);
			if (recipient === self || entry === null || which === 'none') continue;
			const missing: number[] = [];
			for (const number of kept) {
				if (stored.has(nameOf({ number, recipient }))) continue;
				const later = async () =>
					((await vault.epoch(camera, number))?.rosterSeq ?? 0) >= entry.seq;
				if (which === 'all' || number === current || (await later())) missing.push(number);
			}
			if (missing.length > 0) await this.grant(camera, recipient, missing);
		}
	}

	/** Deletes grants of epochs without footage here and in the archive. */
	async prune(camera: CameraId): Promise<void> {
		const archived = this.#archived.get(camera);
		if (archived === null) return;
		const current = await this.#tools.localDevice.currentEpochNumber(camera);
		const kept = await this.#epochsWithFootage(camera);
		const stored = new Set((await this.#stored(camera)).map(({ number }) => number));
		const gone = [...stored].filter((number) => number < current && !kept.has(number));
		if (gone.length > 0) await this.#tools.grants.delete(camera, gone);
	}

	async #epochsWithFootage(camera: CameraId): Promise<ReadonlySet<number>> {
		const runs = await this.#tools.segments.runs(camera);
		return new Set([...runs.map(({ epoch }) => epoch), ...(this.#archived.get(camera) ?? [])]);
	}

	async #stored(camera: CameraId) {
		try {
			return await this.#tools.grants.of(camera);
		} catch (error) {
			expectFault(error);
			return [];
		}
	}

	/** An epoch of an own camera, granted to a member of the current home; `null`: not here. */
	async #make(camera: CameraId, device: DeviceId, number: number): Promise<Bytes | null> {
		const { crypto, vault, clock, localDevice, homeRoster } = this.#tools;
		const identity = localDevice.unlocked?.identity;
		const kem = homeRoster.member(device)?.subject?.kem;
		const kept = await vault.epoch(camera, number);
		const made = identity && homeOfGrant(identity, kept?.grant ?? null);
		if (!identity || !kem || !kept?.grant || !made) return null;
		const own = { home: made, camera, number, recipient: identity.device };
		const raw = await openGrant(crypto, kept.grant, own, identity.kem, [identity.sign.public]);
		const subject = { home: identity.home, camera, number, recipient: device };
		const grant = await signGrant(crypto, raw, subject, kem, identity.sign.key, clock.wallMs());
		raw.fill(0);
		return grant;
	}
}

function nameOf({ number, recipient }: { number: number; recipient: DeviceId }): string {
	return `${String(number)} ${recipient}`;
}
