import {
	backgroundFinding,
	codecsFinding,
	failedFinding,
	findingOf,
	keptFinding,
	keysFinding,
	roomFinding,
	unknownFinding,
} from '#domain/recording/device-check.ts';
import { reportText, type CheckSource } from '#domain/recording/device-report.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { BrowserFeatures } from '#domain/recording/browser-features.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { isTestPicture } from '#domain/media/lens.ts';
import type {
	DataConnection,
	DataConnectionEvents,
	DataConnections,
} from '#ports/network/data-connection.ts';
import type { Capture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Encoder } from '#ports/media/encoder.ts';
import type { DeviceProbe, ScratchDatabases } from '#ports/device/device-probe.ts';
import type { LiveEncoder } from '#ports/media/live-encoder.ts';
import type { StoragePersistence } from '#ports/storage/persistence.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import type { RecorderControls } from '#engine/recording/recorder-controls.ts';
import { readBack, type TrialPlaybackTools } from './trial-playback.ts';
import {
	liveTrial,
	recordTrial,
	type TrialRecording,
	type TrialChoice,
} from './trial-recording.ts';
import { TrialRunner, type TrialRunnerOptions } from './trial-runner.ts';

/** Deadline for browser API queries. */
const QUERY_MS = 5000;
/** The browser may ask the person for permission. */
const LENS_MS = 70_000;
const KEYS_MS = 15_000;
/** An encoder may take seconds to start. */
const LIVE_MS = 10_000;
const RECORD_MS = 30_000;
/** Maximum age of footage that counts as being recorded now. */
const RECENT_MS = 60_000;

export interface DeviceCheckTools {
	readonly clock: Clock;
	readonly crypto: Crypto;
	readonly capture: Capture;
	/** Not the shared encoder: viewers must not receive what a check records. */
	readonly encoder: Encoder;
	readonly liveEncoder: LiveEncoder;
	readonly dataConnections: DataConnections;
	readonly origin: Pick<StoragePersistence, 'persisted'>;
	readonly features: BrowserFeatures;
	readonly lab: DeviceProbe;
	/** Of all cameras of this device. */
	readonly recorders: () => readonly Pick<RecorderControls, 'state' | 'camera'>[];
	readonly tenure: Pick<CameraLock, 'isHeld'>;
	/** The device's real store: DC4 reads the running recording from it. */
	readonly segments: SegmentStore;
	readonly localDevice: Pick<LocalDevice, 'state' | 'opener'>;
	/** Plays visibly on the page. */
	readonly player: TrialPlaybackTools['player'];
}

export interface DeviceCheckOptions extends TrialChoice, TrialRunnerOptions {
	/** App version. */
	readonly version: string;
}

/** Tests what this browser can do on this device. Rules: docs/spec/device-check.md. */
export class DeviceCheck {
	readonly #tools: DeviceCheckTools;

	constructor(tools: DeviceCheckTools) {
		this.#tools = tools;
	}

	/** DC4: the camera that is recording now, in this tab or another. Never throws. */
	async busy(): Promise<CameraId | null> {
		const { recorders, tenure } = this.#tools;
		for (const { camera, state } of recorders()) {
			if (camera === null) continue;
			if (['starting', 'recording', 'blind'].includes(state.kind)) return camera;
			if (await tenure.isHeld(camera).catch(() => false)) return camera;
		}
		return null;
	}

	/**
	 * Resolves to the report. Throws `aborted` if cancelled, `conflict` if another tab is checking.
	 */
	async run(options: DeviceCheckOptions): Promise<string> {
		const { clock, lab } = this.#tools;
		const runner = new TrialRunner(clock, lab.watchVisibility(), options);
		const busy = await this.busy();
		try {
			if (busy === null) await this.#checkRecording(runner, options);
			else await this.#checkCurrent(runner, busy);
			await this.#checkRest(runner);
			runner.finish();
		} finally {
			runner.stop();
		}
		const about = { ...lab.about(), version: options.version };
		const lens: CheckSource = isTestPicture(options.lensId) ? 'test picture' : 'camera';
		const source = busy === null ? lens : 'the recording that was going on';
		return reportText(about, source, runner.findings);
	}

	/** DC1: records into temporary databases and deletes them afterwards. */
	async #checkRecording(runner: TrialRunner, options: DeviceCheckOptions): Promise<void> {
		const scratch = await this.#scratch(runner);
		if (scratch === null) return;
		if (scratch === 'taken') throw new Fault('conflict', 'another tab is running the device check');
		try {
			const { crypto, clock } = this.#tools;
			const { segments, vault } = scratch;
			const localDevice = new LocalDevice({ crypto, clock, segments, vault });
			const recorded = await this.#recordInto(localDevice, scratch, runner, options);
			if (recorded === null) return;
			const { opener } = localDevice;
			await readBack({ ...this.#tools, footage: segments, opener }, recorded, runner);
		} finally {
			await runner.settled();
			const gone = await scratch.remove();
			runner.report(findingOf('removed', gone ? 'yes' : 'no'));
		}
	}

	/**
	 * `null`: not available, and reported. Runs outside `TrialRunner.run`, since what it opens must
	 * be removed even after a cancel; it has deadlines of its own.
	 */
	async #scratch(runner: TrialRunner): Promise<ScratchDatabases | 'taken' | null> {
		try {
			return await this.#tools.lab.scratch();
		} catch (error) {
			runner.report(failedFinding('store', faultOf(error).kind));
			return null;
		}
	}

