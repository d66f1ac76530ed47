import { expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { LiveViewControls, ViewState, WatchedCamera } from '#engine/live/controls.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Engine } from '#state/app/engine.ts';
import { LocalView } from '#state/live/local-view.ts';
import { CameraView } from '#state/live/camera-view.svelte.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { stubHome, stubView, WATCHED } from '../../gallery/home.ts';

/** A view that notes what it is asked, on a camera that comes and goes. */
function watched(state: ViewState, talk: LiveViewControls['talk'] = () => Promise.resolve()) {
	const told: string[] = [];
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
		retry: () => void told.push('retry'),
		mute: (muted) => void told.push(muted ? 'mute' : 'sound'),
		talk: (on) => {
			told.push(on ? 'talk' : 'quiet');
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
	return { viewing, told, online, become: (next: ViewState) => become(next) };
}

const DIRECT: Extract<ViewState, { kind: 'live' }> = {
	...({ kind: 'live', path: 'direct', reason: 'best' } as const),
	...{ ageMs: 100, sound: true, fragmented: false },
};

test('a camera that comes back is called again, once, and by nobody’s hand', () => {
	const { told, online } = watched({ kind: 'ended', why: 'camera-away', fault: null });
	online(false);
	expect(told).toEqual([]);
	online(true);
	online(true);
	expect(told).toEqual(['retry']);
});

test('a picture that goes on without the relay is left alone when the relay is back', () => {
	const { told, online } = watched(DIRECT);
	online(true);
	expect(told).toEqual([]);
});

test('who talks hears nothing, and afterwards what was heard before', async () => {
	const { viewing, told } = watched({ kind: 'connecting', trying: 'direct', sinceMs: 0 });
	viewing.toggleSound();
	await viewing.talk(true);
	expect(viewing.talking).toBe(true);
	await viewing.talk(false);
	expect(viewing.talking).toBe(false);
	expect(told).toEqual(['sound', 'mute', 'talk', 'sound', 'quiet']);
});

test('a hand that lets go while the microphone opens leaves nobody talking', async () => {
	let open: () => void = () => undefined;
	const opening = new Promise<void>((done) => (open = done));
	const { viewing, told } = watched({ kind: 'connecting', trying: 'direct', sinceMs: 0 }, (on) =>
		on ? opening : Promise.resolve(),
	);
	const held = viewing.talk(true);
	await viewing.talk(false);
	open();
	await held;
	expect(viewing.talking).toBe(false);
	expect(told.at(-1)).toBe('quiet');
});

test('a press after one that was let go stands, and what became of the first is not told', async () => {
	const ends: (() => void)[] = [];
	const { viewing } = watched(DIRECT, (on) => {
		if (!on) return Promise.resolve();
		if (ends.length > 0) return Promise.resolve();
		return new Promise((_, failed) => {
			ends.push(() => {
				failed(new Fault('aborted', 'let go meanwhile'));
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

test('LV13 who talks is heard no more once the picture is not live, or comes through the relay', async () => {
	for (const next of [
		{ kind: 'stale', path: 'direct', ageMs: 6000, trying: 'relayed' },
		{ ...DIRECT, path: 'relayed' },
	] as const) {
		const { viewing, told, become } = watched(DIRECT);
		await viewing.talk(true);
		become({ ...DIRECT, sound: false });
		expect(viewing.talking).toBe(true);
		become(next);
		expect(viewing.talking).toBe(false);
		expect(told.at(-1)).toBe('quiet');
	}
});

test('a microphone that is refused is told, and the sound comes back', async () => {
	const { viewing, told } = watched({ kind: 'connecting', trying: 'direct', sinceMs: 0 }, () =>
		Promise.reject(new Fault('denied', 'no')),
	);
	viewing.toggleSound();
	await viewing.talk(true);
	expect(viewing.talking).toBe(false);
	expect(viewing.talkFault?.kind).toBe('denied');
	expect(told.at(-1)).toBe('sound');
});

/** An element that paints when the test says so. */
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
		} as Engine['recorder'],
		scheduler: { now: { records: null } } as Engine['scheduler'],
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

test('LV10, LV11, LV12 the own lens: its age is that of the last painted frame, and it grows stale', () => {
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

test('a lens that is closed is off, and its next picture is not taken for old', () => {
	const { view, clock, paint, become } = ownLens();
	become({ kind: 'preview', view: lens });
	paint();
	become({ kind: 'off', fault: null });
	expect(view.state).toMatchObject({ kind: 'ended', why: 'camera-off' });
	clock.advance(60_000);
	become({ kind: 'preview', view: lens });
	expect(view.state.kind).toBe('connecting');
});

test('a lens that is being opened anew is waited for, and what was seen grows older', () => {
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

test('what nobody sees is not shown', () => {
	const { view, shown, become } = ownLens();
	become({ kind: 'preview', view: lens });
	expect(shown.at(-1)).toBe(lens.picture);
	view.setRate('none');
	expect(shown.at(-1)).toBe(null);
	view.setRate('slow');
	expect(shown.at(-1)).toBe(lens.picture);
});
