import { Listeners } from '#domain/base/listeners.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { LocalDeviceControls } from './local-device.ts';

/** What keeps one camera of this device going. */
interface CameraParts {
	/** As in the vault: it stays when keys, and so ids, are made anew (GO5). */
	readonly number: number;
	dispose(): void;
}

/**
 * One of each mechanism for each camera of this device, made and disposed as cameras come and go.
 * While keys are missing or locked, all stay as they are: a recording goes on.
 */
export class LocalCameras<T extends CameraParts> {
	#all: readonly T[] = [];
	readonly #localDevice: Pick<LocalDeviceControls, 'state' | 'on'>;
	readonly #make: (number: number) => T;
	readonly #listeners = new Listeners();

	constructor(localDevice: Pick<LocalDeviceControls, 'state' | 'on'>, make: (number: number) => T) {
		this.#localDevice = localDevice;
		this.#make = make;
	}

	begin(): void {
		this.#localDevice.on(() => this.#follow());
		this.#follow();
	}

	/** By number, the lowest first. */
	get all(): readonly T[] {
		return this.#all;
	}

	/** `null`: the device has no such camera, or its keys are not known now. */
	idOf(number: number): CameraId | null {
		const { state } = this.#localDevice;
		if (state.kind !== 'ready') return null;
		return state.cameras.find((camera) => camera.number === number)?.id ?? null;
	}

	of(camera: CameraId): T | undefined {
		return this.#all.find(({ number }) => this.idOf(number) === camera);
	}

	/** Called when a camera came or went. */
	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	#follow(): void {
		const { state } = this.#localDevice;
		if (state.kind !== 'ready') return;
		const before = this.#all;
		const numbers = state.cameras.map(({ number }) => number).toSorted((a, b) => a - b);
		const gone = before.filter(({ number }) => !numbers.includes(number));
		if (gone.length === 0 && numbers.length === before.length) return;
		this.#all = numbers.map(
			(number) => before.find((one) => one.number === number) ?? this.#make(number),
		);
		for (const one of gone) one.dispose();
		this.#listeners.notify();
	}
}
