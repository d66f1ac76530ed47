import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { parseGrant } from '#domain/home/grant.ts';
import type { KitKeys } from '#engine/home/kit-keys.ts';
import { cameraIdsOf, openGrant, signGrant } from '#engine/home/keys.ts';
import type { LocalDevice, UnlockedDevice } from '#engine/home/local-device.ts';
import { callRelay, type RelayConnectionTools } from '#engine/messaging/relay-connection.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { Vault } from '#ports/keys/vault.ts';

export interface KitFootageKeysTools extends RelayConnectionTools {
	readonly vault: Vault;
	readonly localDevice: Pick<LocalDevice, 'unlocked'>;
	readonly readerAt: (
		origin: string,
		token: string,
	) => Promise<Pick<FootageReader, 'cameras' | 'grants'>>;
}

/** What a kit was granted beside footage at the relay, for the owner it made (KT19). */
export class KitFootageKeys {
	readonly #tools: KitFootageKeysTools;

	constructor(tools: KitFootageKeysTools) {
		this.#tools = tools;
	}

	/** Stores what is new, as granted to this device. Throws as `FootageReader` and `Vault` do. */
	async take(kit: KitKeys, origin: string): Promise<void> {
		const { localDevice, readerAt } = this.#tools;
		const { unlocked } = localDevice;
		if (unlocked === null) return;
		const token = await callRelay(this.#tools, origin, unlocked.identity, ({ welcome }) =>
			Promise.resolve(welcome?.token ?? ''),
		);
		if (typeof token !== 'string' || token === '') return;
		const reader = await readerAt(origin, token);
		for (const { camera } of (await reader.cameras()).cameras) {
			const signer = await this.#signerOf(unlocked, camera);
			if (signer === null) continue;
			for (const grant of await reader.grants(camera, 'kit'))
				// One that is damaged must not hide the others.
				await this.#store(unlocked, kit, { camera, signer, grant }).catch(expectFault);
		}
	}

	async #signerOf({ roster }: UnlockedDevice, camera: CameraId): Promise<Bytes | null> {
		for (const [device, { sign }] of roster.past.devices)
			if ((await cameraIdsOf(this.#tools.crypto, device)).includes(camera)) return sign;
		return null;
	}

	async #store(
		{ identity, roster }: UnlockedDevice,
		kit: KitKeys,
		given: { readonly camera: CameraId; readonly signer: Bytes; readonly grant: Bytes },
	): Promise<void> {
		const { crypto, vault } = this.#tools;
		const { camera, signer, grant } = given;
		const { number, wallMs } = parseGrant(grant).grant;
		if ((await vault.epoch(camera, number)) !== null) return;
		const { home, device, kem, sign } = identity;
		const subject = { home, camera, number };
		const toKit = { ...subject, recipient: kit.device };
		const raw = await openGrant(crypto, grant, toKit, kit.kem, [signer]);
		const own = { ...subject, recipient: device };
		const granted = await signGrant(crypto, raw, own, kem.public, sign.key, wallMs);
		const facts = { number, madeMs: wallMs, rosterSeq: roster.seq };
		await vault.addEpoch(camera, facts, { key: await crypto.secret(raw), raw, grant: granted });
		raw.fill(0);
	}
}