	async #recordInto(
		localDevice: LocalDevice,
		{ segments }: ScratchDatabases,
		runner: TrialRunner,
		choice: DeviceCheckOptions,
	): Promise<TrialRecording | null> {
		const { capture, clock, lab } = this.#tools;
		// Must come first: browsers may prompt only while user activation lasts.
		const captured = await runner.run('lens', LENS_MS, (signal) => {
			const { width, height, frameRate } = choice.profile;
			const { lensId, sound } = choice;
			return capture.open({ lensId, width, height, frameRate, sound }, signal);
		});
		try {
			const camera = await runner.run('keys', KEYS_MS, () =>
				runner.defer(createKeys(localDevice, runner)),
			);
			if (captured === null || camera === null) return null;
			const given = { captured, choice, runner };
			const tools = { ...this.#tools, segments, localDevice };
			const recorded = await runner.run('record', RECORD_MS, (signal) =>
				recordTrial(tools, { ...given, camera, signal }),
			);
			const parts = await runner.run('live', LIVE_MS, (signal) =>
				liveTrial(tools, { ...given, signal }),
			);
			if (parts === null || parts.length === 0) return recorded;
			await runner.run('decode', QUERY_MS, async (signal) => {
				const begunMs = clock.monotonicMs();
				await lab.decode(parts, signal);
				const firstMs = Math.round(clock.monotonicMs() - begunMs);
				runner.report(findingOf('decode', 'yes', { firstMs }));
			});
			return recorded;
		} finally {
			captured?.close();
		}
	}

	/** DC4: only reads the recording that is in progress. */
	async #checkCurrent(runner: TrialRunner, camera: CameraId): Promise<void> {
		const { localDevice, segments, clock } = this.#tools;
		for (const trial of ['lens', 'seal', 'store', 'live', 'decode', 'removed'] as const) {
			runner.report(unknownFinding(trial, 'busy'));
		}
		if (localDevice.state.kind === 'ready') runner.report(keysFinding(localDevice.state.strength));
		const run = await runner.run('record', QUERY_MS, () => segments.lastRun(camera));
		// Armed but saving nothing: older footage says nothing about the current state.
		if (run === null || run.endUs < (clock.wallMs() - RECENT_MS) * 1000) return;
		const heard = /opus|mp4a/.test(run.mime) || null;
		const recorded = { run, firstMs: null, heard };
		const { opener } = localDevice;
		await readBack({ ...this.#tools, footage: segments, opener }, recorded, runner);
	}

	/** Trials that need no recording. */
	async #checkRest(runner: TrialRunner): Promise<void> {
		const { dataConnections, features, lab, origin } = this.#tools;
		await runner.run('connect', QUERY_MS, async (signal) => {
			const ms = await measureConnect(dataConnections, this.#tools.clock, signal);
			runner.report(findingOf('connect', 'yes', { ms: Math.round(ms) }));
		});
		await runner.run('awake', QUERY_MS, async () => {
			runner.report(findingOf('awake', (await lab.wakeLock()) ? 'yes' : 'no'));
		});
		runner.report(backgroundFinding(features));
		await runner.run('kept', QUERY_MS, async () => {
			runner.report(keptFinding(await origin.persisted()));
		});
		await runner.run('room', QUERY_MS, async () => {
			runner.report(roomFinding(await lab.storageEstimate()));
		});
		runner.report(codecsFinding(lab.codecs()));
	}
}

/** Creates keys as at a first start. Resolves to the camera they belong to. */
async function createKeys(localDevice: LocalDevice, runner: TrialRunner): Promise<CameraId | null> {
	const state = await localDevice.createCamera();
	if (state.kind === 'unavailable') throw state.fault;
	if (state.kind !== 'ready')
		throw new Fault('unavailable', 'the device check could not create keys');
	runner.report(keysFinding(state.strength));
	return state.cameras[0]?.id ?? null;
}

/** Time in ms to connect two peers in this page, as two devices in one network would. */
async function measureConnect(
	dataConnections: DataConnections,
	clock: Clock,
	signal: AbortSignal,
): Promise<number> {
	const begun = clock.monotonicMs();
	const ends: DataConnection[] = [];
	const close = (): void => {
		for (const end of ends.splice(0)) end.close();
	};
	try {
		return await new Promise<number>((done, fail) => {
			signal.addEventListener('abort', () => {
				fail(new Fault('timeout', 'the direct connection did not open in time'));
			});
			const events: DataConnectionEvents = {
				up: () => {
					done(clock.monotonicMs() - begun);
				},
				down: () => {
					fail(new Fault('unavailable', 'the direct connection closed before it opened'));
				},
				channel: () => ({ text: ignore, bytes: ignore, ended: ignore }),
			};
			const connect = async (): Promise<void> => {
				const offered = await dataConnections.offer(events);
				ends.push(offered);
				signal.throwIfAborted();
				const answering = await dataConnections.answer(offered.descriptor, events);
				ends.push(answering);
				signal.throwIfAborted();
				await offered.accept(answering.descriptor);
			};
			// Also closes ends that were created after the timeout.
			connect().catch((error: unknown) => {
				fail(faultOf(error));
				close();
			});
		});
	} finally {
		close();
	}
}

function ignore(): void {
	return;
}
