import { expect, test } from 'vitest';
import { WebCrypto } from '#browser/keys/crypto.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import { LiveKeyRotation } from '#engine/live/host/live-key-rotation.ts';
import { ManualClock } from '../../fakes/clock.ts';

const camera = 'ca'.repeat(16) as CameraId;
const [anna, bert] = ['aa', 'bb'].map((two) => two.repeat(16) as DeviceId) as [DeviceId, DeviceId];

test('LV24 LV21 a run that another followed while it was made is named to nobody', async () => {
	const crypto = new WebCrypto();
	const made: (() => void)[] = [];
	const told: string[] = [];
	const tools = {
		...{ crypto, clock: new ManualClock() },
		liveSealer: (_: CameraId, { run }: { readonly run: RunId }) =>
			new Promise<never>((resolve) => made.push(() => resolve({ run } as never))),
	};
	const sealers: Promise<unknown>[] = [];
	const keys: LiveKeyRotation = new LiveKeyRotation(
		tools,
		({ run }) => Promise.resolve(told.push(run)),
		() => void sealers.push(keys.sealerOf(camera)),
	);
	keys.setViewers([anna, bert], false);
	await expect.poll(() => made.length).toBe(1);
	// Bert is put out while the first is made; who asks now hears of the second.
	keys.setViewers([anna], true);
	await expect.poll(() => made.length).toBe(2);
	const answered = keys.current?.run;
	for (const make of made) make();
	await Promise.all(sealers);
	expect(told).toEqual([answered]);
});
