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
}

/**
 * The recorder with its schedule, its event log and its watchdogs. Nothing observes the recorder
 * until `begin`.
 */
export function composeRecording(tools: RecordingTools, storage: StorageParts) {
	const { clock, capture, power, encoder, localDevice } = tools;
	const { segments, thumbnails, events, retention, cameraPreferences: preferences } = storage;
	const sealerOf = (camera: CameraId) => localDevice.beginSidecar(camera);
	const eventLog = new EventLog({ clock, events, opener: localDevice.opener, sealerOf });
	const tamperDetector = new TamperDetector(eventLog, clock, new BrowserMotionSensor(), power);
	const repairs = new Repairs({ clock, eventLog, reloading: new BrowserPageReloader() });
	const stalls = new StallLog(eventLog);
	const recorder = new Recorder({
		...{ clock, capture, encoder, segments, retention, preferences },
		tenure: new WebCameraLock(),
		beginRun: (camera, given) => localDevice.beginRun(camera, given),
		thumbnails: {
			maker: new WorkerThumbnailMaker(),
			thumbnails,
			sealerOf,
			onBrightness: (camera, grid, wallUs) => tamperDetector.inspect(camera, grid, wallUs),
		},
		prepareRepair: (camera, repair) => repairs.prepare(camera, repair),
		stalled: (camera, hole) => stalls.add(camera, hole),
		camera: () =>
			localDevice.state.kind === 'ready' ? (localDevice.state.cameras[0]?.id ?? null) : null,
	});
	const scheduler = new Scheduler({
		...{ clock, preferences, recorder, eventLog },
		calendar: localCalendar,
	});
	const dataLoss = new DataLossReporter({
		...{ clock, localDevice, recorder, eventLog },
		clearing: new BrowserDataLossSource(),
		origin: storage.persistence,
		footage: () => storage.maintenance.usage?.footage ?? 0,
	});
	const pressure = new ComputePressure();
	const adaptiveQuality = new AdaptiveQuality({ clock, eventLog, power, pressure });
	const begin = (): void => {
		tamperDetector.watch(recorder);
		logOtherLens(recorder, eventLog);
		dataLoss.begin();
		logTestPicture({ recorder, eventLog, clock, calendar: localCalendar });
		adaptiveQuality.adapt(recorder);
		recorder.on(() => {
			if (recorder.state.kind === 'recording') repairs.recovered();
		});
	};
	return { eventLog, tamperDetector, recorder, scheduler, dataLoss, adaptiveQuality, begin };
}
export type RecordingParts = ReturnType<typeof composeRecording>;
