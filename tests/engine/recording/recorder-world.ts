/** A recorder with in-memory dependencies, on a device with a camera. */
import { expect } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { Recorder } from '#engine/recording/recorder.ts';
import type { RecorderChoice, RecorderTools } from '#engine/recording/recorder-controls.ts';
import { FakeCapture } from '../../fakes/capture.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeEncoder } from '../../fakes/encoder.ts';
import { MemoryCameraPreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { retentionWith } from '../../fakes/storage.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';

/** Polls, because real cryptography takes real time. */
export async function untilSo(what: () => boolean | Promise<boolean>): Promise<void> {
	await expect.poll(what, { interval: 2, timeout: 30_000 }).toBe(true);
}

export class RecorderWorld {
	readonly clock = new ManualClock();
	readonly capture = new FakeCapture();
	readonly encoder = new FakeEncoder(() => this.clock.monotonicMs());
	readonly segments = new MemorySegmentStore();
	readonly preferences = new MemoryCameraPreferences();
	readonly localDevice = new LocalDevice({
		...{ crypto: new WebCrypto(), vault: new MemoryVault() },
		...{ segments: this.segments, clock: this.clock },
	});
	readonly #choice: RecorderChoice;

	private constructor(choice: RecorderChoice) {
		this.#choice = choice;
	}

	static async make(choice: RecorderChoice): Promise<RecorderWorld> {
		const world = new RecorderWorld(choice);
		await world.localDevice.createCamera();
		return world;
	}

	get camera(): CameraId {
		const { state } = this.localDevice;
		if (state.kind !== 'ready') throw new Error('the device is not unlocked');
		return state.cameras[0]?.id as CameraId;
	}

	makeRecorder(more: Partial<RecorderTools> = {}, rotateMs?: number): Recorder {
		const { clock, capture, encoder, segments, preferences } = this;
		const tools: RecorderTools = {
			...{ clock, capture, encoder, segments, preferences },
			tenure: new MemoryCameraLock(new Set()),
			retention: retentionWith(segments, () => Infinity),
			beginRun: (camera, given) => this.localDevice.beginRun(camera, given),
			camera: () => this.camera,
			...more,
		};
		return new Recorder(tools, rotateMs);
	}

	async saved(): Promise<number> {
		const runs = await this.segments.runs(this.camera);
		return runs.reduce((sum, run) => sum + run.lastSeq, 0);
	}

	/** Lets `count` seconds pass, each with frames and a fragment at its end. */
	async record(recorder: Recorder, count: number): Promise<void> {
		for (let n = 0; n < count; n++) {
			const before = await this.saved();
			this.capture.current.delivered += 15;
			this.clock.advance(1000);
			this.encoder.current.fragment();
			await untilSo(async () => (await this.saved()) > before);
		}
		await recorder.open(this.#choice); // Queued last: everything before is done.
	}

	/** A recorder that has recorded two seconds. */
	async recording(recorder = this.makeRecorder()): Promise<Recorder> {
		await recorder.open(this.#choice);
		await recorder.start();
		await this.record(recorder, 2);
		return recorder;
	}
}
