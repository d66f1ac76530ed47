import { BrowserPageReloader } from '#browser/app/page-reloader.ts';
import type { MediaCapture } from '#browser/capture/media-capture.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { ComputePressure } from '#browser/device/compute-pressure.ts';
import { BrowserMotionSensor } from '#browser/device/motion-sensor.ts';
import type { BatteryPowerSource } from '#browser/device/power-source.ts';
import type { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import { WorkerThumbnailMaker } from '#browser/encoding/thumbnail-maker.ts';
import { localCalendar } from '#browser/playback/calendar.ts';
import { BrowserDataLossSource } from '#browser/storage/data-loss-source.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { AdaptiveQuality } from '#engine/recording/adaptive-quality.ts';
import { DataLossReporter } from '#engine/recording/data-loss-reporter.ts';
import { EventLog } from '#engine/recording/event-log.ts';
import { logOtherLens } from '#engine/recording/log-other-lens.ts';
import { logTestPicture } from '#engine/recording/log-test-picture.ts';
import { Recorder } from '#engine/recording/recorder.ts';
import { Repairs } from '#engine/recording/repairs.ts';
import { Scheduler } from '#engine/recording/scheduler.ts';
import { StallLog } from '#engine/recording/stall-log.ts';
import { TamperDetector } from '#engine/recording/tamper-detector.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { StorageParts } from './storage.ts';

export interface RecordingTools {
	readonly clock: Clock;
	readonly capture: MediaCapture;
	readonly power: BatteryPowerSource;
	readonly encoder: SharedEncoder;
	readonly localDevice: LocalDevice;
	readonly recorders: () => readonly Recorder[];
}

/** What the cameras of this device share for recording. */
export function composeRecording(tools: RecordingTools, storage: StorageParts) {
	const { clock, localDevice, recorders } = tools;
	const { events, persistence, maintenance } = storage;
	const sealerOf = (camera: CameraId) => localDevice.beginSidecar(camera);
	const eventLog = new EventLog({ clock, events, opener: localDevice.opener, sealerOf });
	const dataLoss = new DataLossReporter({
		...{ clock, localDevice, recorders, eventLog },
		readPreferences: storage.readPreferences,
		clearing: new BrowserDataLossSource(),
		origin: persistence,
		footage: () => maintenance.usage?.footage ?? 0,
	});
	const shared = {
		...{ motion: new BrowserMotionSensor(), pressure: new ComputePressure() },
		...{ reloading: new BrowserPageReloader(), tenure: new WebCameraLock() },
	};
	return { ...tools, ...shared, sealerOf, eventLog, dataLoss };
}
export type RecordingParts = ReturnType<typeof composeRecording>;

/** One camera's recorder with its schedule and its watchdogs. */
export function recordingOf(
	number: number,
	idOf: (number: number) => CameraId | null,
	shared: RecordingParts,
	{ segments, thumbnails, retention, cameraPreferences }: StorageParts,
) {
	const { clock, power, eventLog, localDevice, recorders, dataLoss, sealerOf } = shared;
	const preferences = cameraPreferences(number);
	const tamperDetector = new TamperDetector(eventLog, clock, shared.motion, power);
	const othersRecord = (camera: CameraId): boolean =>
		recorders().some((one) => one.camera !== camera && one.state.kind === 'recording');
	const repairs = new Repairs({ ...shared, othersRecord });
	const stalls = new StallLog(eventLog);
	const recorder = new Recorder({
		...{ ...shared, segments, retention, preferences },
		beginRun: (camera, given) => localDevice.beginRun(camera, given),
		thumbnails: {
			maker: new WorkerThumbnailMaker(),
			thumbnails,
			sealerOf,
			onBrightness: (camera, grid, wallUs) => tamperDetector.inspect(camera, grid, wallUs),
		},
		prepareRepair: (camera, repair) => repairs.prepare(camera, repair),
		stalled: (camera, hole) => stalls.add(camera, hole),
		camera: () => idOf(number),
	});
	const calendar = localCalendar;
	const scheduler = new Scheduler({ clock, preferences, recorder, eventLog, calendar });
	const adaptiveQuality = new AdaptiveQuality(shared);
	tamperDetector.watch(recorder);
	logOtherLens(recorder, eventLog);
	logTestPicture({ recorder, eventLog, clock, calendar });
	adaptiveQuality.adapt(recorder);
	recorder.on(() => {
		if (recorder.state.kind === 'recording') repairs.recovered();
		dataLoss.log(recorder);
	});
	return { number, preferences, recorder, scheduler, tamperDetector, adaptiveQuality };
}
