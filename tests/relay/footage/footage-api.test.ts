import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf, parseEntries } from '#domain/footage/index-page.ts';
import type { Role } from '#domain/home/roster.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { createFootageApi } from '#relay/footage/footage-api.ts';
import { PackArchive, type UploadResult } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { makeToken, readToken } from '#relay/http/token.ts';
import { footageMemberOf } from '#relay-core/footage-member.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { WebCrypto } from '#web/crypto.ts';
import { joinedTo } from '../../engine/members/joined.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { signedRun } from './signed-run.ts';

const anchorUs = 1_795_000_020_000_000;
const tokenKey = new Uint8Array(32).fill(5);
const clock = new ManualClock();

let folder: string;
let index: FootageIndex;
let api: ReturnType<typeof createFootageApi>;
let homes: HomeRegistry;
let owner: FakeDevice;
let camera: CameraId;
let records: readonly Bytes[];

/** A member of the owner's home. */
async function joined(roles: readonly Role[]): Promise<FakeDevice> {
	const device = fakeDevice(clock);
	await device.localDevice.createCamera();
	await joinedTo(owner, device, roles);
	return device;
}

function identityOf({ localDevice }: FakeDevice) {
	const identity = localDevice.unlocked?.identity;
	if (!identity) throw new Error('the device is locked');
	return identity;
}

function tokenOf(device: FakeDevice, untilMs = clock.wallMs() + 60_000): string {
	const { home, device: id } = identityOf(device);
	return makeToken(tokenKey, { home, device: id, untilMs });
}

async function ask(path: string, device: FakeDevice | null, init: RequestInit = {}) {
	const headers = new Headers(init.headers);
	if (device) headers.set('Authorization', `Bearer ${tokenOf(device)}`);
	return api.request(`http://relay/api/footage/${path}`, { ...init, headers }, {});
}

const post = (device: FakeDevice | null, body: Bytes, of = camera) =>
	ask(`${of}/1`, device, {
		method: 'POST',
		body,
	});

const uploadOf = (...parts: readonly Bytes[]): Bytes => concatBytes(new Uint8Array(4), ...parts);

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-footage-api-'));
	index = new FootageIndex(join(folder, 'footage.sqlite'));
	const crypto = new WebCrypto();
	const archive = new PackArchive({
		packs: new PackFolder(join(folder, 'footage')),
		index,
		crypto,
	});
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	homes = new HomeRegistry(crypto, []);
	api = createFootageApi({
		...{ archive, index },
		claimsOf: (token) => readToken(tokenKey, token, clock.wallMs()),
		memberOf: async (id, device) => {
			const home = await homes.find(id);
			return home && footageMemberOf(crypto, home, device, clock.wallMs());
		},
	});
	const identity = identityOf(owner);
	camera = identity.cameras[0]!.id;
	const { home, sign } = identity;
	({ records } = await signedRun({ home, camera, sign }, 4, anchorUs));
});
afterEach(() => {
	index.close();
	rmSync(folder, { recursive: true });
});

async function opened(): Promise<void> {
	await homes.open(owner.homeRoster.entries);
}

