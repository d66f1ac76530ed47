/** A camera that is gone: what it recorded opens from the relay, for those who may. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ascii, concatBytes } from '#domain/base/bytes.ts';
import type { Role } from '#domain/home/roster.ts';
import type { Run } from '#domain/footage/run.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { parseCameraCard } from '#domain/sync/camera-card.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import type { RecoveryKits } from '#engine/recovery/recovery-kits.ts';
import { ownCard } from '#engine/sync/own-card.ts';
import { RelayFootage } from '#engine/sync/relay-footage.ts';
import { SidecarUploader } from '#engine/sync/sidecar-uploader.ts';
import { SpanExchange } from '#engine/sync/span-exchange.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryEventStore } from '../../fakes/event-store.ts';
import { recoveryKitsOf, kitRecoveryOf } from '../../fakes/kit.ts';
import { fakeHome, fakeMember, type FakeMember } from '../../fakes/member.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { FootageServer } from '../../relay/footage/footage-server.ts';
import { until } from '../../support/until.ts';
import { joinedTo, RELAY } from '../members/joined.ts';
import { fragmentOf, initOf } from '../sealing/sealing-fixture.ts';

const DAY_MS = 24 * 3_600_000;
let clock: ManualClock;
/** Of the uploader alone: devices that are away must not try again meanwhile. */
let turns: ManualClock;
let relay: FakeRelay;
let server: FootageServer;
let owner: FakeMember;
let camera: FakeMember;
let viewer: FakeMember;
let guest: FakeMember;
let kits: RecoveryKits;
let sidecars: SidecarUploader;

beforeEach(async () => {
	clock = new ManualClock();
	turns = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	server = await FootageServer.start(clock, relay.homes);
	[owner, camera, viewer] = await fakeHome(clock, relay, RELAY);
	relay.open(owner.homeRoster.entries, owner.founded);
	await arrive(owner);
	await join(camera, ['camera'], 'Door');
	await join(viewer, ['viewer'], 'Phone');
	guest = fakeMember(clock, relay);
	await join(guest, ['viewer', 'live'], 'Guest');
	kits = recoveryKitsOf(owner, relay);
	sidecars = uploaderOf(camera);
});
afterEach(() => server.stop());

function uploaderOf(one: FakeMember): SidecarUploader {
	const { crypto, localDevice, homeRoster, segments, grants, epochGrants } = one;
	const identity = () => localDevice.unlocked?.identity ?? null;
	return new SidecarUploader(
		{
			...{ archive: server.sidecarsOf(one), clock: turns, grants },
			noteArchived: (of, epochs) => epochGrants.noteArchived(of, epochs),
			events: new MemoryEventStore(),
			thumbnails: { between: () => Promise.resolve([]) },
			card: (of) => ownCard(crypto, clock, identity()!, of),
			spans: new SpanExchange({
				...{ crypto, clock, footage: segments, store: segments },
				self: () => ({ device: identity()!.device, sign: identity()!.sign.key }),
				member: (device) => homeRoster.member(device),
			}),
		},
		one.camera,
	);
}

async function arrive(one: FakeMember): Promise<void> {
	one.begin();
	await until(() => one.messenger.state.kind === 'connected');
}

async function join(one: FakeMember, roles: readonly Role[], name: string): Promise<void> {
	await joinedTo(owner, one, roles, name);
	await shown();
	await arrive(one);
}

/** The relay and the camera have what the owner signed. */
async function shown(): Promise<void> {
	const { length } = owner.homeRoster.entries;
	await until(() => owner.messenger.relaySeq === length);
	if (camera.messenger.state.kind === 'connected')
		await until(() => camera.homeRoster.entries.length >= length);
}

/** Its page is closed, or its battery empty, or it is stolen. */
async function gone(one: FakeMember): Promise<void> {
	for (const socket of relay.of(owner.founded, one.device)) socket.end(1006);
	await until(() => one.messenger.state.kind === 'away');
}

/** A short run under the epoch of now, saved, and sent with what stands beside it. */
async function recorded(): Promise<number> {
	const { localDevice, segments, crypto } = camera;
	const given = { mime: 'video/mp4', anchorUs: Math.floor(clock.wallMs()) * 1000 };
	const sealer = await localDevice.beginRun(camera.camera, given);
	const { start } = sealer;
	const init = await sealer.init(initOf(ascii('ftypmoov')));
	await segments.begin(start, init);
	const segment = await sealer.fragment(fragmentOf(0, ascii(`day ${String(start.runNo)}`)));
	await segments.append(start.camera, start.runNo, segment);
	await segments.close(start.camera, start.runNo, 'stopped');
	const { bytes, head, ...times } = segment;
	const entry = { ...times, bad: false, size: bytes.length, place: 0 };
	const records = concatBytes(
		buildSegmentRecord({ entry: null, ...init }),
		buildSegmentRecord({ entry, bytes, head }),
	);
	const canonical = buildRunRecord({ ...start, lastSeq: 1, wallMs: 5, ended: 'stopped' });
	const { sign } = localDevice.unlocked!.identity;
	const signature = await crypto.sign(sign.key, signedBytes('run', canonical));
	const runRecord = concatBytes(canonical, signature);
	// By now everybody who may has a grant of this epoch.
	await camera.epochGrants.complete(camera.camera);
	turns.advance(10_000);
	await sidecars.send({ has: () => true, oldest: null });
	const sent = await server.archiveOf(camera).put(start.camera, start.runNo, runRecord, records);
	expect(sent.refused).toEqual([]);
	return start.epoch;
}

