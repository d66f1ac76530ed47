import { beforeEach, describe, expect, test } from 'vitest';
import type { DeviceId } from '#domain/base/ids.ts';
import type { LiveHostControls, Watcher } from '#engine/live/controls.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { HostStatus } from '#state/live/host-status.svelte.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryLastSeenStore } from '../../fakes/last-seen-store.ts';

const [ANNA, BERT] = ['a1'.repeat(16), 'b2'.repeat(16)] as [DeviceId, DeviceId];
const watcher = (device: DeviceId, path: Watcher['path']): Watcher => ({
	...{ device, path, name: null, sinceMs: 0 },
});

describe('LV36 a viewer is announced until somebody at the camera has acknowledged it', () => {
	let clock: ManualClock;
	let store: MemoryLastSeenStore;
	let hosting: LiveHostControls;
	beforeEach(() => {
		clock = new ManualClock();
		store = new MemoryLastSeenStore();
		hosting = {
			watchers: [watcher(ANNA, 'direct'), watcher(BERT, 'sealed')],
			newcomers: [ANNA, BERT],
			...{ talking: null, siren: null, hush: () => undefined, on: () => () => undefined },
			acknowledge: () => undefined,
		};
	});

	/** The page of the camera, anew, while both devices begin to watch. */
	async function page(): Promise<HostStatus> {
		const lastSeen = new LastSeenTracker(clock, store);
		await new Promise<void>((done) => lastSeen.on(done));
		const none = { on: () => () => undefined } as never;
		return new HostStatus({ members: none, messenger: none, lastSeen }, hosting);
	}
	const announced = ({ newcomers }: HostStatus) => newcomers.map(({ device }) => device);

	test('a reload before that announces it again', async () => {
		expect(announced(await page())).toEqual([ANNA, BERT]);
		await clock.pass(1000);
		expect(announced(await page())).toEqual([ANNA, BERT]);
	});

	test('a reload after it does not; who only receives sealed pictures is announced each time', async () => {
		const first = await page();
		first.acknowledge();
		expect(announced(first)).toEqual([BERT]);
		await clock.pass(1000);
		expect(announced(await page())).toEqual([BERT]);
	});

	test('what is seen of the device later does not undo it, and a device that left is forgotten', async () => {
		(await page()).acknowledge();
		await clock.pass(120_000);
		const lastSeen = new LastSeenTracker(clock, store);
		await new Promise<void>((done) => lastSeen.on(done));
		lastSeen.recordSeen(ANNA);
		await clock.pass(1000);
		expect(announced(await page())).toEqual([BERT]);
		lastSeen.setMembers(new Map([[BERT, 0]]));
		lastSeen.persist();
		await clock.pass(1000);
		expect(announced(await page())).toEqual([ANNA, BERT]);
	});
});
