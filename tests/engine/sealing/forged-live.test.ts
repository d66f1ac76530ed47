/**
 * What a relay and a former holder of an epoch key can do together: show nothing that the camera
 * did not sign.
 */
import { beforeAll, expect, test } from 'vitest';
import { hexOf } from '#domain/base/bytes.ts';
import type { RunId } from '#domain/base/ids.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import { ReplayWindow } from '#engine/live/replay-window.ts';
import { LivePartSealer } from '#engine/sealing/live-part-sealer.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeHome, type FakeMember } from '../../fakes/member.ts';
import { joinedTo, RELAY } from '../members/joined.ts';
import { liveOpener } from './sealing-fixture.ts';
import { until } from '../../support/until.ts';
import type { Secret } from '#ports/keys/crypto.ts';

const clock = new ManualClock();
const relay = new FakeRelay(clock, RELAY);
let owner: FakeMember;
let camera: FakeMember;
let ex: FakeMember;
/** Key of live parts: the former member got it while watching, and keeps it. */
let secret: Secret;

const frames = (capturedMs: number): LivePart => ({
	kind: 'frames',
	...{ codec: 'vp8', width: 320, height: 180 },
	frames: [{ key: true, capturedUs: capturedMs * 1000, bytes: new Uint8Array([1, 2, 3]) }],
});
const sound = (capturedMs: number): LivePart => ({
	kind: 'sound',
	...{ codec: 'opus', sampleRate: 48_000, channels: 1 },
	packets: [{ capturedUs: capturedMs * 1000, durationUs: 20_000, bytes: new Uint8Array([4]) }],
});
const film = (capturedMs: number): LivePart => ({
	kind: 'fragment',
	...{ at: 0, of: 1, capturedUs: capturedMs * 1000, mediaUs: 0, durationUs: 1_000_000 },
	...{ mime: 'video/mp4', init: new Uint8Array([5]), bytes: new Uint8Array([6]) },
});

beforeAll(async () => {
	[owner, camera, ex] = await fakeHome(clock, relay, RELAY);
	const { entries, roster } = owner.homeRoster;
	if (roster === null) throw new Error('no home');
	relay.open(entries, roster.home);
	const arrive = async (one: FakeMember): Promise<void> => {
		one.begin();
		await until(() => one.messenger.state.kind === 'connected');
	};
	await arrive(owner);
	await joinedTo(owner, camera, ['camera'], 'Door');
	await until(() => owner.messenger.relaySeq === owner.homeRoster.entries.length);
	await arrive(camera);
	await joinedTo(owner, ex, ['viewer', 'live'], 'Guest tablet');
	await until(() => owner.messenger.relaySeq === owner.homeRoster.entries.length);
	await arrive(ex);
	secret = await ex.crypto.secret(ex.crypto.random(32));
	await owner.members.revoke(ex.device, () => undefined);
	await until(() => camera.homeRoster.member(ex.device) === null);
});

const newRun = () => hexOf(camera.crypto.random(16)) as RunId;

/** Seals as the camera does, in a run of its own. */
async function sealing(): Promise<{ sealer: LivePartSealer; window: ReplayWindow }> {
	const sealer = await camera.localDevice.beginLive(camera.camera, { run: newRun(), secret });
	const window = new ReplayWindow(
		liveOpener({ opener: owner.localDevice.opener, secret }),
		camera.camera,
	);
	window.switchRun(sealer.runId);
	return { sealer, window };
}

async function forger(runId: RunId): Promise<LivePartSealer> {
	const identity = ex.localDevice.unlocked?.identity;
	const home = owner.homeRoster.roster?.home;
	if (!identity || !home) throw new Error('not ready');
	const epoch = await camera.localDevice.currentEpochNumber(camera.camera);
	const facts = { home, camera: camera.camera, epoch, secret, runId };
	return new LivePartSealer(ex.crypto, { ...facts, sign: identity.sign.key });
}

test('LV20 T2 T6 a revoked member and the relay cannot show picture, sound or film with a key it was given, not even the current one', async () => {
	const { sealer: genuine, window } = await sealing();
	const open = (part: Uint8Array<ArrayBuffer>) =>
		window.open(part).then(
			(opened) => opened,
			(fault: unknown) => (fault as { kind: string }).kind,
		);
	for (const runId of [genuine.runId, newRun()]) {
		const forging = await forger(runId);
		for (const part of [frames, sound, film]) {
			const forged = await forging.seal(part(clock.wallMs() + 1));
			expect(await open(forged)).toBe('corrupt');
			// With the signature of something that the camera did sign.
			const real = await genuine.seal(part(clock.wallMs()));
			const mixed = forged.slice();
			mixed.set(real.subarray(-64), mixed.length - 64);
			expect(await open(mixed)).toBe('corrupt');
			expect(await open(real)).toMatchObject({ kind: part(0).kind });
		}
	}
});

test('LV21 T2 what the camera once signed with a fast clock is not shown when that time comes', async () => {
	const { sealer: before } = await sealing();
	const ahead = await before.seal(frames(clock.wallMs() + 24 * 3_600_000));
	clock.step(24 * 3_600_000);
	const { sealer: genuine, window } = await sealing();
	expect(await window.open(ahead)).toBeNull();
	expect(await window.open(await genuine.seal(frames(clock.wallMs())))).not.toBeNull();
});
