import {
	backgroundFinding,
	codecsFinding,
	failed,
	found,
	keptFinding,
	keysFinding,
	roomFinding,
	untold,
} from '#domain/recording/device-check.ts';
import { reportText, type Source } from '#domain/recording/device-report.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { Features } from '#domain/recording/features.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { isTestPicture } from '#domain/media/lens.ts';
import type { Cable, CableEvents, Cables } from '#ports/network/cable.ts';
import type { Capture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Encoder } from '#ports/media/encoder.ts';
import type { Lab, Scratch } from '#ports/device/lab.ts';
import type { LiveEncoder } from '#ports/media/live-encoder.ts';
import type { StoragePersistence } from '#ports/storage/persistence.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Tenure } from '#ports/device/tenure.ts';
import { House } from '#engine/home/house.ts';
import type { RecorderControls } from '#engine/recording/recording.ts';
import { readBack, type PlaybackTools } from './trial-playback.ts';
import { liveTrial, recordTrial, type Recorded, type TrialChoice } from './trial-recording.ts';
import { Trying, type TryingWish } from './trying.ts';

/** What a question to the browser may take. */
const ASK_MS = 5000;
/** A person may be asked for the camera. */
const LENS_MS = 70_000;
const KEYS_MS = 15_000;
/** An encoder may take seconds to begin. */
const LIVE_MS = 10_000;
const RECORD_MS = 30_000;
/** Footage is of now if it is so young. */
const RECENT_MS = 60_000;

export interface DeviceCheckTools {
	readonly clock: Clock;
	readonly crypto: Crypto;
	readonly capture: Capture;
	/** Encodings of their own: nobody who watches gets what a check records. */
	readonly encoder: Encoder;
	readonly liveEncoder: LiveEncoder;
	readonly cables: Cables;
	readonly origin: Pick<StoragePersistence, 'persisted'>;
	readonly features: Features;
	readonly lab: Lab;
	readonly recorder: Pick<RecorderControls, 'state' | 'camera'>;
	readonly tenure: Pick<Tenure, 'taken'>;
	/** This device's own, for what it records anyway. */
	readonly segments: SegmentStore;
	readonly house: Pick<House, 'state' | 'opener'>;
	/** Plays on the page, for a person to see. */
	readonly player: PlaybackTools['player'];
}

export interface CheckWish extends TrialChoice, TryingWish {
	/** Of the app. */
	readonly version: string;
}

/** Tries what this browser can do on this device. Rules: docs/spec/device-check.md. */
export class DeviceCheck {
	readonly #tools: DeviceCheckTools;

	constructor(tools: DeviceCheckTools) {
		this.#tools = tools;
	}

	/** DC4: what records on this device now, in this tab or another one. Never throws. */
	async busy(): Promise<CameraId | null> {
		const { recorder, tenure } = this.#tools;
		const { camera, state } = recorder;
		if (camera === null) return null;
		if (['starting', 'recording', 'blind'].includes(state.kind)) return camera;
		const taken = await tenure.taken(camera).catch(() => false);
		return taken ? camera : null;
	}

	/** The report. Throws `aborted` when it was called off, `conflict` when another tab checks. */
	async run(wish: CheckWish): Promise<string> {
		const { clock, lab } = this.#tools;
		const trying = new Trying(clock, lab.sight(), wish);
		const busy = await this.busy();
		try {
			if (busy === null) await this.#record(trying, wish);
			else await this.#read(trying, busy);
			await this.#ask(trying);
			trying.finish();
		} finally {
			trying.stop();
		}
		const about = { ...lab.about(), version: wish.version };
		const drawn: Source = isTestPicture(wish.lensId) ? 'test picture' : 'camera';
		const source = busy === null ? drawn : 'the recording that was going on';
		return reportText(about, source, trying.findings);
	}

	/** DC1: in databases of its own, which are gone afterwards. */
	async #record(trying: Trying, wish: CheckWish): Promise<void> {
		const scratch = await this.#scratch(trying);
		if (scratch === null) return;
		if (scratch === 'taken') throw new Fault('conflict', 'another tab checks this device');
		try {
			const { crypto, clock } = this.#tools;
			const { segments, vault } = scratch;
			const house = new House({ crypto, clock, segments, vault });
			const recorded = await this.#recordInto(house, scratch, trying, wish);
			if (recorded === null) return;
			await readBack({ ...this.#tools, segments, opener: house.opener }, recorded, trying);
		} finally {
			await trying.ended();
			const gone = await scratch.remove();
			trying.tell(found('removed', gone ? 'yes' : 'no'));
		}
	}

	/**
	 * `null`: none, and that was told. It has its own deadlines: what it holds must be given back.
	 */
	async #scratch(trying: Trying): Promise<Scratch | 'taken' | null> {
		try {
			return await this.#tools.lab.scratch();
		} catch (error) {
			trying.tell(failed('store', faultOf(error).kind));
			return null;
		}
	}

