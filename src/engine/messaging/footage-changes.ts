import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';

type Changed = (camera: CameraId, minutes: { readonly from: number; readonly to: number }) => void;

/** Changes of footage at the relay, as they are told. */
export interface FollowedFootage {
	/** Whether they are told at the moment. */
	readonly isTold: () => boolean;
	readonly stop: () => void;
}

/** What comes and goes of the footage at the relay, told to those who follow (PB37). */
export class FootageChanges {
	readonly #listeners = new Listeners<Parameters<Changed>>();
	readonly #send: (frame: Extract<FromDevice, { t: 'follow' }>) => void;
	readonly #isConnected: () => boolean;
	#tells = false;

	constructor(
		send: (frame: Extract<FromDevice, { t: 'follow' }>) => void,
		isConnected: () => boolean,
	) {
		this.#send = send;
		this.#isConnected = isConnected;
	}

	follow(listener: Changed): FollowedFootage {
		const first = this.#listeners.size === 0;
		const remove = this.#listeners.add(listener);
		if (first && this.#tells) this.#send({ t: 'follow', on: true });
		return {
			isTold: () => this.#tells && this.#isConnected(),
			stop: () => {
				remove();
				if (this.#listeners.size === 0 && this.#tells) this.#send({ t: 'follow', on: false });
			},
		};
	}

	/** Another connection knows nothing of the one before. */
	welcomed({ footage = false }: Pick<Extract<FromRelay, { t: 'welcome' }>, 'footage'>): void {
		this.#tells = footage;
		if (footage && this.#listeners.size > 0) this.#send({ t: 'follow', on: true });
	}

	receive({ camera, from, to }: Extract<FromRelay, { t: 'changed' }>): void {
		this.#listeners.notify(camera as CameraId, { from, to });
	}
}