describe('footage over HTTP', () => {
	test('SY9 a camera uploads, a viewer reads, a live-only member and strangers do not', async () => {
		const viewer = await joined(['viewer']);
		const live = await joined(['viewer', 'live']);
		await opened();
		const taken = await post(owner, uploadOf(...records));
		expect(taken.status).toBe(200);
		expect(await taken.json()).toEqual({
			...{ store: index.storeId, kept: [0, 1, 2, 3, 4], refused: [] },
		});
		const read = await ask(`${camera}/1/0-9`, viewer);
		expect(new Uint8Array(await read.arrayBuffer())).toEqual(concatBytes(...records));
		const minute = minuteOf(anchorUs);
		const pages = await ask(`${camera}/pages?from=${minute}&to=${minute}`, viewer);
		const { pages: listed } = (await pages.json()) as { pages: { entries: string }[] };
		const entries = new Uint8Array(Buffer.from(listed[0]!.entries, 'base64'));
		expect(parseEntries(entries).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
		const have = await ask(`${camera}/have?since=0`, owner);
		expect(await have.json()).toEqual({
			...{ store: index.storeId, more: false, withoutInit: [] },
			pages: [{ runNo: 1, minute, change: 1, seqs: [[1, 4]], withdrawn: [] }],
		});
		for (const path of [`${camera}/1/0-9`, `${camera}/pages?from=1&to=2`])
			expect((await ask(path, live)).status).toBe(403);
		expect((await ask(`${camera}/1/0-9`, null)).status).toBe(401);
		const stranger = fakeDevice(clock);
		await stranger.localDevice.createCamera();
		expect((await ask(`${camera}/1/0-9`, stranger)).status).toBe(401);
	});

	test('SY9 nobody uploads for the camera of another device, and a viewer for none', async () => {
		const viewer = await joined(['viewer']);
		const other = await joined(['camera', 'viewer']);
		await opened();
		expect((await post(viewer, uploadOf(...records))).status).toBe(403);
		expect((await post(other, uploadOf(...records))).status).toBe(403);
		expect((await ask(`${camera}/have?since=0`, other)).status).toBe(403);
		expect(index.usedBytes()).toBe(0);
	});

	test('SY9 the next request of a revoked device is refused, with the token it had', async () => {
		const viewer = await joined(['viewer']);
		await opened();
		await post(owner, uploadOf(...records));
		expect((await ask(`${camera}/1/1-1`, viewer)).status).toBe(200);
		const before = owner.homeRoster.entries.length;
		await owner.homeRoster.revoke(identityOf(viewer).device);
		const { home, device } = identityOf(owner);
		const now = { nowMs: clock.monotonicMs(), wallMs: clock.wallMs() };
		await homes.append(home, device, owner.homeRoster.entries.slice(before), now);
		expect((await ask(`${camera}/1/1-1`, viewer)).status).toBe(401);
	});

	test('SY6 SY9 of another home, another camera, another run: nothing counts; again or in another order: once', async () => {
		await opened();
		const other = fakeDevice(clock);
		await other.localDevice.createCamera();
		await homes.open(other.homeRoster.entries);
		const theirs = identityOf(other).cameras[0]!.id;
		const body = uploadOf(...records);
		expect((await post(other, body)).status).toBe(403);
		const stolen = (await (await post(other, body, theirs)).json()) as UploadResult;
		const moved = (await (
			await ask(`${camera}/2`, owner, { method: 'POST', body })
		).json()) as UploadResult;
		for (const { kept, refused } of [stolen, moved]) {
			expect(kept).toEqual([]);
			expect(refused.map(({ why }) => why)).toEqual(Array(5).fill('invalid'));
		}
		expect(index.usedBytes()).toBe(0);
		for (const order of [records.toReversed(), records, [...records, ...records]])
			expect((await post(owner, uploadOf(...order))).status).toBe(200);
		const read = await ask(`${camera}/1/0-9`, owner);
		expect(new Uint8Array(await read.arrayBuffer())).toEqual(concatBytes(...records));
		expect(index.usedBytes()).toBe(concatBytes(...records).length);
	});

	test('SY9 what is asked wrongly is refused by name, and loses nothing', async () => {
		await opened();
		await post(owner, uploadOf(...records));
		const wrong: [string, number][] = [
			['zz/pages?from=1&to=2', 400],
			[`${camera}/pages?from=1`, 400],
			[`${camera}/pages?from=1&to=9999999`, 400],
			[`${camera}/1/5-1`, 400],
			[`${camera}/1/0-999`, 400],
			[`${camera}/x/0-1`, 400],
			[`${camera}/1/50-60`, 404],
			[`${camera}/7/0-1`, 404],
		];
		for (const [path, status] of wrong) expect((await ask(path, owner)).status).toBe(status);
		expect((await post(owner, uploadOf(records[0]!.subarray(0, 99)))).status).toBe(400);
		expect((await post(owner, Uint8Array.of(1))).status).toBe(400);
		expect((await post(owner, Uint8Array.of(0, 0, 9, 9, 1))).status).toBe(400);
		expect((await ask(`${camera}/1/0-9`, owner)).status).toBe(200);
	});
});
