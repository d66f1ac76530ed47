import { beforeEach, describe, expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { NonceStore } from '#engine/messaging/nonce-store.ts';
import { ManualClock } from '../../fakes/clock.ts';

const crypto = new WebCrypto();
const [VIEWER, CAMERA, OTHER] = ['aa', 'bb', 'cc'].map((two) => two.repeat(16)) as [
	DeviceId,
	DeviceId,
	DeviceId,
];
const ID = '11'.repeat(16);

/** The viewer acts on the camera; each has a clock and a page of its own. */
let clocks: { readonly viewer: ManualClock; readonly camera: ManualClock };
let viewer: NonceStore;
let camera: NonceStore;
beforeEach(() => {
	clocks = { viewer: new ManualClock(), camera: new ManualClock(1_700_000_000_000) };
	viewer = new NonceStore(clocks.viewer, crypto);
	camera = new NonceStore(clocks.camera, crypto);
});

const pass = (ms: number) => {
	for (const clock of [clocks.viewer, clocks.camera]) clock.advance(ms);
};
/** The camera tells the viewer a nonce; it takes `ms` on its way. */
const told = (ms = 0) => {
	const nonce = camera.issue(VIEWER);
	pass(ms);
	viewer.receive(CAMERA, nonce);
	return nonce;
};
/** An action that the viewer gives up after so long. */
const action = (id = ID, withinMs = 5000) => {
	const untilMs = clocks.viewer.monotonicMs() + withinMs;
	return { id, nonces: viewer.noncesFor(CAMERA, untilMs) };
};

describe('LT8 an action', () => {
	test('counts once with a nonce of the page it acts on, and is known when it comes again', () => {
		told();
		const act = action();
		expect(camera.redeem(VIEWER, act)).toBe('counts');
		expect(camera.redeem(VIEWER, act)).toBe('again');
		expect(camera.redeem(VIEWER, action('22'.repeat(16)))).toBe('counts');
	});

	test('is stale without a nonce, with one of another device, and after a reload', () => {
		expect(camera.redeem(VIEWER, action())).toBe('stale');
		told();
		expect(camera.redeem(OTHER, action())).toBe('stale');
		const reloaded = new NonceStore(clocks.camera, crypto);
		reloaded.issue(VIEWER);
		expect(reloaded.redeem(VIEWER, action())).toBe('stale');
		expect(camera.redeem(VIEWER, action())).toBe('counts');
	});

	test('is stale from the moment on at which its sender has given it up, however it was held up', () => {
		told();
		const act = action();
		clocks.camera.advance(4999);
		expect(camera.redeem(VIEWER, act)).toBe('counts');
		const late = action('22'.repeat(16), 5000);
		clocks.camera.advance(5000);
		expect(camera.redeem(VIEWER, late)).toBe('stale');
	});

	test('loses at the camera what the nonce took on its way: never later than its sender thinks', () => {
		told(3000);
		const act = action();
		clocks.camera.advance(2001);
		expect(camera.redeem(VIEWER, act)).toBe('stale');
	});

	test('is stale with a nonce older than 15 s, even if it claims that it may be', () => {
		const nonce = told();
		pass(15_001);
		expect(viewer.noncesFor(CAMERA, clocks.viewer.monotonicMs() + 5000)).toEqual([]);
		const claimed = { id: ID, nonces: [{ nonce, withinMs: 1_000_000 }] };
		expect(camera.redeem(VIEWER, claimed)).toBe('stale');
	});

	test('a camera whose page slept does not take its nonces for young', () => {
		told();
		const act = action();
		// While it sleeps, only the wall clock goes on.
		clocks.camera.step(60_000);
		expect(camera.redeem(VIEWER, act)).toBe('stale');
	});

	test('one whose nonces are all gone can not come again later either', () => {
		told();
		const act = action();
		expect(camera.redeem(VIEWER, act)).toBe('counts');
		pass(20_000);
		expect(camera.redeem(VIEWER, act)).toBe('again');
		pass(20_000);
		expect(camera.redeem(VIEWER, act)).toBe('stale');
	});
});

describe('LT7 nonces', () => {
	test('one stands for all messages of three seconds; then there is another, and both count', () => {
		const first = told();
		pass(2999);
		expect(camera.issue(VIEWER)).toBe(first);
		expect(camera.issue(OTHER)).not.toBe(first);
		pass(1);
		const second = told();
		expect(second).not.toBe(first);
		for (const [at, nonce] of [first, second].entries()) {
			const act = { id: `${String(at)}f`.repeat(16), nonces: [{ nonce, withinMs: 9000 }] };
			expect(camera.redeem(VIEWER, act)).toBe('counts');
		}
	});

	test('of the pages of a device the newest eight are held, each once', () => {
		const nonces = Array.from({ length: 12 }, (_, n) => n.toString(16).padStart(32, '0'));
		for (const nonce of nonces) viewer.receive(CAMERA, nonce);
		viewer.receive(CAMERA, nonces.at(-1)!);
		expect(action().nonces.map(({ nonce }) => nonce)).toEqual(nonces.slice(-8));
		expect(viewer.noncesFor(OTHER, Infinity)).toEqual([]);
	});
});
