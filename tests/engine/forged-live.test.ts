/** What a relay and whoever once held an epoch key can do together: show nothing that the camera did not sign. */
import { beforeAll, expect, test } from 'vitest';
import { hexOf } from '#domain/bytes.ts';
import type { RunId } from '#domain/ids.ts';
import type { LivePart } from '#domain/live-part.ts';
import { rawFromGrant } from '#engine/keys.ts';
import { LiveWindow } from '#engine/live-window.ts';
import { MetaSealer } from '#engine/meta.ts';
import { ManualClock } from '../fakes/clock.ts';
import { FakeRelay } from '../fakes/relay.ts';
import { household, type Resident } from '../fakes/resident.ts';
import { joinedTo, RELAY } from './joined.ts';
import { eventually, until } from './until.ts';

const clock = new ManualClock();
const relay = new FakeRelay(clock, RELAY);
let owner: Resident;
let camera: Resident;
let ex: Resident;
/** The epoch that the ex was granted, which its own device opens, and the one that the camera seals with now. */
let old: { readonly number: number; readonly raw: Uint8Array<ArrayBuffer> };
let now: number;

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
	kind: 'film',
	...{ at: 0, of: 1, capturedUs: capturedMs * 1000, mediaUs: 0, durationUs: 1_000_000 },
	...{ mime: 'video/mp4', init: new Uint8Array([5]), bytes: new Uint8Array([6]) },
});

beforeAll(async () => {
	[owner, camera, ex] = await household(clock, relay, RELAY);
	const { entries, roster } = owner.membership;
	if (roster === null) throw new Error('no home');
	relay.open(entries, roster.home);
	const arrive = async (one: Resident): Promise<void> => {
		one.begin();
		await until(() => one.link.state.kind === 'connected');
	};
	await arrive(owner);
	await joinedTo(owner, camera, ['camera'], 'Door');
	await until(() => owner.link.relaySeq === owner.membership.entries.length);
	await arrive(camera);
	await joinedTo(owner, ex, ['viewer', 'live'], 'Guest tablet');
	await until(() => owner.link.relaySeq === owner.membership.entries.length);
	await arrive(ex);
	const number = await camera.house.epochNow(camera.camera);
	const granted = async (by: Resident) => (await by.vault.epoch(camera.camera, number)) !== null;
	await eventually(() => granted(ex));
	const identity = ex.house.household?.identity;
	const grant = (await ex.vault.epoch(camera.camera, number))?.grant;
	const signer = ex.membership.roster?.past.devices.get(camera.device)?.sign;
	if (!identity || !grant || !signer) throw new Error('no grant');
	const subject = { home: roster.home, camera: camera.camera, number, recipient: ex.device };
	const raw = await rawFromGrant(ex.crypto, grant, subject, identity.kem, [signer]);
	old = { number, raw };
	await owner.members.revoke(ex.device, () => undefined);
	await eventually(async () => (await camera.house.epochNow(camera.camera)) > number);
	now = await camera.house.epochNow(camera.camera);
	await eventually(async () => (await owner.vault.epoch(camera.camera, now)) !== null);
});

async function forger(runId: RunId): Promise<MetaSealer> {
	const identity = ex.house.household?.identity;
	const home = owner.membership.roster?.home;
	if (!identity || !home) throw new Error('not ready');
	const secret = await ex.crypto.secret(old.raw.slice());
	const facts = { home, camera: camera.camera, epoch: old.number, secret, runId };
	return new MetaSealer(ex.crypto, { ...facts, sign: identity.sign.key });
}

test('LV20 T2 T6 a revoked member and the relay show no picture, no sound and no film with an epoch key of before', async () => {
	const genuine = await camera.house.beginMeta(camera.camera);
	const window = new LiveWindow(owner.house.opener, camera.camera);
	window.name(genuine.runId);
	const open = (part: Uint8Array<ArrayBuffer>) =>
		window.open(part).then(
			(opened) => opened,
			(fault: unknown) => (fault as { kind: string }).kind,
		);
	for (const runId of [genuine.runId, hexOf(ex.crypto.random(16)) as RunId]) {
		const forging = await forger(runId);
		for (const part of [frames, sound, film]) {
			const forged = await forging.live(part(clock.wallMs()));
			expect(await open(forged)).toBe('corrupt');
			// With the signature of something that the camera did sign.
			const real = await genuine.live(part(clock.wallMs()));
			const mixed = forged.slice();
			mixed.set(real.subarray(-64), mixed.length - 64);
			expect(await open(mixed)).toBe('corrupt');
			expect(await open(real)).toMatchObject({ kind: part(0).kind });
		}
	}
});

test('LV21 T2 what the camera signed once, with a clock that was ahead, is not shown when that time comes', async () => {
	const before = await camera.house.beginMeta(camera.camera);
	const ahead = await before.live(frames(clock.wallMs() + 24 * 3_600_000));
	clock.step(24 * 3_600_000);
	const genuine = await camera.house.beginMeta(camera.camera);
	const number = await camera.house.epochNow(camera.camera);
	await eventually(async () => (await owner.vault.epoch(camera.camera, number)) !== null);
	const window = new LiveWindow(owner.house.opener, camera.camera);
	window.name(genuine.runId);
	expect(await window.open(ahead)).toBe('unnamed');
	expect(await window.open(await genuine.live(frames(clock.wallMs())))).not.toBeNull();
});