async function recordedDays(days: number): Promise<void> {
	for (let day = 0; day < days; day += 1) {
		await recorded();
		clock.step(DAY_MS);
	}
}

/** What a device can play of the camera at the relay: the first segment of each run, or why not. */
async function plays(
	one: Pick<FakeMember, 'localDevice' | 'homeRoster' | 'crypto'>,
): Promise<string[]> {
	const { localDevice, homeRoster, crypto } = one;
	const footage = new RelayFootage({
		...{ crypto, clock, reader: server.readerOf(one) },
		signerOf: () => crypto.verifier(homeRoster.roster!.past.devices.get(camera.device)!.sign),
	});
	const played: string[] = [];
	for (const run of await footage.runs(camera.camera)) {
		const segment = await footage.firstAt(camera.camera, run.startUs);
		played.push(await opened(localDevice.opener, footage, run, segment!));
	}
	return played;
}

async function opened(
	opener: FakeMember['localDevice']['opener'],
	footage: RelayFootage,
	run: Run,
	segment: NonNullable<Awaited<ReturnType<RelayFootage['firstAt']>>>,
): Promise<string> {
	const stored = await footage.read(segment);
	return opener.open(run, segment, stored!).then(
		({ body }) => String.fromCharCode(...body),
		(fault: unknown) => (fault as { kind: string }).kind,
	);
}

async function takesGrants(one: FakeMember): Promise<void> {
	const grants = await server.readerOf(one).grants(camera.camera, 'this');
	await one.grantReceiver.take(camera.camera, grants);
}

const days = (count: number): string[] =>
	Array.from({ length: count }, (_, at) => `day ${String(at + 1)}`);

describe('SY35 keys last as long as footage, the camera is gone', () => {
	test('a viewer that was away for 30 days opens all of it; a live-only member nothing', async () => {
		await gone(viewer);
		// It has the epoch in which it joined.
		clock.step(DAY_MS);
		await recordedDays(30);
		await gone(camera);
		// Its messages waited seven days.
		clock.step(8 * DAY_MS);
		viewer.network.back();
		await until(() => viewer.messenger.state.kind === 'connected');
		expect(new Set(await plays(viewer))).toEqual(new Set(['not-found']));
		await takesGrants(viewer);
		expect(await plays(viewer)).toEqual(days(30));
		// Who it was is told by its card.
		const { cameras } = await server.readerOf(viewer).cameras();
		expect(parseCameraCard(cameras[0]!.card!).card).toMatchObject({
			camera: camera.camera,
			number: 1,
		});
		for (const asked of [server.readerOf(guest).grants(camera.camera, 'this'), plays(guest)])
			await expect(asked).rejects.toMatchObject({ kind: 'denied' });
		expect((await camera.grants.of(camera.camera)).map(({ recipient }) => recipient)).not.toContain(
			guest.device,
		);
	});

	test('a camera that was revoked stays playable, and grants nothing new', async () => {
		await recordedDays(2);
		await gone(viewer);
		await owner.members.revoke(camera.device, () => undefined);
		await shown();
		await expect(server.sidecarsOf(camera).changed(camera.camera, 0)).rejects.toMatchObject({
			kind: 'denied',
		});
		viewer.network.back();
		await until(() => viewer.homeRoster.member(camera.device) === null);
		await takesGrants(viewer);
		expect(await plays(viewer)).toEqual(days(2));
	});

	test('who joined later opens what is recorded from then on, and an owner all', async () => {
		await recordedDays(2);
		const [late, boss] = [fakeMember(clock, relay), fakeMember(clock, relay)];
		await join(late, ['viewer'], 'Late');
		await join(boss, ['viewer', 'owner'], 'Boss');
		await recordedDays(2);
		await gone(camera);
		await takesGrants(late);
		await takesGrants(boss);
		expect(await plays(late)).toEqual(['not-found', 'not-found', 'day 3', 'day 4']);
		expect(await plays(boss)).toEqual(days(4));
	});
});

describe('KT15 KT19 a recovery kit, the camera and all owners are gone', () => {
	test('its day makes an owner that opens all; before, neither it nor the kit gets a grant', async () => {
		await recordedDays(2);
		const { groups } = await kits.generate();
		const text = groups.join(' ');
		await kits.activate();
		await shown();
		await recordedDays(1);
		await gone(camera);
		await gone(owner);
		const fresh = fakeMember(clock, relay);
		const asked: string[] = [];
		const back = kitRecoveryOf(fresh, relay, () => {
			asked.push('footage');
			return server.readerOf(fresh);
		});
		const home = owner.founded;
		await back.recover(text, 'New phone', null);
		expect(back.state).toMatchObject({ kind: 'waiting', fresh: true });
		const kit = [...owner.homeRoster.roster!.devices].find(([, { roles }]) =>
			roles.includes('recovery'),
		)![0];
		for (const device of [kit, fresh.device])
			for (const whose of ['', '&for=kit']) {
				const url = `${server.origin}/api/footage/${camera.camera}/grants?from=0${whose}`;
				const headers = { Authorization: `Bearer ${server.tokenOf(home, device)}` };
				expect((await fetch(url, { headers })).status).toBe(device === kit ? 403 : 401);
			}
		clock.step(DAY_MS);
		await back.recover(text, 'New phone', null);
		expect(back.state).toEqual({ kind: 'done' });
		expect(asked).toEqual(['footage']);
		expect(await plays(fresh)).toEqual(days(3));
		// After a reload, from the vault.
		const again = fresh.again();
		await again.localDevice.refresh();
		expect(await plays(again)).toEqual(days(3));
	});
});
