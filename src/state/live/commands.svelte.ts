import { createSubscriber } from 'svelte/reactivity';
import { faultOf, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { may, type CommandName } from '#domain/home/rights.ts';
import type { CameraDirectoryControls } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';

export type CommandValue = Parameters<CameraDirectoryControls['sendCommand']>[2];

/** What was asked of a camera last, and what came of it. */
export interface SentCommand {
	readonly name: CommandName;
	readonly value: CommandValue;
	readonly outcome: 'waits' | 'done' | 'failed';
	/** Of a failure. */
	readonly fault: FaultKind | null;
}

/** The camera ends its siren by itself after so long. */
const SIREN_MS = 60_000;

/** What a person asks of a camera from afar. */
export class Commands {
	asked = $state.raw<SentCommand | null>(null);
	/** The siren sounds, as far as it is known here. */
	loud = $state(false);
	readonly #engine: Pick<Engine, 'clock' | 'members' | 'cameraDirectory'>;
	readonly #camera: CameraId;
	#turn = 0;
	#quiet: () => void = () => undefined;
	readonly #subscribe: () => void;

	constructor(engine: Pick<Engine, 'clock' | 'members' | 'cameraDirectory'>, camera: CameraId) {
		this.#engine = engine;
		this.#camera = camera;
		this.#subscribe = createSubscriber((update) => engine.members.on(update));
	}

	/** RG2: as the camera will judge it. */
	may(right: 'control' | 'stop'): boolean {
		this.#subscribe();
		const self = this.#engine.members.list.find((member) => member.self);
		return self !== undefined && may(self.roles, right);
	}

	/** It is on its way: no second one before it is answered. */
	waits(name: CommandName): boolean {
		return this.asked?.name === name && this.asked.outcome === 'waits';
	}

	/** Never throws: `asked` says what happened. */
	async send(name: CommandName, value: CommandValue): Promise<void> {
		const turn = (this.#turn += 1);
		const tell = (outcome: SentCommand['outcome'], fault: FaultKind | null = null): void => {
			// An answer to something older must not hide what was asked since.
			if (turn === this.#turn) this.asked = { name, value, outcome, fault };
		};
		tell('waits');
		try {
			await this.#engine.cameraDirectory.sendCommand(this.#camera, name, value);
			tell('done');
			if (name === 'siren') this.#setLoud(value === true);
		} catch (error) {
			tell('failed', faultOf(error).kind);
		}
	}

	close(): void {
		this.#quiet();
	}

	#setLoud(loud: boolean): void {
		this.#quiet();
		this.loud = loud;
		if (loud) this.#quiet = this.#engine.clock.after(SIREN_MS, () => (this.loud = false));
	}
}