	async #recordInto(
		house: House,
		{ segments }: Scratch,
		trying: Trying,
		choice: CheckWish,
	): Promise<Recorded | null> {
		const { capture, clock, lab } = this.#tools;
		// First of all: a browser may ask only as long as the press is fresh.
		const captured = await trying.get('lens', LENS_MS, (signal) => {
			const { width, height, frameRate } = choice.profile;
			const { lensId, sound } = choice;
			return capture.open({ lensId, width, height, frameRate, sound }, signal);
		});
		try {
			const camera = await trying.get('keys', KEYS_MS, () => trying.ends(keysOf(house, trying)));
			if (captured === null || camera === null) return null;
			const given = { captured, choice, trying };
			const tools = { ...this.#tools, segments, house };
			const recorded = await trying.get('record', RECORD_MS, (signal) =>
				recordTrial(tools, { ...given, camera, signal }),
			);
			const parts = await trying.get('live', LIVE_MS, (signal) =>
				liveTrial(tools, { ...given, signal }),
			);
			if (parts === null || parts.length === 0) return recorded;
			await trying.get('decode', ASK_MS, async (signal) => {
				const begunMs = clock.monotonicMs();
				await lab.decode(parts, signal);
				const firstMs = Math.round(clock.monotonicMs() - begunMs);
				trying.tell(found('decode', 'yes', { firstMs }));
			});
			return recorded;
		} finally {
			captured?.close();
		}
	}

	/** DC4: what is recorded anyway is read, and nothing else of it is touched. */
	async #read(trying: Trying, camera: CameraId): Promise<void> {
		const { house, segments, clock } = this.#tools;
		for (const trial of ['lens', 'seal', 'store', 'live', 'decode', 'removed'] as const) {
			trying.tell(untold(trial, 'busy'));
		}
		if (house.state.kind === 'ready') trying.tell(keysFinding(house.state.strength));
		const run = await trying.get('record', ASK_MS, () => segments.lastRun(camera));
		// It is armed, and saves nothing: what is older says nothing of now.
		if (run === null || run.endUs < (clock.wallMs() - RECENT_MS) * 1000) return;
		const heard = /opus|mp4a/.test(run.mime) || null;
		const recorded = { run, firstMs: null, heard };
		await readBack({ ...this.#tools, opener: house.opener }, recorded, trying);
	}

	/** What needs no recording. */
	async #ask(trying: Trying): Promise<void> {
		const { cables, features, lab, origin } = this.#tools;
		await trying.get('connect', ASK_MS, async (signal) => {
			const ms = await connected(cables, this.#tools.clock, signal);
			trying.tell(found('connect', 'yes', { ms: Math.round(ms) }));
		});
		await trying.get('awake', ASK_MS, async () => {
			trying.tell(found('awake', (await lab.awake()) ? 'yes' : 'no'));
		});
		trying.tell(backgroundFinding(features));
		await trying.get('kept', ASK_MS, async () => {
			trying.tell(keptFinding(await origin.persisted()));
		});
		await trying.get('room', ASK_MS, async () => {
			trying.tell(roomFinding(await lab.room()));
		});
		trying.tell(codecsFinding(lab.codecs()));
	}
}

/** New ones, as at a first start. Resolves to the camera they are for. */
async function keysOf(house: House, trying: Trying): Promise<CameraId | null> {
	const state = await house.found();
	if (state.kind === 'unavailable') throw state.fault;
	if (state.kind !== 'ready') throw new Fault('unavailable', 'no keys could be made');
	trying.tell(keysFinding(state.strength));
	return state.cameras[0]?.id ?? null;
}

/** How long two ends on this device take to find each other, as two devices in a network would. */
async function connected(cables: Cables, clock: Clock, signal: AbortSignal): Promise<number> {
	const begun = clock.monotonicMs();
	const ends: Cable[] = [];
	const close = (): void => {
		for (const end of ends.splice(0)) end.close();
	};
	try {
		return await new Promise<number>((done, fail) => {
			signal.addEventListener('abort', () => {
				fail(new Fault('timeout', 'no connection came up'));
			});
			const events: CableEvents = {
				up: () => {
					done(clock.monotonicMs() - begun);
				},
				down: () => {
					fail(new Fault('unavailable', 'the connection did not come up'));
				},
				channel: () => ({ text: ignore, bytes: ignore, ended: ignore }),
			};
			const connect = async (): Promise<void> => {
				const offered = await cables.offer(events);
				ends.push(offered);
				signal.throwIfAborted();
				const answering = await cables.answer(offered.contact, events);
				ends.push(answering);
				signal.throwIfAborted();
				await offered.accept(answering.contact);
			};
			// What came too late is closed, too.
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
