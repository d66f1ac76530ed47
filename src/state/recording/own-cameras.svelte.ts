import { expectFault, faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Lens } from '#ports/media/capture.ts';
import type { CameraSession } from '#state/app/camera-session.svelte.ts';
import type { Engine } from '#state/app/engine.ts';

/** As long as a name may be. */
const MAX_NAME = 60;

interface RemovedCamera {
	readonly id: CameraId;
	readonly name: string | null;
	/** It recorded, and does again after an undo. */
	readonly armed: boolean;
}

/** Adds cameras to this device, a lens each, and removes them. */
export class OwnCameras {
	/** A lens that no camera of this device uses; `null`: none. */
	freeLens = $state.raw<Lens | null>(null);
	busy = $state(false);
	/** Why a camera could not be added or removed. */
	fault = $state.raw<Fault | null>(null);
	/** The camera just removed, for undo. */
	removed = $state.raw<RemovedCamera | null>(null);
	readonly #engine: Engine;
	readonly #offs: readonly (() => void)[];

	constructor(engine: Engine) {
		this.#engine = engine;
		const look = (): void => void this.look();
		this.#offs = [engine.capture.onLenses(look), engine.cameras.on(look)];
	}

	close(): void {
		for (const off of this.#offs) off();
	}

	/** Browsers name lenses only once one is open. */
	async look(): Promise<void> {
		const { capture, cameras } = this.#engine;
		try {
			const lenses = await capture.lenses();
			const [first] = lenses;
			const used = await Promise.all(
				cameras.all.map(async ({ recorder: { state }, preferences }) => {
					const view = 'view' in state ? state.view : null;
					return view?.lensId ?? (await preferences.read()).lensId ?? first?.id;
				}),
			);
			this.freeLens = lenses.find(({ id }) => !used.includes(id)) ?? null;
		} catch (error) {
			expectFault(error);
			this.freeLens = null;
		}
	}

	/** A camera for the free lens, named like it. */
	async add(): Promise<void> {
		const { localDevice } = this.#engine;
		const lens = this.freeLens;
		if (lens === null) return;
		await this.#try(async () => {
			const { id: lensId, label } = lens;
			const camera = await localDevice.addCamera((number) =>
				this.#engine.cameraPreferences(number).write({ lensId, lensLabel: label }),
			);
			this.removed = null;
			if (label !== '') await localDevice.nameCamera(camera, label.slice(0, MAX_NAME));
		});
	}

	async remove({ id, name, armed }: CameraSession): Promise<void> {
		if (id === null) return;
		await this.#try(async () => {
			await this.#engine.localDevice.setRemoved(id, true);
			this.removed = { id, name, armed };
		});
	}

	async undo(): Promise<void> {
		const { removed } = this;
		if (removed === null) return;
		await this.#try(async () => {
			const { localDevice, cameras } = this.#engine;
			await localDevice.setRemoved(removed.id, false);
			this.removed = null;
			if (removed.armed) await cameras.of(removed.id)?.scheduler.start();
		});
	}

	async #try(work: () => Promise<void>): Promise<void> {
		if (this.busy) return;
		[this.busy, this.fault] = [true, null];
		try {
			await work();
		} catch (error) {
			this.fault = faultOf(error);
		}
		this.busy = false;
		await this.look();
	}
}
