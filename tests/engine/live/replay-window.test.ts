import { expect, test } from 'vitest';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import { ReplayWindow } from '#engine/live/replay-window.ts';
import { LivePartSealer } from '#engine/sealing/live-part-sealer.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { liveOpener, makeSealingFixture } from '../sealing/sealing-fixture.ts';

const { crypto, home, camera, secret, opener, pair } = await makeSealingFixture();
const open = liveOpener({ opener, secret });
const T0 = 1_800_000_000_000_000;
const sealer = () => {
	const runId = hexOf(crypto.random(16)) as RunId;
	return new LivePartSealer(crypto, {
		...{ home, camera, epoch: 1, secret, runId },
		sign: pair.key,
	});
};
/** The run named by the camera. */
const windowOf = (sealing: LivePartSealer) => {
	const window = new ReplayWindow(open, camera);
	window.switchRun(sealing.runId);
	return window;
};
const part = (ms: number, key = true): LivePart => ({
	kind: 'frames',
	...{ codec: 'vp8', width: 320, height: 180 },
	frames: [{ key, capturedUs: T0 + ms * 1000, bytes: crypto.random(900) }],
});

test('EN4 LV6 sealed parts open once and in order', async () => {
	const [one, two] = [part(0), part(66, false)];
	const sealing = sealer();
	const sealed = [await sealing.seal(one), await sealing.seal(two)];
	expect(sealed[0]!.length).toBe(88 + 1024 + 16 + 64);
	const window = windowOf(sealing);
	expect(await Promise.all(sealed.map((bytes) => window.open(bytes)))).toEqual([one, two]);
});

test('LV8 T2 a replayed or older part is rejected', async () => {
	const sealing = sealer();
	const sealed: Bytes[] = [];
	for (let at = 0; at < 6; at += 1) sealed.push(await sealing.seal(part(at * 66)));
	const window = windowOf(sealing);
	const arrivals = [0, 1, 1, 4, 2, 3, 0, 5, 5];
	const seen: number[] = [];
	for (const at of arrivals) if ((await window.open(sealed[at]!)) !== null) seen.push(at);
	expect(seen).toEqual([0, 1, 4, 5]);
});

test('LV21 T2 only the named run is accepted, and a past run never again', async () => {
	const [one, two] = [sealer(), sealer()];
	const [first, later] = [await one.seal(part(0)), await one.seal(part(66))];
	const second = await two.seal(part(132));
	const window = new ReplayWindow(open, camera);
	expect(await window.open(first)).toBeNull();
	window.switchRun(one.runId);
	expect(await window.open(first)).toEqual(expect.objectContaining({ kind: 'frames' }));
	expect(await window.open(second)).toBeNull();
	window.switchRun(two.runId);
	expect(await window.open(second)).toEqual(expect.objectContaining({ kind: 'frames' }));
	window.switchRun(one.runId);
	expect(await window.open(later)).toBe(null);
});

test('LV8 RL9 after a missing part it skips to the next key part', async () => {
	const sealing = sealer();
	const sealed: Bytes[] = [];
	for (let at = 0; at < 8; at += 1) sealed.push(await sealing.seal(part(at * 66, at % 5 === 0)));
	const window = windowOf(sealing);
	const seen: number[] = [];
	for (const at of [0, 1, 3, 4, 5, 6, 7]) {
		if ((await window.open(sealed[at]!)) !== null) seen.push(at);
	}
	expect(seen).toEqual([0, 1, 5, 6, 7]);
});

test('LV24 another run than the key’s: no key; a wrong key: generic refusal', async () => {
	const runId = hexOf(crypto.random(16)) as RunId;
	const basis = { home, camera, epoch: 1, secret, runId, sign: pair.key };
	const sealed = await new LivePartSealer(crypto, basis).seal(part(0));
	const other = hexOf(crypto.random(16)) as RunId;
	const foreign = await crypto.secret(crypto.random(32));
	const openWith = (run: RunId, key: typeof secret) =>
		opener.openLive(camera, sealed, { run, secret: key });
	await expect(openWith(other, secret)).rejects.toMatchObject({ kind: 'not-found' });
	await expect(openWith(runId, foreign)).rejects.toMatchObject({ kind: 'corrupt' });
	expect((await openWith(runId, secret)).part).toMatchObject({ kind: 'frames' });
});

test('EN1 T2 another camera, another kind, any changed byte: generic refusal', async () => {
	const sealing = sealer();
	const sealed = await sealing.seal(part(0));
	const window = windowOf(sealing);
	const other = new ReplayWindow(open, 'ab'.repeat(16) as CameraId);
	await expect(other.open(sealed)).rejects.toMatchObject({ kind: 'corrupt' });
	const basis = { home, camera, epoch: 1, secret, runId: sealing.runId, sign: pair.key };
	const { bytes } = await new SidecarSealer(crypto, basis).seal('event', T0, new Uint8Array(20));
	await expect(window.open(bytes)).rejects.toMatchObject({ kind: 'corrupt' });
	for (let at = 0; at < sealed.length; at += 7) {
		const spoilt = sealed.slice();
		spoilt[at]! ^= 1;
		await expect(window.open(spoilt)).rejects.toMatchObject({ name: 'Fault' });
	}
	expect(await window.open(sealed)).not.toBe(null);
});
