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
	if (camera === undefined) throw new Error('expected a camera');
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

describe('LV32 the status of a camera is what it reports', () => {
	test.each([
		['off', () => ({ kind: 'off', fault: null }) as const, 'off'],
		['opening the lens', () => ({ kind: 'opening' }) as const, 'starting'],
		['lens open', () => ({ kind: 'preview', view: home.view() }) as const, 'preview'],
		['nothing saved yet', () => ({ kind: 'starting', view: home.view() }) as const, 'starting'],
		['recording', recording, 'recording'],
		['blind', blind, 'blind'],
	] as const)('%s', async (_, state, status) => {
		home.recording.set(state());
		expect(first(await home.guest('Kitchen')).fares).toBe(status);
	});

	test('is unknown before an answer, and while the camera’s page is loading', async () => {
		home.recording.set({ kind: 'off', fault: null });
		home.known.set(false);
		const kitchen = home.viewer('Kitchen');
		await home.until(() => kitchen.watching.cameras.length > 0);
		await home.clock.pass(5000);
		expect(first(kitchen)).toMatchObject({ online: true, fares: null, state: null });
		// It resumes recording by itself, so `off` was never reported.
		home.recording.set(recording());
		home.known.set(true);
		await home.until(() => first(kitchen).fares === 'recording');
	});

	test('REC survives the loss of the relay, and ends when the camera stops', async () => {
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

	test('is unknown without relay and direct connection', async () => {
		home.recording.set(recording());
		const kitchen = await home.guest('Kitchen');
		kitchen.messenger.set(false);
		await home.until(() => !first(kitchen).online);
		expect(first(kitchen).fares).toBeNull();
	});

	test('is unknown 5 s after the connection fell silent', async () => {
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

test('LV50 tampering and storage are in a camera’s report, as soon as they change', async () => {
	home.recording.set(recording());
	const kitchen = await home.guest('Kitchen');
	const needs = () => first(kitchen).state?.needs;
	expect(needs()).toEqual([]);
	home.tamper.set('covered');
	await home.until(() => needs()?.join() === 'covered', 1000);
	home.storage.set('critical');
	await home.until(() => needs()?.join() === 'covered,storage', 1000);
	home.tamper.set(null);
	home.storage.set('high');
	await home.until(() => needs()?.length === 0, 1000);
	home.recording.set(blind());
	await home.until(() => needs()?.join() === 'storage', 1000);
});

test('SY48 the camera says how far its copy is, with its other news, and nothing without one', async () => {
	const kitchen = await home.guest('Kitchen');
	await home.until(() => first(kitchen).state !== null);
	expect(first(kitchen).state?.copied).toBeUndefined();
	home.recorded.copied = { runNo: 2, seq: 9, done: false };
	await home.until(() => first(kitchen).state?.copied?.seq === 9, 1000);
	expect(first(kitchen).state?.copied).toEqual({ runNo: 2, seq: 9, done: false });
});

describe('LV30 a lens that never recorded', () => {
	beforeEach(() => {
		home.recorded.ever = false;
		home.recording.set({ kind: 'off', fault: null });
	});

	test('is blank while off, also after a reload, and a camera once its lens is on', async () => {
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

	test('stays a camera once it recorded, whatever it reports later', async () => {
		const kitchen = await home.guest('Kitchen');
		await home.until(() => first(kitchen).blank);
		home.recording.set(recording());
		await home.until(() => first(kitchen).fares === 'recording');
		home.recording.set({ kind: 'off', fault: null });
		await home.until(() => first(kitchen).fares === 'off');
		expect(first(kitchen).blank).toBe(false);
	});
});

test('LV29 a live picture, also relayed, is a sign of life as of its capture', async () => {
	const kitchen = await home.guest('Kitchen');
	const { view } = kitchen.open();
	view.setPath('relayed');
	await home.until(() => view.state.kind === 'live' && view.state.path === 'relayed');
	// Messages are lost; only parts arrive.
	home.relay.lose = () => true;
	home.relay.partDelayMs = 2000;
	await home.clock.pass(20_000, 50);
	const agoMs = home.clock.wallMs() - (kitchen.lastSeen.seenMs(home.host) ?? 0);
	expect(view.state.kind).toBe('live');
	expect(agoMs).toBeGreaterThan(1500);
	expect(agoMs).toBeLessThan(5000);
});
