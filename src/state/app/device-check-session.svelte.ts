import { TRIALS, type DeviceFinding, type DeviceTrial } from '#domain/recording/device-check.ts';
import { FAULT_KINDS, faultOf, type Fault, type FaultKind } from '#domain/base/fault.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/media/lens.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import type { Engine } from './engine.ts';

type Dependencies = Pick<Engine, 'deviceCheck' | 'cameras'>;

/** State of the device check screen. */
export class DeviceCheckSession {
	/** Whether to include the microphone. */
	sound = $state(false);
	/** This device records: trials that would disturb it are skipped. */
	busy = $state(false);
	running = $state(false);
	/** The trial that is running. */
	trial = $state<DeviceTrial | null>(null);
	findings = $state.raw<readonly DeviceFinding[]>([]);
	report = $state('');
	fault = $state.raw<Fault | null>(null);
	copied = $state<'done' | 'failed' | null>(null);
	readonly #engine: Dependencies;
	readonly #video: HTMLVideoElement;
	readonly #version: string;
	#stop: AbortController | null = null;

	/** `video`: plays what was recorded; `version`: of the app. */
	constructor(engine: Dependencies, video: HTMLVideoElement, version: string) {
		this.#engine = engine;
		this.#video = video;
		this.#version = version;
	}

	/** 0 to 1. */
	get progress(): number {
		return this.findings.length / TRIALS.length;
	}

	/** In the order of the page. */
	get lines(): { readonly trial: DeviceTrial; readonly finding: DeviceFinding | null }[] {
		return TRIALS.map((trial) => ({
			trial,
			finding: this.findings.find((one) => one.trial === trial) ?? null,
		}));
	}

	/** Never throws. */
	async refreshBusy(): Promise<void> {
		try {
			this.busy = (await (await this.#engine.deviceCheck(this.#video)).busy()) !== null;
		} catch {
			// The check itself reports what is wrong.
		}
	}

	/** With the test picture (`drawn`), or with the camera's chosen lens. Never throws. */
	async begin(drawn: boolean): Promise<void> {
		if (this.running) return;
		const stop = new AbortController();
		this.#stop = stop;
		[this.running, this.findings, this.report] = [true, [], ''];
		[this.fault, this.copied] = [null, null];
		try {
			const check = await this.#engine.deviceCheck(this.#video);
			const [first] = this.#engine.cameras.all;
			const { lensId = null, profile = 'standard' } = (await first?.preferences.read()) ?? {};
			const lens = isTestPicture(lensId) ? null : lensId;
			this.report = await check.run({
				lensId: drawn ? TEST_PICTURE : lens,
				profile: profileNamed(profile),
				sound: this.sound,
				version: this.#version,
				signal: stop.signal,
				onTrial: (trial) => (this.trial = trial),
				onFinding: (finding) => (this.findings = [...this.findings, finding]),
			});
		} catch (error) {
			const fault = faultOf(error);
			this.findings = [];
			if (!stop.signal.aborted) this.fault = fault;
		}
		[this.running, this.trial] = [false, null];
	}

	cancel(): void {
		this.#stop?.abort();
	}

	async copy(): Promise<void> {
		try {
			await navigator.clipboard.writeText(this.report);
			this.copied = 'done';
		} catch {
			this.copied = 'failed';
		}
	}
}

/** The kind of the fault behind a finding; `null`: it has another cause, or none. */
export function faultKindOf({ why }: DeviceFinding): FaultKind | null {
	return FAULT_KINDS.find((kind) => kind === why) ?? null;
}
