import { localCalendar } from '#browser/playback/calendar.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Gap, Span } from '#domain/footage/span.ts';
import type { ClipPlan } from '#engine/playback/clip-exporter.ts';
import { INITIAL_STATE, type PlayerState } from '#engine/playback/player-state.ts';
import type { Installation } from '#ports/app/installer.ts';
import type { MarkedRemoval, MarkPermission } from '#engine/sync/marks/footage-marks.ts';
import type { Engine, LocalCamera } from '#state/app/engine.ts';
import { stubHome, stubHosting, type HomeOptions, type Stub } from './home.ts';
import { CAMERA, NOON } from './scene.ts';

/** Static engines, for looking at each state. */

const HOUR = 3_600_000;

const span = (fromMs: number, toMs: number): Span => ({
	startUs: fromMs * 1000,
	endUs: toMs * 1000,
});

/** A month of days from six to ten, with pauses, damage and a night without power. */
function monthOfFootage(): { footage: Span[]; gaps: Gap[] } {
	const footage: Span[] = [];
	const gaps: Gap[] = [];
	const reasons = ['stopped', 'interrupted', 'damaged', 'deleted'] as const;
	for (let day = 30; day >= 0; day -= 1) {
		const from = NOON - day * 24 * HOUR - 6 * HOUR;
		footage.push(span(from, from + 5 * HOUR), span(from + 5.5 * HOUR, from + 16 * HOUR));
		gaps.push({ ...span(from + 5 * HOUR, from + 5.5 * HOUR), why: reasons[day % 4] ?? 'stopped' });
		if (day > 0) gaps.push({ ...span(from + 16 * HOUR, from + 24 * HOUR), why: 'interrupted' });
	}
	return { footage, gaps };
}

interface StubOptions {
	readonly player?: Partial<PlayerState>;
	readonly pins?: readonly Span[];
	readonly mayMark?: MarkPermission;
	readonly plan?: Partial<ClipPlan> | null;
	readonly installation?: Installation;
	/** The result of a clip export: done, a fault, or stuck at 40 %. */
	readonly clip?: 'made' | 'failed' | 'under-way';
	readonly home?: HomeOptions;
}

export function stubEngine({
	player,
	pins = [],
	mayMark = 'yes',
	plan,
	installation,
	clip,
	home = {},
}: StubOptions = {}): Engine {
	const nothing = (): void => undefined;
	const off = () => nothing;
	const state: PlayerState = {
		...INITIAL_STATE,
		kind: 'paused',
		wallMs: NOON,
		day: span(NOON - 12 * HOUR, NOON + 12 * HOUR),
		...monthOfFootage(),
		...player,
	};
	const done = () => Promise.resolve();
	const planned: ClipPlan = {
		...span(NOON - 15_000, NOON + 15_000),
		camera: CAMERA,
		segments: [],
		gaps: 0,
		lengthUs: 30_000_000,
		bytes: 5_600_000,
		sound: false,
		runNos: [1],
		formats: [{ format: 'mp4', losesSound: false }],
		needsFile: false,
		...plan,
	};
	const camera = {
		...{ number: 1, begun: done(), dispose: nothing, hosting: stubHosting(home) },
		tamperDetector: { sign: null, on: off },
		adaptiveQuality: { why: null, on: off },
		scheduler: { now: null, on: off, begin: done },
		recorder: { state: { kind: 'off', fault: null }, on: off, camera: null },
		preferences: {
			...{ ignored: [], on: off, accept: done },
			read: () => Promise.resolve({ lensId: null, profile: 'standard', sound: true }),
		},
	} as unknown as LocalCamera;
	const engine: Stub<Engine> = {
		calendar: localCalendar,
		clock: { wallMs: () => NOON, monotonicMs: () => 0, every: off, after: off },
		footage: { watch: off, runs: () => Promise.resolve([]) },
		problems: { of: () => [], on: off },
		origins: {
			cameras: () => Promise.resolve([]),
			spans: () => Promise.resolve([]),
			state: () => home.relay ?? 'ready',
			on: off,
		},
		segments: {
			watch: off,
			cameras: () => Promise.resolve([]),
			pins: () => Promise.resolve(pins.map((pin, id) => ({ ...pin, id, camera: CAMERA }))),
			runs: () => Promise.resolve([]),
		},
		marks: () =>
			Promise.resolve({
				...{ on: off, settle: nothing, dismiss: nothing, removal: (of: MarkedRemoval) => of },
				may: () => Promise.resolve(mayMark),
				removals: () => Promise.resolve([]),
				pins: () => Promise.resolve(pins.map((pin) => ({ ...pin, camera: CAMERA }))),
			}),
		savedCopies: () => Promise.resolve({ of: () => Promise.resolve([]) }),
		eventLog: { watch: off, between: () => Promise.resolve([]) },
		thumbnails: {
			near: () => Promise.resolve(null),
			first: () => Promise.resolve(null),
			load: () => Promise.resolve(),
		},
		player: () =>
			Promise.resolve({
				state,
				on: off,
				open: done,
				play: done,
				seek: done,
				skip: done,
				step: done,
				reload: done,
				pause: nothing,
				rate: nothing,
				close: nothing,
			}),
		clips: () =>
			Promise.resolve({
				plan: () => Promise.resolve(plan === null ? null : planned),
				write: (_: ClipPlan, { onProgress }: { onProgress: (share: number) => void }) => {
					onProgress(0.4);
					if (clip === 'failed') return Promise.reject(new Fault('quota', 'for the picture'));
					if (clip === 'under-way') return new Promise(nothing);
					return Promise.resolve({ blob: null, missing: 2, reencoded: true });
				},
			}),
		capture: { lenses: () => Promise.resolve([]), onLenses: off },
		localDevice: {
			state: {
				kind: 'ready',
				homeId: CAMERA as string,
				deviceId: CAMERA as string,
				strength: 'sealed',
				cameras: [{ id: CAMERA, number: 1, name: 'Hall' }],
				removed: [],
			},
			on: off,
			refresh: done,
		},
		cameras: { all: [camera], of: () => camera, idOf: () => CAMERA, on: off },
		preferences: {
			...{ ignored: [], on: off, accept: done },
			read: () => Promise.resolve({ acceptsLoss: false }),
		},
		features: {
			...{ secure: true, localhost: true, camera: true, wakeLock: true, mobile: true },
			...{
				engine: 'chromium',
				agent: { browser: 'Chrome', system: 'android', device: null },
				recordsHidden: true,
				sound: true,
				installed: false,
			},
		},
		installer: { state: installation ?? 'by-hand', on: off, prompt: done },
		dataLoss: { cleared: null, on: off, forget: nothing },
		maintenance: {
			...{
				usage: null,
				outlook: null,
				level: 'fine',
				growths: [],
				fault: null,
				clearedTrace: null,
			},
			...{ on: off, start: nothing, refresh: done, acknowledgeCleared: nothing },
		},
		persistence: { persisted: () => Promise.resolve(false), persist: () => Promise.resolve(false) },
		wakeLock: { state: 'unwanted', setWanted: nothing, on: off },
		power: { charge: { level: 0.8, charging: true }, on: off },
		showIndicator: nothing,
		show: nothing,
		...stubHome(home),
	};
	return engine as unknown as Engine;
}
