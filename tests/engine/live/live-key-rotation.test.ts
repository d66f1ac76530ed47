import { expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import { LiveKeyRotation } from '#engine/live/host/live-key-rotation.ts';
import { ManualClock } from '../../fakes/clock.ts';

const camera = 'ca'.repeat(16) as CameraId;
const [anna, bert] = ['aa', 'bb'].map((two) => two.repeat(16) as DeviceId) as [DeviceId, DeviceId];

test('LV24 LV21 a run superseded while its key is made is never named', async () => {
	const crypto = new WebCrypto();
	const made: (() => void)[] = [];
	const announced: string[] = [];
	const tools = {
		...{ crypto, clock: new ManualClock() },
		liveSealer: (_: CameraId, { run }: { readonly run: RunId }) =>
			new Promise<never>((resolve) => made.push(() => resolve({ run } as never))),
	};
	const sealers: Promise<unknown>[] = [];
	const keys: LiveKeyRotation = new LiveKeyRotation(
		tools,
		({ run }) => Promise.resolve(announced.push(run)),
		() => void sealers.push(keys.sealerOf(camera)),
	);
	keys.setViewers([anna, bert], false);
	await expect.poll(() => made.length).toBe(1);
	// Bert is removed while the first key is made; only the second is announced.
	keys.setViewers([anna], true);
	await expect.poll(() => made.length).toBe(2);
	const answered = keys.current?.run;
	for (const make of made) make();
	await Promise.all(sealers);
	expect(announced).toEqual([answered]);
});
