import { beforeEach, describe, expect, it } from 'vitest';
import { ascii } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { deriveKitKeys } from '#engine/home/kit-keys.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeMember, type FakeMember } from '../../fakes/member.ts';
import { eventually, until } from '../../support/until.ts';
import { fragmentOf, initOf } from '../sealing/sealing-fixture.ts';
import { connectedHome, homeOf, joinAndConnect, RELAY } from './joined.ts';

const DAY_MS = 24 * 3_600_000;
let clock: ManualClock;
let relay: FakeRelay;
let [owner, camera, viewer]: FakeMember[] = [];

beforeEach(async () => {
	clock = new ManualClock();
	relay = new FakeRelay(clock, RELAY);
	[owner, camera, viewer] = await connectedHome(clock, relay);
});

/** The camera has all that the owner signed. */
async function shown(): Promise<void> {
	const { length } = owner!.homeRoster.entries;
	await until(() => owner!.messenger.relaySeq === length);
	if (camera!.messenger.state.kind === 'connected')
		await until(() => camera!.homeRoster.entries.length >= length);
}

/** Saves a run under the epoch of now, which it returns. */
async function recorded(): Promise<number> {
	const { localDevice, segments } = camera!;
	const given = { mime: 'video/mp4', anchorUs: clock.wallMs() * 1000 };
	const sealer = await localDevice.beginRun(camera!.camera, given);
	const { start } = sealer;
	await segments.begin(start, await sealer.init(initOf(ascii('ftypmoov'))));
	await segments.append(
		start.camera,
		start.runNo,
		await sealer.fragment(fragmentOf(0, ascii('m'))),
	);
	await segments.close(start.camera, start.runNo, 'stopped');
	return start.epoch;
}

async function epochsOf(device: DeviceId): Promise<number[]> {
	const all = await camera!.grants.of(camera!.camera);
	return all.filter(({ recipient }) => recipient === device).map(({ number }) => number);
}

const last = () => camera!.localDevice.currentEpochNumber(camera!.camera);

describe('ID51 grants beside footage', () => {
	it('everybody who is to have an epoch is granted it, a live-only member and the camera are not', async () => {
		const guest = fakeMember(clock, relay);
		await joinAndConnect(owner!, guest, ['viewer', 'live'], 'Guest');
		await shown();
		const first = await recorded();
		clock.step(DAY_MS);
		const second = await recorded();
		expect(second).toBe(first + 1);
		const [{ device: byViewer }, { device: byOwner }] = [viewer!, owner!];
		await eventually(async () => (await epochsOf(byViewer)).includes(second));
		expect(await epochsOf(byViewer)).toEqual([first, second]);
		expect(await epochsOf(byOwner)).toEqual(expect.arrayContaining([first, second]));
		expect(await epochsOf(guest.device)).toEqual([]);
		expect(await epochsOf(camera!.device)).toEqual([]);
	});

	it('who joins later gets the epoch of now and later ones, an owner and a kit all with footage', async () => {
		const first = await recorded();
		clock.step(DAY_MS);
		const second = await recorded();
		const late = fakeMember(clock, relay);
		await joinAndConnect(owner!, late, ['viewer'], 'Late');
		await shown();
		const boss = fakeMember(clock, relay);
		await joinAndConnect(owner!, boss, ['viewer', 'owner'], 'Boss');
		await shown();
		const kit = await deriveKitKeys(owner!.crypto, new Uint8Array(16).fill(7));
		await owner!.homeRoster.admitKit(kit);
		await owner!.messenger.rosterPublished(1000);
		await eventually(async () => (await epochsOf(kit.device)).length >= 2);
		expect(await epochsOf(late.device)).toEqual([second]);
		// One that was over before anything was recorded may be among them.
		const all = expect.arrayContaining([first, second]) as unknown;
		expect(await epochsOf(boss.device)).toEqual(all);
		expect(await epochsOf(kit.device)).toEqual(all);
		// An owner shows the rest.
		await owner!.members.showEarlier(late.device);
		await eventually(async () => (await epochsOf(late.device)).includes(first));
	});

	it('ID52 a viewer that was away for 30 days gets every key it missed from the camera', async () => {
		await eventually(async () => (await viewer!.vault.lastEpoch(camera!.camera)) !== null);
		relay.of(homeOf(owner!), viewer!.device)[0]?.end(1006);
		await until(() => viewer!.messenger.state.kind === 'away');
		const missed: number[] = [];
		for (let day = 0; day < 30; day += 1) {
			clock.step(DAY_MS);
			missed.push(await recorded());
		}
		await eventually(async () => (await epochsOf(viewer!.device)).includes(missed.at(-1)!));
		viewer!.network.back();
		for (const number of missed)
			await eventually(async () => (await viewer!.vault.epoch(camera!.camera, number)) !== null);
	});

	it('they leave with the footage, unless an archive has it or did not say yet', async () => {
		for (let day = 0; day < 3; day += 1) {
			await recorded();
			clock.step(DAY_MS);
		}
		await recorded();
		const { device } = viewer!;
		const oldest = (await last()) - 3;
		await eventually(async () => (await epochsOf(device)).length === 4);
		const { epochGrants, segments } = camera!;
		await segments.evict(1, 1);
		await segments.evict(1, 1);
		epochGrants.noteArchived(camera!.camera, null);
		await epochGrants.prune(camera!.camera);
		expect(await epochsOf(device)).toHaveLength(4);
		epochGrants.noteArchived(camera!.camera, new Set([oldest]));
		await epochGrants.prune(camera!.camera);
		expect(await epochsOf(device)).toEqual([oldest, oldest + 2, oldest + 3]);
	});
});
