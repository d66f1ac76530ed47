import type { EventCommand } from '#domain/recording/event.ts';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { isTestPicture } from '#domain/media/lens.ts';
import { PROFILES, profileNamed } from '#domain/recording/profile.ts';
import { UPLOAD_CHOICES, type UploadChoice } from '#domain/sync/upload-choice.ts';
import type { Capture } from '#ports/media/capture.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import type { Torch } from '#ports/device/torch.ts';
import type { CommandName } from '#protocol/message.ts';
import type { SharedSiren } from './shared-siren.ts';
import type { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';
import type {
	RecorderChoice,
	RecorderControls,
	LensView,
} from '#engine/recording/recorder-controls.ts';

export interface ExecutorTools {
	readonly recorder: Pick<RecorderControls, 'state' | 'change' | 'retry' | 'close'>;
	readonly capture: Pick<Capture, 'lenses'>;
	readonly scheduler: Pick<SchedulerControls, 'start' | 'stop'>;
	readonly preferences: Pick<PreferenceStore<CameraPreferences>, 'read' | 'write'>;
	readonly guarding: Pick<GuardModeSwitch, 'request'>;
	readonly torch: Torch;
	readonly siren: Pick<SharedSiren, 'start' | 'hush'>;
}

type CommandValue = string | boolean | null;

/** The open picture; `null` if there is none. */
export function viewOf(state: RecorderControls['state']): LensView | null {
	return 'view' in state ? state.view : null;
}

/** As the timeline stores it: values outside the known set are left out. */
export function loggedCommand(
	name: CommandName,
	value: CommandValue,
	fault: FaultKind | null,
): EventCommand {
	const words: readonly unknown[] = [...PROFILES.map((profile) => profile.name), ...UPLOAD_CHOICES];
	const known = typeof value === 'boolean' || words.includes(value);
	return { name, value: known ? value : null, fault };
}

/** Carries out other devices' commands (LV13). Every method throws `Fault`. */
export class CommandExecutor {
	readonly #tools: ExecutorTools;

	constructor(tools: ExecutorTools) {
		this.#tools = tools;
	}

	async execute(
		name: Exclude<CommandName, 'talk'>,
		value: CommandValue,
		by: DeviceId,
	): Promise<void> {
		const { scheduler, guarding, siren, preferences } = this.#tools;
		if (name === 'start') await scheduler.start();
		else if (name === 'stop') await scheduler.stop();
		else if (name === 'restart') await this.#restart();
		else if (name === 'guard') guarding.request(booleanOf(value));
		else if (name === 'copy') await preferences.write({ upload: uploadOf(value) });
		else if (name === 'torch') await this.#setTorch(booleanOf(value));
		else if (name === 'siren') {
			if (booleanOf(value)) await siren.start(by);
			else siren.hush();
		} else if (name === 'lens') await this.#change({ lensId: await this.#lens(stringOf(value)) });
		else await this.#change({ profile: profileOf(value) });
	}

	async #change(change: Partial<RecorderChoice>): Promise<void> {
		const { recorder, preferences } = this.#tools;
		const { lensId, sound, profile } = await preferences.read();
		const closed = this.#closed;
		await recorder.change({ lensId, sound, profile: profileNamed(profile), ...change });
		const { state } = recorder;
		if (!closed && 'fault' in state && state.fault !== null) throw state.fault;
	}

	/**
	 * Rejects unknown lenses, which would end the picture and the recording with it, and the test
	 * picture, which would blind the camera (RC23).
	 */
	async #lens(wanted: string): Promise<string> {
		if (isTestPicture(wanted))
			throw new Fault('denied', 'the test picture can only be chosen at the camera');
		if (this.#closed) return wanted;
		const lenses = await this.#tools.capture.lenses();
		if (lenses.some(({ id }) => id === wanted)) return wanted;
		throw new Fault('not-found', 'the camera has no lens with this id');
	}

	get #closed(): boolean {
		const { kind } = this.#tools.recorder.state;
		return kind === 'off' || kind === 'elsewhere';
	}

	async #restart(): Promise<void> {
		const { scheduler, recorder } = this.#tools;
		const { kind } = recorder.state;
		const armed = kind === 'starting' || kind === 'recording' || kind === 'blind';
		if (!armed) {
			await this.#change({});
			return;
		}
		await scheduler.stop();
		await recorder.close(false);
		await scheduler.start();
	}

	async #setTorch(on: boolean): Promise<void> {
		const { torch, recorder } = this.#tools;
		const view = viewOf(recorder.state);
		if (view === null) throw new Fault('unavailable', 'cannot switch the torch: no lens is open');
		await torch.light(view.picture, on);
	}
}

function booleanOf(value: CommandValue): boolean {
	if (typeof value !== 'boolean')
		throw new Fault('malformed', 'the command requires a boolean value');
	return value;
}

function stringOf(value: CommandValue): string {
	if (typeof value !== 'string')
		throw new Fault('malformed', 'the command requires a string value');
	return value;
}

function uploadOf(value: CommandValue): UploadChoice {
	const choice = UPLOAD_CHOICES.find((one) => one === value);
	if (choice === undefined) throw new Fault('malformed', 'the command names an unknown choice');
	return choice;
}

function profileOf(value: CommandValue): RecorderChoice['profile'] {
	const profile = PROFILES.find(({ name }) => name === value);
	if (profile === undefined) throw new Fault('malformed', 'the command names an unknown quality');
	return profile;
}
