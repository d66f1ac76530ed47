/* eslint-disable @typescript-eslint/require-await -- the port is asynchronous, a Map is not */
import type { Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import type { CameraId, DeviceId } from '#domain/ids.ts';
import type {
	Identity,
	KeptCamera,
	KeptEpoch,
	KeyStrength,
	NewIdentity,
	NewSecret,
	Vault,
	VaultReading,
} from '#ports/vault.ts';

/** Keys that die with the tab: the last rung of the ladder, where a browser keeps none. */
export class MemoryVault implements Vault {
	#identity: Identity | null = null;
	readonly #cameras = new Map<CameraId, KeptCamera>();
	readonly #epochs = new Map<CameraId, KeptEpoch[]>();

	async read(): Promise<VaultReading> {
		if (this.#identity === null) return { kind: 'empty' };
		const identity = { ...this.#identity, cameras: [...this.#cameras.values()] };
		return { kind: 'whole', identity };
	}

	async found({ homeKey, ...identity }: NewIdentity, strength: KeyStrength): Promise<void> {
		if (this.#identity !== null) throw new Fault('conflict', 'an identity is there already');
		const { key, grant } = homeKey;
		this.#identity = { ...identity, strength, homeKey: { key, grant } };
		for (const camera of identity.cameras) this.#cameras.set(camera.id, camera);
	}

	async discard(device: DeviceId): Promise<void> {
		if (this.#identity?.device === device) await this.clear();
	}

	async epoch(camera: CameraId, number: number): Promise<KeptEpoch | null> {
		return this.#epochs.get(camera)?.find((kept) => kept.number === number) ?? null;
	}

	async lastEpoch(camera: CameraId): Promise<KeptEpoch | null> {
		return this.#epochs.get(camera)?.at(-1) ?? null;
	}

	async addEpoch(
		...[camera, number, madeMs, secret]: Parameters<Vault['addEpoch']>
	): Promise<void> {
		const kept = this.#epochs.get(camera) ?? [];
		if (kept.some((epoch) => epoch.number === number)) {
			throw new Fault('conflict', `epoch ${number} is there already`);
		}
		kept.push(keptEpoch(number, madeMs, secret));
		kept.sort((a, b) => a.number - b.number);
		this.#epochs.set(camera, kept);
	}

	async camera(camera: CameraId): Promise<KeptCamera | null> {
		return this.#cameras.get(camera) ?? null;
	}

	async nameCamera(camera: CameraId, sealedName: Bytes): Promise<void> {
		this.#cameras.set(camera, { ...this.#known(camera), sealedName });
	}

	async beginRun(camera: CameraId, atLeast: number): Promise<number> {
		const kept = this.#known(camera);
		const runNo = Math.max(kept.runNo + 1, atLeast);
		this.#cameras.set(camera, { ...kept, runNo });
		return runNo;
	}

	async clear(): Promise<void> {
		this.#identity = null;
		this.#cameras.clear();
		this.#epochs.clear();
	}

	dispose(): void {
		// Nothing is held outside this object.
	}

	#known(camera: CameraId): KeptCamera {
		const kept = this.#cameras.get(camera);
		if (kept === undefined) throw new Fault('not-found', 'no such camera');
		return kept;
	}
}

function keptEpoch(number: number, madeMs: number, { key, grant }: NewSecret): KeptEpoch {
	return { number, madeMs, key, grant };
}
