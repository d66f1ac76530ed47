import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import type { Vault } from '#ports/keys/vault.ts';

/** Grants of an epoch that was not granted yet may arrive later. */
const AGAIN_MS = 60_000;

export interface FootageKeysTools {
	readonly clock: Pick<Clock, 'monotonicMs'>;
	readonly vault: Pick<Vault, 'epoch'>;
	readonly reader: Pick<FootageReader, 'grants'>;
	/** Stores grants that are valid, see `GrantReceiver.take`. */
	readonly take: (camera: CameraId, grants: readonly Bytes[]) => Promise<void>;
}

/** Takes the grants that lie beside footage, once something that they open is asked for (ID51). */
export class FootageKeys {
	readonly #tools: FootageKeysTools;
	readonly #here = new Map<CameraId, Set<number>>();
	readonly #askedMs = new Map<CameraId, number>();

	constructor(tools: FootageKeysTools) {
		this.#tools = tools;
	}

	/** Never throws: what has no key says so when it is opened. */
	async ensure(camera: CameraId, epochs: ReadonlySet<number>): Promise<void> {
		const { clock, reader, take } = this.#tools;
		try {
			if (!(await this.#lacks(camera, epochs))) return;
			const askedMs = this.#askedMs.get(camera) ?? -Infinity;
			if (clock.monotonicMs() - askedMs < AGAIN_MS) return;
			this.#askedMs.set(camera, clock.monotonicMs());
			await take(camera, await reader.grants(camera, 'this'));
		} catch (error) {
			expectFault(error);
			this.#askedMs.delete(camera);
		}
	}

	async #lacks(camera: CameraId, epochs: ReadonlySet<number>): Promise<boolean> {
		const here = this.#here.get(camera) ?? new Set();
		this.#here.set(camera, here);
		let lacking = false;
		for (const number of epochs) {
			if (here.has(number)) continue;
			if ((await this.#tools.vault.epoch(camera, number)) === null) lacking = true;
			else here.add(number);
		}
		return lacking;
	}
}
