/** Who hears of changes of saved footage, and how often. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { FootageChanges } from '#engine/messaging/footage-changes.ts';
import { ChangeNotices, type ChangeNotice } from '#relay/base/change-notices.ts';
import { TestHome, base64url, cameraOf } from './test-device.ts';
import { hashOf, newTestRelay, TestSession } from './test-session.ts';

const CAMERA = 'c'.repeat(32) as CameraId;

describe('PB37 following', () => {
	test('a change is told to those who follow and may see saved footage, and to nobody else', async () => {
		const world = newTestRelay([]);
		const home = await TestHome.found();
		const [viewer, guest] = [await home.add(['viewer']), await home.add(['viewer', 'live'])];
		world.relay.invitations.set(hashOf('more'), world.wallMs + 1);
		const roster = home.entries.map(base64url);
		await new TestSession(world).say({ t: 'open', version: 1, invitation: 'more', roster });
		const [one, idle, two] = [
			await new TestSession(world).prove(home, viewer),
			await new TestSession(world).prove(home, viewer),
			await new TestSession(world).prove(home, guest),
		];
		for (const session of [one, two]) await session.say({ t: 'follow', on: true });
		expect([one.refusal, two.refusal]).toEqual([null, 'not-allowed']);
		expect(one.said.find(({ t }) => t === 'welcome')).toMatchObject({ footage: true });
		const camera = await cameraOf(home.first);
		const tell = (): void => world.relay.footageChanged(home.id, camera, 5, 7);
		const told = () =>
			[one, idle, two].map(({ said }) => said.filter(({ t }) => t === 'changed').length);
		tell();
		expect(told()).toEqual([1, 0, 0]);
		expect(one.last).toEqual({ t: 'changed', camera, from: 5, to: 7 });
		world.relay.footageChanged('f'.repeat(32) as HomeId, camera, 5, 7);
		await one.say({ t: 'follow', on: false });
		tell();
		expect(told()).toEqual([1, 0, 0]);
	});

	test('a viewer follows while it listens, again on each connection, where the relay tells', () => {
		const sent: boolean[] = [];
		let connected = true;
		const changes = new FootageChanges(
			({ on }) => void sent.push(on),
			() => connected,
		);
		const heard: unknown[] = [];
		const followed = changes.follow((...change) => heard.push(change));
		expect([sent, followed.isTold()]).toEqual([[], false]);
		changes.welcomed({ footage: true });
		expect([sent, followed.isTold()]).toEqual([[true], true]);
		changes.receive({ t: 'changed', camera: CAMERA, from: 1, to: 2 });
		expect(heard).toEqual([[CAMERA, { from: 1, to: 2 }]]);
		connected = false;
		expect(followed.isTold()).toBe(false);
		changes.welcomed({});
		connected = true;
		expect([sent.length, followed.isTold()]).toEqual([1, false]);
		changes.welcomed({ footage: true });
		followed.stop();
		expect(sent).toEqual([true, true, false]);
	});
});

describe('PB37 notices', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	test('the first change is told at once, what follows within a second together', () => {
		const told: ChangeNotice[] = [];
		const notices = new ChangeNotices((notice) => told.push(notice));
		const home = 'a'.repeat(32) as HomeId;
		const minutes = () => told.splice(0).map(({ from, to }) => [from, to]);
		for (const minute of [9, 12, 10]) notices.note({ home, camera: CAMERA }, minute);
		expect(minutes()).toEqual([[9, 9]]);
		notices.note({ home, camera: 'd'.repeat(32) as CameraId }, 3);
		expect(minutes()).toEqual([[3, 3]]);
		vi.advanceTimersByTime(999);
		expect(minutes()).toEqual([]);
		vi.advanceTimersByTime(1);
		expect(minutes()).toEqual([[10, 12]]);
		notices.note({ home, camera: CAMERA }, 11);
		vi.advanceTimersByTime(1000);
		expect(minutes()).toEqual([[11, 11]]);
		vi.advanceTimersByTime(5000);
		notices.note({ home, camera: CAMERA }, 12);
		expect(minutes()).toEqual([[12, 12]]);
	});
});
