import { subscribed } from '#state/app/subscribed.ts';
import { faultOf, type FaultKind } from '#domain/base/fault.ts';
import { SIREN_MS } from '#domain/live/siren.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { may, type CommandName } from '#domain/home/rights.ts';
import type { CameraDirectoryControls } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';

export type CommandValue = Parameters<CameraDirectoryControls['sendCommand']>[2];

/** The last command sent to a camera, and its outcome. */
export interface SentCommand {
	readonly name: CommandName;
	readonly value: CommandValue;
	readonly outcome: 'waits' | 'done' | 'failed';
	/** Reason of a failure. */
	readonly fault: FaultKind | null;
}

/** Sends a person's commands to a camera. */
export class Commands {
	asked = $state.raw<SentCommand | null>(null);
	/** The siren is on, as far as this device knows. */
	loud = $state(false);
	readonly #engine: Pick<Engine, 'clock' | 'members' | 'cameraDirectory'>;
	readonly #camera: CameraId;
	#turn = 0;
	#cancelSilence: () => void = () => undefined;
	readonly #subscribe: () => void;

	constructor(engine: Pick<Engine, 'clock' | 'members' | 'cameraDirectory'>, camera: CameraId) {
		this.#engine = engine;
		this.#camera = camera;
		this.#subscribe = subscribed(engine.members);
	}

	/** RG2: the same check as the camera's. */
	may(right: 'control' | 'stop' | 'manage'): boolean {
		this.#subscribe();
		const self = this.#engine.members.list.find((member) => member.self);
		return self !== undefined && may(self.roles, right);
	}

	/** Whether it is pending: it cannot be sent again before it is answered. */
	waits(name: CommandName): boolean {
		return this.asked?.name === name && this.asked.outcome === 'waits';
	}

	/** Never throws: `asked` holds the outcome. */
	async send(name: CommandName, value: CommandValue): Promise<void> {
		const turn = (this.#turn += 1);
		const update = (outcome: SentCommand['outcome'], fault: FaultKind | null = null): void => {
			// A late answer must not overwrite a newer command.
			if (turn === this.#turn) this.asked = { name, value, outcome, fault };
		};
		update('waits');
		try {
			await this.#engine.cameraDirectory.sendCommand(this.#camera, name, value);
			update('done');
			if (name === 'siren') this.#setLoud(value === true);
		} catch (error) {
			update('failed', faultOf(error).kind);
		}
	}

	close(): void {
		this.#cancelSilence();
	}

	#setLoud(loud: boolean): void {
		this.#cancelSilence();
		this.loud = loud;
		if (loud) this.#cancelSilence = this.#engine.clock.after(SIREN_MS, () => (this.loud = false));
	}
}
