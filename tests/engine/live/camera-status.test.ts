import { beforeEach, describe, expect, test } from 'vitest';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import { MemoryLastSeenStore } from '../../fakes/last-seen-store.ts';
import { makeHome, type Home } from './live-fixture.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

type Guest = Awaited<ReturnType<Home['guest']>>;
const first = ({ watching }: Pick<Guest, 'watching'>) => {
	const [camera] = watching.cameras;
	if (camera === undefined) throw new Error('no camera');
	return camera;
};

function recording(): RecorderState {
	const now = home.clock.wallMs();
	const saved = { sinceMs: now, untilMs: now, segments: 1, bytes: 1 };
	return { kind: 'recording', view: home.view(), saved, notes: [] };
}

const blind = (): RecorderState => ({
	...{ kind: 'blind', why: 'quota', fault: null, sinceMs: home.clock.wallMs() },
	view: home.view(),
});

describe('LV32 how a camera fares is what it says', () => {
	test.each([
		['off', () => ({ kind: 'off', fault: null }) as const, 'off'],
		['a lens that is opened', () => ({ kind: 'opening' }) as const, 'starting'],
		['a lens that is open', () => ({ kind: 'preview', view: home.view() }) as const, 'preview'],
		['nothing saved yet', () => ({ kind: 'starting', view: home.view() }) as const, 'starting'],
		['recording', recording, 'recording'],
		['saving nothing', blind, 'blind'],
	] as const)('%s', async (_, state, told) => {
		home.recording.set(state());
		expect(first(await home.guest('Kitchen')).fares).toBe(told);
	});

	test('before it answered nothing is known, and a page that loads says nothing of itself', async () => {
		home.recording.set({ kind: 'off', fault: null });
		home.known.set(false);
		const kitchen = home.viewer('Kitchen');
		await home.until(() => kitchen.watching.cameras.length > 0);
		await home.clock.pass(5000);
		expect(first(kitchen)).toMatchObject({ online: true, fares: null, state: null });
		// It goes on recording by itself: off was never said.
		home.recording.set(recording());
		home.known.set(true);
		await home.until(() => first(kitchen).fares === 'recording');
	});

	test('REC stays while only the relay is gone, and goes when the camera stops', async () => {
		const { guest, until, clock } = home;
		home.recording.set(recording());
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(() => view.state.kind === 'live');
		kitchen.messenger.set(false);
		await clock.pass(120_000, 500);
		expect(view.state).toMatchObject({ kind: 'live', path: 'direct' });
		expect(first(kitchen)).toMatchObject({ online: false, fares: 'recording' });
		expect(clock.wallMs() - (kitchen.lastSeen.seenMs(home.host) ?? 0)).toBeLessThan(2000);
		home.recording.set({ kind: 'preview', view: home.view() });
		await until(() => first(kitchen).fares === 'preview', 1000);
		home.recording.set(blind());
		await until(() => first(kitchen).fares === 'blind', 1000);
	});

	test('without the relay and without a connection nothing is claimed', async () => {
		home.recording.set(recording());
		const kitchen = await home.guest('Kitchen');
		kitchen.messenger.set(false);
		await home.until(() => !first(kitchen).online);
		expect(first(kitchen).fares).toBeNull();
	});

	test('a connection that fell silent says nothing after 5 s', async () => {
		const { guest, until, clock, network } = home;
		home.recording.set(recording());
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(() => view.state.kind === 'live');
		kitchen.messenger.set(false);
		network.mute = true;
		await clock.pass(6000, 50);
		expect(first(kitchen).fares).toBeNull();
	});
});

describe('LV30 a lens that never recorded', () => {
	beforeEach(() => {
		home.recorded.ever = false;
		home.recording.set({ kind: 'off', fault: null });
	});

	test('is blank while it is off, after a reload too, and a camera as soon as its lens is on', async () => {
		const kept = new MemoryLastSeenStore();
		const kitchen = await home.guest('Kitchen', undefined, kept);
		await home.until(() => first(kitchen).blank);
		await home.clock.pass(2000);
		home.messenger.set(false);
		const later = home.viewer('Kitchen again', undefined, kept);
		await home.until(() => later.watching.cameras[0]?.blank === true);
		expect(first(later).online).toBe(false);
		home.messenger.set(true);
		home.recording.set({ kind: 'preview', view: home.view() });
		await home.until(() => !first(later).blank && first(later).fares === 'preview');
	});

	test('once it recorded it stays a camera, whatever it says later', async () => {
		const kitchen = await home.guest('Kitchen');
		await home.until(() => first(kitchen).blank);
		home.recording.set(recording());
		await home.until(() => first(kitchen).fares === 'recording');
		home.recording.set({ kind: 'off', fault: null });
		await home.until(() => first(kitchen).fares === 'off');
		expect(first(kitchen).blank).toBe(false);
	});
});

test('LV29 a live picture is a sign of life as of when it was captured, also at the relay', async () => {
	const kitchen = await home.guest('Kitchen');
	const { view } = kitchen.open();
	view.setPath('relayed');
	await home.until(() => view.state.kind === 'live' && view.state.path === 'relayed');
	// No letter comes any more; parts do.
	home.relay.lose = () => true;
	home.relay.partDelayMs = 2000;
	await home.clock.pass(20_000, 50);
	const agoMs = home.clock.wallMs() - (kitchen.lastSeen.seenMs(home.host) ?? 0);
	expect(view.state.kind).toBe('live');
	expect(agoMs).toBeGreaterThan(1500);
	expect(agoMs).toBeLessThan(5000);
});
