import { expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { LiveViewControls, ViewState, WatchedCamera } from '#engine/live/controls.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Engine, LocalCamera } from '#state/app/engine.ts';
import { LocalView } from '#state/live/local-view.ts';
import { CameraView } from '#state/live/camera-view.svelte.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { stubHome, stubView, WATCHED } from '../../gallery/home.ts';

/** A view that records its calls, on a camera that goes offline and returns. */
function watched(state: ViewState, talk: LiveViewControls['talk'] = () => Promise.resolve()) {
	const calls: string[] = [];
	let become: (state: ViewState) => void = () => undefined;
	const view: LiveViewControls = {
		...stubView(state),
		on: (listener) => {
			become = (next) => {
				Object.assign(view, { state: next });
				listener();
			};
			return () => undefined;
		},
		retry: () => void calls.push('retry'),
		mute: (muted) => void calls.push(muted ? 'mute' : 'sound'),
		talk: (on) => {
			calls.push(on ? 'talk' : 'quiet');
			return talk(on);
		},
	};
	let cameras: readonly WatchedCamera[] = [{ ...WATCHED, online: false }];
	let change: () => void = () => undefined;
	const engine = {
		clock: new ManualClock(),
		...stubHome({}),
		cameraDirectory: {
			get cameras() {
				return cameras;
			},
			view: () => view,
			on: (listener: () => void) => {
				change = listener;
				return () => undefined;
			},
		},
	};
	const viewing = new CameraView(engine as unknown as Engine, WATCHED);
	const online = (there: boolean) => {
		cameras = [{ ...WATCHED, online: there }];
		change();
	};
	return { viewing, calls, online, become: (next: ViewState) => become(next) };
}

const DIRECT: Extract<ViewState, { kind: 'live' }> = {
	...({ kind: 'live', path: 'direct', reason: 'best' } as const),
	...{ ageMs: 100, sound: true, fragmented: false },
};

test('a camera that returns is called again once, automatically', () => {
	const { calls, online } = watched({ kind: 'ended', why: 'camera-away', fault: null });
	online(false);
	expect(calls).toEqual([]);
	online(true);
	online(true);
	expect(calls).toEqual(['retry']);
});

test('a picture that survived the loss of the relay is left alone', () => {
	const { calls, online } = watched(DIRECT);
	online(true);
	expect(calls).toEqual([]);
});

test('talking mutes, and restores the sound afterwards', async () => {
	const { viewing, calls } = watched({ kind: 'connecting', trying: 'direct', sinceMs: 0 });
	viewing.toggleSound();
	await viewing.talk(true);
	expect(viewing.talking).toBe(true);
	await viewing.talk(false);
	expect(viewing.talking).toBe(false);
	expect(calls).toEqual(['sound', 'mute', 'talk', 'sound', 'quiet']);
});

test('a release while the microphone opens prevents talk', async () => {
	let open: () => void = () => undefined;
	const opening = new Promise<void>((done) => (open = done));
	const { viewing, calls } = watched({ kind: 'connecting', trying: 'direct', sinceMs: 0 }, (on) =>
		on ? opening : Promise.resolve(),
	);
	const held = viewing.talk(true);
	await viewing.talk(false);
	open();
	await held;
	expect(viewing.talking).toBe(false);
	expect(calls.at(-1)).toBe('quiet');
});

test('a new press counts, and the outcome of the released one is ignored', async () => {
	const ends: (() => void)[] = [];
	const { viewing } = watched(DIRECT, (on) => {
		if (!on) return Promise.resolve();
		if (ends.length > 0) return Promise.resolve();
		return new Promise((_, failed) => {
			ends.push(() => {
				failed(new Fault('aborted', 'talk was released'));
			});
		});
	});
	const first = viewing.talk(true);
	await viewing.talk(false);
	const second = viewing.talk(true);
	ends[0]?.();
	await Promise.all([first, second]);
	expect(viewing.talking).toBe(true);
	expect(viewing.talkFault).toBe(null);
});

test('LV13 talk ends once the picture is not live or is relayed', async () => {
	for (const next of [
		{ kind: 'stale', path: 'direct', ageMs: 6000, trying: 'relayed' },
		{ ...DIRECT, path: 'relayed' },
	] as const) {
		const { viewing, calls, become } = watched(DIRECT);
		await viewing.talk(true);
		become({ ...DIRECT, sound: false });
		expect(viewing.talking).toBe(true);
		become(next);
		expect(viewing.talking).toBe(false);
		expect(calls.at(-1)).toBe('quiet');
	}
});

test('a refused microphone is reported and the sound restored', async () => {
	const { viewing, calls } = watched({ kind: 'connecting', trying: 'direct', sinceMs: 0 }, () =>
		Promise.reject(new Fault('denied', 'no')),
	);
	viewing.toggleSound();
	await viewing.talk(true);
	expect(viewing.talking).toBe(false);
	expect(viewing.talkFault?.kind).toBe('denied');
	expect(calls.at(-1)).toBe('sound');
});

/** A video element that paints on demand. */
function ownLens() {
	const clock = new ManualClock();
	let state: RecorderState = { kind: 'opening' };
	let change: () => void = () => undefined;
	let frame: () => void = () => undefined;
	const shown: (Picture | null)[] = [];
	const view = new LocalView({
		clock,
		recorder: {
			get state() {
				return state;
			},
			on: (listener: () => void) => {
				change = listener;
				return () => undefined;
			},
		} as LocalCamera['recorder'],
		scheduler: { now: { records: null } } as LocalCamera['scheduler'],
		show: (_, picture) => void shown.push(picture),
	});
	const video = {
		requestVideoFrameCallback: (next: () => void) => {
			frame = next;
			return 1;
		},
		cancelVideoFrameCallback: () => undefined,
	};
	view.attach(video as unknown as HTMLVideoElement, { style: {} } as unknown as HTMLCanvasElement);
	return {
		...{ view, clock, shown },
		paint: () => frame(),
		become: (next: RecorderState) => {
			state = next;
			change();
		},
	};
}

const lens = { picture: {} as Picture, lensId: 'a', label: '', sound: false };

test('LV10, LV11, LV12 the own lens ages from its last painted frame and grows stale', () => {
	const { view, clock, paint, become } = ownLens();
	expect(view.state.kind).toBe('connecting');
	become({ kind: 'preview', view: lens });
	expect(view.state.kind).toBe('connecting');
	paint();
	clock.advance(1200);
	expect(view.state).toMatchObject({ kind: 'live', path: 'local', ageMs: 1200 });
	clock.advance(4000);
	expect(view.state).toMatchObject({ kind: 'stale', ageMs: 5200 });
	paint();
	expect(view.state).toMatchObject({ kind: 'live', ageMs: 0 });
});

test('a closed lens is off, and its next picture is not stale', () => {
	const { view, clock, paint, become } = ownLens();
	become({ kind: 'preview', view: lens });
	paint();
	become({ kind: 'off', fault: null });
	expect(view.state).toMatchObject({ kind: 'ended', why: 'camera-off' });
	clock.advance(60_000);
	become({ kind: 'preview', view: lens });
	expect(view.state.kind).toBe('connecting');
});

test('while a lens reopens the old picture ages', () => {
	const { view, clock, paint, become } = ownLens();
	become({ kind: 'preview', view: lens });
	paint();
	clock.advance(2000);
	become({ kind: 'blind', why: 'stalled', fault: null, sinceMs: 0, view: null });
	expect(view.state).toMatchObject({ kind: 'stale', ageMs: 2000, trying: 'camera' });
	clock.advance(4000);
	become({ kind: 'blind', why: 'stalled', fault: null, sinceMs: 0, view: lens });
	expect(view.state).toMatchObject({ kind: 'stale', ageMs: 6000 });
});

test('an invisible picture is not played', () => {
	const { view, shown, become } = ownLens();
	become({ kind: 'preview', view: lens });
	expect(shown.at(-1)).toBe(lens.picture);
	view.setRate('none');
	expect(shown.at(-1)).toBe(null);
	view.setRate('slow');
	expect(shown.at(-1)).toBe(lens.picture);
});
